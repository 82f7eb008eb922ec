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
