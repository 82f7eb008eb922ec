//! A name that exists, but not in this scope: imports, lost parts of paths, modules that are not
//! declared.

use std::ops::Range;

use harness::{Diagnostic, Suggestion};

use super::missing::{self, Missing, Sought};
use super::{Candidate, Known, Need, Source, definitions, similar, uses};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs, propose };

/// Modules of the standard library that programs import as such.
const MODULES: &[&str] = &[
    "fmt",
    "io",
    "fs",
    "mem",
    "env",
    "process",
    "thread",
    "time",
    "str",
    "iter",
    "cmp",
    "ops",
    "ptr",
    "slice",
    "error",
    "collections",
    "sync",
    "path",
    "borrow",
    "char",
    "num",
    "rc",
    "cell",
    "any",
    "array",
    "ascii",
    "convert",
    "hash",
    "marker",
    "net",
    "option",
    "result",
    "string",
    "vec",
    "boxed",
    "ffi",
    "panic",
    "pin",
    "future",
    "task",
    "hint",
    "default",
];

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut needs = missing::needs(error);
    for missing in of(known, error) {
        if matches!(missing.sought, Sought::Method | Sought::Field | Sought::Member) {
            continue;
        }
        needs.push(imported(&missing.name));
        needs.push(qualified(&missing.name));
    }
    for suggestion in &error.suggestions {
        if let Some(path) = imported_by(suggestion) {
            let name = path.rsplit("::").next().unwrap_or_default();
            needs.push(imported(name));
            needs.push(defined(name));
        }
    }
    needs
}

/// A search for imports of `name`.
fn imported(name: &str) -> Need {
    Need::Lines(format!("^\\s*(?:pub.*)?\\buse\\b.*\\b{name}\\b"))
}

/// A search for `name` with a path before it.
fn qualified(name: &str) -> Need {
    Need::Lines(format!("\\w::{name}\\b"))
}

/// A search for the definition of a type, trait, function or constant.
fn defined(name: &str) -> Need {
    Need::Lines(format!("\\b(?:struct|enum|union|trait|type|fn|const|static)\\s+{name}\\b"))
}

/// What is missing, also where a name was found that is another thing than was meant.
fn of(known: &Known<'_>, error: &Diagnostic) -> Vec<Missing> {
    if error.code.as_deref() == Some("E0107") {
        // `Result` for `fmt::Result` lacks type arguments.
        let span = error.spans.iter().find(|span| span.primary);
        let name = missing::quoted(&error.message).first().map(|name| (*name).to_owned());
        let (Some(span), Some(name)) = (span, name) else { return Vec::new() };
        let text = known.files.get(&span.file).and_then(|text| text.get(span.bytes.clone()));
        let place = Some((span.file.clone(), span.bytes.clone())).filter(|_| text == Some(&name));
        return vec![Missing { name, sought: Sought::Type, container: None, at: place }];
    }
    missing::of(known, error)
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = suggested(known, error);
    for missing in of(known, error) {
        if missing.is_member() && missing.sought != Sought::Associated {
            continue;
        }
        found.extend(aliases(known, &missing));
        found.extend(paths(known, &missing));
        if missing.container.is_none() && error.code.as_deref() != Some("E0107") {
            found.extend(imports(known, &missing));
        }
    }
    found
}

/// The path that `suggestion` imports, if it does.
fn imported_by(suggestion: &Suggestion) -> Option<String> {
    suggestion.edits.iter().find_map(|(_, text)| {
        let text = text.trim().lines().next()?.trim();
        Some(text.strip_prefix("use ")?.strip_suffix(';')?.to_owned())
    })
}

/// A path of the standard library without the crate that it was reached through.
fn in_std(path: &str) -> Option<&str> {
    ["std::", "core::", "alloc::"].iter().find_map(|head| path.strip_prefix(head))
}

fn same_item(one: &str, other: &str) -> bool {
    one == other || (in_std(one).is_some() && in_std(one) == in_std(other))
}

/// The imports that the compiler proposes, in the order in which they are likely: what the
/// project imports elsewhere comes first, then what it defines, then the standard library.
fn suggested(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    let paths: Vec<(&Suggestion, String)> = error
        .suggestions
        .iter()
        .filter_map(|suggestion| Some((suggestion, imported_by(suggestion)?)))
        .collect();
    for (suggestion, path) in &paths {
        let edits: Vec<Edit> = suggestion
            .edits
            .iter()
            .map(|(span, text)| Edit::new(&span.file, span.bytes.clone(), text.clone()))
            .collect();
        let Some(file) = edits.first().map(|edit| edit.file.clone()) else { continue };
        let Some(text) = known.files.get(&file) else { continue };
        let name = path.rsplit("::").next().unwrap_or_default();
        let elsewhere = imported_paths(known, name);
        let own = hits(known, &defined(name)).next().is_some();
        let local = !path.starts_with("std::") && in_std(path).is_none();
        // A way through somebody's private import: the standard library is in its tail.
        let detour = local
            && paths.iter().any(|(_, other)| {
                in_std(other).is_some_and(|tail| path.ends_with(&format!("::{tail}")))
            });
        let mut rank = if elsewhere.iter().any(|other| same_item(other, path)) {
            20
        } else if detour {
            34
        } else if local && own {
            22
        } else if in_std(path).is_some() && !own {
            23
        } else {
            27
        };
        if (path.contains("hash_map::") && text.contains("HashMap"))
            || (path.contains("btree_map::") && text.contains("BTreeMap"))
        {
            rank -= 1;
        }
        let what = format!("import `{path}`");
        if let Some(other) = in_style(text, path) {
            let edits = edits.iter().map(|edit| Edit {
                text: edit.text.replace(&format!("use {path};"), &format!("use {other};")),
                ..edit.clone()
            });
            let what = format!("import `{other}`");
            found.push(Candidate::new(rank, edits.collect(), what));
            rank += 1;
        }
        found.push(Candidate::new(rank, edits, what));
    }
    found
}

/// `path` of the standard library through the crates that `text` takes it from, if it avoids
/// `std` itself.
fn in_style(text: &str, path: &str) -> Option<String> {
    const ALLOC: &[&str] =
        &["string", "vec", "boxed", "borrow", "collections", "rc", "sync", "format"];
    let tail = path.strip_prefix("std::")?;
    if text.contains("use std::") || !(text.contains("use core::") || text.contains("use alloc::"))
    {
        return None;
    }
    let module = tail.split("::").next().unwrap_or_default();
    let head =
        if ALLOC.contains(&module) && !tail.starts_with("sync::atomic") { "alloc" } else { "core" };
    text.contains(&format!("use {head}::")).then(|| format!("{head}::{tail}"))
}

fn hits<'a>(known: &'a Known<'_>, need: &Need) -> impl Iterator<Item = &'a super::Hit> + use<'a> {
    let pattern = match need {
        Need::Lines(pattern) => pattern.clone(),
        Need::File(_) => String::new(),
    };
    known.hits.get(&pattern).into_iter().flatten()
}

/// The paths that the project imports `name` by, each as often as it does.
fn imported_paths(known: &Known<'_>, name: &str) -> Vec<String> {
    let lines = hits(known, &imported(name)).map(|hit| hit.text.as_str());
    let texts = known.files.values().map(String::as_str);
    let imports = lines.chain(texts).flat_map(uses::all);
    let fitting = imports.filter(|import| import.name() == name);
    fitting
        .map(|import| match &import.alias {
            Some((alias, _)) => format!("{} as {alias}", import.path.join("::")),
            None => import.path.join("::"),
        })
        .collect()
}

/// `items` without repetitions, most frequent first.
pub(super) fn by_frequency(items: Vec<String>) -> Vec<String> {
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

/// Imports that the compiler does not think of: those of other files, and modules of the standard
/// library.
fn imports(known: &Known<'_>, missing: &Missing) -> Vec<Candidate> {
    let Some((file, at)) = &missing.at else { return Vec::new() };
    let Some(text) = known.files.get(file) else { return Vec::new() };
    if text.get(..at.start).is_some_and(|before| before.trim_end().ends_with("::")) {
        return Vec::new();
    }
    let mut paths: Vec<(u32, String)> = Vec::new();
    for path in by_frequency(imported_paths(known, &missing.name)).into_iter().take(3) {
        paths.push((21, path));
    }
    if MODULES.contains(&missing.name.as_str()) {
        let path = format!("std::{}", missing.name);
        paths.push((24, in_style(text, &path).unwrap_or(path)));
    }
    let (line, indent) = uses::place(text, at.start);
    let mut found = Vec::new();
    for (order, (rank, path)) in paths.into_iter().enumerate() {
        let order = u32::try_from(order).unwrap_or(0);
        let edit = Edit::new(file, line..line, format!("{indent}use {path};\n"));
        found.push(Candidate::new(rank + order, vec![edit], format!("import `{path}`")));
    }
    found
}

/// Parts of a path that got lost before the name, as the project writes them elsewhere.
fn paths(known: &Known<'_>, missing: &Missing) -> Vec<Candidate> {
    let Some((file, at)) = &missing.at else { return Vec::new() };
    let Some(text) = known.files.get(file) else { return Vec::new() };
    let before = text.get(..at.start).unwrap_or_default().trim_end();
    let follows_path = before.ends_with("::");
    let upper = missing.name.starts_with(char::is_uppercase);
    let mut found = Vec::new();
    let mut add = |rank: u32, path: &str| {
        // Behind a path only one part is lost.
        let path = match follows_path {
            true => path.rsplit("::").next().unwrap_or_default(),
            false => path,
        };
        if path.is_empty() || before.ends_with(&format!("{path}::")) {
            return;
        }
        let edit = Edit::new(file, at.start..at.start, format!("{path}::"));
        let what = format!("`{}` is `{path}::{}`", missing.name, missing.name);
        found.push(Candidate::new(rank, vec![edit], what));
    };
    let here = by_frequency(uses::qualifiers(text, &missing.name));
    for (order, path) in here.iter().take(4).enumerate() {
        add(21 + u32::try_from(order).unwrap_or(0), path);
    }
    let elsewhere = hits(known, &qualified(&missing.name))
        .filter(|hit| hit.file != *file)
        .flat_map(|hit| uses::qualifiers(&hit.text, &missing.name))
        .filter(|path| !here.contains(path) && path != "Self");
    for (order, path) in by_frequency(elsewhere.collect()).iter().take(3).enumerate() {
        add(36 + u32::try_from(order).unwrap_or(0), path);
    }
    // Something of the type whose code it is in.
    if !upper || missing.name.to_uppercase() == missing.name {
        let member = definitions::all(text)
            .into_iter()
            .any(|definition| definition.is_member && definition.name == missing.name);
        if member && !follows_path {
            add(23, "Self");
        }
    }
    if missing.container.is_none() && !follows_path {
        let imports_it =
            tokens::tokens(before).last().is_some_and(|token| token.of(before) == "use");
        if MODULES.contains(&missing.name.as_str()) && !imports_it {
            add(26, "std");
        }
        if imports_it && missing.sought == Sought::Module {
            for (order, path) in ["crate", "self", "super"].into_iter().enumerate() {
                add(32 + u32::try_from(order).unwrap_or(0), path);
            }
            if MODULES.contains(&missing.name.as_str()) {
                add(24, if text.contains("core::") { "core" } else { "std" });
            }
        }
    }
    found
}

/// An import whose `as` was lost, or whose other name was changed.
fn aliases(known: &Known<'_>, missing: &Missing) -> Vec<Candidate> {
    let Some((file, _)) = &missing.at else { return Vec::new() };
    let Some(text) = known.files.get(file) else { return Vec::new() };
    let mut found = Vec::new();
    for import in uses::all(text) {
        let what = format!("`{}` is imported as `{}`", import.path.join("::"), missing.name);
        let unlike = similar::unlikeness(&missing.name, import.name());
        let (ours, theirs) = (similar::parts(&missing.name), similar::parts(import.name()));
        let named_after = ours.len() > theirs.len()
            && !theirs.is_empty()
            && (ours.ends_with(&theirs) || ours.starts_with(&theirs));
        let uses =
            tokens::tokens(text).iter().filter(|token| token.of(text) == import.name()).count();
        if let Some((alias, bytes)) = &import.alias {
            if uses == 1 && alias != "_" {
                let rank = if unlike.is_some_and(|cost| cost < 8) { 15 } else { 29 };
                let edit = Edit::new(file, bytes.clone(), &missing.name);
                found.push(Candidate::new(rank, vec![edit], what));
            }
            continue;
        }
        let rank = match (named_after, is_duplicate(known, file, &import.last)) {
            (true, true) => 12,
            (false, true) => 17,
            (true, false) if uses == 1 => 17,
            (true, false) => 35,
            (false, false) => continue,
        };
        let edit =
            Edit::new(file, import.last.end..import.last.end, format!(" as {}", missing.name));
        found.push(Candidate::new(rank, vec![edit], what));
    }
    found
}

/// Whether an error says that what is imported at `bytes` is defined twice.
fn is_duplicate(known: &Known<'_>, file: &str, bytes: &Range<usize>) -> bool {
    known.report.errors().any(|error| {
        matches!(error.code.as_deref(), Some("E0255" | "E0252" | "E0254" | "E0260"))
            && error.spans.iter().any(|span| {
                span.file == file && span.bytes.start <= bytes.start && bytes.end <= span.bytes.end
            })
    })
}
