//! Reading a repository by the program `git`, with everything off by which a repository could
//! make it run another program or reach the network.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Command, Environment, RunError};
use crate::AbsPath;

/// Settings that a repository's own configuration cannot undo.
const SETTINGS: [&str; 10] = [
    "core.fsmonitor=false",
    "core.quotePath=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
    "diff.external=",
    "credential.helper=",
    "protocol.allow=never",
    "submodule.recurse=false",
];

/// More of a history is not read.
const MAX_BYTES: usize = 8 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A `git` command in `folder`: it asks nobody, fetches nothing, and runs no program that the
/// repository names.
#[must_use]
pub fn git(folder: AbsPath, arguments: &[&str]) -> Command {
    let mut environment = Environment::of_this_process(|_| false);
    for (name, value) in [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ATTR_NOSYSTEM", "1"),
    ] {
        environment.set(name, value);
    }
    let settings = SETTINGS.iter().flat_map(|one| ["-c", one]);
    Command::new("git", folder, environment)
        .args(["--no-pager"])
        .args(settings)
        .args(arguments)
        .output_limit(MAX_BYTES)
        .timeout(PATIENCE)
}

/// The message of each of the latest `commits` and the files that it touched: for each commit two
/// NULs, the subject in a line, the rest of the message, a NUL, and the paths relative to
/// `folder`, one a line. Neither messages nor paths can have a NUL. `None` if there is no
/// repository, or its history cannot be read.
///
/// # Errors
/// If `cancel` is triggered, or `git` cannot be started.
pub async fn files_of_commits(
    folder: &AbsPath,
    commits: usize,
    cancel: &CancellationToken,
) -> Result<Option<String>, RunError> {
    let count = format!("-n{commits}");
    let arguments = [
        "log",
        "--no-merges",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--no-show-signature",
        "--relative",
        "--name-only",
        "--format=tformat:%x00%x00%s%n%b%x00",
        &count,
    ];
    let finished = git(folder.clone(), &arguments).run(cancel).await?;
    let text = finished.stdout.text();
    Ok(finished.exit.success().then_some(text))
}

/// The name of the latest commit of the repository that `folder` lies in. `None` if there is no
/// repository, or it has no commit yet.
///
/// # Errors
/// If `cancel` is triggered, or `git` cannot be started.
pub async fn latest_commit(
    folder: &AbsPath,
    cancel: &CancellationToken,
) -> Result<Option<String>, RunError> {
    let arguments = ["rev-parse", "--verify", "--quiet", "HEAD"];
    let finished = git(folder.clone(), &arguments).run(cancel).await?;
    let text = finished.stdout.text();
    Ok(finished.exit.success().then(|| text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(folder: &AbsPath, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"];
        let all: Vec<&str> = identity.iter().chain(arguments).copied().collect();
        let done = git(folder.clone(), &all).run(&CancellationToken::new()).await.unwrap();
        assert!(done.exit.success(), "{arguments:?}: {done:?}");
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test makes a repository of its own")]
    async fn a_repository_is_read_and_runs_nothing() {
        let folder = std::env::temp_dir().join(format!("ostler-git-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let root = AbsPath::new(&folder).unwrap();
        run(&root, &["init", "-q"]).await;
        let trap = format!("touch {}/trap", folder.display());
        for key in ["core.fsmonitor", "diff.external", "core.pager", "gpg.program"] {
            run(&root, &["config", key, &trap]).await;
        }
        run(&root, &["config", "log.showSignature", "true"]).await;
        for (name, text) in [("a", "one"), ("b é", "two")] {
            std::fs::File::create(folder.join(name)).unwrap();
            run(&root, &["add", "."]).await;
            run(&root, &["commit", "-q", "-m", text]).await;
        }
        let latest = latest_commit(&root, &CancellationToken::new()).await.unwrap().unwrap();
        let log = files_of_commits(&root, 5, &CancellationToken::new()).await.unwrap().unwrap();
        let trapped = folder.join("trap").exists();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(log, "\0\0two\n\0\n\nb é\n\0\0one\n\0\n\na\n");
        assert_eq!(latest.len(), 40, "{latest}");
        assert!(!trapped, "the repository made git run a program");
    }
}
