//! `ostler context --batch`: one JSON object a line in, one a line out, in order.

use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use context::{Complaint, ContextQuery, Fragment, Index, Intent, TokenBudget};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stdx::{AbsPath, Clock, SystemClock};
use workspace::Snapshot;

use super::at_line;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: Value,
    file: String,
    line: usize,
    #[serde(default)]
    intent: Wish,
    #[serde(default)]
    query: String,
    #[serde(default)]
    diagnostics: Vec<Diagnostic>,
    budget: usize,
    /// Files that are to be read again.
    #[serde(default)]
    changed: Vec<String>,
    /// Whether the answer is to say what else came into question, and by which numbers.
    #[serde(default)]
    explain: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Wish {
    Implement,
    #[default]
    Change,
    Fix,
}

#[derive(Deserialize)]
struct Diagnostic {
    file: String,
    line: usize,
    #[serde(default)]
    character: Option<usize>,
    #[serde(default)]
    code: Option<String>,
    message: String,
}

#[derive(Serialize)]
struct Snippet<'a> {
    file: &'a str,
    start_line: usize,
    end_line: usize,
    reason: &'a str,
}

/// Answers until the input ends.
pub(super) fn run(root: &AbsPath, index: &Index) -> Result<()> {
    let mut batch =
        Batch { root: root.clone(), index, clock: SystemClock::new(), changed: Vec::new() };
    // The index is ready before the first question comes.
    drop(batch.index.world(&Snapshot::of_disk(root.clone())));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.context("cannot read the input")?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = batch.answer(&line);
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            // The reader has gone away.
            return Ok(());
        }
    }
    Ok(())
}

struct Batch<'a> {
    root: AbsPath,
    index: &'a Index,
    clock: SystemClock,
    /// Files that the last question said to have changed.
    changed: Vec<AbsPath>,
}

impl Batch<'_> {
    /// The answer to one line; a mistake in it is answered as well.
    fn answer(&mut self, line: &str) -> Value {
        let start = self.clock.monotonic();
        let id = || serde_json::from_str::<Value>(line).ok()?.get("id").cloned();
        let mut answer = match serde_json::from_str::<Request>(line) {
            Ok(request) => match self.select(&request) {
                Ok(answer) => answer,
                Err(error) => {
                    serde_json::json!({"id": request.id, "error": format!("{error:#}")})
                }
            },
            Err(error) => serde_json::json!({"id": id(), "error": error.to_string()}),
        };
        let elapsed = self.clock.monotonic().saturating_sub(start).as_micros();
        answer["elapsed_us"] = u64::try_from(elapsed).unwrap_or(u64::MAX).into();
        answer
    }

    fn select(&mut self, request: &Request) -> Result<Value> {
        let changed: Vec<AbsPath> =
            request.changed.iter().map(|file| self.root.join(Path::new(file))).collect();
        // What was changed for the question before may have been put back since.
        for path in changed.iter().chain(&self.changed) {
            self.index.invalidate(path);
        }
        self.changed.clone_from(&changed);
        let world = self.index.world(&Snapshot::of_disk(self.root.clone()));
        let complaints = request.diagnostics.iter().map(|one| Complaint {
            path: self.root.join(Path::new(&one.file)),
            line: one.line,
            column: one.character,
            code: one.code.clone(),
            message: one.message.clone(),
        });
        let query = ContextQuery {
            place: None,
            intent: match request.intent {
                Wish::Implement => Intent::Implement,
                Wish::Change => Intent::Change,
                Wish::Fix => Intent::Fix,
            },
            words: request.query.clone(),
            complaints: complaints.collect(),
            changed,
            sees_open_file: true,
        };
        let query = at_line(&world, query, Path::new(&request.file), request.line)?;
        let fragments = context::gather(&world, &query, TokenBudget::of_tokens(request.budget));
        let snippets: Vec<Snippet<'_>> = fragments.iter().map(snippet).collect();
        let mut answer = serde_json::json!({"id": request.id, "snippets": snippets});
        if request.explain {
            let considered = context::consider(&world, &query);
            let list: Vec<Value> = considered
                .iter()
                .map(|one| {
                    serde_json::json!([
                        one.file,
                        one.line,
                        one.last,
                        one.name,
                        one.tokens,
                        one.chance,
                        one.features
                    ])
                })
                .collect();
            answer["features"] = serde_json::json!(context::feature_names(query.intent));
            answer["considered"] = list.into();
        }
        Ok(answer)
    }
}

fn snippet(fragment: &Fragment) -> Snippet<'_> {
    Snippet {
        file: &fragment.file,
        start_line: fragment.start_line,
        end_line: fragment.end_line,
        reason: &fragment.reason,
    }
}
