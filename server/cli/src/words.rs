//! What stands in the way of a build, for somebody who has not read cargo's own words.

use std::path::Path;

use anyhow::{Result, bail};
use sandbox::matters_to_builds;
use stdx::AbsPath;
use stdx::process::Environment;
use workspace::Snapshot;

/// A failure and what can be done about it, one line each.
pub(crate) struct Explained {
    pub(crate) what: String,
    pub(crate) mend: String,
}

/// Parts of what cargo says when a package would have to be fetched, and there is no network:
/// checks never have one.
const NOT_FETCHED: [&str; 6] = [
    "no matching package named",
    "you're using offline mode",
    "without the offline flag",
    "failed to download",
    "attempting to make an HTTP request, but --offline was specified",
    "can't checkout from",
];

/// What the complaints of a failed cargo mean.
pub(crate) fn cargo_failure(said: &str) -> Explained {
    let first = said.lines().find(|line| line.starts_with("error")).or_else(|| said.lines().last());
    let first = first.unwrap_or("cargo failed without a word").trim_start_matches("error: ");
    if NOT_FETCHED.iter().any(|part| said.contains(part)) {
        return Explained {
            what: "a dependency is not on this machine, and checks have no network".to_owned(),
            mend: "`cargo fetch` in the project, then again".to_owned(),
        };
    }
    Explained { what: first.to_owned(), mend: "mend what cargo complains about".to_owned() }
}

/// Whether there is anything to build, and something to build it with.
///
/// # Errors
/// One line that says what is missing.
pub(crate) fn can_be_built(root: &AbsPath) -> Result<()> {
    let is_manifest = |path: &Path| path.file_name().is_some_and(|name| name == "Cargo.toml");
    let above = root.as_path().ancestors().any(|folder| folder.join("Cargo.toml").is_file());
    let beneath = || {
        let project = Snapshot::of_disk(root.clone());
        project.files().paths.iter().any(|path| is_manifest(path.as_path()))
    };
    if !above && !beneath() {
        bail!("no Cargo project: no Cargo.toml in {root}, above it or beneath it");
    }
    cargo_is_there()
}

/// Whether cargo can be started.
///
/// # Errors
/// One line that says where to get it.
pub(crate) fn cargo_is_there() -> Result<()> {
    if Environment::of_this_process(matters_to_builds).find("cargo").is_none() {
        bail!("cargo is not on the PATH: install Rust (https://rustup.rs)");
    }
    Ok(())
}

/// What the user can do about problems that no edit in `root` mends; `None` if nothing is known.
pub(crate) fn mend(problems: &[String], root: &AbsPath) -> Option<String> {
    if problems.iter().any(|problem| NOT_FETCHED.iter().any(|part| problem.contains(part))) {
        let explained = cargo_failure(NOT_FETCHED[0]);
        return Some(format!("{}: {}", explained.what, explained.mend));
    }
    // Files outside of the root are shown by their whole path.
    let outside = problems.iter().filter(|problem| problem.starts_with('/')).count();
    (outside > 0 && outside == problems.len()).then(|| {
        format!(
            "all that is left lies outside of {root}: `--root` with the folder of the whole \
                 workspace reaches it"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_downloaded_is_told_from_other_failures() {
        let offline = "error: no matching package named `x` found\nAs a reminder, you're using \
            offline mode (--offline) which can sometimes cause surprising resolution failures";
        assert!(cargo_failure(offline).mend.contains("cargo fetch"));
        let other = cargo_failure("warning: w\nerror: failed to parse manifest\n\nCaused by:\n");
        assert_eq!(other.what, "failed to parse manifest");
        assert!(cargo_failure("").what.contains("without a word"));
    }

    #[test]
    fn a_hint_is_given_only_where_it_helps() {
        let root = AbsPath::new("/w/b").unwrap();
        let mend = |problems: &[&str]| {
            mend(&problems.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), &root)
        };
        assert!(mend(&["/w/a/src/lib.rs:1:1: error: x"]).unwrap().contains("--root"));
        assert_eq!(mend(&["/w/a/src/lib.rs:1:1: error: x", "src/lib.rs:1:1: error: y"]), None);
        assert_eq!(mend(&["src/lib.rs:1:1: error: y"]), None);
        let fetch = mend(&["Cargo.toml:1:1: error: no matching package named `x` found"]);
        assert!(fetch.unwrap().contains("`cargo fetch`"));
    }
}
