//! A file of an editor's that is to have another text.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use text::Text;

/// What a file holds and what it should hold.
pub(crate) struct Change {
    pub(crate) path: PathBuf,
    old: Option<String>,
    new: String,
}

impl Change {
    /// `None` if the file at `path` holds `new` already.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn to(
        path: PathBuf,
        new: impl FnOnce(&str) -> Result<String>,
    ) -> Result<Option<Change>> {
        let old = read(&path)?;
        let new = new(old.as_deref().unwrap_or_default())
            .with_context(|| format!("{} is left as it is", path.display()))?;
        Ok((old.as_ref() != Some(&new)).then_some(Change { path, old, new }))
    }

    /// The change for people to read.
    pub(crate) fn diff(&self) -> String {
        let name = self.path.display();
        let from = if self.old.is_some() { name.to_string() } else { "/dev/null".to_owned() };
        let old = Text::new(self.old.as_deref().unwrap_or_default());
        let hunks = text::unified_diff(&old, &Text::new(&self.new));
        format!("--- {from}\n+++ {name}\n{}", hunks.trim_end())
    }

    /// Writes the file, and keeps the old one beside it under a name of its own, which is
    /// returned.
    ///
    /// # Errors
    /// If the file is not what it was any more, or the disk refuses.
    pub(crate) fn write(&self) -> Result<Option<PathBuf>> {
        ensure!(read(&self.path)? == self.old, "{} has just changed", self.path.display());
        // A link of somebody's who keeps all such files in one place stays a link.
        let real = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let kept = match &self.old {
            Some(old) => Some(keep(&real, old)?),
            None => None,
        };
        if let Some(folder) = real.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        stdx::store::replace(&real, self.new.as_bytes(), 0o644)
            .with_context(|| format!("cannot write {}", real.display()))?;
        Ok(kept)
    }
}

/// Keeps `old` beside `path`, never in place of something that was kept before.
fn keep(path: &Path, old: &str) -> Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1..1000)
        .map(|n| match n {
            1 => path.with_file_name(format!("{name}.before-ostler")),
            n => path.with_file_name(format!("{name}.before-ostler-{n}")),
        })
        .find(|path| path.symlink_metadata().is_err())
        .context("there are a thousand old versions already")?;
    stdx::store::replace(&free, old.as_bytes(), 0o600)
        .with_context(|| format!("cannot keep what was in {}", path.display()))?;
    Ok(free)
}

fn read(path: &Path) -> Result<Option<String>> {
    let bytes =
        stdx::store::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    bytes
        .map(String::from_utf8)
        .transpose()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}
