//! What is stored: mutants, and what became of each under a candidate. One JSON object a line.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::doors;

/// A broken crate: one change of one file after which `cargo check --all-targets` fails.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mutant {
    /// Crate, operator and place; unique within a set.
    pub(crate) id: String,
    #[serde(rename = "crate")]
    pub(crate) patient: String,
    pub(crate) operator: String,
    pub(crate) destroys: bool,
    /// Relative to the crate's folder.
    pub(crate) file: String,
    /// 1-based.
    pub(crate) line: usize,
    /// The bytes `start..end` of the intact file became `insert`.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) insert: String,
    /// The lines around the change, intact and broken.
    pub(crate) before: String,
    pub(crate) after: String,
    /// Errors of the library, and of the other targets.
    pub(crate) counts: (usize, usize),
    pub(crate) errors: Vec<String>,
}

/// What a candidate made of a mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) candidate: String,
    #[serde(flatten)]
    pub(crate) mutant: Mutant,
    /// `cargo check --all-targets` passes now.
    pub(crate) mended: bool,
    /// The text is the original's, white space aside.
    pub(crate) exact: bool,
    /// Mended, and yet wrong: why.
    pub(crate) wrong: Option<String>,
    /// Files were changed and there are more errors than before.
    pub(crate) worse: bool,
    /// The candidate said that it succeeded.
    pub(crate) claimed: bool,
    pub(crate) changed_files: Vec<String>,
    /// How often the candidate ran the checker, where it says so.
    pub(crate) checks: Option<u64>,
    pub(crate) seconds: f64,
    pub(crate) timed_out: bool,
    pub(crate) exit: Option<i32>,
    pub(crate) counts_after: (usize, usize),
    pub(crate) errors_after: Vec<String>,
    /// From the mutant to what the candidate left.
    pub(crate) diff: String,
    /// The last lines of the candidate's output.
    pub(crate) output: String,
}

pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = doors::read(path)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).with_context(|| format!("in {}", path.display())))
        .collect()
}

pub(crate) fn store<T: Serialize>(path: &Path, records: &[T]) -> Result<()> {
    if let Some(folder) = path.parent() {
        doors::make_folder(folder)?;
    }
    let mut text = String::new();
    for record in records {
        text.push_str(&serde_json::to_string(record)?);
        text.push('\n');
    }
    doors::write(path, &text)
}
