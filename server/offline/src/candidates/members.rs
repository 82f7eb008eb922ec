//! Fields that a literal lacks, fields and variants that a definition lost, and associated types
//! that an implementation does not say.

use std::ops::Range;

use harness::Diagnostic;

use super::definitions::{self, Kind};
use super::imports::by_frequency;
use super::missing::{self, Sought};
use super::{Candidate, Known, Need, Source, names, own_files, rank, signatures, spots};
use crate::files::Edit;
use crate::tokens::{self, Token};

pub(super) const SOURCE: Source = Source { needs, propose };

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    let code = error.code.as_deref().unwrap_or_default();
    let mut needs = match code {
        "E0063" | "E0560" | "E0609" | "E0599" | "E0046" | "E0026" => own_files(error),
        _ => return Vec::new(),
    };
    if code == "E0063"
        && let Some(owner) = missing::quoted(&error.message).last().and_then(|it| missing::bare(it))
    {
        needs.extend(names::container_needs(known, &owner));
    }
    needs
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) && error.code.as_deref() != Some("E0063") {
        return Vec::new();
    }
    match error.code.as_deref() {
        Some("E0063") => fields(known, error),
        Some("E0046") => types(known, error),
        Some("E0560" | "E0609" | "E0599" | "E0026") => lost(known, error),
        _ => Vec::new(),
    }
}

/// A literal without some of its fields.
fn fields(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut quoted = missing::quoted(&error.message);
    let Some(owner) = quoted.pop().and_then(missing::bare) else { return Vec::new() };
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let at = tokens::index_at(&tokens, span.bytes.start);
    let open = (at..tokens.len()).find(|&at| tokens[at].of(text) == "{");
    let Some((open, close)) =
        open.and_then(|open| Some((open, tokens::closing(text, &tokens, open)?)))
    else {
        return Vec::new();
    };
    let choices: Vec<Vec<(u32, String)>> =
        quoted.iter().map(|name| values(known, text, span.bytes.start, &owner, name)).collect();
    if choices.iter().any(Vec::is_empty) || choices.is_empty() {
        return Vec::new();
    }
    let longest = choices.iter().map(Vec::len).max().unwrap_or(0);
    let mut found = Vec::new();
    for index in 0..longest.min(4) {
        let picked: Vec<&(u32, String)> =
            choices.iter().map(|it| &it[index.min(it.len() - 1)]).collect();
        let rank = picked.iter().map(|(rank, _)| *rank).max().unwrap_or(rank::LIKELY);
        let new = picked.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(", ");
        let empty = close == open + 1;
        let comma = tokens[close - 1].of(text) == ",";
        let end = tokens[close - 1].bytes.end;
        let new = match (empty, comma) {
            (true, _) => format!(" {new} "),
            (false, true) => format!(" {new},"),
            (false, false) => format!(", {new}"),
        };
        // What comes from another value comes last.
        let base = (open..close).find(|&at| {
            tokens[at].of(text) == ".." && matches!(tokens[at - 1].of(text), "," | "{")
        });
        let edit = match base {
            Some(base) => {
                let at = tokens[base].bytes.start;
                Edit::new(&span.file, at..at, format!("{}, ", new.trim_matches([' ', ','])))
            }
            None => Edit::new(&span.file, end..end, new.clone()),
        };
        let what = format!("`{owner}` gets {}", new.trim_matches([' ', ',']));
        found.push(Candidate::new(rank, vec![edit], what));
    }
    found
}

/// What a literal may say of the field `name`, likeliest first.
fn values(known: &Known<'_>, text: &str, at: usize, owner: &str, name: &str) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    if let Some(around) = signatures::around(text, at) {
        let tokens = tokens::tokens(text);
        let binds = tokens.iter().enumerate().any(|(index, token)| {
            let before = index.checked_sub(1).map_or("", |at| tokens[at].of(text));
            around.covers(token.bytes.start)
                && token.bytes.start < at
                && token.of(text) == name
                && !matches!(before, "." | "::" | "fn")
        });
        if binds {
            found.push((rank::PLAIN, name.to_owned()));
        }
        if around.receiver(text).is_some() {
            found.push((rank::LIKELY, format!("{name}: self.{name}")));
        }
    }
    let mut said: Vec<String> = Vec::new();
    for other in known.files.values() {
        said.extend(
            literals(other, owner).into_iter().filter(|(field, _)| field == name).map(|it| it.1),
        );
    }
    for (order, value) in (0..).zip(by_frequency(said).into_iter().take(3)) {
        found.push((rank::LIKELY - 4 + 3 * order, format!("{name}: {value}")));
    }
    for other in known.files.values() {
        let definition = definitions::all(other).into_iter().find(|it| {
            it.kind == Kind::Field && it.name == name && it.container.as_deref() == Some(owner)
        });
        let type_ = definition.and_then(|it| spots::type_behind(other, it.bytes.end));
        let Some(type_) = type_.map(|it| &other[it]) else { continue };
        let value = if type_.starts_with("Option<") {
            "None"
        } else if type_.starts_with("PhantomData") {
            "PhantomData"
        } else if type_.starts_with("Vec<") {
            "Vec::new()"
        } else {
            continue;
        };
        let rank = if value == "PhantomData" { rank::PLAIN } else { rank::POSSIBLE };
        found.push((rank, format!("{name}: {value}")));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.dedup_by(|a, b| a.1 == b.1);
    found
}

/// The fields of all literals of `owner` in `text`, with what they are set to.
fn literals(text: &str, owner: &str) -> Vec<(String, String)> {
    let tokens = tokens::tokens(text);
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(1) {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].of(text));
        let is_it = (tokens[at].of(text) == owner || tokens[at].of(text) == "Self")
            && tokens[at + 1].of(text) == "{"
            && !matches!(before, "struct" | "enum" | "union" | "for" | "impl" | "->" | "trait");
        let Some(close) = tokens::closing(text, &tokens, at + 1).filter(|_| is_it) else {
            continue;
        };
        for (first, last) in signatures::split(text, &tokens, at + 2, close) {
            if tokens.get(first + 1).is_some_and(|it| it.of(text) == ":") && first + 2 <= last {
                let value = &text[tokens[first + 2].bytes.start..tokens[last].bytes.end];
                found.push((tokens[first].of(text).to_owned(), value.to_owned()));
            }
        }
    }
    found
}

/// An implementation that does not say a type: what others say.
fn types(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let at = tokens::index_at(&tokens, span.bytes.start);
    let Some(open) = (at..tokens.len()).find(|&at| tokens[at].of(text) == "{") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for name in missing::quoted(&error.message) {
        let mut said: Vec<String> = Vec::new();
        for other in known.files.values() {
            said.extend(aliases(other, name));
        }
        let at = tokens[open].bytes.end;
        for (order, type_) in (0..).zip(by_frequency(said).into_iter().take(5)) {
            let edit = Edit::new(&span.file, at..at, format!("\n    type {name} = {type_};"));
            let what = format!("`{name}` is `{type_}`");
            found.push(Candidate::new(rank::LIKELY - 2 + 2 * order, vec![edit], what));
        }
    }
    found
}

/// What `type name = …;` says in `text`.
fn aliases(text: &str, name: &str) -> Vec<String> {
    let tokens = tokens::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let starts = (0..tokens.len())
        .filter(|&at| word(at) == "type" && word(at + 1) == name && word(at + 2) == "=");
    let said = starts.filter_map(|at| {
        let end = (at..tokens.len()).find(|&at| word(at) == ";")?;
        (end > at + 3)
            .then(|| text[tokens[at + 3].bytes.start..tokens[end - 1].bytes.end].to_owned())
    });
    said.collect()
}

/// A field or variant that is used and that its type does not have any more: it comes back.
fn lost(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        let (Some(container), Some((file, at))) = (&missing.container, &missing.at) else {
            continue;
        };
        let kind = match missing.sought {
            Sought::Field => Kind::Field,
            Sought::Variant | Sought::Associated
                if missing.name.starts_with(char::is_uppercase) =>
            {
                Kind::Variant
            }
            _ => continue,
        };
        let Some(user) = known.files.get(file) else { continue };
        for (owner, text) in known.files {
            let Some((place, first)) = body(text, container, kind) else { continue };
            let ways = match kind {
                Kind::Field => field_ways(known, user, at, &missing.name),
                _ => variant_ways(user, at, &missing.name),
            };
            for (order, way) in (0..).zip(ways) {
                let new = if first { format!("{way}, ") } else { format!(" {way},") };
                let edit = Edit::new(owner, place..place, new);
                let what = format!("`{container}` has `{way}`");
                found.push(Candidate::new(rank::LIKELY + 4 + 2 * order, vec![edit], what));
            }
        }
    }
    found
}

/// Where another member of the struct or enum `name` belongs, and whether it would be the first.
fn body(text: &str, name: &str, kind: Kind) -> Option<(usize, bool)> {
    let tokens = tokens::tokens(text);
    let keyword = if kind == Kind::Field { "struct" } else { "enum" };
    let at = (0..tokens.len().saturating_sub(1))
        .find(|&at| tokens[at].of(text) == keyword && tokens[at + 1].of(text) == name)?;
    let end = definitions::item_end(text, &tokens, at)?;
    let open = (at..end).find(|&at| {
        tokens[at].of(text) == "{" && tokens::closing(text, &tokens, at) == Some(end)
    })?;
    if tokens[end - 1].of(text) == "," {
        return Some((tokens[end - 1].bytes.end, false));
    }
    Some((tokens[open].bytes.end, true))
}

/// A field with the types that its uses suggest; `()` tells by the next error what is wanted.
fn field_ways(known: &Known<'_>, text: &str, at: &Range<usize>, name: &str) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    let mut from = |text: &str| {
        for signature in signatures::all(text) {
            for parameter in &signature.parameters {
                let (Some(own), Some(type_)) = (&parameter.name, &parameter.type_) else {
                    continue;
                };
                if &text[own.clone()] == name {
                    types.push(text[type_.clone()].to_owned());
                }
            }
            if &text[signature.name.clone()] == name
                && let Some(returns) = &signature.returns
            {
                types.push(text[returns.clone()].to_owned());
            }
        }
        for definition in definitions::all(text) {
            if definition.kind == Kind::Field
                && definition.name == name
                && let Some(type_) = spots::type_behind(text, definition.bytes.end)
            {
                types.push(text[type_].to_owned());
            }
        }
    };
    from(text);
    for (_, other) in known.files.iter().filter(|(_, other)| other.as_str() != text) {
        from(other);
    }
    let mut types = by_frequency(types);
    types.truncate(3);
    let after = text.get(at.end..).unwrap_or_default().trim_start();
    if after.starts_with(": true") || after.starts_with(": false") {
        types.insert(0, "bool".to_owned());
    }
    if after.starts_with(": 0") {
        types.push("usize".to_owned());
    }
    if after.starts_with(": PhantomData") {
        types.clear();
    }
    types.push("()".to_owned());
    types.into_iter().map(|type_| format!("{name}: {type_}")).collect()
}

fn variant_ways(text: &str, at: &Range<usize>, name: &str) -> Vec<String> {
    let tokens: Vec<Token> = tokens::tokens(text);
    let index = tokens::index_at(&tokens, at.start);
    let next = tokens.get(index + 1).map_or("", |token| token.of(text));
    match next {
        "(" => {
            let close = tokens::closing(text, &tokens, index + 1);
            let count = close
                .map_or(1, |close| signatures::split(text, &tokens, index + 2, close).len())
                .clamp(1, 4);
            vec![format!("{name}({})", vec!["()"; count].join(", "))]
        }
        "{" => Vec::new(),
        _ => vec![name.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_say_what_fields_are_set_to() {
        let text = "struct S { a: u8 } fn f() -> S { S { a: g(1, 2), b } } impl S { fn h() { Self { a: 0 } } }";
        let said = literals(text, "S");
        let shown: Vec<String> =
            said.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["a=g(1, 2)", "a=0"]);
    }

    #[test]
    fn members_come_back_where_others_are() {
        let text = "struct S { é: u8, }\nenum E { A, B }";
        let place = |name: &str, kind| {
            let (at, first) = body(text, name, kind).unwrap();
            (&text[at..at + 2], first)
        };
        assert_eq!(place("S", Kind::Field), (" }", false));
        assert_eq!(place("E", Kind::Variant), (" A", true));
        assert_eq!(variant_ways("E::C(x, y)", &(3..4), "C"), ["C((), ())"]);
        assert_eq!(aliases("type Item = Vec<u8>;", "Item"), ["Vec<u8>"]);
    }
}
