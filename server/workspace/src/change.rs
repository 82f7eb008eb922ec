//! A finished change of the project, the base that it was made on, and its way onto a later
//! state.

use stdx::AbsPath;
use text::Text;
use thiserror::Error;

use crate::{ReadError, Snapshot};

/// What a file was when the change was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its text; `None` if it did not exist.
    pub text: Option<Text>,
    /// The version of its buffer; `None` if it was not open.
    pub version: Option<i32>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Where it lies.
    pub path: AbsPath,
    /// What it was.
    pub base: Base,
    /// What it is to become; `None`: it is to go.
    pub target: Option<Text>,
}

/// Changes of any number of files that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceChange {
    /// By path, each once.
    pub files: Vec<FileChange>,
}

/// A place where the change and the user disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file.
    pub path: AbsPath,
    /// What the change wanted to put there; `None`: delete the file.
    pub ours: Option<String>,
    /// What the user has put there; `None`: the file is gone.
    pub theirs: Option<String>,
}

/// A change brought onto a later state of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebased {
    /// What is to be applied to the later state; files in conflict are left out.
    pub change: SourceChange,
    /// Whether any file had to be merged, so that checks made before no longer speak for it.
    pub merged: bool,
    /// Files that could not be merged.
    pub conflicts: Vec<Conflict>,
}

/// Why a change could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Somebody changed the file since the change was made.
    #[error("{0} was changed by somebody else in the meantime")]
    Stale(AbsPath),
    /// The system refused.
    #[error("cannot write {0}: {1}")]
    Io(AbsPath, std::io::Error),
}

impl SourceChange {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The same change for the state `now`, merged three ways with whatever happened since.
    #[must_use]
    pub fn rebase(&self, now: &Snapshot) -> Rebased {
        let mut rebased =
            Rebased { change: SourceChange::default(), merged: false, conflicts: Vec::new() };
        for file in &self.files {
            let current = match now.read(&file.path) {
                Ok(current) => Base { text: Some(current.text), version: current.version },
                Err(ReadError::NotFound) => Base { text: None, version: None },
                Err(_) => {
                    rebased.conflicts.push(conflict(file, None));
                    continue;
                }
            };
            if current.text == file.base.text {
                rebased.change.files.push(FileChange { base: current, ..file.clone() });
                continue;
            }
            if current.text == file.target {
                // The user did the same by hand.
                rebased.merged = true;
                continue;
            }
            let (Some(base), Some(target), Some(theirs)) =
                (&file.base.text, &file.target, &current.text)
            else {
                let theirs = current.text.as_ref().map(Text::to_string);
                rebased.conflicts.push(conflict(file, theirs));
                continue;
            };
            match text::merge(base, target, theirs) {
                Ok(text) => {
                    rebased.merged = true;
                    rebased.change.files.push(FileChange {
                        path: file.path.clone(),
                        base: current,
                        target: Some(text),
                    });
                }
                Err(conflicts) => {
                    rebased.conflicts.extend(conflicts.into_iter().map(|found| Conflict {
                        path: file.path.clone(),
                        ours: Some(found.ours),
                        theirs: Some(found.theirs),
                    }))
                }
            }
        }
        rebased
    }

    /// Writes the change to disk: for runs without an editor. Every file is checked against its
    /// base first and each is replaced at once; nothing is written if any has changed.
    ///
    /// # Errors
    /// [`WriteError::Stale`] before anything is written; [`WriteError::Io`] at the first file
    /// that the system refuses, with the files before it written.
    pub fn write_to_disk(&self) -> Result<(), WriteError> {
        for file in &self.files {
            let now = crate::disk::read(&file.path).ok();
            let base = file.base.text.as_ref().map(Text::to_string);
            if now != base {
                return Err(WriteError::Stale(file.path.clone()));
            }
        }
        for file in &self.files {
            let done = match &file.target {
                Some(text) => write(&file.path, text),
                None => remove(&file.path),
            };
            done.map_err(|error| WriteError::Io(file.path.clone(), error))?;
        }
        Ok(())
    }
}

impl FileChange {
    /// The change as a unified diff of the file `name`, for people to read.
    #[must_use]
    pub fn unified_diff(&self, name: &str) -> String {
        let side = |text: &Option<Text>, side: &str| match text {
            Some(_) => format!("{side}/{name}"),
            None => "/dev/null".to_owned(),
        };
        let old = self.base.text.clone().unwrap_or_default();
        let new = self.target.clone().unwrap_or_default();
        let (from, to) = (side(&self.base.text, "a"), side(&self.target, "b"));
        format!("--- {from}\n+++ {to}\n{}", text::unified_diff(&old, &new))
    }
}

fn conflict(file: &FileChange, theirs: Option<String>) -> Conflict {
    let ours = file.target.as_ref().map(Text::to_string);
    Conflict { path: file.path.clone(), ours, theirs }
}

fn write(path: &AbsPath, text: &Text) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder.as_path())?;
    }
    stdx::store::replace(path.as_path(), text.to_string().as_bytes(), 0o644)
}

#[expect(clippy::disallowed_methods, reason = "the one place where a run without editor deletes")]
fn remove(path: &AbsPath) -> std::io::Result<()> {
    std::fs::remove_file(path.as_path())
}
