//! The settings, and whether the workspace's own count.

use super::{Finding, Patient};
use crate::compose::Sources;

pub(super) fn look(patient: &Patient, sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for problem in &patient.read.problems {
        let mend = "mend that place; until then it does not count, and all the rest does";
        findings.push(Finding::bad("settings", problem.to_string(), mend));
    }
    if findings.is_empty() {
        let found = match sources.file() {
            Some(file) if file.exists() => format!("{} is right", file.display()),
            Some(file) => format!("no {}; what is built in counts", file.display()),
            None => "no home, so no settings of your own".to_owned(),
        };
        findings.push(Finding::ok("settings", found));
    }
    if patient.read.untrusted {
        findings.push(Finding::note(
            "trust",
            format!("{}/.ostler/config.toml does not count", patient.root),
            "if you trust this project: `ostler trust` in its folder",
        ));
    }
    findings
}
