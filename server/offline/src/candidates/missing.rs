//! What an error that complains about an unknown name says about it.

use std::ops::Range;

use harness::Diagnostic;

use super::{Known, Need};
use crate::tokens::{self, Kind, Token};

/// What kind of thing was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sought {
    /// A variable, constant, function or anything else in an expression.
    Value,
    /// A type.
    Type,
    /// A trait.
    Trait,
    /// A module or crate.
    Module,
    /// A macro, derive or attribute.
    Macro,
    /// Something with a dot before and brackets behind.
    Method,
    /// Something of a type, behind `::`: a function, constant, variant or type.
    Associated,
    /// A variant of an enum.
    Variant,
    /// A field.
    Field,
    /// The last part of an import, which may be anything.
    Import,
    /// Something in the implementation of a trait that does not have it.
    Member,
    /// `'a`.
    Lifetime,
}

/// A name that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// The name.
    pub(super) name: String,
    /// What it was looked for as.
    pub(super) sought: Sought,
    /// The type, trait or module that it was looked for in, by its bare name; `None` for whatever
    /// is in scope.
    pub(super) container: Option<String>,
    /// Where it stands: file and bytes; `None` if the file is not known yet or it stands nowhere.
    pub(super) at: Option<(String, Range<usize>)>,
}

impl Missing {
    /// Whether `other` looks in vain for the same thing.
    fn is_same(&self, other: &Missing) -> bool {
        let free = |missing: &Missing| missing.sought != Sought::Field && !missing.is_member();
        self.name == other.name
            && ((self.sought == other.sought && self.container == other.container)
                || (free(self) && free(other)))
    }

    /// Whether it was looked for in a type or trait.
    pub(super) fn is_member(&self) -> bool {
        use Sought::{Associated, Field, Member, Method, Variant};
        matches!(self.sought, Method | Associated | Variant | Field | Member)
    }
}

/// The names in backticks, in order.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The bare name of a type as an error writes it: `&mut a::B<C>` is `B`.
pub(super) fn bare(name: &str) -> Option<String> {
    let name = name.trim_start_matches(['&', '*', '(']);
    let name =
        name.strip_prefix('\'').map_or(name, |rest| rest.split_once(' ').map_or("", |x| x.1));
    let name = name.strip_prefix("mut ").or(name.strip_prefix("const ")).unwrap_or(name);
    let name = name.split(['<', ' ', '{']).next().unwrap_or_default();
    let last = name.trim_end_matches(':').rsplit("::").next().unwrap_or_default();
    let word = !last.is_empty() && last.chars().all(tokens::is_word);
    word.then(|| last.to_owned())
}

/// The names that `error` says do not exist; usually one.
pub(super) fn of(known: &Known<'_>, error: &Diagnostic) -> Vec<Missing> {
    let code = error.code.as_deref().unwrap_or_default();
    if code == "E0432" {
        return imports(known, error);
    }
    let Some((name, sought, container)) = read(code, error) else { return Vec::new() };
    let names = match name {
        Some(name) => vec![name],
        // The message has other worries; the name is what it points at.
        None => word_at(known, error).into_iter().collect(),
    };
    let missing = names.into_iter().map(|name| {
        let name = name.rsplit("::").next().unwrap_or_default().to_owned();
        let at = place(known, error, &name);
        Missing { name, sought, container: container.clone(), at }
    });
    missing.filter(|missing| !missing.name.is_empty()).collect()
}

type Read = (Option<String>, Sought, Option<String>);

/// Name, kind and container from the message.
fn read(code: &str, error: &Diagnostic) -> Option<Read> {
    let message = error.message.as_str();
    let names = quoted(message);
    let name = |at: usize| names.get(at).map(|name| (*name).to_owned());
    let container = |at: usize| names.get(at).and_then(|name| bare(name));
    let labels = || error.spans.iter().filter_map(|span| span.label.as_deref());
    Some(match code {
        "E0560" | "E0559" | "E0026" => (name(1), Sought::Field, container(0)),
        "E0609" | "E0610" if message.starts_with("no field") => {
            (name(0), Sought::Field, container(1))
        }
        "E0407" | "E0437" | "E0438" => (name(0), Sought::Member, container(1)),
        "E0220" | "E0576" => (name(0), Sought::Associated, container(1)),
        "E0261" => (name(0), Sought::Lifetime, None),
        "E0599" => {
            let plain = message.starts_with("no ");
            let kind = if message.starts_with("no method") {
                Sought::Method
            } else if message.starts_with("no variant named") {
                Sought::Variant
            } else if plain {
                Sought::Associated
            } else if labels().any(|label| label.starts_with("method ")) {
                Sought::Method
            } else {
                Sought::Associated
            };
            match plain {
                true => (name(0), kind, container(1)),
                false => (None, kind, container(0)),
            }
        }
        "E0433" | "E0425" | "E0412" | "E0405" | "E0531" | "E0422" | "E0404" | "" => {
            let kind =
                if message.contains("unresolved module") || message.contains("module or crate") {
                    Sought::Module
                } else if let Some(kind) = message.strip_prefix("cannot find ") {
                    sought(kind.split('`').next().unwrap_or_default())?
                } else if message.contains("could not find") {
                    Sought::Import
                } else if message.contains("undeclared type") {
                    Sought::Type
                } else {
                    return None;
                };
            let within = message.contains("` in ").then(|| container(1)).flatten();
            (name(0), kind, within)
        }
        // Something else has the name that was meant.
        "E0423" | "E0532" | "E0574" | "E0573" => {
            let (wanted, found) = message.split_once(", found ")?;
            let kind = sought(wanted.strip_prefix("expected ")?)?;
            (quoted(found).first().map(|name| (*name).to_owned()), kind, None)
        }
        _ => return None,
    })
}

fn sought(kind: &str) -> Option<Sought> {
    let kind = kind.trim();
    Some(if kind.contains("macro") || kind.contains("attribute") {
        Sought::Macro
    } else if kind.starts_with("method") || kind.starts_with("associated") {
        Sought::Associated
    } else if kind.contains("module") || kind.contains("crate") {
        Sought::Module
    } else if kind == "trait" {
        Sought::Trait
    } else if kind.contains("type") || kind == "struct" || kind == "union" {
        Sought::Type
    } else if kind.is_empty() {
        Sought::Import
    } else {
        Sought::Value
    })
}

/// The parts of imports that were not found, one for each place.
fn imports(known: &Known<'_>, error: &Diagnostic) -> Vec<Missing> {
    let paths = quoted(&error.message);
    let primary: Vec<_> = error.spans.iter().filter(|span| span.primary).collect();
    let mut missing = Vec::new();
    for (at, span) in primary.iter().enumerate() {
        let label = span.label.as_deref().unwrap_or_default();
        let said = quoted(label);
        let path = paths.get(at).or(paths.first()).copied().unwrap_or_default();
        let is_last = label.starts_with("no ");
        let first = said.first().map(|name| (*name).to_owned());
        let Some(name) = first.or_else(|| path.rsplit("::").next().map(str::to_owned)) else {
            continue;
        };
        let container = said
            .get(1)
            .and_then(|name| bare(name))
            .or_else(|| label.ends_with("in the crate root").then(|| "crate".to_owned()));
        let whole = known.files.get(&span.file).map_or("", String::as_str);
        let place = word_in(whole, &span.bytes, &name);
        let sought = if is_last || said.is_empty() { Sought::Import } else { Sought::Module };
        let at = place.map(|bytes| (span.file.clone(), bytes));
        missing.push(Missing { name, sought, container, at });
    }
    missing
}

/// The last token within `bytes` that is `name`.
fn word_in(text: &str, bytes: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let piece = text.get(bytes.clone())?;
    let tokens = tokens::tokens(piece);
    let is_it = |token: &&Token| token.of(piece).trim_start_matches("r#") == name;
    let token = tokens.iter().rfind(is_it)?;
    Some(bytes.start + token.bytes.start..bytes.start + token.bytes.end)
}

/// What the error points at, if that is one word.
fn word_at(known: &Known<'_>, error: &Diagnostic) -> Option<String> {
    let span = error.spans.iter().find(|span| span.primary)?;
    let piece = known.files.get(&span.file)?.get(span.bytes.clone())?;
    let tokens = tokens::tokens(piece);
    let is_one = tokens.len() == 1 && tokens[0].kind == Kind::Word;
    is_one.then(|| piece.to_owned())
}

/// Where `name` stands, which `error` complains about.
fn place(known: &Known<'_>, error: &Diagnostic, name: &str) -> Option<(String, Range<usize>)> {
    let is_member = matches!(error.code.as_deref(), Some("E0407" | "E0437" | "E0438"));
    for span in error.spans.iter().filter(|span| span.primary) {
        let Some(text) = known.files.get(&span.file) else { continue };
        let mut bytes = span.bytes.clone();
        if is_member {
            // The error points at the whole member; what is before the name holds no name.
            let piece = text.get(bytes.clone()).unwrap_or_default();
            let first = tokens::tokens(piece).into_iter().find(|token| token.of(piece) == name);
            bytes.end = first.map_or(bytes.start, |token| bytes.start + token.bytes.end);
        }
        if let Some(bytes) = word_in(text, &bytes, name) {
            return Some((span.file.clone(), bytes));
        }
    }
    // In a macro, the error points at where the macro is used; the compiler printed the rest.
    let (file, line, column) = printed(error)?;
    let text = known.files.get(&file)?;
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let rest = text.get(start..)?;
    let skipped: usize = rest.chars().take(column - 1).map(char::len_utf8).sum();
    let at = start + skipped;
    let end = at + text.get(at..)?.lines().next().unwrap_or_default().len();
    let tokens = tokens::tokens(text.get(at..end)?);
    let found = if is_member {
        tokens
            .iter()
            .find(|token| text.get(at + token.bytes.start..at + token.bytes.end) == Some(name))
    } else {
        tokens.first().filter(|token| token.of(&text[at..end]) == name)
    }?;
    Some((file, at + found.bytes.start..at + found.bytes.end))
}

/// File, line and column that the compiler printed, both from 1.
fn printed(error: &Diagnostic) -> Option<(String, usize, usize)> {
    let line = error.rendered.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let (rest, column) = line.trim().rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    (line > 0 && column > 0).then(|| (file.to_owned(), line, column))
}

/// The files that must be known before the places of missing names are.
pub(super) fn needs(error: &Diagnostic) -> Vec<Need> {
    let mut needs = super::own_files(error);
    needs.extend(printed(error).map(|(file, ..)| Need::File(file)));
    needs
}

/// Everywhere that errors complain about the same name, in order.
pub(super) fn places(known: &Known<'_>, missing: &Missing) -> Vec<(String, Range<usize>)> {
    let all = known.report.errors().flat_map(|error| of(known, error));
    let mut places: Vec<_> =
        all.filter(|other| other.is_same(missing)).filter_map(|other| other.at).collect();
    places.extend(missing.at.clone());
    places.sort_by(|a, b| (&a.0, a.1.start).cmp(&(&b.0, b.1.start)));
    places.dedup();
    places
}

/// Whether an earlier error of the same file says the same, so that what can be done about `error`
/// is proposed there.
pub(super) fn is_repetition(known: &Known<'_>, error: &Diagnostic) -> bool {
    let file = |error: &Diagnostic| error.spans.first().map(|span| span.file.clone());
    let first = known.report.errors().find(|other| {
        other.message == error.message && other.code == error.code && file(other) == file(error)
    });
    first.is_some_and(|first| !std::ptr::eq(first, error) && first != error)
}
