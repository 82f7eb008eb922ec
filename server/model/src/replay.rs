//! Recorded traffic, and a model that plays it again without a network.
//!
//! What is recorded is what went over the wire: the body of each request and the bytes of its
//! answer, cut as the network cut them. Headers are not, because they hold the key (but for the
//! few of an error's that say what to do); a key that a body quotes is taken out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::dialect;
use crate::failure::{self, Hints};
use crate::reader::Reader;
use crate::secret::Secret;
use crate::{
    Card, Catalog, Dialect, Endpoint, EventStream, Model, ModelError, Quirks, RawJson, Request,
    RetryPolicy, StreamEvent,
};

/// The version of the stored form.
const FORMAT: u32 = 1;

/// The members of a body that are the prompt; the others may differ from machine to machine.
const PROMPT: [&str; 5] = ["system", "instructions", "tools", "messages", "input"];

/// One request and its answer, as they went over the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    format: u32,
    dialect: String,
    /// The endpoint's base URL, without what may be a password in it.
    url: String,
    model: String,
    /// The ways of the server, which the form of a request depends on.
    #[serde(default)]
    quirks: Quirks,
    request: RawJson,
    /// The HTTP status; `None` if no answer came.
    status: Option<u16>,
    /// What the headers said, if it was an error.
    #[serde(default)]
    hints: Hints,
    /// The answer's bytes, as text.
    body: String,
    /// Where the network cut them: bytes from the beginning of the body, without its end.
    cuts: Vec<usize>,
    /// Whether the body came to its end, or the client had what it wanted.
    whole: bool,
}

impl Exchange {
    /// The server as far as the form of requests and answers depends on it.
    fn endpoint(&self) -> Option<Endpoint> {
        let dialect = Dialect::of_name(&self.dialect)?;
        let endpoint = Endpoint::new(dialect, &self.url, &self.model);
        Some(Endpoint { quirks: self.quirks.clone(), ..endpoint })
    }
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
            url: endpoint.shown_url(),
            model: endpoint.model.clone(),
            quirks: endpoint.quirks.clone(),
            request: RawJson::new(text).unwrap_or_else(|_| RawJson::of(&Value::Null)),
            status: None,
            hints: Hints::default(),
            body: String::new(),
            cuts: Vec::new(),
            whole: false,
        };
        Tape { exchange, body: Vec::new(), key, to }
    }

    pub(crate) fn status(&mut self, status: u16) {
        self.exchange.status = Some(status);
    }

    pub(crate) fn hints(&mut self, hints: Hints) {
        self.exchange.hints = hints;
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

/// The first line of a recording: what all of it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    format: u32,
    /// What was to be done, in the words of whoever asked for it.
    pub about: String,
}

impl Header {
    /// The first line of a recording of this.
    #[must_use]
    pub fn new(about: &str) -> Header {
        Header { format: FORMAT, about: about.to_owned() }
    }
}

/// A recording, read.
pub struct Recording {
    about: Option<String>,
    rest: Rest,
}

/// What is left of a recording, for all of its models.
#[derive(Clone)]
struct Rest(Arc<Mutex<Left>>);

struct Left {
    /// The next one first.
    exchanges: VecDeque<Exchange>,
    /// Why nothing more can be played: something else was asked than what was recorded.
    lost: Option<ModelError>,
}

impl Rest {
    fn get(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    /// Reads a recording: perhaps a [`Header`], then one exchange a line.
    ///
    /// # Errors
    /// The first line that is none, or that a later version has written.
    pub fn read(text: &str) -> Result<Recording, String> {
        let mut about = None;
        let mut exchanges: VecDeque<Exchange> = VecDeque::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = |error: &dyn std::fmt::Display| format!("line {}: {error}", number + 1);
            let later = || at(&"written by a later version");
            if number == 0
                && let Ok(header) = serde_json::from_str::<Header>(line)
            {
                if header.format > FORMAT {
                    return Err(later());
                }
                about = Some(header.about);
                continue;
            }
            let exchange: Exchange = serde_json::from_str(line).map_err(|error| at(&error))?;
            if exchange.format > FORMAT {
                return Err(later());
            }
            if Dialect::of_name(&exchange.dialect).is_none() {
                return Err(at(&format!("no dialect `{}`", exchange.dialect)));
            }
            exchanges.push_back(exchange);
        }
        let left = Left { exchanges, lost: None };
        Ok(Recording { about, rest: Rest(Arc::new(Mutex::new(left))) })
    }

    /// What was to be done, if the recording says so.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// How many exchanges have not been played.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.get().exchanges.len()
    }

    /// Who answered: the first model, and each that took over from the one before. What is known
    /// of them stands in `catalog`.
    #[must_use]
    pub fn models(&self, catalog: &Catalog) -> Vec<Replay> {
        let left = self.rest.get();
        let mut who: Vec<_> =
            left.exchanges.iter().map(|one| (&one.dialect, &one.url, &one.model)).collect();
        who.dedup();
        let replay = |(dialect, _, model): (&String, &String, &String)| Replay {
            name: format!("{dialect}/{model}"),
            card: catalog.card(model),
            rest: self.rest.clone(),
        };
        who.into_iter().map(replay).collect()
    }
}

/// A model that answers as it was recorded, and only to what was asked then. All models of a
/// recording play from the same one.
pub struct Replay {
    name: String,
    card: Card,
    rest: Rest,
}

impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn card(&self) -> Card {
        self.card.clone()
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        if cancel.is_cancelled() {
            return stream::iter([Err(ModelError::Cancelled)]).boxed();
        }
        let mut left = self.rest.get();
        let ended = || ModelError::BadRequest("the recording has ended".to_owned());
        let next = left.lost.clone().map_or_else(
            || {
                let exchange = left.exchanges.pop_front().ok_or_else(ended)?;
                let endpoint = exchange.endpoint().ok_or_else(ended)?;
                same(&exchange, request, &endpoint).map(|()| (exchange, endpoint))
            },
            Err,
        );
        let items = match next {
            Ok((exchange, endpoint)) => play(&exchange, &endpoint, request),
            Err(error) => {
                left.lost = Some(error.clone());
                vec![Err(error)]
            }
        };
        stream::iter(items).boxed()
    }
}

fn play(
    exchange: &Exchange,
    endpoint: &Endpoint,
    request: &Request,
) -> Vec<Result<StreamEvent, ModelError>> {
    let broken = || ModelError::Interrupted("the connection broke, as it was recorded".to_owned());
    let Some(status) = exchange.status else { return vec![Err(broken())] };
    if !(200..300).contains(&status) {
        let mut hints = exchange.hints.clone();
        // Nobody has to be spared here. What was too long to be waited for stays too long.
        let longest = RetryPolicy::default().longest_asked;
        hints.after = hints.after.map(|asked| if asked > longest { asked } else { Duration::ZERO });
        return vec![Err(failure::classify(Some(status), &exchange.body, &hints))];
    }
    let mut reader = Reader::new(dialect::decoder(endpoint, request));
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
