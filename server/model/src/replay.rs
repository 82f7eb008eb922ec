//! Recorded traffic, and a model that plays it again without a network.
//!
//! What is recorded is what went over the wire: the body of each request and the bytes of its
//! answer, cut as the network cut them. Headers are not, because they hold the key; a key that a
//! body quotes is taken out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::dialect;
use crate::failure::{self, Hints};
use crate::reader::Reader;
use crate::secret::Secret;
use crate::{Dialect, Endpoint, EventStream, Model, ModelError, RawJson, Request, StreamEvent};

/// The version of the stored form.
const FORMAT: u32 = 1;

/// The members of a body that are the prompt; the others may differ from machine to machine.
const PROMPT: [&str; 5] = ["system", "instructions", "tools", "messages", "input"];

/// One request and its answer, as they went over the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    format: u32,
    dialect: String,
    /// The endpoint's base URL.
    url: String,
    model: String,
    request: RawJson,
    /// The HTTP status; `None` if no answer came.
    status: Option<u16>,
    /// The answer's bytes, as text.
    body: String,
    /// Where the network cut them: bytes from the beginning of the body, without its end.
    cuts: Vec<usize>,
    /// Whether the body came to its end, or the client had what it wanted.
    whole: bool,
}

/// Takes each exchange when it is over.
pub type Recorder = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// One exchange while it is recorded. It is handed on when it is dropped.
pub(crate) struct Tape {
    exchange: Exchange,
    body: Vec<u8>,
    key: Option<Secret>,
    to: Recorder,
}

impl Tape {
    pub(crate) fn new(endpoint: &Endpoint, body: &[u8], key: Option<Secret>, to: Recorder) -> Tape {
        let text = clean(key.as_ref(), &String::from_utf8_lossy(body));
        let exchange = Exchange {
            format: FORMAT,
            dialect: endpoint.dialect.name().to_owned(),
            url: endpoint.base_url.clone(),
            model: endpoint.model.clone(),
            request: RawJson::new(text).unwrap_or_else(|_| RawJson::of(&Value::Null)),
            status: None,
            body: String::new(),
            cuts: Vec::new(),
            whole: false,
        };
        Tape { exchange, body: Vec::new(), key, to }
    }

    pub(crate) fn status(&mut self, status: u16) {
        self.exchange.status = Some(status);
    }

    pub(crate) fn piece(&mut self, bytes: &[u8]) {
        if !self.body.is_empty() {
            self.exchange.cuts.push(self.body.len());
        }
        self.body.extend_from_slice(bytes);
    }

    pub(crate) fn whole(&mut self) {
        self.exchange.whole = true;
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.body);
        self.exchange.body = clean(self.key.as_ref(), &text);
        if self.exchange.body.as_bytes() != self.body {
            // The places no longer fit; where the network cuts makes no difference.
            self.exchange.cuts.clear();
        }
        (self.to)(&self.exchange);
    }
}

fn clean(key: Option<&Secret>, text: &str) -> String {
    key.map_or_else(|| text.to_owned(), |key| key.redact(text))
}

/// A model that answers as it was recorded, and only to what was asked then.
pub struct Replay {
    name: String,
    exchanges: Mutex<VecDeque<Exchange>>,
}

impl Replay {
    /// Reads a recording: one exchange a line.
    ///
    /// # Errors
    /// The first line that is none, or that a later version has written.
    pub fn read(text: &str) -> Result<Replay, String> {
        let mut exchanges = VecDeque::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = |error: &dyn std::fmt::Display| format!("line {}: {error}", number + 1);
            let exchange: Exchange = serde_json::from_str(line).map_err(|error| at(&error))?;
            if exchange.format > FORMAT {
                return Err(at(&"written by a later version"));
            }
            if Dialect::of_name(&exchange.dialect).is_none() {
                return Err(at(&format!("no dialect `{}`", exchange.dialect)));
            }
            exchanges.push_back(exchange);
        }
        let name = exchanges.front().map_or_else(
            || "replay".to_owned(),
            |first: &Exchange| format!("{}/{}", first.dialect, first.model),
        );
        Ok(Replay { name, exchanges: Mutex::new(exchanges) })
    }

    /// How many exchanges have not been played.
    #[must_use]
    pub fn left(&self) -> usize {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let next = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let items = match next {
            _ if cancel.is_cancelled() => vec![Err(ModelError::Cancelled)],
            None => vec![Err(ModelError::BadRequest("the recording has ended".to_owned()))],
            Some(exchange) => play(&exchange, request),
        };
        stream::iter(items).boxed()
    }
}

fn play(exchange: &Exchange, request: &Request) -> Vec<Result<StreamEvent, ModelError>> {
    let Some(dialect) = Dialect::of_name(&exchange.dialect) else { return Vec::new() };
    let endpoint = Endpoint::new(dialect, &exchange.url, &exchange.model);
    if let Err(error) = same(exchange, request, &endpoint) {
        return vec![Err(error)];
    }
    let broken = || ModelError::Interrupted("the connection broke, as it was recorded".to_owned());
    let Some(status) = exchange.status else { return vec![Err(broken())] };
    if !(200..300).contains(&status) {
        return vec![Err(failure::classify(Some(status), &exchange.body, &Hints::default()))];
    }
    let mut reader = Reader::new(dialect::decoder(&endpoint, request));
    let mut events = Vec::new();
    let bytes = exchange.body.as_bytes();
    let ends = exchange.cuts.iter().copied().chain([bytes.len()]);
    let mut from = 0;
    let mut result = Ok(());
    for to in ends {
        let piece = bytes.get(from..to).unwrap_or_default();
        from = to;
        result = result.and_then(|()| reader.push(piece, &mut events));
    }
    let result = match result {
        Ok(()) if exchange.whole || reader.is_stopped() => reader.end(&mut events),
        Ok(()) => Err(broken()),
        Err(error) => Err(error),
    };
    events.into_iter().map(Ok).chain(result.err().map(Err)).collect()
}

/// Whether the prompt is the recorded one.
fn same(exchange: &Exchange, request: &Request, endpoint: &Endpoint) -> Result<(), ModelError> {
    let encoded = dialect::encode(request, endpoint)?;
    let now: Value = serde_json::from_slice(&encoded.body).unwrap_or_default();
    let then = exchange.request.value();
    for member in PROMPT {
        if now[member] == then[member] {
            continue;
        }
        let (now, then) = (now[member].to_string(), then[member].to_string());
        let at = now.bytes().zip(then.bytes()).take_while(|(a, b)| a == b).count();
        let shown = |text: &str| {
            let from = text.floor_char_boundary(at.saturating_sub(20));
            text[from..text.ceil_char_boundary((at + 60).min(text.len()))].to_owned()
        };
        return Err(ModelError::BadRequest(format!(
            "this is not what was recorded: `{member}` has …{}… where …{}… was",
            shown(&now),
            shown(&then)
        )));
    }
    Ok(())
}
