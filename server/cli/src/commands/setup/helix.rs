//! Helix: `languages.toml` and `config.toml`.

use anyhow::{Context, Result};

use super::merge::{Kept, merge, own};
use super::{Change, Plan};
use crate::compose::config_home;

const LANGUAGES: &str = include_str!("../../../../../editors/helix/languages.toml");
const CONFIG: &str = include_str!("../../../../../editors/helix/config.toml");

/// What is missing for Helix to start `program`.
///
/// # Errors
/// If a file of the user's cannot be read, or is no TOML.
pub(super) fn plan(program: &str) -> Result<Plan> {
    let folder = config_home().context("no folder for settings: set HOME")?.join("helix");
    let mut kept = Kept::new();
    let mut changes = Vec::new();
    changes.extend(Change::to(folder.join("languages.toml"), |user| {
        let mut ours = own(LANGUAGES)?;
        ours["language-server"]["ostler"]["command"] = toml_edit::value(program);
        let (merged, left) = merge(user, &ours)?;
        kept.extend(left);
        Ok(merged)
    })?);
    changes.extend(Change::to(folder.join("config.toml"), |user| {
        let (merged, left) = merge(user, &own(CONFIG)?)?;
        kept.extend(left);
        Ok(merged)
    })?);
    let notes = kept.iter().map(|path| format!("you have set `{path}` otherwise; it stays so"));
    Ok(Plan {
        changes,
        notes: notes.collect(),
        next: "Open a project in Helix: `space a` on an error offers the fix, `space o f` mends \
               the line, `space o s` stops. `hx --health rust` says whether Helix finds Ostler.",
    })
}
