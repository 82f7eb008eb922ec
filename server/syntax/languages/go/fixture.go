// Package shop has all that the queries for Go know.
package shop

import (
	"fmt"
	str "strings"
	. "example.org/shop/till"
	_ "embed"
)

import "os"

// Limit is what one piece costs at most.
const Limit = 100

const (
	Fresh Tag = iota
	Sale
)

var names, more = []string{"apple"}, 1
var Default *Item

// Tag says what is special.
type Tag int
type Shelf = map[string][]Item

type (
	Named interface {
		fmt.Stringer
		Name() string
	}
	Pair[A any] struct{ a, B A }
)

// Item is something to sell.
type Item struct {
	Named
	Price int `json:"price"`
	// In which shelf.
	shelf *Shelf
	Sizes struct{ Wide int }
}

// New makes an item.
func New(name string, price int, rest ...Tag) (*Item, error) {
	item := &Item{Price: price, shelf: nil}
	if err := item.check(Limit); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a, b := till.Range(price), 1
	for index, tag := range rest {
		item.Add(tag, index, a+b)
	}
	var sum int64 = 0
	var local = func(x int) int { return x + int(sum) }
	switch kind := any(item).(type) {
	case *Item:
		local(kind.Price)
	}
	select {
	case next := <-item.shelf.ch:
		fmt.Println(next)
	}
	return Map[Item, *Item](item), nil
}

// Gross adds the tax.
func (i *Item) Gross(tax float64) float64 {
	return float64(i.Price) * tax
}

func (p Pair[A]) first() A { return p.a }

func TestNew(t *testing.T) {
	item, _ := New("apple", 1)
	t.Log(str.ToUpper(item.Name()), os.Args)
}
