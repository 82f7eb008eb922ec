//! `ostler serve`: the server on stdin and stdout.

use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Draft, Grade, Harness, Outcome, Task, TaskEvent};
use lsp::{ServerConfig, TaskRunner};
use stdx::store::DataDir;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::compose;
use crate::terminal::fail;

pub(crate) async fn serve() -> ExitCode {
    match runner() {
        Ok(runner) => {
            let config = ServerConfig::new(Arc::new(runner));
            ExitCode::from(lsp::serve_stdio(config).await)
        }
        Err(error) => fail(&format!("{error:#}")),
    }
}

/// The product's own runner of tasks.
pub(crate) fn runner() -> anyhow::Result<Runner> {
    let data = compose::data_dir()?;
    let (settings, problems) = compose::settings(None);
    for problem in &problems {
        tracing::warn!("{problem}");
    }
    let harness = Arc::new(compose::harness(&settings, &data)?);
    Ok(Runner { harness, data })
}

/// Runs tasks with the harness; each leaves its session in the data folder.
pub(crate) struct Runner {
    harness: Arc<Harness>,
    data: DataDir,
}

impl TaskRunner for Runner {
    fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome> {
        let harness = Arc::clone(&self.harness);
        let sinks = compose::session_sinks(&self.data, harness.clock.as_ref());
        async move { harness.run(task, events, sinks, cancel).await.0 }.boxed()
    }

    fn recheck(
        &self,
        draft: Draft,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Option<Grade>> {
        let verifier = Arc::clone(&self.harness.verifier);
        async move {
            let verdict = harness::inspect(&draft, verifier.as_ref(), false, &cancel).await.ok()?;
            verdict.is_clean().then_some(verdict.grade)
        }
        .boxed()
    }
}
