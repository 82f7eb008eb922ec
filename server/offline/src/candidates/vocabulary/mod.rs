//! Names of the standard library that programs use all the time, and what other languages call
//! them.

mod elsewhere;
mod items;
mod methods;

use self::elsewhere::ELSEWHERE;
use self::items::{MACROS, MODULES, TRAITS, TYPES, VALUES};
use self::methods::METHODS;
use super::missing::Sought;

/// Names of the standard library that a name of this kind may be meant to be.
pub(super) fn of(sought: Sought) -> Vec<&'static str> {
    let lists: &[&[&str]] = match sought {
        Sought::Value => &[VALUES, METHODS],
        Sought::Type => &[TYPES, TRAITS],
        Sought::Trait => &[TRAITS],
        Sought::Module => &[MODULES, TYPES],
        Sought::Macro => &[MACROS],
        Sought::Method | Sought::Associated | Sought::Member => &[METHODS],
        Sought::Import => &[TYPES, TRAITS, MODULES, MACROS, VALUES],
        Sought::Variant | Sought::Field | Sought::Lifetime => &[],
    };
    lists.concat()
}

/// What a method that other languages call `name` may be called here, likeliest first.
pub(super) fn elsewhere(name: &str) -> &'static [&'static str] {
    ELSEWHERE.iter().find(|(theirs, _)| *theirs == name).map_or(&[], |(_, ours)| ours)
}
