//! Words and marks of other languages, where their Rust is known.

use harness::Diagnostic;

use super::missing::{self, Sought};
use super::syntax::is_syntax;
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Keywords and marks, and what may be meant by them, likeliest first.
const WORDS: &[(&str, &[&str])] = &[
    ("func", &["fn"]),
    ("def", &["fn"]),
    ("function", &["fn"]),
    ("fun", &["fn"]),
    ("sub", &["fn"]),
    ("var", &["let mut", "let"]),
    ("val", &["let"]),
    ("auto", &["let"]),
    ("const", &["let"]),
    ("switch", &["match"]),
    ("case", &["match"]),
    ("class", &["struct"]),
    ("record", &["struct"]),
    ("interface", &["trait"]),
    ("protocol", &["trait"]),
    ("extends", &["impl"]),
    ("implements", &["for"]),
    ("implement", &["impl"]),
    ("public", &["pub"]),
    ("export", &["pub"]),
    ("import", &["use"]),
    ("include", &["use"]),
    ("using", &["use"]),
    ("require", &["use"]),
    ("module", &["mod"]),
    ("namespace", &["mod"]),
    ("package", &["mod"]),
    ("this", &["self"]),
    ("forever", &["loop"]),
    ("final", &["const"]),
    ("elif", &["else if"]),
    ("elsif", &["else if"]),
    ("elseif", &["else if"]),
    ("foreach", &["for"]),
    ("until", &["while !"]),
    ("not", &["!"]),
    ("and", &["&&"]),
    ("or", &["||"]),
    ("is", &["=="]),
    ("throw", &["return Err("]),
    ("mutable", &["mut"]),
    ("typedef", &["type"]),
    ("template", &["impl"]),
    ("lambda", &["|"]),
];

/// Types and values that other languages have by other names.
const NAMES: &[(&str, &[&str])] = &[
    ("int", &["i32", "usize"]),
    ("uint", &["usize", "u32"]),
    ("size_t", &["usize"]),
    ("ssize_t", &["isize"]),
    ("Int", &["i32", "usize"]),
    ("integer", &["i32", "usize"]),
    ("Integer", &["i32", "usize"]),
    ("long", &["u64", "i64"]),
    ("Long", &["i64", "u64"]),
    ("short", &["i16", "u16"]),
    ("byte", &["u8"]),
    ("Byte", &["u8"]),
    ("int8", &["i8"]),
    ("int16", &["i16"]),
    ("int32", &["i32"]),
    ("int64", &["i64"]),
    ("uint8", &["u8"]),
    ("uint16", &["u16"]),
    ("uint32", &["u32"]),
    ("uint64", &["u64"]),
    ("int8_t", &["i8"]),
    ("int16_t", &["i16"]),
    ("int32_t", &["i32"]),
    ("int64_t", &["i64"]),
    ("uint8_t", &["u8"]),
    ("uint16_t", &["u16"]),
    ("uint32_t", &["u32"]),
    ("uint64_t", &["u64"]),
    ("float", &["f32", "f64"]),
    ("double", &["f64"]),
    ("Float", &["f32", "f64"]),
    ("Double", &["f64"]),
    ("boolean", &["bool"]),
    ("Boolean", &["bool"]),
    ("Bool", &["bool"]),
    ("string", &["str", "String"]),
    ("Str", &["str", "String"]),
    ("Char", &["char"]),
    ("rune", &["char"]),
    ("void", &["()"]),
    ("Void", &["()"]),
    ("List", &["Vec"]),
    ("Array", &["Vec"]),
    ("vector", &["Vec"]),
    ("Vector", &["Vec"]),
    ("ArrayList", &["Vec"]),
    ("Map", &["HashMap", "BTreeMap"]),
    ("Dict", &["HashMap", "BTreeMap"]),
    ("Dictionary", &["HashMap", "BTreeMap"]),
    ("dict", &["HashMap", "BTreeMap"]),
    ("Set", &["HashSet", "BTreeSet"]),
    ("Optional", &["Option"]),
    ("Maybe", &["Option"]),
    ("Either", &["Result"]),
    ("Ptr", &["Box"]),
    ("unique_ptr", &["Box"]),
    ("shared_ptr", &["Arc", "Rc"]),
    ("null", &["None"]),
    ("nil", &["None"]),
    ("NULL", &["None"]),
    ("nullptr", &["None"]),
    ("Nothing", &["None"]),
    ("undefined", &["None"]),
    ("True", &["true"]),
    ("False", &["false"]),
    ("TRUE", &["true"]),
    ("FALSE", &["false"]),
    ("this", &["self"]),
    ("Just", &["Some"]),
    ("Left", &["Err"]),
    ("Right", &["Ok"]),
];

fn of<'a>(table: &'a [(&str, &'a [&'a str])], word: &str) -> &'a [&'a str] {
    table.iter().find(|(theirs, _)| *theirs == word).map_or(&[], |(_, ours)| ours)
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if is_syntax(error) {
        return keywords(known, error);
    }
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        if matches!(missing.sought, Sought::Method | Sought::Field | Sought::Lifetime) {
            continue;
        }
        let places = missing::places(known, &missing);
        let values = ["None", "true", "false", "self", "Some", "Ok", "Err"];
        let about_values = missing.sought == Sought::Value;
        let fits = |ours: &&&str| values.contains(*ours) == about_values;
        for (order, ours) in (0..).zip(of(NAMES, &missing.name).iter().filter(fits)) {
            let edit = |place: &(String, std::ops::Range<usize>)| {
                Edit::new(&place.0, place.1.clone(), *ours)
            };
            let what = format!("`{}` is `{ours}` here", missing.name);
            found.push(Candidate::new(
                rank::PLAIN - 1 + 6 * order,
                places.iter().map(edit).collect(),
                what,
            ));
        }
    }
    found
}

/// Keywords of other languages shortly before the place where the parser stopped.
fn keywords(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let mut found = Vec::new();
    for at in here.saturating_sub(4)..=(here + 1).min(tokens.len().saturating_sub(1)) {
        let word = tokens[at].of(text);
        if tokens[at].kind != Kind::Word {
            continue;
        }
        let far = u32::try_from(at.abs_diff(here)).unwrap_or(0);
        for (order, ours) in (0..).zip(of(WORDS, word).iter().chain(of(NAMES, word))) {
            let joins = ours.ends_with('!') && *ours != "while !";
            // `!` stands close to what it is about.
            let end = if joins {
                tokens.get(at + 1).map_or(tokens[at].bytes.end, |next| next.bytes.start)
            } else {
                tokens[at].bytes.end
            };
            let edit = Edit::new(&span.file, tokens[at].bytes.start..end, *ours);
            let what = format!("write `{ours}` instead of `{word}`");
            found.push(Candidate::new(rank::PLAIN - 2 + far + 4 * order, vec![edit], what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_a_keyword_of_both() {
        for (theirs, ours) in WORDS.iter().chain(NAMES) {
            assert!(!ours.contains(theirs), "{theirs}");
            assert!(*theirs == "const" || !tokens::is_keyword(theirs), "{theirs}");
        }
    }
}
