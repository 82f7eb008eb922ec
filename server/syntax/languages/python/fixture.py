"""A shop: all that the queries for Python know."""

from __future__ import annotations

import os.path as paths, sys
import collections.abc
from . import till
from ..price import Cents as Money, total
from .tags import *

LIMIT: int = 100
NAMES = [
    "apple",
    "pear",
]
first, second = NAMES
type Shelf = dict[str, Item]


# Something to sell.
@dataclass(frozen=True)
@registry.known
class Item(Base, abc.Named, Generic[T], metaclass=Meta):
    """It has a price."""

    price: int
    name: str = "none"
    _count = 0

    def __init__(self, name: str, price=LIMIT, *rest, **more: Any) -> None:
        super().__init__()
        self.name = name
        self.tags: set[Tag] = set()
        self.tags = load(rest)

    @property
    def gross(self) -> Money:
        net = self.price.into_cents()
        return net * paths.tax(19)

    async def sell(self, till: till.Till, *counts: int):
        sale = Sale.open(till)
        a, (b, c) = sale.bounds
        with open("log", mode="a") as log, lock:
            log.write(f"{self.name!r} at {sale.label()}")
        for index, tag in enumerate(self.tags):
            tag.lower(index)
        if (rest := till.rest) > 0:
            print(rest)
        try:
            await sale.close()
        except (Error, OSError) as error:
            raise Failed(error) from error
        except Late as late:
            pass
        match sale:
            case Sale(price=p):
                return p
            case other:
                return [x.price for x in other.items if x]

    class _Inner:
        def run(self): ...


def cheap(item: Item | None, key=lambda it, n=1: it.price) -> Callable[[Item], bool]:
    def local():
        return key(item)

    count = 1
    return local


class TestItem:
    def test_price(self):
        assert Item("apple", 1).price == 1


def _hidden(): pass
