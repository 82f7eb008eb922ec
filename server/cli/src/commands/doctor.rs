//! `ostler doctor`: checks everything that can be wrong, and says how to mend it.

mod configuration;
mod editors;
mod languages;
mod models;
mod program;
mod sandbox;
mod storage;
mod toolchain;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use stdx::AbsPath;
use stdx::store::DataDir;

use crate::args::Doctor;
use crate::compose::{self, Decisions, Sources};
use crate::terminal::{one_line, say};

/// How it stands with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; Ostler works without.
    Note,
    /// Something does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// What it is about, in one word.
    area: &'static str,
    state: State,
    /// What was found, in one line.
    found: String,
    /// What the user can do, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn ok(area: &'static str, found: impl Into<String>) -> Finding {
        Finding { area, state: State::Ok, found: found.into(), mend: None }
    }

    fn note(area: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { area, state: State::Note, found: found.into(), mend: Some(mend.into()) }
    }

    fn bad(area: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { area, state: State::Bad, found: found.into(), mend: Some(mend.into()) }
    }
}

/// What the checks look at.
struct Patient {
    /// The project.
    root: AbsPath,
    data: DataDir,
    read: compose::Read,
    decisions: Decisions,
}

pub(crate) async fn doctor(args: &Doctor, sources: &Sources) -> Result<bool> {
    let root = compose::folder(args.root.as_deref())?;
    let mut findings = program::look();
    let data = match compose::data_dir() {
        Ok(data) => data,
        Err(error) => {
            let mend = "set OSTLER_DATA_DIR to a folder that you can write";
            findings.push(Finding::bad("storage", format!("{error:#}"), mend));
            return report(&findings, args.json);
        }
    };
    let read = sources.read(Some((&root, &data)), &[]);
    let patient = Patient { decisions: Decisions::new(&data), root, data, read };
    findings.extend(storage::look(&patient));
    findings.extend(configuration::look(&patient, sources));
    findings.extend(models::look(&patient, args.ask_model).await);
    findings.extend(toolchain::look(&patient).await);
    findings.extend(languages::look(&patient));
    findings.extend(sandbox::look(&patient).await);
    findings.extend(editors::look().await);
    report(&findings, args.json)
}

/// Prints what was found; `true` if nothing is bad.
fn report(findings: &[Finding], as_json: bool) -> Result<bool> {
    let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
    if as_json {
        say(&serde_json::to_string_pretty(&json!({"ok": bad == 0, "findings": findings}))?);
        return Ok(bad == 0);
    }
    for finding in findings {
        let state = match finding.state {
            State::Ok => "ok  ",
            State::Note => "note",
            State::Bad => "BAD ",
        };
        say(&format!("{state} {:<13} {}", finding.area, one_line(&finding.found)));
        if let Some(mend) = &finding.mend {
            say(&format!("     {:<13} -> {}", "", one_line(mend)));
        }
    }
    match bad {
        0 => say("Nothing is wrong."),
        1 => say("One thing does not work."),
        many => say(&format!("{many} things do not work.")),
    }
    Ok(bad == 0)
}

/// Bytes, for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
