//! A variable that nothing binds: its binding got lost, lost its `let`, or stands too late; or
//! it is the parameter of a closure.

use std::collections::BTreeSet;
use std::ops::Range;

use harness::Diagnostic;

use super::imports::by_frequency;
use super::missing::{self, Missing, Sought};
use super::{Candidate, Known, Source, copies, own_files, rank, signatures};
use crate::files::Edit;
use crate::tokens::{self, Kind, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Bindings of other functions that are tried for one name.
const MAX_BINDINGS: usize = 4;

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if error.code.as_deref() != Some("E0425") || missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        let Some((file, at)) = &missing.at else { continue };
        let Some(text) = known.files.get(file) else { continue };
        let variable = missing.name.starts_with(|it: char| it.is_lowercase() || it == '_');
        if missing.sought != Sought::Value || missing.container.is_some() || !variable {
            continue;
        }
        let tokens = tokens::tokens(text);
        let page = Page { known, file, text, tokens: &tokens };
        let here = tokens::index_at(&tokens, at.start);
        found.extend(page.late(&missing, here));
        found.extend(page.without_let(&missing, here));
        found.extend(page.lost(&missing, here));
        found.extend(page.closure(&missing, here));
        found.extend(page.pattern(&missing, here));
    }
    found
}

struct Page<'a, 'b> {
    known: &'a Known<'b>,
    file: &'a str,
    text: &'a str,
    tokens: &'a [Token],
}

impl Page<'_, '_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }

    /// The bytes of some tokens.
    fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        self.tokens[range.start].bytes.start..self.tokens[range.end - 1].bytes.end
    }

    /// The blanks that the line of byte `at` begins with.
    fn indent(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..at];
        &line[..line.len() - line.trim_start().len()]
    }

    /// The first statement of the function that mentions `name`, up to the token `here`.
    fn first_use(&self, name: &str, here: usize) -> Option<Range<usize>> {
        let around = signatures::around(self.text, self.tokens.get(here)?.bytes.start)?;
        let body = around.body?;
        let first = tokens::index_at(self.tokens, body.start);
        let place = (first..=here).find(|&at| {
            self.word(at) == name && at.checked_sub(1).is_none_or(|at| self.word(at) != ".")
        })?;
        copies::statement(self.text, self.tokens, place)
    }

    /// The binding comes later: it is put before the first statement that needs it.
    fn late(&self, missing: &Missing, here: usize) -> Vec<Candidate> {
        let Some(user) = self.first_use(&missing.name, here) else { return Vec::new() };
        let open = tokens::open_brackets(self.text, self.tokens, user.start);
        let Some(&open) = open.iter().find(|&&at| self.word(at) == "{") else { return Vec::new() };
        let Some(close) = tokens::closing(self.text, self.tokens, open) else { return Vec::new() };
        let mut found = Vec::new();
        let mut at = user.end;
        while at < close {
            let Some(range) = copies::statement(self.text, self.tokens, at) else { break };
            if range.end <= at {
                break;
            }
            if self.word(range.start) == "let" && self.binds(&range, &missing.name) {
                let bytes = self.bytes(&range);
                let before = self.tokens[user.start].bytes.start;
                let moved = &self.text[bytes.clone()];
                let start = self.text[..bytes.start].trim_end().len();
                let edits = vec![
                    Edit::new(self.file, start..bytes.end, ""),
                    Edit::new(
                        self.file,
                        before..before,
                        format!("{moved}\n{}", self.indent(before)),
                    ),
                ];
                let what = format!("bind `{}` before it is used", missing.name);
                found.push(Candidate::new(rank::PLAIN - 4, edits, what));
                break;
            }
            at = range.end;
        }
        found
    }

    /// Whether the binding `range` gives `name` to something.
    fn binds(&self, range: &Range<usize>, name: &str) -> bool {
        let equals = range.clone().find(|&at| self.word(at) == "=");
        equals.is_some_and(|equals| (range.start..equals).any(|at| self.word(at) == name))
    }

    /// `x = y;` stands where `let x = y;` should.
    fn without_let(&self, missing: &Missing, here: usize) -> Vec<Candidate> {
        let Some(first) = self.first_use(&missing.name, here) else { return Vec::new() };
        let assigns = self.word(first.start) == missing.name
            && matches!(self.word(first.start + 1), "=" | ":");
        if !assigns {
            return Vec::new();
        }
        let at = self.tokens[first.start].bytes.start;
        let changes = (first.end..self.tokens.len()).take(400).any(|at| {
            self.word(at) == missing.name
                && (matches!(self.word(at + 1), "=" | "+=" | "-=" | "*=" | "|=")
                    || at > 1 && self.word(at - 1) == "mut" && self.word(at - 2) == "&")
        });
        let mut words = ["let ", "let mut "];
        if changes {
            words.reverse();
        }
        (0..)
            .zip(words)
            .map(|(order, word)| {
                let edit = Edit::new(self.file, at..at, word);
                let what = format!("bind `{}` with `{}`", missing.name, word.trim());
                Candidate::new(rank::PLAIN - 6 + 3 * order, vec![edit], what)
            })
            .collect()
    }

    /// What other functions bind the same name to, put before the first use.
    fn lost(&self, missing: &Missing, here: usize) -> Vec<Candidate> {
        let Some(user) = self.first_use(&missing.name, here) else { return Vec::new() };
        let own = self.text.get(self.bytes(&user)).unwrap_or_default();
        let mut said: Vec<String> = Vec::new();
        for (file, text) in self.known.files {
            let near = if file == self.file { 2 } else { 1 };
            for binding in bindings_of(text, &missing.name) {
                if binding != own {
                    said.extend(std::iter::repeat_n(binding, near));
                }
            }
        }
        let at = self.tokens[user.start].bytes.start;
        let around = signatures::around(self.text, at).and_then(|it| it.body);
        let end = around.map_or(user.end, |body| tokens::index_at(self.tokens, body.end - 1));
        let lost = self.missing_between(user.start, end);
        (0..)
            .zip(by_frequency(said).into_iter().take(MAX_BINDINGS))
            .map(|(order, binding)| {
                let new = format!("{binding}\n{}", self.indent(at));
                let what = format!("`{binding}`, as elsewhere");
                let edit = Edit::new(self.file, at..at, new);
                // What binds several names that are missing together is hardly a coincidence.
                let bound = lost.iter().filter(|name| mentions(&binding, name)).count();
                let base = if bound > 1 { rank::PLAIN - 5 } else { rank::LIKELY - 3 };
                Candidate::new(base + 2 * order, vec![edit], what)
            })
            .collect()
    }

    /// All names that are missing between the tokens `first` and `last`, in order.
    fn missing_between(&self, first: usize, last: usize) -> Vec<String> {
        let lost: BTreeSet<String> = self
            .known
            .report
            .errors()
            .flat_map(|error| missing::of(self.known, error))
            .filter(|it| it.sought == Sought::Value && it.container.is_none())
            .map(|it| it.name)
            .collect();
        let mut found: Vec<String> = Vec::new();
        for at in first..=last {
            let word = self.word(at);
            let free = at.checked_sub(1).is_none_or(|at| self.word(at) != ".");
            if free && lost.contains(word) && !found.iter().any(|it| it == word) {
                found.push(word.to_owned());
            }
        }
        found
    }

    /// An argument that should be a closure.
    fn closure(&self, missing: &Missing, here: usize) -> Vec<Candidate> {
        let Some(open) = tokens::open_brackets(self.text, self.tokens, here)
            .into_iter()
            .find(|&at| self.word(at) == "(" && at > 1 && self.word(at - 2) == ".")
        else {
            return Vec::new();
        };
        let Some(close) = tokens::closing(self.text, self.tokens, open) else { return Vec::new() };
        let arguments = signatures::split(self.text, self.tokens, open + 1, close);
        let own = arguments.into_iter().find(|&(first, last)| first <= here && here <= last);
        let Some((first, last)) =
            own.filter(|&(first, _)| !matches!(self.word(first), "|" | "move"))
        else {
            return Vec::new();
        };
        let names = self.missing_between(first, last);
        if !names.contains(&missing.name) || names.len() > 3 {
            return Vec::new();
        }
        let list = names.join(", ");
        let mut forms = vec![format!("|{list}| ")];
        if names.len() > 1 {
            forms.insert(0, format!("|({list})| "));
        } else {
            forms.push(format!("|&{list}| "));
        }
        let at = self.tokens[first].bytes.start;
        (0..)
            .zip(forms)
            .map(|(order, form)| {
                let what = format!("take {}", form.trim());
                let edit = Edit::new(self.file, at..at, form);
                Candidate::new(rank::LIKELY - 1 + 2 * order, vec![edit], what)
            })
            .collect()
    }

    /// A pattern with a place too few: the name belongs there.
    fn pattern(&self, missing: &Missing, here: usize) -> Vec<Candidate> {
        let mut found = Vec::new();
        for error in self.known.report.errors() {
            if !matches!(error.code.as_deref(), Some("E0023" | "E0308" | "E0026" | "E0027")) {
                continue;
            }
            for span in error.spans.iter().filter(|it| it.primary && it.file == self.file) {
                let first = tokens::index_at(self.tokens, span.bytes.start);
                // The error points at the pattern, or at what stands in its brackets.
                let around = tokens::open_brackets(self.text, self.tokens, first);
                let within = around
                    .first()
                    .copied()
                    .filter(|&at| self.word(at) == "(" && error.code.as_deref() == Some("E0023"));
                let open = within
                    .or_else(|| (first..first + 8).find(|&at| matches!(self.word(at), "(" | "{")));
                let close = open.and_then(|at| tokens::closing(self.text, self.tokens, at));
                let (Some(open), Some(close)) = (open, close.filter(|close| *close < here)) else {
                    continue;
                };
                let name = &missing.name;
                let mut places: Vec<(usize, String)> = Vec::new();
                for (_, last) in signatures::split(self.text, self.tokens, open + 1, close) {
                    places.push((self.tokens[last].bytes.end, format!(", {name}")));
                }
                places.reverse();
                places.push((
                    self.tokens[open].bytes.end,
                    if places.is_empty() { name.clone() } else { format!("{name}, ") },
                ));
                for (order, (at, new)) in (0..).zip(places.into_iter().take(4)) {
                    let what = format!("bind `{name}` in the pattern");
                    let edit = Edit::new(self.file, at..at, new);
                    found.push(Candidate::new(rank::PLAIN - 3 + order, vec![edit], what));
                }
            }
        }
        found
    }
}

fn mentions(statement: &str, name: &str) -> bool {
    tokens::tokens(statement).iter().any(|token| token.of(statement) == name)
}

/// The statements of `text` that bind `name`, each with its semicolon.
fn bindings_of(text: &str, name: &str) -> Vec<String> {
    let tokens = tokens::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        if word(at) != "let" || !matches!(word(at.wrapping_sub(1)), ";" | "{" | "}") {
            continue;
        }
        let equals = (at..tokens.len().min(at + 30)).find(|&at| matches!(word(at), "=" | ";"));
        let Some(equals) = equals.filter(|&it| word(it) == "=") else { continue };
        let binds = (at + 1..equals)
            .any(|it| word(it) == name && tokens[it].kind == Kind::Word && word(it + 1) != "::");
        if !binds {
            continue;
        }
        let mut end = equals;
        while end < tokens.len() && word(end) != ";" {
            end = match word(end) {
                "(" | "[" | "{" => tokens::closing(text, &tokens, end).unwrap_or(tokens.len()) + 1,
                _ => end + 1,
            };
        }
        if let Some(last) = tokens.get(end) {
            let statement = &text[tokens[at].bytes.start..last.bytes.end];
            // What is long was made for its place.
            if statement.len() <= 160 {
                found.push(statement.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// The text after each proposal for the missing `name`, best first.
    fn mended(text: &str, name: &str) -> Vec<String> {
        let start = text.find(&format!("{name} /*here*/")).unwrap();
        let message = format!("cannot find value `{name}` in this scope");
        let error = testing::error(Some("E0425"), &message, start..start + name.len());
        let mut found = testing::proposed(text, vec![error], propose);
        found.sort_by_key(|it| it.rank);
        testing::after(text, &found)
    }

    #[test]
    fn a_binding_comes_before_its_use() {
        let text = "fn f() {\n    g(é /*here*/);\n    h();\n    let é = 1;\n}";
        assert_eq!(
            mended(text, "é")[0],
            "fn f() {\n    let é = 1;\n    g(é /*here*/);\n    h();\n}"
        );
    }

    #[test]
    fn an_assignment_that_binds_gets_its_let() {
        let text = "fn f() { x /*here*/ = 1; x += 1; }";
        assert_eq!(mended(text, "x")[0], "fn f() { let mut x /*here*/ = 1; x += 1; }");
    }

    #[test]
    fn others_say_what_a_name_is() {
        let text = "fn f() { let len = self.len(); }\nfn g() { h(len /*here*/) }";
        let expected =
            "fn f() { let len = self.len(); }\nfn g() { let len = self.len();\nh(len /*here*/) }";
        assert_eq!(mended(text, "len")[0], expected);
    }

    #[test]
    fn a_closure_takes_what_is_missing() {
        let text = "fn f() { a.map(b(c /*here*/)) }";
        assert_eq!(mended(text, "c")[0], "fn f() { a.map(|c| b(c /*here*/)) }");
    }
}
