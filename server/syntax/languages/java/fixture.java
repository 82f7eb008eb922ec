package org.example.shop;

import java.util.List;
import java.util.function.*;
import static org.example.shop.Price.of;

/** Something to sell: all that the queries for Java know. */
@Entity(name = "item")
public class Item<T extends Named> extends Base<T> implements Priced, shop.Thing {
    public static final int LIMIT = 100;
    // In cents.
    private int price, rest = 1;
    protected List<Tag> tags;

    static {
        register(LIMIT);
    }

    /** Makes an item. */
    public Item(String name, int price) {
        super(name);
        this.price = price;
    }

    @Override
    @Named("gross")
    public double gross(double tax, Tag... more) throws Failed {
        var net = this.price * Tax.RATE;
        Sale<T> sale = new Sale<>(name), other = till.Till.open();
        for (Tag tag : tags) {
            tag.lower(net).close();
        }
        try (Log log = Log.open("x")) {
            Function<Item, Integer> f = it -> it.price;
            BiFunction<Integer, Integer, Integer> g = (a, b) -> a + b;
            tags.stream().map(Tag::name).forEach(System.out::println);
        } catch (IOException | Late error) {
            throw new Failed(error);
        }
        if (other instanceof Offer offer && offer.isOpen()) {
            return offer.price();
        }
        return switch (sale) {
            case Offer o -> o.price();
            default -> of(net);
        };
    }

    class Inner {
        void run() {}
    }
}

interface Priced {
    int TAX = 19;

    Money price();

    default int gross() {
        return price().cents();
    }
}

enum Tag {
    FRESH,
    SALE(2) {
        int percent() { return 2; }
    };

    private final int percent;
}

record Pair<A>(A first, A second) {
    Pair {
        check(first);
    }
}

@interface Known {
    String name() default "";
}

class ItemTest {
    @Test
    void hasAPrice() {
        assertEquals(1, new Item("apple", 1).price);
    }
}
