<?php

namespace Shop;

use Till\Price;

// What one piece costs at most.
const LIMIT = 100;

/** Something to sell. */
#[Known]
final class Item extends Base implements Priced
{
    private const TAX = 19;
    protected ?int $count = 0;

    public function __construct(private int $price, string $name)
    {
        parent::__construct($name);
    }

    private function gross(float $tax): float
    {
        return $this->price * $tax;
    }
}

interface Priced { public function price(): int; }
trait Named { public string $name; }
enum Tag: string { case Fresh = 'f'; case Sale = 's'; }

function total(array $items): int
{
    return count($items);
}
