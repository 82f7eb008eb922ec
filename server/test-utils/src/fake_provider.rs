//! A provider of language models on loopback: scripted answers, real sockets, and a judge of
//! every request.
//!
//! It shares no code with the `model` room, so that a mistake made there is not made here again.
//! A request that breaks the law is answered with `400`, and the test fails when the provider is
//! dropped.

mod answer;
mod anthropic;
mod cache;
mod chat;
mod conversation;
mod dialect;
mod law;
mod oddity;
mod openai;
mod responses;
mod server;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use answer::{Answer, Failure, Fault, Place};
pub use cache::{Bill, CacheRules, Kept};
pub use oddity::Oddity;

/// How long a test waits for something that is sure to come.
const DEADLINE: Duration = Duration::from_secs(20);

/// How the provider behaves, whatever it is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manners {
    /// Bytes per piece of a streamed body; `None` sends one event per piece.
    pub piece: Option<usize>,
    /// What it charges for, and how; by default as the vendor of the model does.
    pub cache: Option<CacheRules>,
    /// Whether assistant turns that it never sent are accepted.
    pub strangers: bool,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The path and the query.
    pub path: String,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body, letter by letter.
    pub body: Vec<u8>,
    /// The body as data.
    pub json: Value,
    /// What its prompt would have cost; `None` for requests that got no answer of a model.
    pub bill: Option<Bill>,
}

impl Recorded {
    /// The first header of this name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The provider. Dropping it ends it and fails the test if the law was broken.
pub struct FakeProvider {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    manners: Manners,
    state: Mutex<State>,
    /// How many times a client went away in the middle of an answer.
    departures: watch::Sender<usize>,
    /// How many requests have come.
    arrivals: watch::Sender<usize>,
}

type Play = Box<dyn FnMut(&Recorded) -> Answer + Send>;

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    /// Who answers when the script is at its end.
    play: Option<Play>,
    requests: Vec<Recorded>,
    violations: Vec<String>,
    law: law::Law,
    cache: cache::Cache,
    answers: u64,
    connections: usize,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeProvider {
    /// Starts a provider with the default manners on a free port.
    pub async fn start() -> FakeProvider {
        FakeProvider::start_with(Manners::default(), 0).await
    }

    /// Starts a provider with these manners on this port; 0 is any free one.
    ///
    /// # Panics
    /// If loopback has no such port to give.
    pub async fn start_with(manners: Manners, port: u16) -> FakeProvider {
        let listener = match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => listener,
            Err(error) => panic!("no port on loopback: {error}"),
        };
        let url = match listener.local_addr() {
            Ok(address) => format!("http://{address}"),
            Err(error) => panic!("no address on loopback: {error}"),
        };
        let shared = Arc::new(Shared {
            manners,
            state: Mutex::default(),
            departures: watch::Sender::new(0),
            arrivals: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(server::accept(listener, shared.clone()));
        FakeProvider { url, shared, accepting }
    }

    /// Its address without a path: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds an answer to the end of the script. Each request takes one; a request that finds none
    /// breaks the law.
    pub fn push(&self, answer: Answer) {
        self.shared.state().script.push_back(answer);
    }

    /// Lets `play` answer every request that finds the script at its end. It must not call the
    /// provider.
    pub fn play(&self, play: impl FnMut(&Recorded) -> Answer + Send + 'static) {
        self.shared.state().play = Some(Box::new(play));
    }

    /// How many answers have not been asked for.
    #[must_use]
    pub fn left(&self) -> usize {
        self.shared.state().script.len()
    }

    /// All requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.state().requests.clone()
    }

    /// How many connections have been made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// Announces that one coming request continues none of the conversations so far: the first
    /// of a new epoch, or of a sub-agent.
    pub fn new_epoch(&self) {
        self.shared.state().law.allow_epoch();
    }

    /// Announces that one coming request branches off a conversation that goes on afterwards
    /// where it was.
    pub fn fork(&self) {
        self.shared.state().law.allow_fork();
    }

    /// Takes the broken laws, so that dropping the provider does not fail the test.
    #[must_use]
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.state().violations)
    }

    /// Waits until clients have gone away in the middle of an answer this many times in all.
    ///
    /// # Panics
    /// If they have not after a long time.
    pub async fn departures(&self, count: usize) {
        wait_for(&self.shared.departures, count, "departures").await;
    }

    /// Waits until this many requests have come in all.
    ///
    /// # Panics
    /// If they have not after a long time.
    pub async fn arrivals(&self, count: usize) {
        wait_for(&self.shared.arrivals, count, "requests").await;
    }
}

async fn wait_for(counter: &watch::Sender<usize>, count: usize, of_what: &str) {
    let mut seen = counter.subscribe();
    let result = tokio::time::timeout(DEADLINE, seen.wait_for(|&seen| seen >= count)).await;
    assert!(result.is_ok(), "there were never {count} {of_what}");
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.accepting.abort();
        let violations = self.take_violations();
        if !std::thread::panicking() {
            assert!(violations.is_empty(), "requests broke the law:\n{}", violations.join("\n"));
        }
    }
}
