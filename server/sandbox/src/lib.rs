//! Programs, run confined on a draft: behind an overlay at the project's own path where the system
//! allows it, on a copy elsewhere. The checkers of languages, and what they complain about.
//!
//! This room knows nothing of protocols, models, tools and prompts, and nothing of what is done
//! about a complaint. It is the only one that knows namespaces and mounts. The user's files and
//! build folders are never written.

mod cargo;
mod config;
mod confined;
mod files;
mod fingerprints;
mod ground;
mod manifest;
#[cfg(target_os = "linux")]
mod namespace;
mod scratch;
mod shown;
mod stage;
#[cfg(test)]
mod testing;
mod tree;

pub use cargo::{CargoVerifier, FailedTest, TestReport};
pub use config::{SandboxConfig, Unconfined, Wall, matters_to_builds};
pub use confined::{Confined, Program, Ran, SandboxError};
pub use shown::Written;
