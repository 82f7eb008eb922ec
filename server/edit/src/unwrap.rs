//! What models wrap around the text that they copy: fences, line numbers, entities, escapes.
//!
//! Old and new text are unwrapped alike, and only when the old text does not stand in the file
//! with its wrapping: a file may well contain a fence or an entity.

use crate::script::{Kind, Line, Script};

/// A pair of texts without the fences around both.
pub(crate) fn fences(old: &str, new: &str) -> Option<(String, String)> {
    let inner = unfenced(old)?;
    Some((inner, unfenced(new).unwrap_or_else(|| new.to_owned())))
}

/// The text between a fence and its end, if there is nothing else. It ends with a line end.
pub(crate) fn unfenced(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.trim().lines().collect();
    let [first, inner @ .., last] = lines.as_slice() else { return None };
    let mark: String = first.chars().take_while(|c| *c == '`' || *c == '~').collect();
    let language = &first[mark.len()..];
    let opens = mark.len() >= 3
        && (mark.chars().all(|c| c == '`') || mark.chars().all(|c| c == '~'))
        && !language.contains('`');
    // An inner fence of the same length would close the outer one early.
    let closes = last.trim() == mark && inner.iter().all(|line| line.trim() != mark);
    (opens && closes).then(|| inner.iter().flat_map(|line| [*line, "\n"]).collect())
}

/// A pair of texts in which line ends, tabs and quotes are spelled as in a string literal.
pub(crate) fn escapes(old: &str, new: &str) -> Option<(String, String)> {
    let spelled = !old.trim_end().contains('\n') && old.contains("\\n");
    spelled.then(|| (unescaped(old), unescaped(new)))
}

fn unescaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            result.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => result.push('\n'),
            Some('t') => result.push('\t'),
            Some('r') => result.push('\r'),
            Some(quote @ ('"' | '\'' | '\\')) => result.push(quote),
            Some(other) => result.extend(['\\', other]),
            None => result.push('\\'),
        }
    }
    result
}

/// The script in other readings: without line numbers in front of its lines, without entities.
pub(crate) fn readings(script: &Script) -> Vec<Script> {
    let numbers = NUMBER_ENDS.iter().filter_map(|end| without_numbers(script, end));
    numbers.chain(without_entities(script)).collect()
}

/// What stands between a line's number and the line, as tools print it.
const NUMBER_ENDS: [&str; 8] = [" | ", "| ", "|", "\u{2192}", "\t", ": ", ":", ". "];

/// The script without line numbers, if all its old lines have one, each higher than the one before.
fn without_numbers(script: &Script, end: &str) -> Option<Script> {
    let mut last = None;
    let mut filled = false;
    for line in script.old() {
        let (number, text) = numbered(line, end)?;
        filled |= !text.trim().is_empty();
        if last.is_some_and(|last| number <= last) {
            return None;
        }
        last = Some(number);
    }
    // Behind the numbers of blank lines nothing shows where they end.
    if !filled {
        return None;
    }
    Some(script.map(|line| match numbered(line, end) {
        Some((_, text)) => Line::new(line.kind, text),
        None => line.clone(),
    }))
}

fn numbered(line: &Line, end: &str) -> Option<(u64, String)> {
    let of = |text: &str| {
        let text = text.trim_start_matches(' ');
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = text[..digits].parse().ok()?;
        let rest = &text[digits..];
        // Behind the number of a blank line the blank may be missing.
        let text = rest.strip_prefix(end).or((rest == end.trim_end()).then_some(""))?;
        Some((number, text.to_owned()))
    };
    of(&line.text)
}

fn without_entities(script: &Script) -> Option<Script> {
    const ENTITIES: [(&str, &str); 7] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        // The last one, so that nothing is replaced twice.
        ("&amp;", "&"),
    ];
    let has = |line: &Line| ENTITIES.iter().any(|(entity, _)| line.text.contains(entity));
    script.old().any(has).then(|| {
        script.map(|line| {
            let replaced = ENTITIES
                .iter()
                .fold(line.text.clone(), |text, (entity, plain)| text.replace(entity, plain));
            Line::new(line.kind, replaced)
        })
    })
}

/// Whether a new line stands for something that it leaves out. `strict` takes only what says so
/// in words; otherwise dots in a comment are enough.
pub(crate) fn is_placeholder(line: &str, strict: bool) -> bool {
    let line = line.trim();
    let mark = ["//", "#", "/*", "--", "<!--", "{/*", "%", ";"]
        .iter()
        .find_map(|mark| line.strip_prefix(mark));
    let Some(words) = mark else { return false };
    let words = words.trim().to_lowercase();
    let dots = words.contains("...") || words.contains('…');
    let bare = words.trim_matches(|c: char| ".…*/->}() ".contains(c)).to_owned();
    let left_out =
        ["rest of", "existing", "previous", "remaining", "unchanged", "remains", "omitted"]
            .iter()
            .any(|word| bare.contains(word));
    let starts = words.starts_with("...") || words.starts_with('…');
    if strict {
        return starts && left_out;
    }
    let said = ["rest of", "existing ", "previous ", "remaining "]
        .iter()
        .any(|word| bare.starts_with(word));
    (starts && (left_out || bare.is_empty() || ends_with_dots(&words)))
        || (said && (dots || left_out))
}

fn ends_with_dots(words: &str) -> bool {
    let words = words.trim_end_matches("*/").trim_end_matches("-->").trim_end();
    words.ends_with("...") || words.ends_with('…')
}

/// A line of the script that is inserted and stands for something that it leaves out.
pub(crate) fn inserted_placeholder(script: &Script, strict: bool) -> Option<&Line> {
    let old = |line: &Line| script.old().any(|old| old.text.trim() == line.text.trim());
    script
        .lines
        .iter()
        .filter(|line| line.kind == Kind::Insert)
        .find(|line| is_placeholder(&line.text, strict) && !old(line))
}
