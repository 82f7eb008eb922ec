/* A shop: all that the queries for C know. */
#include <stdio.h>
#include "till/price.h"

// What one piece costs at most.
#define LIMIT 100
#define TOTAL(a, b) ((a) + price_of(b))

typedef unsigned int cents;
typedef char *text;
typedef int (*compare)(const struct item *, int);
typedef struct {
    int wide;
} size;

enum tag {
    FRESH,
    SALE = 2,
};

union bits {
    int whole;
    char parts[4];
};

/* Something to sell. */
struct item {
    cents price;
    const char *name; /* of the item */
    struct item *next;
    int (*weigh)(void);
};

extern int count;
static const char *names[] = {
    "apple",
    "pear",
};
struct item first = {.price = LIMIT, .name = "none"};
cents total, *last;

struct item *item_new(const char *name, cents price);
static int weigh(void);

/* Makes an item. */
struct item *item_new(const char *name, cents price)
{
    struct item *item = allocate(sizeof(struct item));
    size sizes[2], box;
    int i, n = 2;
    item->price = price;
    item->next = last_item(&first)->next;
    for (int j = 0; j < n; j++) {
        printf("%s", item->name);
        box.wide += item->weigh() + sizes[j].wide;
    }
    return item;
}

#ifdef DEBUG
static int weigh(void) { return TOTAL(count, LIMIT); }
#endif

char **list(int argc, char **argv) { return argv; }
