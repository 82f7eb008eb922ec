//! Parameters that came, went or changed places at the definition of a function, and arguments
//! that are missing where a name or a type says which.

use std::ops::Range;

use harness::{Diagnostic, Span};

use super::signatures::{self, Parameter, Signature};
use super::type_text::same;
use super::{Candidate, Known, Source, missing, own_files, rank};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    match error.code.as_deref() {
        Some("E0061" | "E0057") => arity(known, error),
        Some("E0308") if error.message.starts_with("arguments to this") => swapped(known, error),
        Some("E0277") => swapped(known, error),
        Some("E0050") => too_many(known, error),
        Some("E0425") => left_out(known, error),
        Some("E0424" | "E0186") => receiver_left_out(known, error),
        Some("E0308") => [receivers(known, error), exchanged(known, error)].concat(),
        Some("E0596" | "E0594" | "E0507" | "E0382" | "E0053" | "E0505" | "E0185") => {
            receivers(known, error)
        }
        _ => Vec::new(),
    }
}

/// The functions that the notes of `error` say are defined somewhere, with their file.
fn defined<'a>(
    known: &'a Known<'_>,
    error: &'a Diagnostic,
) -> Vec<(&'a str, Signature, &'a Diagnostic)> {
    let mut found = Vec::new();
    let notes = error.notes.iter().filter(|note| {
        note.message.contains("defined here") || note.message.contains("required by a bound in")
    });
    for note in notes {
        for span in &note.spans {
            let Some(text) = known.files.get(&span.file) else { continue };
            let names_it =
                |it: &Signature| it.name.start < span.bytes.end && span.bytes.start < it.name.end;
            if let Some(signature) = signatures::all(text).into_iter().find(names_it) {
                found.push((span.file.as_str(), signature, note));
                break;
            }
        }
    }
    found
}

/// The bytes to be cut so that `parameter` and one comma are gone.
fn with_comma(text: &str, signature: &Signature, parameter: &Parameter) -> Range<usize> {
    let behind = text[parameter.bytes.end..signature.list.end].find(',');
    if let Some(comma) = behind {
        let end = parameter.bytes.end + comma + 1;
        let blanks = text[end..].len() - text[end..].trim_start_matches(' ').len();
        return parameter.bytes.start..end + blanks;
    }
    let before = text[signature.list.start..parameter.bytes.start].rfind(',');
    let start = before.map_or(parameter.bytes.start, |comma| signature.list.start + comma);
    start..parameter.bytes.end
}

/// The parameters that the body of `signature` does not use go, each by itself.
fn removals(file: &str, text: &str, signature: &Signature, rank: u32) -> Vec<Candidate> {
    let mut found = Vec::new();
    for parameter in &signature.parameters {
        let Some(name) = &parameter.name else { continue };
        let name = &text[name.clone()];
        let body = signature.body.as_ref().map_or("", |body| &text[body.clone()]);
        let used = tokens::tokens(body).iter().any(|token| token.of(body) == name)
            || body.contains(&format!("{{{name}"));
        if !used {
            let edit = Edit::new(file, with_comma(text, signature, parameter), "");
            found.push(Candidate::new(rank, vec![edit], format!("remove the parameter `{name}`")));
        }
    }
    found
}

/// A call with too few or too many arguments.
fn arity(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (file, signature, _) in defined(known, error) {
        let Some(text) = known.files.get(file) else { continue };
        found.extend(removals(file, text, &signature, rank::PLAIN));
        found.extend(arguments(known, error, text, &signature));
    }
    found
}

/// What rustc proposes, with its blanks filled in: by what has the name of the parameter, or its
/// type, in the function around the call.
fn arguments(
    known: &Known<'_>,
    error: &Diagnostic,
    text: &str,
    signature: &Signature,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for suggestion in &error.suggestions {
        let [(span, new)] = suggestion.edits.as_slice() else { continue };
        let Some((head, rest)) = new.split_once("/* ") else { continue };
        let Some((wanted, tail)) = rest.split_once(" */") else { continue };
        if tail.contains("/* ") {
            continue;
        }
        // How many arguments stand before the blank.
        let tokens = tokens::tokens(head);
        let offset = usize::from(head.starts_with('('));
        let before = signatures::split(head, &tokens, offset, tokens.len()).len();
        let own: Vec<&Parameter> =
            signature.parameters.iter().filter(|it| it.type_.is_some()).collect();
        let name = own.get(before).and_then(|it| it.name.clone()).map(|it| &text[it]);
        for (order, (rank, value)) in (0..).zip(values(known, span, name, wanted)) {
            let edit = Edit::new(&span.file, span.bytes.clone(), format!("{head}{value}{tail}"));
            let what = format!("pass `{value}`");
            found.push(Candidate::new(rank + order, vec![edit], what));
        }
    }
    found
}

/// Values for a blank of the type `wanted`, which is for the parameter `name`.
fn values(known: &Known<'_>, span: &Span, name: Option<&str>, wanted: &str) -> Vec<(u32, String)> {
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(around) = signatures::around(text, span.bytes.start) else { return Vec::new() };
    let mut found = Vec::new();
    for parameter in &around.parameters {
        let (Some(own), Some(type_)) = (&parameter.name, &parameter.type_) else { continue };
        let own = &text[own.clone()];
        let fits = same(&text[type_.clone()], wanted);
        match (fits, name == Some(own)) {
            (true, true) => found.push((rank::PROPOSED, own.to_owned())),
            (true, false) => found.push((rank::LIKELY, own.to_owned())),
            _ => {}
        }
    }
    if let Some(name) = name
        && let Some(body) = &around.body
    {
        let head = text.get(body.start..span.bytes.start).unwrap_or_default();
        let bound = [format!("let {name} "), format!("let mut {name} "), format!("let {name}:")];
        if bound.iter().any(|it| head.contains(it)) {
            found.push((rank::PROPOSED + 2, name.to_owned()));
            if wanted.starts_with('&') {
                found.push((rank::PROPOSED + 3, format!("&{name}")));
            }
        }
    }
    if wanted.contains("Range") {
        found.push((rank::PROPOSED + 4, "..".to_owned()));
    }
    found.sort();
    found.dedup();
    found.truncate(4);
    found
}

/// Arguments in another order than the parameters.
fn swapped(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let by_call = error.message.starts_with("arguments to this");
    let same_error = |other: &&Diagnostic| {
        other.code == error.code && (!by_call || other.message.starts_with("arguments to this"))
    };
    let several = known.report.errors().filter(same_error).count() > 1;
    if !by_call && !several {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (file, signature, _) in defined(known, error) {
        let Some(text) = known.files.get(file) else { continue };
        let own: Vec<&Parameter> =
            signature.parameters.iter().filter(|it| it.type_.is_some()).collect();
        for pair in own.windows(2) {
            let (one, other) = (&pair[0].bytes, &pair[1].bytes);
            let edits = vec![
                Edit::new(file, one.clone(), &text[other.clone()]),
                Edit::new(file, other.clone(), &text[one.clone()]),
            ];
            let rank = match (several, by_call) {
                (true, true) => rank::SURE - 1,
                (true, false) => rank::PROPOSED - 1,
                _ => rank::PROPOSED + 4,
            };
            found.push(Candidate::new(rank, edits, "exchange two parameters"));
        }
    }
    found
}

/// An argument of the wrong type may stand in the place of its neighbour.
fn exchanged(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let Some(open) = tokens::open_brackets(text, &tokens, here).first().copied() else {
        return Vec::new();
    };
    let called = open.checked_sub(1).is_some_and(|at| tokens[at].kind == tokens::Kind::Word);
    let Some(close) = tokens::closing(text, &tokens, open).filter(|_| called) else {
        return Vec::new();
    };
    if tokens[open].of(text) != "(" {
        return Vec::new();
    }
    let arguments: Vec<Range<usize>> = signatures::split(text, &tokens, open + 1, close)
        .into_iter()
        .map(|(first, last)| tokens[first].bytes.start..tokens[last].bytes.end)
        .collect();
    let mut found = Vec::new();
    for pair in arguments.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        if one.contains(&span.bytes.start) || other.contains(&span.bytes.start) {
            let edits = vec![
                Edit::new(&span.file, one.clone(), &text[other.clone()]),
                Edit::new(&span.file, other.clone(), &text[one.clone()]),
            ];
            found.push(Candidate::new(rank::PROPOSED + 2, edits, "exchange two arguments"));
        }
    }
    found
}

/// A method with another number of parameters than the trait says.
fn too_many(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(around) = signatures::around(text, span.bytes.start) else { return Vec::new() };
    removals(&span.file, text, &around, rank::PLAIN)
}

/// A value that nothing defines may have been a parameter: its type is what calls pass, or what
/// parameters of this name have elsewhere.
fn left_out(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let names = missing::quoted(&error.message);
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let (Some(name), Some(around)) = (names.first(), signatures::around(text, span.bytes.start))
    else {
        return Vec::new();
    };
    if name.contains("::") || name.starts_with(char::is_uppercase) {
        return Vec::new();
    }
    let function = &text[around.name.clone()];
    // What a call passes too much, and at which place.
    let mut passed: Vec<(String, Option<usize>)> = Vec::new();
    for other in known.report.errors().filter(|it| it.code.as_deref() == Some("E0061")) {
        let ours = defined(known, other)
            .iter()
            .any(|(file, it, _)| *file == span.file && it.keyword == around.keyword);
        if !ours {
            continue;
        }
        for label in other.spans.iter().filter_map(|span| span.label.as_deref()) {
            let Some(rest) = label.strip_prefix("unexpected argument") else { continue };
            let number =
                rest.trim_start_matches(" #").split(' ').next().and_then(|it| it.parse().ok());
            if let Some(type_) = missing::quoted(rest).first() {
                passed.push(((*type_).to_owned(), number));
            }
        }
    }
    let called = !passed.is_empty();
    let place = passed.iter().find_map(|(_, number)| *number);
    let mut types: Vec<String> = Vec::new();
    // Functions of the same name, such as the trait's, know best.
    let mut declared: Vec<(bool, String)> = Vec::new();
    for other in known.files.values() {
        for signature in signatures::all(other) {
            for parameter in &signature.parameters {
                let (Some(own), Some(type_)) = (&parameter.name, &parameter.type_) else {
                    continue;
                };
                if &other[own.clone()] == *name {
                    let namesake = &other[signature.name.clone()] == function;
                    declared.push((namesake, other[type_.clone()].to_owned()));
                }
            }
        }
    }
    let mut counted: Vec<(usize, &String)> = Vec::new();
    for (namesake, type_) in &declared {
        let weight = if *namesake { 100 } else { 1 };
        match counted.iter_mut().find(|(_, other)| *other == type_) {
            Some((count, _)) => *count += weight,
            None => counted.push((weight, type_)),
        }
    }
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    types.extend(counted.iter().take(3).map(|(_, type_)| (*type_).clone()));
    let writable = |type_: &&(String, Option<usize>)| !type_.0.contains(['{', '…']);
    for (type_, _) in passed.iter().filter(writable).take(2) {
        let at = types.iter().position(|it| same(it, type_));
        if let Some(at) = at {
            types.swap(0, at);
        } else {
            types.insert(0, type_.clone());
        }
    }
    for usual in ["usize", "&str", "u8", "bool"] {
        if called && types.is_empty() {
            types.push(usual.to_owned());
        }
    }
    let receiver = usize::from(around.receiver(text).is_some());
    let count = around.parameters.len();
    let mut places: Vec<usize> = match place {
        Some(place) => vec![(receiver + place).saturating_sub(1).min(count)],
        None => Vec::new(),
    };
    for other in [count, receiver] {
        if !places.contains(&other) {
            places.push(other);
        }
    }
    let mut found = Vec::new();
    for (order, type_) in (0..).zip(types.iter().take(3)) {
        for (later, place) in (0..).zip(&places) {
            let rank = if called { 14 } else { rank::LIKELY - 6 };
            let parameter = format!("{name}: {type_}");
            let edit = insertion(&span.file, text, &around, *place, &parameter);
            let what = format!("add the parameter `{parameter}`");
            found.push(Candidate::new(rank + 3 * order + 6 * later, vec![edit], what));
        }
    }
    found
}

/// Puts `parameter` at the place `index` among the parameters.
fn insertion(file: &str, text: &str, signature: &Signature, index: usize, parameter: &str) -> Edit {
    match signature.parameters.get(index) {
        Some(next) => Edit::new(file, next.bytes.start..next.bytes.start, format!("{parameter}, ")),
        None => match signature.parameters.last() {
            Some(last) => Edit::new(file, last.bytes.end..last.bytes.end, format!(", {parameter}")),
            None => {
                let at = signature.list.start;
                debug_assert!(text.is_char_boundary(at));
                Edit::new(file, at..at, parameter)
            }
        },
    }
}

/// A method without `self`.
fn receiver_left_out(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for span in &error.spans {
        let Some(text) = known.files.get(&span.file) else { continue };
        let Some(around) = signatures::around(text, span.bytes.start) else { continue };
        if around.receiver(text).is_some() {
            continue;
        }
        let body = around.body.clone().map_or("", |body| &text[body]);
        let changes = body.contains("&mut self") || body.contains("self.") && body.contains(" = ");
        let mut forms = vec!["&self", "&mut self", "self", "mut self"];
        if changes {
            forms.swap(0, 1);
        }
        for (order, form) in (0..).zip(forms) {
            let edit = insertion(&span.file, text, &around, 0, form);
            found.push(Candidate::new(
                rank::PLAIN - 4 + order,
                vec![edit],
                format!("take `{form}`"),
            ));
        }
    }
    found.dedup_by(|a, b| a.edits == b.edits);
    found
}

/// `self` in another form, of the function that the error is in or of one that it calls.
fn receivers(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    const FORMS: &[&str] = &["&self", "&mut self", "self", "mut self"];
    let about_self = error.message.contains("self")
        || error.spans.iter().any(|it| it.label.as_deref().is_some_and(|it| it.contains("self")))
        || error.notes.iter().any(|note| note.message.contains("self"));
    if error.code.as_deref() == Some("E0308") && !about_self {
        return Vec::new();
    }
    let mut places: Vec<(&str, Signature)> = Vec::new();
    let notes = error.notes.iter().filter(|note| {
        note.message.contains("takes ownership of the receiver")
            || note.message.contains("defined here")
    });
    for span in notes.flat_map(|note| &note.spans).chain(&error.spans) {
        let Some(text) = known.files.get(&span.file) else { continue };
        if let Some(around) = signatures::around(text, span.bytes.start)
            && !places.iter().any(|(_, other)| *other == around)
        {
            places.push((&span.file, around));
        }
    }
    let mut found = Vec::new();
    for (distance, (file, signature)) in (0..).zip(places.iter().take(3)) {
        let Some(text) = known.files.get(*file) else { continue };
        let Some(receiver) = signature.receiver(text) else { continue };
        let current = &text[receiver.bytes.clone()];
        if receiver.type_.is_some() || !FORMS.contains(&current) {
            continue;
        }
        for (order, form) in (0..).zip(FORMS.iter().filter(|form| **form != current)) {
            let base = if about_self { rank::PROPOSED - 3 } else { rank::LIKELY + 2 };
            let edit = Edit::new(file, receiver.bytes.clone(), *form);
            let what = format!("`{}` takes `{form}`", &text[signature.name.clone()]);
            found.push(Candidate::new(base + order + 4 * distance, vec![edit], what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_goes_with_one_comma() {
        let text = "fn f(&self, é: u8, b: T) { b }";
        let signature = signatures::all(text).remove(0);
        let shown: Vec<String> = removals("a.rs", text, &signature, 1)
            .into_iter()
            .map(|it| {
                let edit = &it.edits[0];
                format!("{}{}", &text[..edit.start], &text[edit.end..])
            })
            .collect();
        assert_eq!(shown, ["fn f(&self, b: T) { b }"]);
    }

    #[test]
    fn parameters_come_in() {
        let put = |text: &str, index: usize| {
            let signature = signatures::all(text).remove(0);
            let edit = insertion("a.rs", text, &signature, index, "x: X");
            format!("{}{}{}", &text[..edit.start], edit.text, &text[edit.end..])
        };
        assert_eq!(put("fn f() {}", 0), "fn f(x: X) {}");
        assert_eq!(put("fn f(a: A) {}", 0), "fn f(x: X, a: A) {}");
        assert_eq!(put("fn f(a: A) {}", 1), "fn f(a: A, x: X) {}");
    }
}
