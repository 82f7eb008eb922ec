//! The door for everything that the client sends.
//!
//! `tower-lsp` calls a service in the order of the wire, but runs what comes of the calls side by
//! side and at most some at a time. So what must keep its order is done here, inside of the call,
//! and what may take long gets a task of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use tower::Service;
use tower_lsp::jsonrpc::{Error, Request, Response};

use crate::methods;
use crate::state::{Shared, WIRE, Wire};

/// A service in front of `inner`.
pub(crate) struct Ingress<S> {
    pub(crate) inner: S,
    pub(crate) shared: Arc<Shared>,
}

impl<S> Service<Request> for Ingress<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Option<Response>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if methods::applied_in_order(&self.shared, &request) {
            return futures::future::ready(Ok(None)).boxed();
        }
        match request.method() {
            "$/cancelRequest" | "exit" => return at_once(self.inner.call(request)),
            "shutdown" => self.shared.shut_down(),
            _ => {}
        }
        let wire = Wire { snapshot: self.shared.snapshot() };
        let (method, id) = (request.method().to_owned(), request.id().cloned());
        let task = tokio::spawn(WIRE.scope(wire, self.inner.call(request)));
        let shared = Arc::clone(&self.shared);
        async move {
            match task.await {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::error!(method, %error, "a handler crashed");
                    shared.tell_error(&format!("{method} failed inside of Ostler; it goes on"));
                    Ok(id.map(|id| Response::from_error(id, crashed(&method))))
                }
            }
        }
        .boxed()
    }
}

/// Polls `future` right now, because its effect must not wait for its turn in a queue.
fn at_once<F, T>(future: F) -> BoxFuture<'static, T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut future: Pin<Box<F>> = Box::pin(future);
    let mut cx = Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut cx) {
        Poll::Ready(value) => futures::future::ready(value).boxed(),
        Poll::Pending => future,
    }
}

fn crashed(method: &str) -> Error {
    let mut error = Error::internal_error();
    error.message = format!("the handler of {method} crashed").into();
    error
}
