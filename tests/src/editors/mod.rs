//! Real editors, driven by keys and looked at on their screens.
//!
//! These tests need what `tests/editors/install.sh` unpacks; `OSTLER_EDITORS` names that folder.
//! Without it each says so and passes, because a plain `cargo test` has to do with what Cargo
//! fetches.

mod asked;
mod helix;
mod neovim;
mod project;
mod terminal;
mod vscode;
mod window;

use std::path::PathBuf;

/// The program `name` among the unpacked editors; `None`, with a line that says so, if the tests
/// are to do without them.
///
/// # Panics
///
/// If the folder is named but does not hold the program: that would be a test that never runs.
fn editor(name: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to run")]
    let folder = std::env::var_os("OSTLER_EDITORS").filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        say("not run: set OSTLER_EDITORS to the folder that tests/editors/install.sh made");
        return None;
    };
    // Relative to the workspace, where the user is; a test runs in its package's folder.
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let program = PathBuf::from(workspace).join(folder).join("bin").join(name);
    assert!(program.exists(), "{} is missing", program.display());
    Some(program)
}

#[expect(clippy::print_stdout, reason = "a test tells whoever runs it that it did nothing")]
fn say(line: &str) {
    println!("{line}");
}
