//! The data folder: whether it can be written, and what lies in it.

use std::path::Path;

use super::{Finding, Patient, size};

/// Less room than this soon makes checks fail.
const LITTLE: u64 = 2_000_000_000;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let folder = patient.data.path();
    let probe = folder.join("probe");
    if let Err(error) = stdx::store::replace(&probe, b"", 0o600) {
        return vec![Finding::bad(
            "storage",
            format!("{} cannot be written: {error}", folder.display()),
            "make it yours, or set OSTLER_DATA_DIR to another folder",
        )];
    }
    // What was just written can be removed.
    let _ = stdx::store::remove(&probe);
    let parts = ["sessions", "preimages", "scratch"];
    let used = parts.map(|name| format!("{name} {}", size(used(&folder.join(name)))));
    let mut findings =
        vec![Finding::ok("storage", format!("{}: {}", folder.display(), used.join(", ")))];
    match stdx::store::free_bytes(folder) {
        Ok(free) if free < LITTLE => findings.push(Finding::note(
            "storage",
            format!("only {} are free there", size(free)),
            "checks keep their builds there; set OSTLER_DATA_DIR to a larger disk",
        )),
        _ => {}
    }
    findings
}

/// Bytes of all files beneath `folder`; links are not followed.
fn used(folder: &Path) -> u64 {
    let mut sum = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) => sum += found.len(),
                Err(_) => {}
            }
        }
    }
    sum
}
