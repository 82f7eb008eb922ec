// A shop: all that the queries for JavaScript know.
import till, { Cents as Money, total } from "./price.js";
import * as path from "node:path";
import "./style.css";
export { Tag, Sale as Offer } from "./tags.js";
export * from "./more.js";
export * as extra from "./extra.js";

// What one piece costs at most.
export const LIMIT = 100;
let count = 0, last;
var { first, rest: [second] } = till.names;
const names = [
  "apple",
  "pear",
];

export default function open(name, price = LIMIT, { shelf, ...more }, ...others) {
  const item = new Item(name, price);
  let gross = item.gross(19).toString();
  for (const tag of item.tags) {
    tag.lower(shelf.length);
  }
  try {
    return others.map((it) => it.price + count);
  } catch (error) {
    console.log(error.message, path.join(gross));
  }
}

/** Something to sell. */
@registry.known
@named("item")
export class Item extends Base {
  static known = new Map();
  #price;
  onSale = (event) => this.lower(event.detail);

  constructor(name, price) {
    super(name);
    this.#price = price;
    this.tags = loadTags(name);
    this.tags = this.tags ?? [];
  }

  get gross() {
    return this.#price.toCents();
  }

  async *each() {
    yield* this.tags;
  }
}

export const cheap = async (item) => {
  function local() {
    return item.price < LIMIT;
  }
  const alone = 1;
  return local() && alone;
};

function* numbers() {
  yield count;
}

const Shelf = class extends shop.Base {};

function View({ items }) {
  return <List title="x"><Row item={items[0]} /></List>;
}
