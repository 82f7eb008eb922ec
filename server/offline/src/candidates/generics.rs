//! Parameters of types, their bounds, their arguments and lifetimes, as the project writes them
//! for the same names elsewhere.

use std::ops::Range;

use harness::Diagnostic;

use super::{
    Candidate, Known, Source, definitions, missing, own_files, rank, signatures, trait_bounds,
};
use crate::files::Edit;
use crate::tokens::{self, Kind, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    match error.code.as_deref() {
        Some("E0107") => arguments(known, error),
        Some("E0412" | "E0425" | "E0261" | "E0433" | "E0405") => declared(known, error),
        Some(
            "E0277" | "E0599" | "E0369" | "E0276" | "E0310" | "E0309" | "E0282" | "E0507" | "E0382"
            | "E0600" | "E0368" | "E0614" | "E0608" | "E0618" | "E0220" | "E0223",
        ) => bounds(known, error),
        Some(
            "E0106" | "E0621" | "E0726" | "E0597" | "E0515" | "E0521" | "E0700" | "E0195" | "E0623"
            | "E0495" | "E0499" | "E0502",
        ) => lifetimes(known, error),
        None if error.message.starts_with("lifetime may not live") => lifetimes(known, error),
        _ => Vec::new(),
    }
}

/// A list in angle brackets behind a keyword or a name.
struct List {
    /// Where the `<` begins, or would.
    open: usize,
    /// What is inside; empty if there is no list.
    inside: Range<usize>,
    /// Whether there is one.
    exists: bool,
}

/// Where the parameters of the item whose keyword is the token `at` are declared.
fn list_of(text: &str, tokens: &[Token], at: usize) -> Option<List> {
    let opening = match tokens[at].of(text) {
        "impl" => at + 1,
        "fn" | "struct" | "enum" | "union" | "trait" | "type" => at + 2,
        _ => return None,
    };
    let next = tokens.get(opening)?;
    if next.of(text) != "<" {
        let end = tokens[opening - 1].bytes.end;
        return Some(List { open: end, inside: end..end, exists: false });
    }
    let close = signatures::angle_end(text, tokens, opening)?;
    let inside = next.bytes.end..tokens[close].bytes.start;
    Some(List { open: next.bytes.start, inside, exists: true })
}

/// The keywords of the items around the token `here` that may have parameters, innermost first.
fn items_around(text: &str, tokens: &[Token], here: usize) -> Vec<usize> {
    let keyword = |at: &usize| {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].of(text));
        match tokens[*at].of(text) {
            "impl" => *at == 0 || matches!(before, "}" | ";" | "{" | "]" | "unsafe" | ")"),
            "fn" | "struct" | "enum" | "union" | "trait" | "type" => true,
            _ => false,
        }
    };
    let covers =
        |at: &usize| definitions::item_end(text, tokens, *at).is_some_and(|end| here <= end);
    let mut found: Vec<usize> =
        (0..=here.min(tokens.len().saturating_sub(1))).filter(keyword).filter(covers).collect();
    found.reverse();
    found
}

/// The name that the parameter `text` declares: `T`, `'a`, `N` of `const N: usize`.
fn name_of(parameter: &str) -> &str {
    let parameter = parameter.trim();
    let parameter = parameter.strip_prefix("const ").unwrap_or(parameter);
    parameter.split([':', '=', ' ']).next().unwrap_or_default().trim()
}

/// All parameters that items of `text` declare, each with what it says of it.
pub(super) fn all_parameters(text: &str) -> Vec<String> {
    let tokens = tokens::tokens(text);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let Some(list) = list_of(text, &tokens, at).filter(|list| list.exists) else { continue };
        let first = tokens::index_at(&tokens, list.inside.start);
        let end = tokens::index_at(&tokens, list.inside.end);
        for (first, last) in signatures::split(text, &tokens, first, end) {
            found.push(text[tokens[first].bytes.start..tokens[last].bytes.end].to_owned());
        }
    }
    found
}

/// All `where` clauses of `text`, without the keyword.
pub(super) fn clauses(text: &str) -> Vec<String> {
    let tokens = tokens::tokens(text);
    let starts = (0..tokens.len()).filter(|&at| tokens[at].of(text) == "where");
    let mut found = Vec::new();
    for start in starts {
        let end = (start..tokens.len()).find(|&at| matches!(tokens[at].of(text), "{" | ";"));
        if let Some(end) = end.filter(|end| *end > start + 1) {
            found.push(text[tokens[start + 1].bytes.start..tokens[end - 1].bytes.end].to_owned());
        }
    }
    found
}

/// `items` by how often they occur.
fn by_frequency(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut counted: Vec<(usize, String)> = Vec::new();
    for item in items {
        match counted.iter_mut().find(|(_, other)| *other == item) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, item)),
        }
    }
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(_, item)| item).collect()
}

/// A type without its arguments: those that it has elsewhere.
fn arguments(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for span in error.spans.iter().filter(|span| span.primary) {
        let Some(text) = known.files.get(&span.file) else { continue };
        let tokens = tokens::tokens(text);
        let at = tokens::index_at(&tokens, span.bytes.start);
        let Some(token) = tokens.get(at) else { continue };
        let name = token.of(text);
        let own = tokens
            .get(at + 1)
            .filter(|next| next.of(text) == "<")
            .and_then(|_| signatures::angle_end(text, &tokens, at + 1))
            .map(|close| tokens[at + 1].bytes.start..tokens[close].bytes.end);
        let place = own.unwrap_or(token.bytes.end..token.bytes.end);
        let mut here: Vec<String> = Vec::new();
        for (file, other) in known.files {
            let tokens = tokens::tokens(other);
            for at in 0..tokens.len().saturating_sub(1) {
                if tokens[at].of(other) != name || tokens[at + 1].of(other) != "<" {
                    continue;
                }
                let Some(close) = signatures::angle_end(other, &tokens, at + 1) else { continue };
                let bytes = tokens[at + 1].bytes.start..tokens[close].bytes.end;
                let declares = at > 0
                    && matches!(
                        tokens[at - 1].of(other),
                        "struct" | "enum" | "trait" | "type" | "fn"
                    );
                if (file == &span.file && bytes == place) || declares {
                    continue;
                }
                let arguments = other[bytes.clone()].to_owned();
                if file == &span.file {
                    // What stands near is likelier; it counts twice.
                    let near = bytes.start.abs_diff(place.start) < 2_000;
                    here.extend(std::iter::repeat_n(arguments, if near { 3 } else { 2 }));
                } else {
                    here.push(arguments);
                }
            }
        }
        let mut choices = by_frequency(here);
        choices.truncate(5);
        let scope: Vec<String> = items_around(text, &tokens, at)
            .into_iter()
            .filter_map(|item| list_of(text, &tokens, item))
            .map(|list| all_names(&text[list.inside]))
            .filter(|names| !names.is_empty())
            .collect();
        choices.extend(scope.into_iter().map(|names| format!("<{names}>")));
        for (order, arguments) in (0..).zip(choices) {
            let edit = Edit::new(&span.file, place.clone(), arguments.clone());
            let what = format!("write `{name}{arguments}`");
            found.push(Candidate::new(rank::PLAIN + 2 * order, vec![edit], what));
        }
        if text[place.clone()].starts_with('<') {
            let edit = Edit::new(&span.file, place.clone(), "");
            let what = format!("write `{name}` without arguments");
            found.push(Candidate::new(rank::PROPOSED, vec![edit], what));
        }
    }
    found
}

/// The names of the parameters in `list`, with commas.
fn all_names(list: &str) -> String {
    let tokens = tokens::tokens(list);
    let names =
        signatures::split(list, &tokens, 0, tokens.len()).into_iter().map(|(first, last)| {
            name_of(&list[tokens[first].bytes.start..tokens[last].bytes.end]).to_owned()
        });
    names.collect::<Vec<_>>().join(", ")
}

/// A parameter that nothing declares: the items around it may have lost it.
fn declared(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let names = missing::quoted(&error.message);
    let Some(name) = names.first().copied() else { return Vec::new() };
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let short = name.len() <= 2 || name.starts_with('\'');
    let said: Vec<String> = known
        .files
        .values()
        .flat_map(|text| all_parameters(text))
        .filter(|parameter| name_of(parameter) == name)
        .collect();
    if (said.is_empty() && !short) || !name.starts_with(|it: char| it.is_uppercase() || it == '\'')
    {
        return Vec::new();
    }
    // Everything of the same item that is missing comes back together.
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let mut found = Vec::new();
    for (distance, item) in (0..).zip(items_around(text, &tokens, here).into_iter().take(2)) {
        let Some(list) = list_of(text, &tokens, item) else { continue };
        let end = definitions::item_end(text, &tokens, item)
            .map_or(text.len(), |end| tokens[end].bytes.end);
        let start = tokens[item].bytes.start;
        let mut lost: Vec<&str> = Vec::new();
        for other in known.report.errors().filter(|it| it.code == error.code) {
            let inside = other.spans.iter().any(|it| {
                it.primary && it.file == span.file && start <= it.bytes.start && it.bytes.end <= end
            });
            let quoted = missing::quoted(&other.message);
            if let Some(first) = quoted.first().filter(|it| inside && !lost.contains(*it)) {
                lost.push(first);
            }
        }
        if !lost.contains(&name) {
            lost.push(name);
        }
        let mut ways: Vec<Vec<String>> = Vec::new();
        let choices = |name: &str| {
            let said: Vec<String> = known
                .files
                .values()
                .flat_map(|text| all_parameters(text))
                .filter(|parameter| name_of(parameter) == name)
                .collect();
            let mut choices = by_frequency(said);
            choices.truncate(4);
            if !choices.iter().any(|it| it == name) {
                choices.push(name.to_owned());
            }
            choices
        };
        if lost.len() > 1 {
            ways.push(lost.iter().map(|name| choices(name).swap_remove(0)).collect());
        }
        ways.extend(choices(name).into_iter().map(|it| vec![it]));
        for (order, mut parameters) in (0..).zip(ways) {
            // Lifetimes come first.
            parameters.sort_by_key(|it| !it.starts_with('\''));
            let parameters = parameters.join(", ");
            let edit = if list.exists {
                let front = name.starts_with('\'');
                let empty = text[list.inside.clone()].trim().is_empty();
                match (empty, front) {
                    (true, _) => Edit::new(&span.file, list.inside.clone(), parameters.clone()),
                    (false, true) => Edit::new(
                        &span.file,
                        list.inside.start..list.inside.start,
                        format!("{parameters}, "),
                    ),
                    (false, false) => {
                        let inside = text[list.inside.clone()].trim_end().trim_end_matches(',');
                        let at = list.inside.start + inside.len();
                        Edit::new(&span.file, at..at, format!(", {parameters}"))
                    }
                }
            } else {
                Edit::new(&span.file, list.open..list.open, format!("<{parameters}>"))
            };
            let what = format!("declare `{parameters}`");
            found.push(Candidate::new(15 + 3 * order + 4 * distance, vec![edit], what));
        }
    }
    found
}

/// A parameter that must be able to do something: the bounds that it has elsewhere.
fn bounds(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let mut found = Vec::new();
    let says = |name: &str| {
        let words = |it: &str| tokens::tokens(it).iter().any(|token| token.of(it) == name);
        words(&error.message)
            || error.spans.iter().any(|span| span.label.as_deref().is_some_and(words))
            || error.notes.iter().any(|note| words(&note.message))
    };
    for (distance, item) in (0..).zip(items_around(text, &tokens, here).into_iter().take(2)) {
        let Some(list) = list_of(text, &tokens, item).filter(|list| list.exists) else { continue };
        let first = tokens::index_at(&tokens, list.inside.start);
        let end = tokens::index_at(&tokens, list.inside.end);
        for (first, last) in signatures::split(text, &tokens, first, end) {
            let bytes = tokens[first].bytes.start..tokens[last].bytes.end;
            let own = &text[bytes.clone()];
            let name = name_of(own);
            if name.is_empty() || !says(name) {
                continue;
            }
            let said = known
                .files
                .values()
                .flat_map(|text| all_parameters(text))
                .filter(|it| name_of(it) == name && it != own && it.len() > name.len());
            let known_bound = bound_by_trait(text, &tokens, item);
            if let Some(bound) = known_bound.filter(|_| !own.contains(':')) {
                let edit = Edit::new(&span.file, bytes.clone(), format!("{name}: {bound}"));
                let what = format!("declare `{name}: {bound}`");
                found.push(Candidate::new(24, vec![edit], what));
            }
            for (order, parameter) in (0..).zip(by_frequency(said).into_iter().take(5)) {
                let edit = Edit::new(&span.file, bytes.clone(), parameter.clone());
                let what = format!("declare `{parameter}`");
                found.push(Candidate::new(26 + 3 * order + 6 * distance, vec![edit], what));
            }
        }
        // A whole clause that others of the same parameters have.
        let Some(end) = definitions::item_end(text, &tokens, item) else { continue };
        let opens = (item..=end).find(|&at| {
            tokens[at].of(text) == ";" && at == end
                || tokens[at].of(text) == "{" && tokens::closing(text, &tokens, at) == Some(end)
        });
        let Some(opens) = opens else { continue };
        let head = &text[tokens[item].bytes.start..tokens[opens].bytes.start];
        let own = tokens::tokens(head).iter().position(|token| token.of(head) == "where");
        let names: Vec<String> =
            all_names(&text[list.inside.clone()]).split(", ").map(str::to_owned).collect();
        let fitting = |clause: &String| {
            let words = tokens::tokens(clause);
            let mut subjects = words.windows(2).filter(|pair| pair[1].of(clause) == ":");
            // It speaks of what this item has, first of all.
            subjects.all(|pair| names.iter().any(|name| name == pair[0].of(clause)))
                && names.iter().any(|name| clause.starts_with(name.as_str()) && says(name))
        };
        let all = known
            .files
            .values()
            .flat_map(|text| clauses(text))
            .map(|clause| clause.trim_end().trim_end_matches(',').to_owned());
        for (order, clause) in (0..).zip(by_frequency(all.filter(fitting)).into_iter().take(4)) {
            let at = tokens[opens - 1].bytes.end;
            let (at, new) = match own {
                // What is there already stays; the other clause comes first.
                Some(index) => {
                    let where_ = tokens::tokens(head)[index].bytes.end + tokens[item].bytes.start;
                    (where_, format!(" {clause},"))
                }
                None => (at, format!(" where {clause}")),
            };
            let edit = Edit::new(&span.file, at..at, new);
            let what = format!("require `{clause}`");
            found.push(Candidate::new(28 + 3 * order + 6 * distance, vec![edit], what));
        }
    }
    found
}

/// What the trait of the implementation around the function `item` says of its parameter.
fn bound_by_trait(text: &str, tokens: &[Token], item: usize) -> Option<String> {
    let method = tokens.get(item + 1).filter(|_| tokens[item].of(text) == "fn")?.of(text);
    let around = items_around(text, tokens, item.checked_sub(1)?);
    let implementation = around.into_iter().find(|&at| tokens[at].of(text) == "impl")?;
    let list = list_of(text, tokens, implementation)?;
    let first = tokens::index_at(tokens, list.inside.end) + usize::from(list.exists);
    let for_ = (first..tokens.len()).find(|&at| tokens[at].of(text) == "for")?;
    let of = text.get(tokens.get(first)?.bytes.start..tokens[for_ - 1].bytes.end)?;
    trait_bounds::bound(of, method)
}

/// A reference or a type in a signature that lost its lifetime.
fn lifetimes(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let mut scope: Vec<&str> = Vec::new();
    for item in items_around(text, &tokens, here) {
        let Some(list) = list_of(text, &tokens, item).filter(|list| list.exists) else { continue };
        for token in &tokens {
            let inside =
                list.inside.start <= token.bytes.start && token.bytes.end <= list.inside.end;
            if inside && token.kind == Kind::Lifetime && !scope.contains(&token.of(text)) {
                scope.push(token.of(text));
            }
        }
    }
    scope.truncate(2);
    scope.push("'static");
    let mut places: Vec<usize> = Vec::new();
    if let Some(around) = signatures::around(text, span.bytes.start) {
        let end = around.returns.as_ref().map_or(around.list.end, |it| it.end);
        let inside = tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| around.list.start <= token.bytes.start && token.bytes.end <= end);
        // What is returned is named most often.
        places.extend(inside.map(|(at, _)| at));
        places.reverse();
    } else {
        places
            .extend((here..tokens.len()).take_while(|&at| tokens[at].bytes.start < span.bytes.end));
    }
    let mut found = Vec::new();
    let mut order = 0;
    for at in places {
        let word = tokens[at].of(text);
        let next = tokens.get(at + 1);
        let named = next.is_some_and(|next| next.kind == Kind::Lifetime);
        for lifetime in &scope {
            let late = if *lifetime == "'static" { 12 } else { 0 };
            let edit = match word {
                "&" if !named => {
                    let end = tokens[at].bytes.end;
                    Edit::new(&span.file, end..end, format!("{lifetime} "))
                }
                "'_" => Edit::new(&span.file, tokens[at].bytes.clone(), *lifetime),
                _ if word.starts_with(char::is_uppercase)
                    && tokens[at].kind == Kind::Word
                    && known.files.values().any(|text| text.contains(&format!("{word}<'"))) =>
                {
                    let end = tokens[at].bytes.end;
                    match next.map_or("", |next| next.of(text)) {
                        "<" if !tokens.get(at + 2).is_some_and(|it| it.kind == Kind::Lifetime) => {
                            let end = tokens[at + 1].bytes.end;
                            Edit::new(&span.file, end..end, format!("{lifetime}, "))
                        }
                        "<" => continue,
                        _ => Edit::new(&span.file, end..end, format!("<{lifetime}>")),
                    }
                }
                _ => continue,
            };
            let what = format!("it lives as long as `{lifetime}`");
            found.push(Candidate::new(rank::PROPOSED - 2 + order + late, vec![edit], what));
        }
        order += 2;
        if found.len() > 12 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_clauses_are_found() {
        let text = "impl<'a, T: Copy + 'a> S<'a, T> where T: Ord, { fn f<const N: usize>() {} }\nstruct Q;";
        assert_eq!(all_parameters(text), ["'a", "T: Copy + 'a", "const N: usize"]);
        assert_eq!(clauses(text), ["T: Ord,"]);
        assert_eq!(name_of("const N: usize"), "N");
        assert_eq!(all_names("'a, T: Copy, const N: usize"), "'a, T, N");
    }

    #[test]
    fn the_trait_knows_the_bound() {
        let text =
            "impl<T> FromIterator<(usize, T)> for S<T> { fn from_iter<I>(i: I) -> Self { HERE } }";
        let tokens = tokens::tokens(text);
        let item = (0..tokens.len()).find(|&at| tokens[at].of(text) == "fn").unwrap();
        let bound = bound_by_trait(text, &tokens, item);
        assert_eq!(bound.as_deref(), Some("IntoIterator<Item = (usize, T)>"));
    }

    #[test]
    fn items_around_a_place() {
        let text = "impl<T> S<T> { fn f() { HERE } }";
        let tokens = tokens::tokens(text);
        let here = tokens::index_at(&tokens, text.find("HERE").unwrap());
        let words: Vec<&str> =
            items_around(text, &tokens, here).into_iter().map(|at| tokens[at].of(text)).collect();
        assert_eq!(words, ["fn", "impl"]);
    }
}
