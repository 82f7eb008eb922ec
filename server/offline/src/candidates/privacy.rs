//! Something exists and may not be seen from where it is used.

use harness::{Diagnostic, Span};

use super::definitions::{self, Definition, Kind};
use super::{Candidate, Known, Need, Source, missing, names};
use crate::files::Edit;

pub(super) const SOURCE: Source = Source { needs, propose };

/// Errors about what may not be seen.
const CODES: &[&str] = &[
    "E0603", "E0616", "E0624", "E0451", "E0446", "E0364", "E0365", "E0423", "E0532", "E0635",
    "E0742",
];

fn concerns(error: &Diagnostic) -> bool {
    error.code.as_deref().is_some_and(|code| CODES.contains(&code))
        && (error.rendered.contains("private") || error.message.contains("private"))
}

/// The private fields that `error` names, and the type that has them.
fn fields(error: &Diagnostic) -> Option<(Vec<String>, String)> {
    let names = missing::quoted(&error.message);
    let message = error.message.as_str();
    let is_field = message.starts_with("field");
    match error.code.as_deref()? {
        "E0616" | "E0451" if is_field => {
            let (owner, fields) = names.split_last()?;
            let fields = fields.iter().map(|name| (*name).to_owned()).collect();
            Some((fields, missing::bare(owner)?))
        }
        _ => None,
    }
}

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if !concerns(error) {
        return Vec::new();
    }
    let mut needs = super::own_files(error);
    if let Some((_, owner)) = fields(error) {
        let search = names::container(&owner);
        if let Need::Lines(pattern) = &search {
            let hits = known.hits.get(pattern).into_iter().flatten();
            let files: Vec<Need> = hits.take(6).map(|hit| Need::File(hit.file.clone())).collect();
            needs.extend(files);
        }
        needs.push(search);
    }
    needs
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !concerns(error) {
        return Vec::new();
    }
    let user = error.spans.iter().find(|span| span.primary).map(|span| span.file.clone());
    let user = user.unwrap_or_default();
    let mut targets: Vec<(String, Definition, Vec<Definition>)> = Vec::new();
    if let Some((fields, owner)) = fields(error) {
        for (file, text) in known.files {
            let all = definitions::all(text);
            for definition in &all {
                let is_it = definition.kind == Kind::Field
                    && definition.container.as_deref() == Some(&owner)
                    && fields.contains(&definition.name);
                if is_it {
                    targets.push((file.clone(), definition.clone(), all.clone()));
                }
            }
        }
    }
    for span in defining(error) {
        let Some(text) = known.files.get(&span.file) else { continue };
        let all = definitions::all(text);
        let definition = all.iter().find(|definition| {
            definition.start < span.bytes.end
                && span.bytes.start <= definition.bytes.start
                && (!definition.public || narrow(text, definition.start).is_some())
        });
        if let Some(definition) = definition {
            targets.push((span.file.clone(), definition.clone(), all.clone()));
        }
    }
    let mut found = Vec::new();
    for (file, definition, all) in &targets {
        found.extend(opened(known, file, definition, all, &user));
    }
    // All fields of one type at once.
    if targets.len() > 1 && fields(error).is_some() {
        let public = if is_other_crate(&user) { "pub " } else { "pub(crate) " };
        let edits = targets
            .iter()
            .filter(|(_, definition, _)| !definition.public)
            .map(|(file, definition, _)| {
                Edit::new(file, definition.start..definition.start, public)
            })
            .collect();
        found.push(Candidate::new(18, edits, "make the fields visible"));
    }
    if let Some(import) = private_import(known, error) {
        found.push(import);
    }
    found
}

/// The places that `error` calls the definition of what is private.
fn defining(error: &Diagnostic) -> Vec<&Span> {
    let own = error.spans.iter().filter(|span| {
        let label = span.label.as_deref().unwrap_or_default();
        label.contains("defined here") || label.contains("declared as private")
    });
    let notes = error
        .notes
        .iter()
        .filter(|note| note.message.contains("defined here") || note.message.contains("as `pub`"))
        .flat_map(|note| note.spans.iter());
    own.chain(notes).collect()
}

/// Where a visibility such as `pub(self)` that begins at byte `start` ends, its blank included.
fn narrow(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let inside = rest.strip_prefix("pub(")?;
    let end = start + "pub(".len() + inside.find(')')? + 1;
    Some(if text[end..].starts_with(' ') { end + 1 } else { end })
}

/// Whether `file` belongs to another crate than the library of its package.
fn is_other_crate(file: &str) -> bool {
    let starts = |folder: &str| {
        file.starts_with(&format!("{folder}/")) || file.contains(&format!("/{folder}/"))
    };
    (starts("tests") && !file.contains("src/"))
        || starts("examples")
        || starts("benches")
        || starts("src/bin")
        || file.ends_with("src/main.rs")
}

/// `definition` with as much visibility as its user in the file `user` and its neighbours suggest,
/// and with less or more.
fn opened(
    known: &Known<'_>,
    file: &str,
    definition: &Definition,
    all: &[Definition],
    user: &str,
) -> Vec<Candidate> {
    if definition.of_trait.is_some() || definition.kind == Kind::Variant {
        return Vec::new();
    }
    let Some(text) = known.files.get(file) else { return Vec::new() };
    if definition.kind == Kind::Macro {
        return Vec::new();
    }
    let siblings: Vec<&Definition> = all
        .iter()
        .filter(|other| {
            other.container == definition.container
                && other.kind == definition.kind
                && other.of_trait.is_none()
                && other.bytes != definition.bytes
        })
        .collect();
    let word = |definition: &Definition| {
        text.get(definition.start..).is_some_and(|rest| rest.starts_with("pub(crate)"))
    };
    let wholly = siblings.iter().filter(|other| other.public && !word(other)).count();
    let crate_wide = siblings.iter().filter(|other| other.public && word(other)).count();
    let other_crate = is_other_crate(user) && !is_other_crate(file);
    let reexported = known.files.get(user).is_some_and(|text| {
        text.lines().any(|line| line.contains("pub use ") && line.contains(&definition.name))
    });
    let mut words = if other_crate || reexported {
        vec!["pub ", "pub(crate) "]
    } else if wholly > 0 && wholly >= crate_wide && 2 * wholly >= siblings.len() {
        vec!["pub ", "pub(crate) ", "pub(super) "]
    } else {
        vec!["pub(crate) ", "pub ", "pub(super) "]
    };
    if text.contains("pub(super) ") && !text.contains("pub(crate) ") && words[0] != "pub " {
        words.rotate_right(1);
    }
    let end = narrow(text, definition.start).unwrap_or(definition.start);
    let make = |(order, word): (usize, &&str)| {
        let edit = Edit::new(file, definition.start..end, *word);
        let what = format!("make `{}` visible with `{}`", definition.name, word.trim());
        Candidate::new(19 + 5 * u32::try_from(order).unwrap_or(0), vec![edit], what)
    };
    words.iter().enumerate().map(make).collect()
}

/// An import that is private and is used from outside becomes public.
fn private_import(known: &Known<'_>, error: &Diagnostic) -> Option<Candidate> {
    let note = error
        .notes
        .iter()
        .find(|note| note.message.contains("import") && note.message.contains("is defined here"))?;
    let span = note.spans.first()?;
    let text = known.files.get(&span.file)?;
    let head = text.get(..span.bytes.start)?;
    let start = head.rfind("use ")?;
    let before = head[..start].trim_end();
    (!before.ends_with("pub") && !before.ends_with(')')).then(|| {
        let public = if error.spans.first().is_some_and(|span| is_other_crate(&span.file)) {
            "pub "
        } else {
            "pub(crate) "
        };
        let edit = Edit::new(&span.file, start..start, public);
        Candidate::new(26, vec![edit], "make the import visible")
    })
}
