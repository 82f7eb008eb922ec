//! What stands between programs and the user's machine.

use ::sandbox::{Confined, SandboxConfig};
use harness::Confinement;
use tokio_util::sync::CancellationToken;

use super::{Finding, Patient};

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let scratch = match patient.data.sub("scratch") {
        Ok(scratch) => scratch,
        Err(error) => {
            let found = format!("no scratch folder: {error}");
            return vec![Finding::bad("sandbox", found, "make the data folder writable")];
        }
    };
    let confined = Confined::new(SandboxConfig::new(scratch.path()));
    let finding = match confined.wall(&CancellationToken::new()).await {
        Ok((Confinement::Overlay, _)) => Finding::ok(
            "sandbox",
            "overlay and namespaces: checks see the draft at the project's own place, without network",
        ),
        Ok((Confinement::Copy, reason)) => Finding::note(
            "sandbox",
            format!(
                "nothing confines checks ({}): they run in a copy, in trusted projects only",
                reason.unwrap_or_default().trim()
            ),
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or the container's \
             settings) to have them confined and quick",
        ),
        Err(error) => Finding::bad(
            "sandbox",
            error.to_string(),
            "set OSTLER_DATA_DIR to a folder on a disk with room",
        ),
    };
    vec![finding]
}
