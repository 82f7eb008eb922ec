//! Programs, run confined on a draft.

mod files;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(test)]
mod testing;
