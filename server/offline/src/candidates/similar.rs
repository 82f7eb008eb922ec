//! How alike two names are.

/// The words that a name is made of, in lower case: `HashMap2`, `hash_map2` and `HASH_MAP2` are
/// `hash`, `map2`.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut current = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let hump = character.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if (character == '_' || hump) && !current.is_empty() {
            parts.push(std::mem::take(&mut current));
        }
        if character != '_' {
            current.extend(character.to_lowercase());
        }
    }
    if !current.is_empty() {
        parts.push(current);
    }
    parts
}

/// How many letters must be put in, left out, replaced or exchanged with their neighbour.
pub(super) fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let same = one[i - 1] == other[j - 1];
            let replaced = rows[i - 1][j - 1] + usize::from(!same);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let exchanged =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if exchanged {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

/// How unlike two different names are, smaller is more alike: 1 for the same letters in another
/// case or with other underscores, 2 for one slip of the finger and up to 6 for three, 3 and more
/// for words put before or after, 8 and more for a shared first or last word. `None` if they have
/// nothing to do with one another.
pub(super) fn unlikeness(one: &str, other: &str) -> Option<u32> {
    if one == other {
        return None;
    }
    let bare = |name: &str| name.replace('_', "").to_lowercase();
    let (short, long) = (bare(one), bare(other));
    if short == long {
        return Some(1);
    }
    let letters = short.chars().count().min(long.chars().count());
    let longest = short.chars().count().max(long.chars().count());
    let slips = distance(&short, &long);
    let mut best = None;
    let mut found = |cost: u32| best = Some(best.map_or(cost, |best: u32| best.min(cost)));
    if longest > 1 && slips <= (letters / 3).max(1) {
        // `b1` and `b2` are two names, and so are `i` and `j`.
        let digits = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let numbered = digits(&short) == digits(&long) && short.len() == long.len();
        let certain = if numbered || letters < 2 { 4 } else { 0 };
        found(2 * u32::try_from(slips).unwrap_or(u32::MAX / 4) + certain);
    }
    let (one, other) = (parts(one), parts(other));
    let (few, many) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let extra = u32::try_from(many.len() - few.len()).unwrap_or(u32::MAX);
    if !few.is_empty() && extra > 0 && (many.starts_with(few) || many.ends_with(few)) {
        found(2 + extra);
    } else if many.len() > 1 && few.len() > 1 {
        let first = many.iter().zip(few).take_while(|(a, b)| a == b).count();
        let last = many.iter().rev().zip(few.iter().rev()).take_while(|(a, b)| a == b).count();
        let shared = first + last;
        if shared > 0 {
            found(8 + u32::try_from(many.len().saturating_sub(shared)).unwrap_or(u32::MAX / 2));
        }
    }
    best
}

/// The greatest unlikeness of what may be a mere slip.
pub(super) const SLIP: u32 = 6;

/// A regular expression for names that are like `name`, without anything around it: those with
/// one slip, in another case, with words before or after it, and, if `shared`, those that begin
/// or end with the same word.
pub(super) fn pattern(name: &str, shared: bool) -> String {
    let characters: Vec<char> = name.chars().filter(|c| *c == '_' || c.is_alphanumeric()).collect();
    let text = |range: &[char]| range.iter().collect::<String>();
    let mut forms: Vec<String> = Vec::new();
    if characters.len() > 1 {
        for at in 0..characters.len() {
            let head = text(&characters[..at]);
            let tail = text(&characters[(at + 2).min(characters.len())..]);
            // Whatever stands for two neighbours: one left out, one too many, two exchanged.
            let form = format!("{head}\\w{{0,3}}{tail}");
            if characters.len() > 2 || at == 0 {
                forms.push(form);
            }
        }
    }
    let bare: Vec<String> =
        characters.iter().filter(|c| **c != '_').map(|c| format!("_?{c}")).collect();
    forms.push(bare.concat());
    // A single letter is in too many names.
    if characters.len() > 2 {
        forms.push(format!("\\w*{}\\w*", text(&characters)));
    } else {
        forms.push(format!("\\w+_{}|{}_\\w+", text(&characters), text(&characters)));
    }
    let parts = parts(name);
    if shared && parts.len() > 1 {
        forms.push(format!("{}_?\\w+", parts[0]));
        forms.push(format!("\\w+{}", parts[parts.len() - 1]));
    }
    if parts.len() > 1 {
        // A word less at one end.
        forms.push(parts[1..].join("_?"));
        forms.push(parts[..parts.len() - 1].join("_?"));
    }
    format!("(?i:{})", forms.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike() {
        let cases = [
            ("nextBack", "next_back", Some(1)),
            ("parse_uint", "parse_unit", Some(2)),
            ("kO", "Ok", Some(2)),
            ("Minor2", "Minor", Some(2)),
            ("b1", "b2", Some(6)),
            ("b1", "b1_value", Some(3)),
            ("CSI", "DEFAULT_CSI", Some(3)),
            ("HashMap", "IndexHashMap", Some(3)),
            ("with_capacity", "with_x", Some(9)),
            ("i", "j", None),
            ("open", "close", None),
            ("same", "same", None),
        ];
        for (one, other, expected) in cases {
            assert_eq!(unlikeness(one, other), expected, "{one} {other}");
            assert_eq!(unlikeness(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(parts("HTTPServer_v2"), ["http", "server", "v2"]);
        assert_eq!(parts("__x"), ["x"]);
    }
}
