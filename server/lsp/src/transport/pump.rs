//! Output that never makes the server wait.
//!
//! If the server wrote no faster than the client reads, then a client that writes before it reads
//! would stop the server's reading, and with it the answers that the server itself waits for.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

/// Messages are joined up to this size, so that a burst of small ones is one system call.
const BATCH: usize = 64 * 1024;
/// From this many waiting bytes on, a newer report of progress takes the place of an older one.
const CROWDED: usize = 4 * 1024 * 1024;
/// A client that leaves this much unread is gone.
const ABANDONED: usize = 256 * 1024 * 1024;

/// Where messages to the client go. Clones are the same.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: Arc<Queue>,
}

/// Is done when everything has been written, or never will be.
pub(crate) type Drained = oneshot::Receiver<()>;

struct Queue {
    state: Mutex<State>,
    news: Notify,
    /// Cancelled when nothing can reach the client any more.
    gone: CancellationToken,
}

#[derive(Default)]
struct State {
    messages: VecDeque<Queued>,
    /// The sum of the lengths of all messages, those that are being written included.
    bytes: usize,
    /// The length of what is being written.
    writing: usize,
    /// Nothing more will come.
    closed: bool,
    /// Nothing more can be written.
    broken: bool,
}

struct Queued {
    bytes: Vec<u8>,
    /// For a report of progress: whose progress.
    report_of: Option<String>,
}

/// Starts a thread that writes to `output` whatever is put into the outbox. `gone` is cancelled
/// when the client no longer reads.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn pump(
    mut output: impl AsyncWrite + Send + Unpin + 'static,
    gone: CancellationToken,
) -> io::Result<(Outbox, Drained)> {
    let queue = Arc::new(Queue { state: Mutex::default(), news: Notify::new(), gone });
    let (done, drained) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let theirs = Arc::clone(&queue);
    // A thread of its own: a pipe that nobody empties blocks it, and nothing else.
    std::thread::Builder::new().name("output".to_owned()).spawn(move || {
        runtime.block_on(async {
            while let Some(batch) = theirs.batch().await {
                let written = match output.write_all(&batch).await {
                    Ok(()) => output.flush().await,
                    Err(error) => Err(error),
                };
                if let Err(error) = written {
                    tracing::warn!(%error, "the client can no longer be reached");
                    theirs.give_up(&mut theirs.state());
                }
            }
        });
        // Nobody may be waiting any more.
        let _ = done.send(());
    })?;
    Ok((Outbox { queue }, drained))
}

impl Outbox {
    /// Puts a message into the queue. Never waits.
    pub(crate) fn send(&self, message: &impl Serialize) {
        self.put(message, None);
    }

    /// Puts a report of progress into the queue. If too much is waiting it takes the place of a
    /// waiting report of the same `token`.
    pub(crate) fn send_report(&self, message: &impl Serialize, token: String) {
        self.put(message, Some(token));
    }

    fn put(&self, message: &impl Serialize, report_of: Option<String>) {
        let body = match serde_json::to_vec(message) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a message cannot be written");
                return;
            }
        };
        let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(&body);
        let mut state = self.queue.state();
        if state.closed || state.broken {
            return;
        }
        state.bytes += bytes.len();
        let older = (state.bytes > CROWDED && report_of.is_some())
            .then(|| state.messages.iter_mut().find(|queued| queued.report_of == report_of))
            .flatten();
        if let Some(older) = older {
            let old = std::mem::replace(&mut older.bytes, bytes);
            state.bytes -= old.len();
        } else {
            state.messages.push_back(Queued { bytes, report_of });
        }
        if state.bytes > ABANDONED {
            tracing::error!(bytes = state.bytes, "the client does not read");
            self.queue.give_up(&mut state);
        }
        drop(state);
        self.queue.news.notify_one();
    }

    /// Takes nothing more; what is there will be written.
    pub(crate) fn close(&self) {
        self.queue.state().closed = true;
        self.queue.news.notify_one();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self, state: &mut State) {
        *state = State { broken: true, ..State::default() };
        self.gone.cancel();
    }

    /// The next bytes to write; `None` at the end.
    async fn batch(&self) -> Option<Vec<u8>> {
        loop {
            {
                let mut state = self.state();
                if state.broken {
                    return None;
                }
                // What was taken last has been written.
                state.bytes -= std::mem::take(&mut state.writing);
                let mut batch = Vec::new();
                while batch.len() < BATCH
                    && let Some(queued) = state.messages.pop_front()
                {
                    batch.extend_from_slice(&queued.bytes);
                }
                state.writing = batch.len();
                if !batch.is_empty() {
                    return Some(batch);
                }
                if state.closed {
                    return None;
                }
            }
            self.news.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tokio::io::AsyncReadExt;

    use super::*;

    fn bodies(bytes: &[u8]) -> Vec<Value> {
        let text = std::str::from_utf8(bytes).unwrap();
        text.split("Content-Length: ")
            .skip(1)
            .map(|frame| serde_json::from_str(frame.split_once("\r\n\r\n").unwrap().1).unwrap())
            .collect()
    }

    #[tokio::test]
    async fn everything_arrives_in_order_though_nobody_reads_at_first() {
        let (ours, mut theirs) = tokio::io::duplex(10);
        let (outbox, drained) = pump(ours, CancellationToken::new()).unwrap();
        for number in 0..1000 {
            outbox.send(&number);
        }
        outbox.close();
        outbox.send(&"too late");
        let mut bytes = Vec::new();
        theirs.read_to_end(&mut bytes).await.unwrap();
        drained.await.unwrap();
        assert_eq!(bodies(&bytes), (0..1000).map(Value::from).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn in_a_crowd_newer_reports_replace_older_ones() {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        let (outbox, _drained) = pump(ours, CancellationToken::new()).unwrap();
        outbox.send_report(&json!({"a": "early"}), "a".to_owned());
        outbox.send(&"x".repeat(CROWDED));
        for number in 0..1000 {
            outbox.send_report(&json!({"a": number}), "a".to_owned());
            outbox.send_report(&json!({"b": number}), "b".to_owned());
        }
        outbox.send(&"end");
        outbox.close();
        let mut bytes = Vec::new();
        theirs.read_to_end(&mut bytes).await.unwrap();
        let seen = bodies(&bytes);
        let reports: Vec<&Value> = seen.iter().filter(|value| value.is_object()).collect();
        assert_eq!(*reports.last().unwrap(), &json!({"b": 999}));
        assert!(reports.contains(&&json!({"a": 999})));
        assert!(reports.len() <= 4, "{} reports", reports.len());
        assert_eq!(seen.last(), Some(&json!("end")));
    }

    #[tokio::test]
    async fn a_client_that_closes_its_end_is_gone() {
        let (ours, theirs) = tokio::io::duplex(10);
        let gone = CancellationToken::new();
        let (outbox, drained) = pump(ours, gone.clone()).unwrap();
        drop(theirs);
        outbox.send(&"anything");
        drained.await.unwrap();
        assert!(gone.is_cancelled());
    }
}
