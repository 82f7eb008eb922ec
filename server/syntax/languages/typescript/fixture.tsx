import { List } from "./list";

type Props = { items: Item[] };

export function View({ items }: Props) {
  return <List title="x"><Row item={items[0]} /></List>;
}
