//! Modules whose file exists and that nobody declares, and macros that such modules hold.

use harness::Diagnostic;

use super::definitions::{self, Kind};
use super::missing::{self, Missing, Sought};
use super::{Candidate, Known, Need, Source, uses};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs, propose };

/// A place where a module may be declared, and the folder that its file would lie in.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    file: String,
    folder: String,
}

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut needs = Vec::new();
    for missing in missing::of(known, error) {
        match missing.sought {
            Sought::Macro => {
                needs.push(macros(&missing.name));
                for file in macro_files(known, &missing.name) {
                    needs.push(Need::File(file.clone()));
                    needs.extend(parents(&file).into_iter().map(|place| Need::File(place.file)));
                }
            }
            Sought::Module | Sought::Import => {
                for place in places(known, error, &missing) {
                    for file in files_of(&place.folder, &missing.name) {
                        needs.push(Need::File(file));
                    }
                    needs.push(Need::File(place.file));
                }
            }
            _ => {}
        }
    }
    needs
}

fn macros(name: &str) -> Need {
    Need::Lines(format!("\\bmacro_rules!\\s*{name}\\b"))
}

/// The files that define the macro `name`.
fn macro_files(known: &Known<'_>, name: &str) -> Vec<String> {
    let Need::Lines(pattern) = macros(name) else { return Vec::new() };
    let mut files: Vec<String> =
        known.hits.get(&pattern).into_iter().flatten().map(|hit| hit.file.clone()).collect();
    files.dedup();
    files.truncate(3);
    files
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        match missing.sought {
            Sought::Macro => {
                for file in macro_files(known, &missing.name) {
                    found.extend(macro_module(known, &file));
                }
            }
            Sought::Module | Sought::Import => {
                for place in places(known, error, &missing) {
                    let exists = files_of(&place.folder, &missing.name)
                        .iter()
                        .any(|file| known.files.contains_key(file));
                    if exists {
                        found.extend(declare(known, &place.file, &missing.name, ""));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The files that may hold the module `name` of `folder`.
fn files_of(folder: &str, name: &str) -> [String; 2] {
    let name = name.trim_start_matches("r#");
    [join(folder, &format!("{name}.rs")), join(folder, &format!("{name}/mod.rs"))]
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn split(file: &str) -> (&str, &str) {
    file.rsplit_once('/').unwrap_or(("", file))
}

/// The folder that holds the files of the modules that `file` declares.
fn folder_of(file: &str) -> String {
    let (folder, name) = split(file);
    match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        // A test, an example or a bench is the root of its own crate.
        _ if is_root(file) => folder.to_owned(),
        _ => join(folder, name.trim_end_matches(".rs")),
    }
}

/// Whether `file` is certainly the root of a crate.
fn is_root(file: &str) -> bool {
    let (folder, name) = split(file);
    let last = folder.rsplit('/').next().unwrap_or_default();
    matches!(name, "lib.rs" | "main.rs" | "build.rs")
        || matches!(last, "tests" | "examples" | "benches" | "bin") && !file.contains("src/tests/")
}

/// The files that may declare the modules of `folder`.
fn declarers(folder: &str) -> Vec<Place> {
    let mut files: Vec<String> =
        ["lib.rs", "main.rs", "mod.rs"].iter().map(|name| join(folder, name)).collect();
    if !folder.is_empty() && split(folder).1 != "src" {
        files.push(format!("{folder}.rs"));
    }
    files.into_iter().map(|file| Place { file, folder: folder.to_owned() }).collect()
}

/// The files that may declare the module that `file` is.
fn parents(file: &str) -> Vec<Place> {
    let (folder, name) = split(file);
    declarers(if name == "mod.rs" { split(folder).0 } else { folder })
}

/// Where the missing module may be declared.
fn places(known: &Known<'_>, error: &Diagnostic, missing: &Missing) -> Vec<Place> {
    let file = match &missing.at {
        Some((file, _)) => file.clone(),
        None => match error.spans.first() {
            Some(span) => span.file.clone(),
            None => return Vec::new(),
        },
    };
    let before = missing.at.as_ref().and_then(|(file, at)| known.files.get(file)?.get(..at.start));
    let tokens = before.map(|before| (before, tokens::tokens(before)));
    let back = |n: usize| {
        tokens
            .as_ref()
            .and_then(|(text, tokens)| tokens.len().checked_sub(n).map(|at| tokens[at].of(text)))
    };
    let root = || {
        let source = file.find("src/").map_or("src", |at| &file[..at + 3]);
        declarers(source)
    };
    let own = || vec![Place { file: file.clone(), folder: folder_of(&file) }];
    let after_path = back(1) == Some("::");
    match (after_path, back(2)) {
        (true, Some("self")) => own(),
        (true, Some("super")) => {
            let (folder, name) = split(&file);
            declarers(if name == "mod.rs" { split(folder).0 } else { folder })
        }
        (true, Some("crate")) => root(),
        (true, Some(module)) => {
            // A module of the crate, or the crate's own name in a test.
            let mut places = root();
            let source = places.first().map(|place| place.folder.clone()).unwrap_or_default();
            places.extend(declarers(&join(&source, module)));
            places.extend(declarers(&join(&folder_of(&file), module)));
            places
        }
        _ if missing.container.as_deref() == Some("crate") => root(),
        _ => own(),
    }
}

/// The module `name` declared in `file`, with `before` in front of it.
fn declare(known: &Known<'_>, file: &str, name: &str, before: &str) -> Vec<Candidate> {
    let Some(text) = known.files.get(file) else { return Vec::new() };
    let declared = definitions::all(text);
    let mut modules = declared.iter().filter(|definition| definition.kind == Kind::Module);
    if modules.clone().any(|definition| definition.name == name) {
        return Vec::new();
    }
    let is_outer = |start: usize| {
        let tokens = tokens::tokens(&text[..start]);
        tokens::open_brackets(text, &tokens, tokens.len()).is_empty()
    };
    let without_body = |end: usize| text[end..].trim_start().starts_with(';');
    let fitting = |definition: &&definitions::Definition| {
        without_body(definition.bytes.end) && is_outer(definition.start)
    };
    let at = if before.is_empty() {
        let last = modules.rfind(fitting);
        last.and_then(|last| {
            text[last.bytes.end..].find('\n').map(|line| last.bytes.end + line + 1)
        })
    } else {
        // Macros hold for what comes after them.
        let first = modules.find(fitting);
        first.map(|first| uses::line_start(text, first.start)).filter(|&at| {
            let above = text[..at].lines().next_back().unwrap_or_default().trim_start();
            !above.starts_with("#[") && !above.starts_with("///")
        })
    };
    let at = at.unwrap_or_else(|| uses::place(text, 0).0);
    let declare = |rank: u32, public: &str| {
        let edit = Edit::new(file, at..at, format!("{before}{public}mod {name};\n"));
        Candidate::new(rank, vec![edit], format!("declare the module `{name}` in {file}"))
    };
    vec![declare(16, ""), declare(24, "pub ")]
}

/// The module that is in `file` brings its macros into scope.
fn macro_module(known: &Known<'_>, file: &str) -> Vec<Candidate> {
    let (folder, base) = split(file);
    let name = match base {
        "mod.rs" => split(folder).1,
        _ => base.trim_end_matches(".rs"),
    };
    let mut found = Vec::new();
    for Place { file, .. } in parents(file) {
        let Some(text) = known.files.get(&file) else { continue };
        let declaration = definitions::all(text)
            .into_iter()
            .find(|definition| definition.kind == Kind::Module && definition.name == name);
        let Some(declaration) = declaration else {
            found.extend(declare(known, &file, name, "#[macro_use]\n"));
            continue;
        };
        let attributes = text[..declaration.start].trim_end();
        if !attributes.ends_with("macro_use]") {
            let edit = Edit::new(&file, declaration.start..declaration.start, "#[macro_use]\n");
            let what = format!("the macros of `{name}` hold in the whole crate");
            found.push(Candidate::new(22, vec![edit], what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_modules() {
        assert_eq!(folder_of("src/lib.rs"), "src");
        assert_eq!(folder_of("src/a.rs"), "src/a");
        assert_eq!(folder_of("x/src/a/mod.rs"), "x/src/a");
        assert_eq!(folder_of("tests/it.rs"), "tests");
        let shown = |places: Vec<Place>| -> Vec<String> {
            places.into_iter().map(|place| place.file).collect()
        };
        assert_eq!(shown(parents("src/a.rs")), ["src/lib.rs", "src/main.rs", "src/mod.rs"]);
        assert_eq!(shown(parents("src/a/mod.rs")), ["src/lib.rs", "src/main.rs", "src/mod.rs"]);
        let nested = shown(parents("src/a/b.rs"));
        assert_eq!(nested, ["src/a/lib.rs", "src/a/main.rs", "src/a/mod.rs", "src/a.rs"]);
    }
}
