//! `ostler setup`: connects an editor, keeping what the user has.

mod change;
mod helix;
mod merge;
mod neovim;
mod vscode;

use std::path::PathBuf;

use anyhow::{Context, Result};
use stdx::process::Environment;

pub(crate) use self::change::Change;
use crate::args::{EditorName, Setup};
use crate::terminal::{note, say};

/// What is to be done to connect an editor.
pub(crate) struct Plan {
    /// The files that differ from what they should be; none if all is as it should be.
    pub(crate) changes: Vec<Change>,
    /// What of the user's own stands in the way and was left as it is, and what else is to know.
    pub(crate) notes: Vec<String>,
    /// What the user does next.
    pub(crate) next: &'static str,
}

impl EditorName {
    /// What is missing for this editor.
    pub(crate) fn plan(self, program: &str) -> Result<Plan> {
        match self {
            EditorName::Helix => helix::plan(program),
            EditorName::Neovim => neovim::plan(program),
            EditorName::Vscode => vscode::plan(program),
        }
    }
}

pub(crate) fn setup(args: &Setup) -> Result<bool> {
    let program = program()?;
    let plan = args.editor.plan(&program)?;
    for change in &plan.changes {
        say(&change.diff());
    }
    for line in &plan.notes {
        note(line);
    }
    if program != "ostler" {
        note(&format!(
            "`ostler` is not on your PATH, so the editor will start {program}; put it there to be \
             independent of that place"
        ));
    }
    if plan.changes.is_empty() {
        say(&format!("nothing to do: {} is connected. {}", args.editor.title(), plan.next));
        return Ok(true);
    }
    if !args.write {
        let name = args.editor.name();
        note(&format!("nothing was written: `ostler setup {name} --write` writes this"));
        return Ok(true);
    }
    for change in &plan.changes {
        let backup = change.write()?;
        match backup {
            Some(backup) => say(&format!(
                "written: {} (what was there is in {})",
                change.path.display(),
                backup.display()
            )),
            None => say(&format!("written: {}", change.path.display())),
        }
    }
    say(plan.next);
    say("`ostler doctor` checks the rest.");
    Ok(true)
}

/// How an editor starts this program: by its name if that leads here, otherwise by its path.
pub(crate) fn program() -> Result<String> {
    let here = std::env::current_exe()
        .and_then(|path| path.canonicalize())
        .context("cannot find this program")?;
    let named = Environment::of_this_process(|_| false).find("ostler");
    if named.and_then(|path| path.canonicalize().ok()) == Some(here.clone()) {
        return Ok("ostler".to_owned());
    }
    here.into_os_string().into_string().map_err(|path| {
        anyhow::anyhow!("the path of this program is not UTF-8: {}", PathBuf::from(path).display())
    })
}
