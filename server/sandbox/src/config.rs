//! What the room must be told.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use stdx::process::Environment;

/// How programs are kept from the user's machine.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// A folder for upper layers and copies. What is kept there is of no value afterwards.
    pub scratch: PathBuf,
    /// What programs get of our environment.
    pub environment: Environment,
    /// Which wall to use.
    pub wall: Wall,
    /// In which projects programs may run where no wall can be had.
    pub unconfined: Unconfined,
    /// Folders and files that programs may read although they lie in a hidden place, such as the
    /// user's home.
    pub visible: Vec<PathBuf>,
    /// Folders and files that programs may not read, besides the places that are always hidden:
    /// what Ostler itself keeps, keys above all.
    pub hidden: Vec<PathBuf>,
    /// When the upper layers hold more bytes than this after a run, they are emptied, and a
    /// program that writes more than this during a run is stopped.
    pub upper_bytes: u64,
    /// How long a check may take.
    pub check_timeout: Duration,
    /// How long the tests may take.
    pub test_timeout: Duration,
}

/// Which wall stands around a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wall {
    /// The best that the system allows.
    #[default]
    Best,
    /// A copy of the project, even where an overlay could be had.
    Copy,
}

/// In which projects programs may run although nothing confines them: what they build may do
/// there whatever the user may.
#[derive(Clone)]
pub struct Unconfined(Arc<dyn Fn(&Path) -> bool + Send + Sync>);

impl Unconfined {
    /// In none.
    #[must_use]
    pub fn nowhere() -> Unconfined {
        Unconfined::where_so(|_| false)
    }

    /// In those for whose root, a path without links, `allowed` says yes. It is asked each time.
    #[must_use]
    pub fn where_so(allowed: impl Fn(&Path) -> bool + Send + Sync + 'static) -> Unconfined {
        Unconfined(Arc::new(allowed))
    }

    pub(crate) fn allows(&self, root: &Path) -> bool {
        (self.0)(root)
    }
}

impl fmt::Debug for Unconfined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unconfined")
    }
}

impl SandboxConfig {
    /// Reasonable limits, nothing unconfined, upper layers in `scratch`, and this process' own environment without
    /// what is nobody's business.
    #[must_use]
    pub fn new(scratch: impl Into<PathBuf>) -> SandboxConfig {
        SandboxConfig {
            scratch: scratch.into(),
            environment: Environment::of_this_process(matters_to_builds),
            wall: Wall::default(),
            unconfined: Unconfined::nowhere(),
            visible: Vec::new(),
            hidden: Vec::new(),
            upper_bytes: 8 << 30,
            check_timeout: Duration::from_secs(30 * 60),
            test_timeout: Duration::from_secs(120),
        }
    }
}

/// Whether builds depend on the variable: without one of these that the user has set, cargo
/// would build everything anew or differently.
#[must_use]
pub fn matters_to_builds(name: &str) -> bool {
    const PREFIXES: [&str; 16] = [
        "CARGO_",
        "RUST",
        "CC_",
        "CXX_",
        "AR_",
        "CFLAGS",
        "CXXFLAGS",
        "LDFLAGS",
        "PKG_CONFIG",
        "OPENSSL_",
        "CMAKE",
        "LLVM",
        "LIBCLANG",
        "BINDGEN_",
        "PROTOC",
        "SQLX_",
    ];
    const NAMES: [&str; 13] = [
        "CC",
        "CXX",
        "AR",
        "LD",
        "NM",
        "RANLIB",
        "MAKEFLAGS",
        "LD_LIBRARY_PATH",
        "LIBRARY_PATH",
        "CPATH",
        "JAVA_HOME",
        "SDKROOT",
        "NIX_LDFLAGS",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
