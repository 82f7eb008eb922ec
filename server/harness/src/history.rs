//! What the project's history tells an index, read once for each latest commit.

use context::Index;
use stdx::AbsPath;
use stdx::process::{RunError, files_of_commits, latest_commit};
use tokio_util::sync::CancellationToken;

/// Commits that are looked at. Older ones speak of a project that is no more.
const COMMITS: usize = 2000;

/// Lets `index` know the history of the repository that `root` lies in, unless it knows it up to
/// the latest commit. What is read is data: the repository's own configuration cannot make `git`
/// run anything. Without a repository, or without `git`, nothing is learnt.
pub async fn learn_history(root: &AbsPath, index: &Index, cancel: &CancellationToken) {
    match read(root, index, cancel).await {
        Ok(Some((latest, log))) => index.learn_history(&latest, log),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the history is not read"),
    }
}

async fn read(
    root: &AbsPath,
    index: &Index,
    cancel: &CancellationToken,
) -> Result<Option<(String, String)>, RunError> {
    let Some(latest) = latest_commit(root, cancel).await? else { return Ok(None) };
    if index.knows_history(&latest) {
        return Ok(None);
    }
    let log = files_of_commits(root, COMMITS, cancel).await?;
    Ok(log.map(|log| (latest, log)))
}

#[cfg(test)]
mod tests {
    use stdx::process::git;

    use super::*;

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test makes a repository of its own")]
    async fn a_history_is_learnt_once_for_each_commit() {
        let folder = std::env::temp_dir().join(format!("ostler-history-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let root = AbsPath::new(&folder).unwrap();
        let cancel = CancellationToken::new();
        let index = Index::new(root.clone());
        let before = read(&root, &index, &cancel).await.unwrap();
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"];
        let commit = ["commit", "-q", "--allow-empty", "-m", "first"];
        for arguments in [vec!["init", "-q"], [&identity[..], &commit[..]].concat()] {
            let done = git(root.clone(), &arguments).run(&cancel).await.unwrap();
            assert!(done.exit.success(), "{arguments:?}: {done:?}");
        }
        let first = read(&root, &index, &cancel).await.unwrap();
        learn_history(&root, &index, &cancel).await;
        let again = read(&root, &index, &cancel).await.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(before, None, "there is no repository");
        assert_eq!(first.map(|one| one.1), Some("\0\0first\n\0\n".to_owned()));
        assert_eq!(again, None, "nothing new was committed");
    }
}
