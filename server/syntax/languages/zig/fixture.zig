const std = @import("std");

// What one piece costs at most.
pub const limit: u32 = 100;
var count: usize = 0;

/// Something to sell.
pub const Item = struct {
    price: u32,
    name: []const u8 = "none",

    pub fn gross(self: Item, tax: u32) u32 {
        const net = self.price;
        return net * tax;
    }
};

const Tag = enum { fresh, sale };

fn total(items: []Item) usize {
    return items.len;
}

test "an item has a price" {
    try std.testing.expect(count == 0);
}
