//! Folders and an environment for tests.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use stdx::process::Environment;

/// What builds of the tests see of the environment: not where whoever runs the tests has builds
/// written.
pub(crate) fn environment() -> Environment {
    Environment::of_this_process(|name| {
        name != "CARGO_TARGET_DIR" && crate::matters_to_builds(name)
    })
}

/// A folder of its own for one test, gone afterwards.
pub(crate) struct TempFolder(PathBuf);

static COUNT: AtomicU32 = AtomicU32::new(0);

impl TempFolder {
    pub(crate) fn new() -> TempFolder {
        TempFolder::within(&std::env::temp_dir())
    }

    /// Beside the test program, for what must not lie beneath `/tmp`.
    pub(crate) fn beside_the_program() -> TempFolder {
        TempFolder::within(std::env::current_exe().unwrap().parent().unwrap())
    }

    fn within(base: &Path) -> TempFolder {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = base.canonicalize().unwrap();
        let path = base.join(format!("ostler-sandbox-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        TempFolder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = crate::files::remove_tree(&self.0);
    }
}
