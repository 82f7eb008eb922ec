//! Cargo, rustc and a linker, and the project that they are for.

use std::ffi::OsString;
use std::time::Duration;

use sandbox::{Confined, Program, SandboxConfig, matters_to_builds};
use stdx::AbsPath;
use stdx::process::{Command, Environment};
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use super::{Finding, Patient};
use crate::compose;

const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    let environment = Environment::of_this_process(matters_to_builds);
    let mut complete = true;
    for program in ["cargo", "rustc"] {
        match version(program, &environment).await {
            Ok(version) => findings.push(Finding::ok("rust", version)),
            Err(why) => {
                complete = false;
                let mend = "install Rust (https://rustup.rs) and put its bin folder on the PATH";
                findings.push(Finding::bad("rust", format!("{program}: {why}"), mend));
            }
        }
    }
    if environment.find("cc").is_none() {
        findings.push(Finding::note(
            "rust",
            "no `cc` on the PATH: crates with build scripts or procedural macros cannot be built",
            "install a C compiler (build-essential, gcc, clang or Xcode's tools)",
        ));
    }
    if complete {
        findings.push(project(patient).await);
    }
    findings
}

/// The first line of what `program --version` says. It is run outside of any project, whose
/// files could name another program to be run instead.
pub(super) async fn version(program: &str, environment: &Environment) -> Result<String, String> {
    if environment.find(program).is_none() {
        return Err("not found on the PATH".to_owned());
    }
    let command = Command::new(program, AbsPath::root(), environment.clone());
    let command = command.args(["--version"]).timeout(PATIENCE);
    let finished =
        command.run(&CancellationToken::new()).await.map_err(|error| error.to_string())?;
    let said = if finished.exit.success() { finished.stdout } else { finished.stderr };
    let text = said.text();
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    if finished.exit.success() { Ok(line) } else { Err(line) }
}

/// Whether cargo can read the project and has what it depends on. It runs confined: a project's
/// settings can name programs that cargo then runs.
async fn project(patient: &Patient) -> Finding {
    let root = &patient.root;
    let holding = root.as_path().ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    let Some(folder) = holding else {
        let mend = "open a folder with a Cargo.toml; Ostler checks Rust projects so far";
        return Finding::note("project", format!("{root} is no Cargo project"), mend);
    };
    let scratch = match patient.data.sub("scratch") {
        Ok(scratch) => scratch,
        Err(error) => {
            let mend = "make the data folder writable";
            return Finding::bad("project", format!("no scratch folder: {error}"), mend);
        }
    };
    let program = Program {
        name: "cargo".into(),
        arguments: ["metadata", "--format-version=1", "--offline"].map(OsString::from).to_vec(),
        folder: folder.to_owned(),
        variables: Vec::new(),
        timeout: PATIENCE,
        merge_stderr: false,
    };
    let mut config = SandboxConfig::new(scratch.path());
    config.unconfined = compose::where_trusted(&patient.data);
    let confined = Confined::new(config);
    let draft = Snapshot::of_disk(root.clone()).draft();
    match confined.run(&draft, &program, &CancellationToken::new()).await {
        Err(error) => {
            Finding::bad("project", error.to_string(), "see what is said about the sandbox")
        }
        Ok(ran) if ran.finished.exit.success() => {
            let found = format!("{} and all that it depends on is there", folder.display());
            Finding::ok("project", found)
        }
        Ok(ran) => {
            let said = ran.finished.stderr.text();
            let why = crate::words::cargo_failure(&said);
            Finding::bad("project", why.what, why.mend)
        }
    }
}
