#!/usr/bin/env bash
# A shop.

LIMIT=100
readonly names=(apple pear)

# Sells.
sell() {
    local price=$1
    echo "$price"
}

function weigh {
    sell "$LIMIT"
}
