//! The real editors that tests drive: fetched once, kept beside what cargo builds. The extension for
//! one of them is packaged as users get it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::parts::{Part, root, say};

/// The scripts that fetch editors, and what each says where it is.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("tests/editors/install.sh", &["nvim", "hx"]),
    ("tests/editors/vscode/install.sh", &["node", "code-server", "chromium"]),
];

/// Fetches them where they are missing, packages the extension, and returns the folder that
/// `OSTLER_EDITORS` names.
///
/// # Errors
/// If a script fails or does not say where its editors are.
pub(crate) fn install() -> Result<PathBuf> {
    let folder = root().join("target").join("editors");
    for (script, editors) in SCRIPTS {
        let path = root().join(script);
        let told = Part::new("bash").arg(&path).arg("--dest".as_ref()).arg(&folder).output()?;
        for editor in *editors {
            let path = path_of(editor, &told)
                .with_context(|| format!("{script} does not say where {editor} is"))?;
            ensure!(path.is_file(), "{} is not there", path.display());
            say(&format!("{editor}: {}", path.display()))?;
        }
    }
    package(&folder)?;
    Ok(folder)
}

/// Packages the extension for VS Code, with the Node that the script has fetched.
fn package(folder: &Path) -> Result<()> {
    let path = searched(&folder.join("bin"))?;
    let npm = |words: &str| {
        Part::new(&format!("npm --prefix editors/vscode {words}")).with("PATH", path.as_ref())
    };
    npm("ci --prefer-offline --no-audit --no-fund").run()?;
    npm("run package -- --out").arg(&folder.join("ostler.vsix")).run()
}

/// What `PATH` says, with `first` before all else.
#[expect(clippy::disallowed_methods, reason = "a task for developers, in their environment")]
fn searched(first: &Path) -> Result<OsString> {
    let before = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&before));
    Ok(std::env::join_paths(folders)?)
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
