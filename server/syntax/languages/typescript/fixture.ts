// A shop: all that the queries for TypeScript know.
import till, { type Cents as Money, total } from "./price";
import type { Tag } from "./tags";
import fs = require("node:fs");
export { Sale } from "./sale";

export const LIMIT: number = 100;
let count = 0;
declare const VERSION: string;

/** What has a name. */
export interface Named<T> extends Base, shop.Thing {
  readonly name: string;
  price?: Money;
  label(of: T): Label<T>;
  [key: string]: unknown;
}

export type Shelf = Map<string, Item[]>;

enum Kind {
  Fresh,
  Sale = 2,
}

namespace inner {
  export function hidden(): void {}
}

// Something to sell.
@registry.known
export abstract class Item extends Base<Money> implements Named<string> {
  private static known: Map<string, Item> = new Map();
  #price: Money;
  protected tags: Tag[] = [];
  onSale = (event: Sale): void => this.lower(event.detail);

  constructor(private readonly till: till.Till, price: Money, public name = "none") {
    super(price);
    this.#price = price;
  }

  abstract lower(by: number): Item;

  public gross(tax: number, extra?: Extra): Money {
    const net = this.#price.toCents();
    return net * tax as Money;
  }
}

export function open(name: string, { shelf }: Options, ...rest: Tag[]): Item;
export function open(name: string, options: Options): Item {
  const item: Item = Item.create<Item>(name, count);
  for (const tag of item.tags) {
    tag.lower(fs.size);
  }
  const local = (x: number): number => x + 1;
  return item!;
}

export const cheap = (item: Item): item is Cheap => {
  return item.gross(1) < LIMIT;
};
const total2 = async (items: Item[]): Promise<number> => items.length;

function isTag(value: unknown): boolean {
  return value instanceof Kind;
}
