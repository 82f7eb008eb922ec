//! The real editors that tests drive: fetched once, kept beside what cargo builds.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::parts::{Part, root, say};

/// Fetches them where they are missing, and returns the folder that `OSTLER_EDITORS` names.
///
/// # Errors
/// If the script fails or does not say where both editors are.
pub(crate) fn install() -> Result<PathBuf> {
    let folder = root().join("target").join("editors");
    let script = root().join("tests").join("editors").join("install.sh");
    let told = Part::new("bash").arg(&script).arg("--dest".as_ref()).arg(&folder).output()?;
    for editor in ["nvim", "hx"] {
        let path = path_of(editor, &told)
            .with_context(|| format!("{} does not say where {editor} is", script.display()))?;
        ensure!(path.is_file(), "{} is not there", path.display());
        say(&format!("{editor}: {}", path.display()))?;
    }
    Ok(folder)
}

fn path_of(editor: &str, told: &str) -> Option<PathBuf> {
    let mut lines = told.lines().filter_map(|line| line.split_once('='));
    lines.find(|(name, _)| *name == editor).map(|(_, path)| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_found_by_its_whole_name() {
        let told = "xhx=/a\nhx=/b=c\nhx=/d\n";
        assert_eq!(path_of("hx", told), Some("/b=c".into()));
        assert_eq!(path_of("nvim", told), None);
    }
}
