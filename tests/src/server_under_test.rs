//! The server as a binary of this package, so that tests find its path. With `test-commands` as
//! its argument it has those, and tasks that bring nothing; without, it is the program itself.

mod test_commands;

use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Grade, Outcome, Status, Task, TaskEvent};
use lsp::{ServerConfig, TaskRunner};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("test-commands") {
        return cli::main();
    }
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else {
        return ExitCode::from(101);
    };
    let config = ServerConfig::new(Arc::new(Idle));
    let config = test_commands::add(config, &test_commands::Probe::default());
    let code = runtime.block_on(lsp::serve_stdio(config));
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Runs tasks until they are stopped.
struct Idle;

impl TaskRunner for Idle {
    fn run(
        &self,
        task: Task,
        _: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome> {
        async move {
            cancel.cancelled().await;
            let draft = task.snapshot.draft();
            Outcome {
                status: Status::Stopped,
                change: draft.source_change(),
                summary: String::new(),
                grade: Grade::Unchecked,
                unconfined: false,
                problems: Vec::new(),
                failed_tests: Vec::new(),
                draft,
                usage: model::Usage::default(),
                requests: 0,
                checks: 0,
            }
        }
        .boxed()
    }
}
