//! A shop: all that the queries for Rust know.

use std::collections::{BTreeMap as Map, HashSet};
use std::fmt::{self, Display, Write as _};
pub use crate::price::*;
pub(crate) use super::{till, r#box::Crate};
use serde;
extern crate alloc as heap;

/// What one piece costs at most.
const LIMIT: u32 = Price::MAX.cents;
pub static NAMES: &[&str] = &[
    "apple",
    "pear",
];
pub type Shelf<'a> = Map<&'a str, Vec<Item>>;

mod till;

/// Something to sell.
///
/// It has a price.
#[derive(Debug, Clone)]
pub struct Item {
    /// In cents.
    pub price: u32,
    // Not shown.
    pub(crate) name: String, // about the name
    tags: HashSet<Tag>,
}

pub struct Pair<A>(A, pub A)
where
    A: Clone;

struct Unit;

pub enum Tag {
    Fresh,
    /// Until when.
    Sale { until: Date, percent: u8 },
    Other(String),
    Numbered = 7,
}

union Bits {
    whole: u32,
    parts: [u8; 4],
}

pub trait Priced: Named {
    const TAX: u8 = 19;
    type Money;

    fn price(&self) -> Self::Money;

    fn gross(&self) -> u32 {
        let net = self.price().into_cents();
        net * u32::from(Self::TAX) / 100
    }
}

impl<'a> Priced for &'a Item {
    type Money = Cents;

    fn price(&self) -> Cents {
        Cents::new(self.price)
    }
}

impl Item {
    #[must_use]
    pub fn new(name: &str, price: u32) -> Self {
        fn local(text: &str) -> String {
            text.trim().to_owned()
        }
        Item { name: local(name), price, tags: HashSet::default() }
    }

    pub(super) async fn sell(&mut self, till: &Till, (from, to): (Date, Date)) -> Result<Sale, Error> {
        let mut sale = Sale::open(till)?;
        let Range { start, .. } = till.range(from, to);
        let label: Label<'_> = format!("{} at {}", self.name, Label::of(&self.tags, LIMIT)).into();
        for tag in self.tags.iter().filter(|tag| tag.is_active(start)) {
            match tag {
                Tag::Sale { until, percent: off } if *until > from => sale.lower(*off),
                Tag::Other(text) => log::info!("{text}", text = text.as_str()),
                other @ Tag::Fresh => drop(other),
                _ => {}
            }
        }
        if let Some(cents) = sale.total::<Cents>() && cents > 0 {
            Till::add(till, cents);
        }
        while let Some(next) = sale.next() {
            crate::till::ring(next);
        }
        let add = |sum: u32, other| sum + other;
        Ok(sale.close(add(1, 2), label))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name()?)
    }
}

impl !Send for Unit {}

extern "C" {
    fn weigh(grams: *const u8) -> i32;
    static SCALE: i32;
}

/// Adds up.
macro_rules! total {
    ($($price:expr),*) => { 0 $(+ Price::from($price))* };
}

pub(in crate::price) const fn cheap(limit: u32) -> bool {
    limit < LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apple() -> Item {
        Item::new("apple", total!(1, 2))
    }

    #[test]
    fn an_item_has_a_price() {
        assert_eq!(apple().price, shop.items[0].first().price(), "{}", NAMES.len());
    }
}
