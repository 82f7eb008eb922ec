//! Three-way merges of texts that grew out of one.

use text::{Text, merge};

use crate::input::Input;

/// What one side types: letters that stand in no text before.
const OURS: char = 'Ω';
const THEIRS: char = 'Θ';

pub(crate) fn target(bytes: &[u8]) {
    let mut input = Input(bytes);
    let plain = |text: String| text.replace([OURS, THEIRS], "");
    let base = plain(input.text(40));
    let mut sides = [base.clone(), base.clone()];
    while !input.is_empty() {
        let (side, typed) = match input.below(2) {
            0 => (&mut sides[0], OURS),
            _ => (&mut sides[1], THEIRS),
        };
        let boundary = |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at));
        let from = boundary(side, input.below(side.len() + 1)).unwrap_or(0);
        let to = boundary(side, (from + input.below(40)).min(side.len())).unwrap_or(from);
        let mut new = plain(input.text(3));
        new.extend(std::iter::repeat_n(typed, input.below(3)));
        side.replace_range(from..to.max(from), &new);
    }
    let [base, ours, theirs] = [&base, &sides[0], &sides[1]].map(|text| Text::new(text));
    assert_eq!(merge(&base, &base, &theirs), Ok(theirs.clone()), "one side is unchanged");
    assert_eq!(merge(&base, &ours, &base), Ok(ours.clone()), "one side is unchanged");
    assert_eq!(merge(&base, &ours, &ours), Ok(ours.clone()), "both sides are equal");
    let merged = merge(&base, &ours, &theirs);
    let count = |text: &str, typed: char| text.chars().filter(|c| *c == typed).count();
    let (our_text, their_text) = (ours.to_string(), theirs.to_string());
    match (&merged, merge(&base, &theirs, &ours)) {
        (Ok(text), Ok(mirrored)) => {
            assert_eq!(text, &mirrored, "it must not matter who is called ours");
            let text = text.to_string();
            assert_eq!(count(&text, OURS), count(&our_text, OURS), "our typing is lost or doubled");
            assert_eq!(count(&text, THEIRS), count(&their_text, THEIRS), "theirs is");
        }
        (Err(conflicts), Err(mirrored)) => {
            assert_eq!(conflicts.len(), mirrored.len());
            let mut end = 0;
            for (conflict, mirrored) in conflicts.iter().zip(mirrored) {
                assert!(end <= conflict.range.start, "conflicts are in order");
                end = conflict.range.end;
                assert_eq!(base.slice(conflict.range.clone()), conflict.base);
                assert_eq!((&conflict.ours, &conflict.theirs), (&mirrored.theirs, &mirrored.ours));
                assert!(conflict.ours != conflict.theirs, "equal sides are no conflict");
                assert!(our_text.contains(&conflict.ours), "a side shows its own text");
                assert!(their_text.contains(&conflict.theirs), "a side shows its own text");
            }
            assert!(!conflicts.is_empty());
        }
        _ => panic!("it must not matter who is called ours"),
    }
}
