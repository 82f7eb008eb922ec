//! How often each letter occurs, in the order in which the letters first appear.

use std::collections::HashMap;

/// The letters of `text` with their numbers: "Ærø" has one "Æ", one "r" and one "ø".
pub fn letters(text: &str) -> Vec<(char, usize)> {
    let mut tally: Vec<(char, usize)> = Vec::new();
    let mut places = HashMap::new();
    for letter in text.chars().filter(|&sign| sign != '–' && sign != ' ') {
        match places.entry(letter) {
            Entry::Occupied(place) => {
                let place: usize = *place.get();
                tally[place].1 += 1;
            }
            Entry::Vacant(place) => {
                place.insert(tally.len());
                tally.push((letter, 1));
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_order() {
        assert_eq!(letters("øre – Ø"), [('ø', 1), ('r', 1), ('e', 1), ('Ø', 1)]);
        assert_eq!(letters("naïveté ï"), [
            ('n', 1),
            ('a', 1),
            ('ï', 2),
            ('v', 1),
            ('e', 1),
            ('t', 1),
            ('é', 1)
        ]);
    }
}
