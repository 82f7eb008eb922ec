//! This program itself, and whether it is found by its name.

use stdx::process::Environment;

use super::Finding;

pub(super) fn look() -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let here = match std::env::current_exe().and_then(|path| path.canonicalize()) {
        Ok(here) => here,
        Err(error) => {
            let found = format!("the place of this program is not known: {error}");
            return vec![Finding::bad("program", found, "start it by its full path")];
        }
    };
    let mut findings =
        vec![Finding::ok("program", format!("ostler {version}, {}", here.display()))];
    let install = "`cargo install --path server/cli` in a clone of Ostler puts it on the PATH";
    match Environment::of_this_process(|_| false).find("ostler") {
        None => findings.push(Finding::note(
            "program",
            "`ostler` is not on the PATH; editors find it only where `ostler setup` wrote its place",
            install,
        )),
        Some(named) if named.canonicalize().ok().as_ref() != Some(&here) => {
            let found = format!("`ostler` on the PATH is another program: {}", named.display());
            findings.push(Finding::note("program", found, install));
        }
        Some(_) => {}
    }
    findings
}
