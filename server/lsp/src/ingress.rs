//! The door for everything that the client sends.
//!
//! What must keep its order is done here, inside of the call, before the next message is looked
//! at. Everything else is told here what it may see, and runs on its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::FutureExt;
use futures::future::{BoxFuture, Either, Ready, ready};
use tower::Service;
use tower_lsp::gen_lsp_types::MessageType;
use tower_lsp::jsonrpc::{Error, Request, Response};

use crate::methods;
use crate::state::{Shared, at_wire};

/// A service in front of `inner`.
pub(crate) struct Ingress<S> {
    pub(crate) inner: S,
    pub(crate) shared: Arc<Shared>,
}

/// The answer, if it is there already; otherwise what must run, on a task of its own, to get it.
pub(crate) type Answer<E> =
    Either<Ready<Result<Option<Response>, E>>, BoxFuture<'static, Result<Option<Response>, E>>>;

impl<S> Service<Request> for Ingress<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if request.id().is_none() && methods::is_ordered(request.method()) {
            self.apply(request);
            return Either::Left(ready(Ok(None)));
        }
        match request.method() {
            // Their effects must not wait for anything.
            "$/cancelRequest" | "exit" => return at_once(self.inner.call(request)),
            "initialize" => {
                request = methods::initialize::read(&self.shared, request);
                return at_once(self.inner.call(request));
            }
            "initialized" => methods::initialized::heard(&self.shared),
            "shutdown" => self.shared.shut_down(),
            _ => {}
        }
        let (method, id) = (request.method().to_owned(), request.id().cloned());
        let snapshot = self.shared.snapshot();
        let handler = at_wire(snapshot, self.inner.call(request));
        let shared = Arc::clone(&self.shared);
        let guarded = AssertUnwindSafe(handler).catch_unwind().map(move |answer| {
            answer.unwrap_or_else(|panic| {
                report(&shared, &method, &*panic);
                Ok(id.map(|id| Response::from_error(id, crashed(&method))))
            })
        });
        Either::Right(guarded.boxed())
    }
}

impl<S> Ingress<S> {
    /// Applies a notification that changes state.
    fn apply(&self, request: Request) {
        let method = request.method().to_owned();
        let shared = &self.shared;
        let applied =
            std::panic::catch_unwind(AssertUnwindSafe(|| methods::apply(shared, request)));
        match applied {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => {
                tracing::warn!(method, reason, "a notification makes no sense");
                let text = format!("cannot follow {method}: {reason}");
                shared.tell(MessageType::Error, text);
            }
            Err(panic) => report(shared, &method, &*panic),
        }
    }
}

/// Polls `future` right now.
fn at_once<F, E>(future: F) -> Answer<E>
where
    F: Future<Output = Result<Option<Response>, E>> + Send + 'static,
{
    let mut future = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Either::Left(ready(answer)),
        Poll::Pending => Either::Right(future),
    }
}

fn report(shared: &Arc<Shared>, method: &str, panic: &(dyn std::any::Any + Send)) {
    let text = panic_text(panic);
    tracing::error!(method, text, "a handler crashed");
    let text = format!("{method} failed inside of Ostler, which goes on: {text}");
    shared.tell(MessageType::Error, text);
}

/// What a panic says.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

fn crashed(method: &str) -> Error {
    let mut error = Error::internal_error();
    error.message = format!("{method} failed inside of Ostler").into();
    error
}
