//! Proposals for mending errors: one file, one source of them.
//!
//! A source looks at one error at a time and proposes edits. It may first ask for files or for a
//! search of the project ([`Need`]); it is asked again when they are there. What it proposes is
//! ranked by how likely it is to be what was meant: sources use the constants of [`rank`], so that
//! their proposals fall into one order.

mod arms;
mod bindings;
mod brackets;
mod clauses;
mod conversions;
mod copies;
mod definitions;
mod dots;
mod foreign;
mod generics;
mod globs;
mod headers;
mod imports;
mod keywords;
mod layers;
mod literals;
mod members;
mod missing;
mod modules;
mod mutability;
mod names;
mod operands;
mod page;
mod parameters;
mod privacy;
mod renames;
mod results;
mod retyped;
mod signatures;
mod similar;
mod spots;
mod statements;
mod suggestions;
mod syntax;
mod trait_bounds;
mod trial;
mod type_text;
mod upstream;
mod uses;
mod vocabulary;
mod ways;

use std::collections::BTreeMap;

use harness::{CheckReport, Diagnostic};

use crate::files::{Edit, Files};

/// How likely a proposal is to be what was meant. Lower is tried first.
pub(crate) mod rank {
    /// The checker itself is sure.
    pub(crate) const SURE: u32 = 10;
    /// The error says plainly what is wrong, and there is one way to mend it.
    pub(crate) const PLAIN: u32 = 20;
    /// The checker proposes it and is not sure.
    pub(crate) const PROPOSED: u32 = 30;
    /// A rule that is right more often than not.
    pub(crate) const LIKELY: u32 = 40;
    /// A rule that is worth a check.
    pub(crate) const POSSIBLE: u32 = 60;
    /// Worth a check when nothing else is left.
    pub(crate) const DESPERATE: u32 = 80;
    /// Added to the rank of proposals for errors that may vanish with other errors.
    pub(crate) const LATE: u32 = 100;
}

/// One way to mend something, not yet tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// One of [`rank`], or a number between.
    pub(crate) rank: u32,
    /// The edits, to be made together.
    pub(crate) edits: Vec<Edit>,
    /// What it does, in a few words for the user.
    pub(crate) what: String,
    /// The error that it is meant for, as its position among the targets.
    pub(crate) error: usize,
}

impl Candidate {
    /// A proposal; whoever collects it fills in the error.
    pub(crate) fn new(rank: u32, edits: Vec<Edit>, what: impl Into<String>) -> Candidate {
        Candidate { rank, edits, what: what.into(), error: 0 }
    }
}

/// Something that must be known before a proposal can be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The text of a file, by its path relative to the root.
    File(String),
    /// The lines of the project's Rust files that match a regular expression.
    Lines(String),
}

/// A line that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The file.
    pub(crate) file: String,
    /// The line, from 1, when the search was made.
    pub(crate) line: usize,
    /// What stands there.
    pub(crate) text: String,
}

/// What is known about one state of the draft.
pub(crate) struct Known<'a> {
    /// Files that have been read, with their text in this state.
    pub(crate) files: &'a Files,
    /// What the checker says about this state.
    pub(crate) report: &'a CheckReport,
    /// The results of searches, by their pattern.
    pub(crate) hits: &'a BTreeMap<String, Vec<Hit>>,
}

/// A source of proposals.
struct Source {
    /// What it needs to know about an error. May ask for more when some of it is there.
    needs: fn(&Known<'_>, &Diagnostic) -> Vec<Need>,
    /// What it proposes; nothing if what it needs is not there.
    propose: fn(&Known<'_>, &Diagnostic) -> Vec<Candidate>,
}

/// All sources. Their order breaks ties between proposals of one rank.
const SOURCES: &[Source] = &[
    suggestions::SOURCE,
    brackets::SOURCE,
    syntax::SOURCE,
    literals::SOURCE,
    keywords::SOURCE,
    names::SOURCE,
    renames::SOURCE,
    imports::SOURCE,
    modules::SOURCE,
    privacy::SOURCE,
    conversions::SOURCE,
    mutability::SOURCE,
    parameters::SOURCE,
    results::SOURCE,
    retyped::SOURCE,
    upstream::SOURCE,
    generics::SOURCE,
    members::SOURCE,
    copies::SOURCE,
    statements::SOURCE,
    layers::SOURCE,
    foreign::SOURCE,
    dots::SOURCE,
    globs::SOURCE,
    clauses::SOURCE,
    headers::SOURCE,
    arms::SOURCE,
];

/// All proposals for `errors`, best first, without repetitions. Some may change nothing, or break
/// the syntax of a file: that is looked at when they are tried.
pub(crate) fn all(errors: &[&Diagnostic], known: &Known<'_>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let broken = errors.iter().any(|error| is_syntax(error));
    for (at, error) in errors.iter().enumerate() {
        // What else is wrong may follow from a text that could not be read.
        let follows = errors[..at].iter().any(|first| is_syntax(first) && same_line(first, error));
        let late = if broken && (follows || !is_syntax(error)) { rank::LATE } else { 0 };
        for source in SOURCES {
            for candidate in (source.propose)(known, error) {
                let rank = candidate.rank + late;
                candidates.push(Candidate { error: at, rank, ..candidate });
            }
        }
    }
    candidates.extend(together(&candidates));
    candidates.sort_by_key(|candidate| (candidate.rank, candidate.error));
    let mut seen: Vec<Vec<Edit>> = Vec::new();
    candidates.retain(|candidate| {
        let fresh = !seen.contains(&candidate.edits);
        if fresh {
            seen.push(candidate.edits.clone());
        }
        fresh
    });
    candidates
}

/// Whether `error` says that a text could not be read.
fn is_syntax(error: &Diagnostic) -> bool {
    let brackets = error.code.is_none() && error.message.contains("delimiter");
    brackets || syntax::is_syntax(error) || literals::is_lexical(error)
}

fn same_line(a: &Diagnostic, b: &Diagnostic) -> bool {
    let line = |error: &Diagnostic| error.spans.first().map(|span| (span.file.clone(), span.line));
    line(a) == line(b)
}

/// What must be known before proposals for `errors` can be made and is not yet.
pub(crate) fn needs(errors: &[&Diagnostic], known: &Known<'_>) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for error in errors {
        needs.extend(SOURCES.iter().flat_map(|source| (source.needs)(known, error)));
    }
    needs.sort();
    needs.dedup();
    needs.retain(|need| match need {
        // What lies outside of the root is not ours to mend.
        Need::File(file) => !file.starts_with('/') && !known.files.contains_key(file),
        Need::Lines(pattern) => !known.hits.contains_key(pattern),
    });
    needs
}

/// The files that an error itself speaks of.
pub(crate) fn own_files(error: &Diagnostic) -> Vec<Need> {
    let notes = error.notes.iter().flat_map(|note| note.spans.iter());
    let files = error.spans.iter().chain(notes).map(|span| &span.file);
    let theirs = error
        .suggestions
        .iter()
        .flat_map(|suggestion| suggestion.edits.iter().map(|(span, _)| &span.file));
    files.chain(theirs).map(|file| Need::File(file.clone())).collect()
}

/// Everything that the checker itself is sure about, for different errors, in one step: where it
/// is right about all, one check instead of many.
fn together(candidates: &[Candidate]) -> Option<Candidate> {
    let sure: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.rank == rank::SURE).collect();
    let mut taken: Vec<Edit> = Vec::new();
    let mut errors = Vec::new();
    for candidate in &sure {
        let overlaps = |edit: &Edit| {
            taken.iter().any(|other| {
                other.file == edit.file && edit.start <= other.end && other.start <= edit.end
            })
        };
        if !errors.contains(&candidate.error) && !candidate.edits.iter().any(overlaps) {
            taken.extend(candidate.edits.iter().cloned());
            errors.push(candidate.error);
        }
    }
    let first = errors.first().copied()?;
    (errors.len() > 1).then(|| Candidate {
        rank: 0,
        edits: taken,
        what: format!("{} of the compiler's own corrections", errors.len()),
        error: first,
    })
}
