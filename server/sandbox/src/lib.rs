//! Programs, run confined on a draft.

mod files;
mod fingerprints;
mod manifest;
#[cfg(target_os = "linux")]
mod namespace;
mod shown;
#[cfg(test)]
mod testing;
mod tree;
