//! A type was changed where it is written, and what uses it was not: the written type becomes
//! what its uses want.

use harness::Diagnostic;

use super::spots::{self, Spot};
use super::type_text::{self, plain, same};
use super::{Candidate, Known, Need, Source, missing, own_files, rank};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs, propose };

/// Errors that are about types.
const CODES: &[&str] = &[
    "E0308", "E0277", "E0599", "E0609", "E0610", "E0614", "E0369", "E0368", "E0608", "E0600",
    "E0605", "E0606", "E0604", "E0053", "E0271", "E0596", "E0594", "E0507", "E0607", "E0023",
    "E0631", "E0618", "E0382", "E0505", "E0515", "E0282", "E0326", "E0029", "E0070", "E0067",
    "E0317", "E0560",
];

/// Errors of a report that are asked which names they mention.
const WITNESSES: usize = 12;
/// Types that are tried at one place without a reason of their own.
const RELATIVES: usize = 4;

fn concerns(error: &Diagnostic) -> bool {
    error.code.as_deref().is_some_and(|code| CODES.contains(&code))
}

/// The functions and fields that are named where the error is, if they are defined elsewhere.
fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if !concerns(error) || missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut needs = own_files(error);
    let mut names: Vec<String> = Vec::new();
    for span in error.spans.iter().filter(|span| span.primary) {
        let Some((_, text)) = spots::lines(known, span) else { continue };
        let tokens = tokens::tokens(text);
        for (at, token) in tokens.iter().enumerate() {
            let word = token.of(text);
            let after = tokens.get(at + 1).map_or("", |token| token.of(text));
            let before = at.checked_sub(1).map_or("", |at| tokens[at].of(text));
            let member = before == "." || (after == "(" && before != "fn");
            let known_word = word.len() > 2 && !tokens::is_keyword(word);
            if token.kind == tokens::Kind::Word && member && known_word {
                names.push(word.to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    names.truncate(8);
    if names.is_empty() {
        return needs;
    }
    let names = names.join("|");
    let pattern =
        format!("\\bfn\\s+(?:{names})\\b|^\\s*(?:pub(?:\\([^)]*\\))?\\s+)?(?:{names})\\s*:");
    if let Some(hits) = known.hits.get(&pattern) {
        let mut files: Vec<&str> = hits.iter().map(|hit| hit.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        needs.extend(files.into_iter().take(3).map(|file| Need::File(file.to_owned())));
    }
    needs.push(Need::Lines(pattern));
    needs
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !concerns(error) || missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut pairs = type_text::mismatches(error);
    // "cannot add `u8` to `usize`", "can't compare `A` with `B`"
    let quoted: Vec<&str> = missing::quoted(&error.message);
    if let [one, other] = quoted[..]
        && error.code.as_deref() != Some("E0308")
    {
        pairs.push((one.to_owned(), other.to_owned()));
    }
    let witnesses: Vec<_> = known
        .report
        .errors()
        .filter(|other| concerns(other))
        .take(WITNESSES)
        .map(|other| spots::names(known, other))
        .collect();
    let mentioned: Vec<String> = quoted.iter().map(|it| (*it).to_owned()).collect();
    let mut found = Vec::new();
    for (order, spot) in (0..).zip(spots::of(known, error).into_iter().take(10)) {
        let seen = witnesses.iter().filter(|names| names.contains(&spot.name)).count();
        found.extend(at(known, &spot, &pairs, &mentioned, (seen, order)));
    }
    found
}

/// What may be written at `spot`, of which `seen` errors speak.
fn at(
    known: &Known<'_>,
    spot: &Spot,
    pairs: &[(String, String)],
    mentioned: &[String],
    (seen, order): (usize, u32),
) -> Vec<Candidate> {
    let bytes = spot.bytes.0..spot.bytes.1;
    let Some(text) = known.files.get(&spot.file) else { return Vec::new() };
    let Some(current) = text.get(bytes.clone()) else { return Vec::new() };
    let far = order.min(6);
    let often = if seen > 1 { 8 } else { 0 };
    let mut types: Vec<(u32, String)> = Vec::new();
    for (expected, actual) in pairs {
        for (from, to) in [(expected, actual), (actual, expected)] {
            if same(current, from) {
                types.push((rank::PROPOSED + 3, to.clone()));
            } else if let Some(outer) = replaced(current, from, to) {
                types.push((rank::PROPOSED + 6, outer));
            }
        }
    }
    let relatives = type_text::relatives(current);
    let said = pairs.iter().flat_map(|(one, other)| [one, other]);
    let concerned = said.chain(mentioned).any(|type_| is_near(type_, current));
    // A name that says what is wrong with it: the compiler would rather have it without a layer.
    for (order, relative) in (0..).zip(relatives.into_iter().take(RELATIVES)) {
        if concerned {
            types.push((rank::LIKELY + 4 + 2 * order, relative));
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    for (rank, type_) in types {
        if !can_be_written(&type_, spot.inferred) || plain(&type_) == plain(current) {
            continue;
        }
        let type_ = type_.trim().to_owned();
        let what = match spot.name.is_empty() {
            true => format!("write `{type_}` instead of `{current}`"),
            false => format!("the {} `{}` is a `{type_}`", spot.what, spot.name),
        };
        let edit = Edit::new(&spot.file, bytes.clone(), type_);
        found.push(Candidate::new(rank + far - often.min(rank + far), vec![edit], what));
    }
    found
}

/// Whether a type that the error speaks of may come from one that is written `current`.
fn is_near(type_: &str, current: &str) -> bool {
    let bare = |type_: &str| {
        let plain = plain(type_);
        let plain = plain.trim_start_matches(['&', '*']);
        plain.trim_start_matches("mut ").trim_start_matches("const ").to_owned()
    };
    let (type_, current) = (bare(type_), bare(current));
    let within = |inner: &str, outer: &str| inner.len() > 1 && outer.contains(inner);
    same(&type_, &current)
        || within(&current, &type_)
        || (within(&type_, &current) && type_.len() > 2)
}

/// `type_` with `to` in the place of an argument that is `from`.
fn replaced(type_: &str, from: &str, to: &str) -> Option<String> {
    let start = type_.find(from)?;
    let end = start + from.len();
    let before = type_[..start].chars().next_back()?;
    let after = type_[end..].chars().next().unwrap_or('>');
    let apart = !tokens::is_word(before) && !tokens::is_word(after) && before != ':';
    apart.then(|| format!("{}{to}{}", &type_[..start], &type_[end..]))
}

/// Whether the compiler printed something that a program may say.
fn can_be_written(type_: &str, inferred: bool) -> bool {
    let strange = ["{", "…", "...", "closure", "[type error]", "@", "?", "fn item"];
    let blank = tokens::tokens(type_).iter().any(|token| token.of(type_) == "_");
    !type_.is_empty() && !strange.iter().any(|it| type_.contains(it)) && (inferred || !blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_replaced_as_a_whole() {
        assert_eq!(replaced("Option<u8>", "u8", "&str").as_deref(), Some("Option<&str>"));
        assert_eq!(replaced("Option<u80>", "u8", "&str"), None);
        assert_eq!(replaced("u8", "u8", "&str"), None);
    }

    #[test]
    fn a_place_is_concerned_if_the_error_speaks_of_its_type() {
        assert!(is_near("Option<&Vec<u8>>", "Vec<u8>"));
        assert!(is_near("&mut S<'_>", "S<'a>"));
        assert!(!is_near("len", "HashMap<String, usize>"));
        assert!(!is_near("&&str", "usize"));
    }

    #[test]
    fn only_types_that_a_program_can_say() {
        assert!(can_be_written("Vec<u8>", false));
        assert!(!can_be_written("{integer}", false));
        assert!(!can_be_written("Vec<_>", false));
        assert!(can_be_written("Vec<_>", true));
    }
}
