//! Words of a source text with what stands around them: enough to tell a call from a field and
//! a path from a local name, without a tree.
//!
//! Trees say what a file *defines*; what it *uses* is read from here, in one pass over the bytes.
//! Nothing is resolved, and where a text does not follow its language the words still come.

use syntax::Language;

/// How a word is used, by the marks beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Use {
    /// Nothing tells: a local name, a type, a constant.
    Bare,
    /// `name(`
    Call,
    /// `.name(`
    Method,
    /// `.name`
    Field,
    /// `a::name`
    Path,
    /// `name!`
    Macro,
    /// `name:` or `name =` between brackets: a field that gets its value.
    Label,
}

impl Use {
    pub(crate) fn from_bits(bits: u8) -> Use {
        match bits {
            1 => Use::Call,
            2 => Use::Method,
            3 => Use::Field,
            4 => Use::Path,
            5 => Use::Macro,
            6 => Use::Label,
            _ => Use::Bare,
        }
    }
}

/// A word that is no keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// First byte.
    pub(crate) start: u32,
    /// Bytes.
    pub(crate) len: u16,
    /// How it is used.
    pub(crate) how: Use,
    /// Whether the word before it, with `.` or `::` between, is its owner or receiver. That word
    /// may be a keyword (`self`, `super`).
    pub(crate) qualifier: Option<(u32, u16)>,
}

impl Word {
    /// Its letters.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        slice(source, (self.start, self.len))
    }

    /// The letters of its owner or receiver.
    pub(crate) fn qualifier_text<'a>(&self, source: &'a str) -> Option<&'a str> {
        self.qualifier.map(|place| slice(source, place))
    }
}

fn slice(source: &str, (start, len): (u32, u16)) -> &str {
    source.get(start as usize..start as usize + usize::from(len)).unwrap_or_default()
}

/// What of a language's letters matters here.
struct Rules {
    hash_comments: bool,
    slash_comments: bool,
    /// `'` opens a string; otherwise a character or a lifetime.
    single_quotes: bool,
    back_quotes: bool,
    triple_quotes: bool,
    raw_strings: bool,
    macros: bool,
}

fn rules(language: Language) -> Rules {
    let c_like = Rules {
        hash_comments: false,
        slash_comments: true,
        single_quotes: true,
        back_quotes: false,
        triple_quotes: false,
        raw_strings: false,
        macros: false,
    };
    match language.id() {
        "rust" => Rules { single_quotes: false, raw_strings: true, macros: true, ..c_like },
        "python" => {
            Rules { hash_comments: true, slash_comments: false, triple_quotes: true, ..c_like }
        }
        "ruby" | "shellscript" | "toml" | "yaml" => {
            Rules { hash_comments: true, slash_comments: false, ..c_like }
        }
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" | "go" => {
            Rules { back_quotes: true, ..c_like }
        }
        _ => c_like,
    }
}

/// Calls `found` for each word of `source`, in order. Comments and strings have none.
pub(crate) fn words(language: Language, source: &str, mut found: impl FnMut(Word)) {
    let rules = rules(language);
    let bytes = source.as_bytes();
    let keywords = crate::keywords::of(language);
    // The last word and whether it is joined to the next one. After a call it is the one called.
    let mut last: Option<(u32, u16)> = None;
    let mut joined = Joint::None;
    // What stood before each bracket that is open, and where the last word or bracket ended.
    let mut open: Vec<Option<(u32, u16)>> = Vec::new();
    let mut end = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'/' if rules.slash_comments && bytes.get(at + 1) == Some(&b'/') => {
                at = line_end(bytes, at);
            }
            b'/' if rules.slash_comments && bytes.get(at + 1) == Some(&b'*') => {
                at = block_end(bytes, at + 2);
            }
            b'#' if rules.hash_comments => at = line_end(bytes, at),
            b'"' | b'\'' if rules.triple_quotes && bytes[at..].starts_with(&[byte; 3]) => {
                at = triple_end(bytes, at + 3, byte);
                joined = Joint::None;
                last = None;
            }
            b'"' => {
                at = string_end(bytes, at + 1, b'"');
                joined = Joint::None;
                last = None;
            }
            b'\'' if rules.single_quotes => {
                at = string_end(bytes, at + 1, b'\'');
                joined = Joint::None;
                last = None;
            }
            b'\'' => {
                at = character_end(bytes, at);
                joined = Joint::None;
                last = None;
            }
            b'`' if rules.back_quotes => {
                at = string_end(bytes, at + 1, b'`');
                joined = Joint::None;
                last = None;
            }
            b'r' | b'b' if rules.raw_strings && raw_string(bytes, at).is_some() => {
                at = raw_string(bytes, at).unwrap_or(at + 1);
                joined = Joint::None;
                last = None;
            }
            _ if is_start(byte) => {
                let start = at;
                while bytes.get(at).is_some_and(|byte| is_part(*byte)) {
                    at += 1;
                }
                let place = (
                    u32::try_from(start).unwrap_or(u32::MAX),
                    u16::try_from(at - start).unwrap_or(u16::MAX),
                );
                let text = slice(source, place);
                if !keywords.contains(&text) {
                    found(Word {
                        start: place.0,
                        len: place.1,
                        how: usage(bytes, at, joined, rules.macros),
                        qualifier: if joined == Joint::None { None } else { last },
                    });
                }
                // What only unwraps or goes over its receiver leads to the same types.
                if joined != Joint::Dot || last.is_none() || !passes_on(text) {
                    last = Some(place);
                }
                joined = Joint::None;
                end = at;
            }
            b'0'..=b'9' => {
                while bytes.get(at).is_some_and(|byte| is_part(*byte)) {
                    at += 1;
                }
                last = None;
                joined = Joint::None;
            }
            b'.' => {
                joined = if bytes.get(at + 1) == Some(&b'.') { Joint::None } else { Joint::Dot };
                at += if joined == Joint::None { 2 } else { 1 };
            }
            b':' if bytes.get(at + 1) == Some(&b':') => {
                joined = Joint::Colons;
                at += 2;
            }
            b'-' if bytes.get(at + 1) == Some(&b'>') => {
                // In C the receiver's pointer, elsewhere what a function returns.
                joined = if last_touches(bytes, at, last) { Joint::Dot } else { Joint::None };
                at += 2;
            }
            b'?' => {
                at += 1;
                end = at;
            }
            b'(' | b'[' | b'{' => {
                open.push(last.filter(|_| end == at && byte != b'{'));
                last = None;
                joined = Joint::None;
                at += 1;
            }
            b')' | b']' | b'}' => {
                last = open.pop().flatten();
                joined = Joint::None;
                at += 1;
                end = at;
            }
            _ => {
                last = None;
                joined = Joint::None;
                at += 1;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    None,
    Dot,
    Colons,
}

/// Whether the methods of that name give back what they are called on, or a part of it that is
/// named by the same types.
pub(crate) fn passes_on(name: &str) -> bool {
    const NAMES: [&str; 40] = [
        "as_deref",
        "as_deref_mut",
        "as_mut",
        "as_ref",
        "as_slice",
        "await",
        "borrow",
        "borrow_mut",
        "clone",
        "cloned",
        "collect",
        "copied",
        "enumerate",
        "expect",
        "filter",
        "first",
        "first_mut",
        "get",
        "get_mut",
        "into_iter",
        "iter",
        "iter_mut",
        "last",
        "last_mut",
        "lock",
        "next",
        "ok",
        "ok_or",
        "ok_or_else",
        "peekable",
        "pop",
        "read",
        "rev",
        "skip",
        "take",
        "then",
        "to_owned",
        "unwrap",
        "unwrap_or_default",
        "write",
    ];
    NAMES.binary_search(&name).is_ok()
}

fn last_touches(bytes: &[u8], at: usize, last: Option<(u32, u16)>) -> bool {
    last.is_some_and(|(start, len)| start as usize + usize::from(len) == at)
        && bytes.get(at + 2).is_some_and(|byte| is_start(*byte))
}

fn usage(bytes: &[u8], end: usize, joined: Joint, macros: bool) -> Use {
    let mut next = end;
    // `collect::<Vec<_>>()` is a call as well.
    let turbofish = bytes[end..].starts_with(b"::<");
    while bytes.get(next) == Some(&b' ') {
        next += 1;
    }
    let after = bytes.get(next).copied().unwrap_or_default();
    let is_call = after == b'(' || turbofish;
    match joined {
        Joint::Dot if is_call => Use::Method,
        Joint::Dot => Use::Field,
        Joint::Colons => Use::Path,
        Joint::None if is_call => Use::Call,
        Joint::None if macros && after == b'!' && bytes.get(next + 1) != Some(&b'=') => Use::Macro,
        Joint::None if after == b':' && bytes.get(next + 1) != Some(&b':') => Use::Label,
        Joint::None if after == b'=' && next == end && bytes.get(next + 1) != Some(&b'=') => {
            Use::Label
        }
        Joint::None => Use::Bare,
    }
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_part(byte: u8) -> bool {
    is_start(byte) || byte.is_ascii_digit()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at)
}

fn block_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].windows(2).position(|pair| pair == b"*/").map_or(bytes.len(), |at| from + at + 2)
}

fn triple_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let end = bytes[from..].windows(3).position(|three| three == [quote; 3]);
    end.map_or(bytes.len(), |at| from + at + 3)
}

fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a character, or of the quote of a lifetime.
fn character_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\\') => string_end(bytes, at + 1, b'\''),
        Some(_) => {
            let close = bytes[at + 1..].iter().take(6).position(|byte| *byte == b'\'');
            match close {
                // `'a'`, or a character of several bytes.
                Some(1) => at + 3,
                Some(len) if len > 0 && bytes[at + 1] >= 0x80 => at + len + 2,
                _ => at + 1,
            }
        }
        None => at + 1,
    }
}

/// The end of `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#` if one begins at `at`.
fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut next = at;
    if bytes.get(next) == Some(&b'b') {
        next += 1;
    }
    if bytes.get(next) != Some(&b'r') {
        return None;
    }
    next += 1;
    let hashes = bytes[next..].iter().take_while(|byte| **byte == b'#').count();
    next += hashes;
    if bytes.get(next) != Some(&b'"') {
        return None;
    }
    next += 1;
    let mut end = next;
    loop {
        let quote = bytes[end..].iter().position(|byte| *byte == b'"')?;
        end += quote + 1;
        if bytes[end..].iter().take_while(|byte| **byte == b'#').count() >= hashes {
            return Some(end + hashes);
        }
    }
}

/// The words of prose, such as a comment.
pub(crate) fn plain_words(prose: &str) -> impl Iterator<Item = &str> {
    prose
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The parts of a compound name in lower case: `parseHTTPUrl2` gives parse, http, url, 2.
pub(crate) fn parts(name: &str) -> impl Iterator<Item = String> {
    part_ranges(name).map(str::to_ascii_lowercase)
}

/// A fingerprint of a part of a name that is the same in capitals.
pub(crate) fn part_hash(part: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    part.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
    hasher.finish()
}

/// The parts of a compound name as they stand in it: `parseHTTPUrl2` gives parse, HTTP, Url, 2.
pub(crate) fn part_ranges(name: &str) -> impl Iterator<Item = &str> {
    let bytes = name.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
            at += 1;
        }
        let start = at;
        let first = *bytes.get(at)?;
        let run =
            |from: usize, is: fn(&u8) -> bool| bytes[from..].iter().take_while(|b| is(b)).count();
        if first.is_ascii_digit() {
            at += run(at, u8::is_ascii_digit);
        } else {
            let upper = run(at, u8::is_ascii_uppercase);
            if upper > 1 && bytes.get(at + upper).is_some_and(u8::is_ascii_lowercase) {
                // The last capital begins the next part.
                at += upper - 1;
            } else if upper > 1 {
                at += upper;
            } else {
                at += upper;
                at += run(at, u8::is_ascii_lowercase);
            }
        }
        Some(&name[start..at])
    })
}

#[cfg(test)]
mod tests;
