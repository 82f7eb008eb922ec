//! One answer while it comes in: bytes to events, with an eye on the time and on the user.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::Response;
use tokio_util::sync::CancellationToken;

use crate::endpoint::Timeouts;
use crate::limiter::{Limiter, Permit};
use crate::reader::Reader;
use crate::replay::Tape;
use crate::secret::Secret;
use crate::{ModelError, StreamEvent, failure};

use super::headers;

/// How much of an error's body is read.
const MAX_ERROR_BODY: usize = 64 * 1024;
/// How long the end of a body is awaited after the end of the answer. With it the connection can
/// be used again, which is worth a moment but no more.
const LAST_BYTES: Duration = Duration::from_millis(100);

pub(super) struct Answer {
    state: State,
    /// What has been decoded and not been handed on.
    ready: VecDeque<Result<StreamEvent, ModelError>>,
    timeouts: Timeouts,
    key: Option<Secret>,
    limiter: Arc<Limiter>,
    /// Held while the server works on the request.
    permit: Option<Permit>,
    tape: Option<Tape>,
    cancel: CancellationToken,
}

type Sending = BoxFuture<'static, reqwest::Result<Response>>;

enum State {
    /// Others that show the same key come first.
    Queued(BoxFuture<'static, Permit>, Sending, Reader),
    Sending(Sending, Reader),
    Reading {
        response: Response,
        reader: Reader,
    },
    /// The answer is complete; the body has perhaps not ended.
    Stopped(Response),
    Over,
}

impl Answer {
    pub(super) fn new(
        sending: Sending,
        reader: Reader,
        timeouts: Timeouts,
        key: Option<Secret>,
        limiter: Arc<Limiter>,
        tape: Option<Tape>,
        cancel: CancellationToken,
    ) -> Answer {
        let state = State::Queued(Arc::clone(&limiter).acquire().boxed(), sending, reader);
        Answer { state, ready: VecDeque::new(), timeouts, key, limiter, permit: None, tape, cancel }
    }

    /// The next event; `None` after the last.
    pub(super) async fn next(&mut self) -> Option<Result<StreamEvent, ModelError>> {
        loop {
            // Cancelling wins over what lies ready: the user has asked for silence.
            let over = matches!(self.state, State::Over | State::Stopped(_));
            if self.cancel.is_cancelled() && !(over && self.ready.is_empty()) {
                self.ready.clear();
                self.state = State::Over;
                self.permit = None;
                return Some(Err(ModelError::Cancelled));
            }
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            let step = match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return None,
                State::Queued(queue, sending, reader) => self.queue(queue, sending, reader).await,
                State::Stopped(response) => {
                    drain(response).await;
                    return None;
                }
                State::Sending(sending, reader) => self.send(sending, reader).await,
                State::Reading { response, reader } => self.read(response, reader).await,
            };
            match step {
                Ok(state) => self.state = state,
                Err(error) => {
                    // A server may quote the key, in an error's body or in the middle of a stream.
                    let error = match &self.key {
                        Some(key) => error.with_text(|text| key.redact(text)),
                        None => error,
                    };
                    self.ready.push_back(Err(error));
                }
            }
            if matches!(self.state, State::Over | State::Stopped(_)) {
                self.permit = None;
            }
        }
    }

    async fn queue(
        &mut self,
        queue: BoxFuture<'static, Permit>,
        sending: Sending,
        reader: Reader,
    ) -> Result<State, ModelError> {
        let permit = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(ModelError::Cancelled),
            permit = queue => permit,
        };
        self.permit = Some(permit);
        Ok(State::Sending(sending, reader))
    }

    async fn send(&mut self, sending: Sending, reader: Reader) -> Result<State, ModelError> {
        let sent = guarded(&self.cancel, self.timeouts.first_byte, sending).await?;
        let response = sent.map_err(|error| transport(&error))?;
        let status = response.status();
        if let Some(tape) = &mut self.tape {
            tape.status(status.as_u16());
        }
        if let Some(hold) = headers::hold(response.headers()) {
            self.limiter.hold(hold);
        }
        if status.is_success() {
            self.limiter.succeeded();
            return Ok(State::Reading { response, reader });
        }
        if status.is_redirection() {
            return Err(ModelError::BadRequest(format!(
                "HTTP {}: the server points elsewhere; set its address as base URL",
                status.as_u16()
            )));
        }
        let hints = headers::hints(response.headers());
        if let Some(tape) = &mut self.tape {
            tape.hints(hints.clone());
        }
        let body = self.error_body(response).await?;
        let error = failure::classify(Some(status.as_u16()), &body, &hints);
        if let ModelError::RateLimited { after, .. } | ModelError::Overloaded { after, .. } = &error
        {
            self.limiter.complained(*after);
        }
        Err(error)
    }

    /// As much of an error's body as comes; the status alone says enough.
    async fn error_body(&mut self, mut response: Response) -> Result<String, ModelError> {
        let mut body = Vec::new();
        while body.len() < MAX_ERROR_BODY {
            match guarded(&self.cancel, self.timeouts.idle, response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    body.extend_from_slice(&bytes);
                    if let Some(tape) = &mut self.tape {
                        tape.piece(&bytes);
                    }
                }
                Err(ModelError::Cancelled) => return Err(ModelError::Cancelled),
                _ => break,
            }
        }
        body.truncate(MAX_ERROR_BODY);
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    async fn read(
        &mut self,
        mut response: Response,
        mut reader: Reader,
    ) -> Result<State, ModelError> {
        let patience =
            if reader.has_begun() { self.timeouts.idle } else { self.timeouts.first_byte };
        let chunk = guarded(&self.cancel, patience, response.chunk()).await?;
        let chunk = chunk.map_err(|error| transport(&error))?;
        if let Some(tape) = &mut self.tape {
            match &chunk {
                Some(bytes) => tape.piece(bytes),
                None => tape.whole(),
            }
        }
        let mut events = Vec::new();
        let (result, state) = match chunk {
            Some(chunk) => {
                let result = reader.push(&chunk, &mut events);
                let stopped = reader.is_stopped();
                let state = if stopped {
                    State::Stopped(response)
                } else {
                    State::Reading { response, reader }
                };
                (result, state)
            }
            None => (reader.end(&mut events), State::Over),
        };
        self.ready.extend(events.into_iter().map(Ok));
        result.map(|()| state)
    }
}

/// Waits for `future`, but neither for ever nor against the user's will.
async fn guarded<T>(
    cancel: &CancellationToken,
    patience: Duration,
    future: impl Future<Output = T>,
) -> Result<T, ModelError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ModelError::Cancelled),
        result = tokio::time::timeout(patience, future) => result.map_err(|_| {
            ModelError::Interrupted(format!("nothing came for {} s", patience.as_secs_f64()))
        }),
    }
}

/// Reads on to the end of the body, if it comes soon.
async fn drain(mut response: Response) {
    let rest = async { while let Ok(Some(_)) = response.chunk().await {} };
    // Without the end the connection is closed, which is no failure.
    let _ = tokio::time::timeout(LAST_BYTES, rest).await;
}

/// A failure below HTTP. The URL is left out: it may hold what should not be shown.
pub(crate) fn transport(error: &reqwest::Error) -> ModelError {
    let mut text = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    // The innermost cause is the one that says something ("connection refused").
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    if text.contains("certificate") {
        // Trying again will not make it trusted.
        ModelError::BadRequest(format!("the server is not trusted: {text}"))
    } else if error.is_connect() {
        ModelError::Unavailable { message: format!("no connection: {text}"), after: None }
    } else if error.is_builder() {
        ModelError::BadRequest(format!("the request cannot be sent: {text}"))
    } else {
        ModelError::Interrupted(format!("the connection broke: {text}"))
    }
}
