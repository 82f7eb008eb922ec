//! Starting and ending.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tower_lsp::{LspService, Server};

use crate::backend::Backend;
use crate::client::Editor;
use crate::ingress::Ingress;
use crate::pump::Pump;
use crate::state::Shared;
use crate::tasks::{ExtraCommand, TaskRunner};
use crate::watch::Watched;

/// Handlers are cheap and wait for nothing but the client, so the library's own limit, which
/// would let four of them block the rest, is lifted out of the way.
const CONCURRENCY: usize = 100_000;

/// How long tasks may take to put things away when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a server is made of.
pub struct ServerConfig {
    /// Who runs tasks.
    pub runner: Arc<dyn TaskRunner>,
    /// Commands beyond Ostler's own.
    pub extra: Vec<ExtraCommand>,
}

/// Serves the process's own stdin and stdout and returns the exit code: 0 if the client asked
/// for a shutdown first, 1 otherwise.
pub async fn serve_stdio(config: ServerConfig) -> u8 {
    let (pump, drained) = Pump::into(std::io::stdout());
    let code = serve(tokio::io::stdin(), pump, config).await;
    // The last answers reach a client that reads; one that does not must not keep us.
    let written = tokio::task::spawn_blocking(move || drained.join().is_ok());
    let _ = tokio::time::timeout(FAREWELL, written).await;
    code
}

/// Serves a client over `input` and `output` until it says `exit`, closes the input, or dies;
/// then stops all tasks. `output` must never make a writer wait.
pub async fn serve<R, W>(input: R, output: W, config: ServerConfig) -> u8
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Send,
{
    let ending = CancellationToken::new();
    let (service, socket) = LspService::new(|client| {
        let editor = Editor::new(client);
        let shared = Shared::new(editor, config.runner, config.extra, ending.clone());
        Backend { shared: Arc::new(shared) }
    });
    let shared = Arc::clone(&service.inner().shared);
    let input = Watched { inner: input, ended: ending.clone() };
    let ingress = Ingress { inner: service, shared: Arc::clone(&shared) };
    let serving = Server::new(input, output, socket).concurrency_level(CONCURRENCY).serve(ingress);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = ending.cancelled() => {
            // What was answered already is still sent; nothing else is waited for.
            within(FAREWELL, &mut serving).await;
        }
    }
    ending.cancel();
    shared.tracker.close();
    within(FAREWELL, shared.tracker.wait()).await;
    if shared.was_shut_down() { 0 } else { 1 }
}

async fn within(limit: Duration, future: impl Future<Output = ()>) {
    let _ = tokio::time::timeout(limit, future).await;
}
