//! One life of the server, from the first byte to the exit code.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::future::Either;
use futures::{FutureExt, SinkExt, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tower::Service;
use tower_lsp::jsonrpc::Request;
use tower_lsp::{ClientSocket, ExitedError, LanguageServer, LspService};

use crate::backend;
use crate::config::ServerConfig;
use crate::ingress::Ingress;
use crate::state::Shared;
use crate::transport::{self, Drained, Frames, Message, Outbox};

/// How long tasks may take to stop, and the last messages to be read, before the end.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the client on standard input and output until it says `exit`, goes away, or dies, and
/// returns the exit code: 0 after `shutdown`, otherwise 1. Threads that read and write may still
/// be waiting for a pipe then, and a handler may be computing: the caller ends the process.
pub async fn serve_stdio(config: ServerConfig) -> u8 {
    let input = match transport::stdin() {
        Ok(input) => input,
        Err(error) => return failed(&error),
    };
    serve(input, transport::blocking_stdout(), config).await
}

/// The same on any pair of streams. `output` may block: it has a thread of its own.
pub async fn serve(
    input: impl AsyncRead + Send + Unpin,
    output: impl AsyncWrite + Send + Unpin + 'static,
    config: ServerConfig,
) -> u8 {
    let ending = CancellationToken::new();
    let (outbox, drained) = match transport::pump(output, ending.clone()) {
        Ok(started) => started,
        Err(error) => return failed(&error),
    };
    let (service, socket) = backend::service(config, ending.clone());
    let shared = Arc::clone(&service.inner().shared);
    let ingress = Ingress { inner: service, shared: Arc::clone(&shared) };
    read(input, ingress, socket, &outbox).await;
    end(&shared, &outbox, drained).await;
    if shared.was_shut_down() { 0 } else { 1 }
}

fn failed(error: &io::Error) -> u8 {
    tracing::error!(%error, "the server cannot start");
    1
}

/// Reads and hands on messages until there is no more reason to.
async fn read<S: LanguageServer>(
    input: impl AsyncRead + Send + Unpin,
    mut ingress: Ingress<LspService<S>>,
    socket: ClientSocket,
    outbox: &Outbox,
) {
    let shared = Arc::clone(&ingress.shared);
    let (requests, mut responses) = socket.split();
    let forwarding = shared.tracker.spawn(forward(requests, outbox.clone()));
    let mut frames = Frames::new(input);
    loop {
        let frame = tokio::select! {
            biased;
            () = shared.ending.cancelled() => break,
            frame = frames.next() => frame,
        };
        let message = match frame {
            None => break,
            Some(Ok(body)) => transport::decode(&body),
            Some(Err(reason)) => Err(transport::broken(&reason)),
        };
        match message {
            Err(reply) => outbox.send(&reply),
            Ok(Message::Response(response)) => {
                // It is passed on at once or, after `exit`, not at all.
                let _ = responses.send(response).now_or_never();
            }
            Ok(Message::Request(request)) => {
                let is_exit = request.method() == "exit";
                if futures::future::poll_fn(|cx| ingress.poll_ready(cx)).await.is_err() {
                    break;
                }
                hand_on(&mut ingress, request, outbox);
                if is_exit {
                    break;
                }
            }
        }
    }
    forwarding.abort();
}

/// Lets a message take effect. Returns at once; an answer that takes time comes from a task.
fn hand_on<S>(ingress: &mut Ingress<S>, request: Request, outbox: &Outbox)
where
    S: Service<Request, Response = Option<tower_lsp::jsonrpc::Response>, Error = ExitedError>,
    S::Future: Send + 'static,
{
    let shared = Arc::clone(&ingress.shared);
    match ingress.call(request) {
        Either::Left(ready) => {
            if let Ok(Some(response)) = ready.into_inner() {
                outbox.send(&response);
            }
        }
        Either::Right(running) => {
            let outbox = outbox.clone();
            let ending = shared.ending.clone();
            shared.tracker.spawn(async move {
                if let Some(Ok(Some(response))) = ending.run_until_cancelled(running).await {
                    outbox.send(&response);
                }
            });
        }
    }
}

/// Writes what the server itself has to say.
async fn forward(mut requests: impl Stream<Item = Request> + Unpin, outbox: Outbox) {
    while let Some(request) = requests.next().await {
        match backend::progress_report_of(&request) {
            Some(token) => outbox.send_report(&request, token),
            None => outbox.send(&request),
        }
    }
}

/// Stops everything that runs and writes what is left to say.
async fn end(shared: &Shared, outbox: &Outbox, drained: Drained) {
    shared.ending.cancel();
    shared.tracker.close();
    if tokio::time::timeout(GRACE, shared.tracker.wait()).await.is_err() {
        tracing::warn!(left = shared.tracker.len(), "some tasks did not stop");
    }
    outbox.close();
    if tokio::time::timeout(GRACE, drained).await.is_err() {
        tracing::warn!("the client did not read the last messages");
    }
}
