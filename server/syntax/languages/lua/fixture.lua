-- A shop.
local Item = {}
LIMIT = 100

-- Makes an item.
function Item.new(price)
  local item = { price = price }
  return setmetatable(item, Item)
end

function Item:gross(tax)
  return self.price * tax
end

local function total(items)
  return #items
end

weigh = function(item) return item.price end

return Item
