//! A client that behaves like an editor and holds every message of the server against the law.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod buffers;
mod edit;
mod law;
mod persona;
mod wire;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};

pub use self::buffers::uri;
use self::buffers::{Buffers, position_range};
pub use self::edit::{OnApply, Typing};
use self::law::{Law, Said};
pub use self::persona::{Editor, Persona};

/// Far longer than anything here takes: it ends only tests that would hang.
const DEADLINE: Duration = Duration::from_secs(120);

/// An editor without a screen. Clones are the same.
#[derive(Clone)]
pub struct LspClient {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Counts the messages that the server has sent, and tells that it says nothing more.
    news: watch::Sender<(u64, bool)>,
    reading: watch::Sender<bool>,
    persona: Persona,
}

struct State {
    /// `None` once we have hung up.
    out: Option<mpsc::UnboundedSender<Value>>,
    law: Law,
    buffers: Buffers,
    last_id: i64,
    waiting: BTreeMap<i64, oneshot::Sender<Result<Value, Value>>>,
    script: VecDeque<OnApply>,
    held: Vec<(Value, Value)>,
    seen: Seen,
}

/// What the server has said so far.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// `window/showMessage`: the type (1 error, 2 warning, 3 information) and the text.
    pub messages: Vec<(i64, String)>,
    /// The values of `$/progress`, by token.
    pub progress: Vec<(String, Value)>,
    /// What the server registered for, one list for each request.
    pub registrations: Vec<Value>,
    /// The parameters of `workspace/applyEdit`.
    pub edits: Vec<Value>,
    /// What we answered to each of them.
    pub replies: Vec<Value>,
    /// Answers that belong to no request of ours: those to what was no message.
    pub complaints: Vec<Value>,
}

/// The answer to a request, as soon as it is there.
pub struct Answer {
    /// The id of the request.
    pub id: i64,
    answer: oneshot::Receiver<Result<Value, Value>>,
    client: LspClient,
}

impl Answer {
    /// Waits for the answer: the result, or the error.
    pub async fn get(self) -> Result<Value, Value> {
        let Answer { id, answer, client } = self;
        let answer = within(&format!("the answer to request {id}"), answer).await;
        client.judge();
        answer.expect("the server went away without an answer")
    }
}

async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let waited = tokio::time::timeout(DEADLINE, future).await;
    waited.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

impl LspClient {
    /// A client that reads from `input` and writes to `output`.
    pub fn new(
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
        persona: Persona,
    ) -> LspClient {
        let (out, messages) = mpsc::unbounded_channel();
        let state = State {
            out: Some(out),
            law: Law::new(persona.params.clone()),
            buffers: Buffers::new(persona.keeps_loads),
            last_id: 0,
            waiting: BTreeMap::new(),
            script: VecDeque::new(),
            held: Vec::new(),
            seen: Seen::default(),
        };
        let inner = Arc::new(Inner {
            state: Mutex::new(state),
            news: watch::Sender::new((0, false)),
            reading: watch::Sender::new(true),
            persona,
        });
        let client = LspClient { inner };
        tokio::spawn(wire::write(output, messages));
        tokio::spawn(client.clone().read(input));
        client
    }

    async fn read(self, input: impl AsyncRead + Send + Unpin) {
        let mut frames = wire::Frames::new(input);
        let mut reading = self.inner.reading.subscribe();
        loop {
            // The sender lives as long as we do.
            let _ = reading.wait_for(|reading| *reading).await;
            match frames.next().await {
                None => break,
                Some(Ok(message)) => self.hear(message),
                Some(Err(broken)) => {
                    self.state().law.broken.push(broken);
                    break;
                }
            }
            self.inner.news.send_modify(|(count, _)| *count += 1);
        }
        // Nobody will be answered any more.
        self.state().waiting.clear();
        self.inner.news.send_modify(|(_, ended)| *ended = true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails the test if the server has broken the law.
    ///
    /// # Panics
    /// If it has.
    pub fn judge(&self) {
        let broken = self.state().law.broken.clone();
        assert!(broken.is_empty(), "the server broke the law:\n{}", broken.join("\n"));
    }

    fn hear(&self, message: Value) {
        let mut state = self.state();
        let State { law, buffers, .. } = &mut *state;
        match law.judge(&message, buffers) {
            Said::Nothing => {}
            Said::Answer(id, answer) => {
                if let Some(waiting) = state.waiting.remove(&id) {
                    // The test may not care.
                    let _ = waiting.send(answer);
                }
            }
            Said::Complaint => state.seen.complaints.push(message),
            Said::Message(kind, text) => state.seen.messages.push((kind, text)),
            Said::Progress(token, value) => state.seen.progress.push((token, value)),
            Said::Question(id) => state.send(json!({"jsonrpc": "2.0", "id": id, "result": null})),
            Said::Registration(id, registrations) => {
                state.seen.registrations.push(registrations);
                let answer = match self.inner.persona.watches {
                    true => json!({"jsonrpc": "2.0", "id": id, "result": null}),
                    false => {
                        let error = json!({"code": -32601, "message": "no watchers here"});
                        json!({"jsonrpc": "2.0", "id": id, "error": error})
                    }
                };
                state.send(answer);
            }
            Said::Configuration(id, items) => {
                let settings = &self.inner.persona.settings;
                let answer: Vec<Value> = items
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|item| settings[item["section"].as_str().unwrap_or_default()].clone())
                    .collect();
                state.send(json!({"jsonrpc": "2.0", "id": id, "result": answer}));
            }
            Said::Edit(id, params) => {
                state.seen.edits.push(params.clone());
                let policy = state.script.pop_front().unwrap_or(OnApply::Apply);
                state.on_apply(self.inner.persona.editor, policy, id, params);
            }
        }
    }

    /// Sends `initialize` and `initialized` and returns what the server can do.
    pub async fn initialize(&self) -> Value {
        let result = self.call("initialize", self.inner.persona.params.clone()).await;
        let result = result.expect("initialize failed");
        self.notify("initialized", json!({}));
        result["capabilities"].clone()
    }

    /// Sends a request.
    pub fn request(&self, method: &str, params: Value) -> Answer {
        let (answered, answer) = oneshot::channel();
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        state.law.asked(id, method);
        state.waiting.insert(id, answered);
        state.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        Answer { id, answer, client: self.clone() }
    }

    /// Sends a request and waits for its result or its error.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Value> {
        self.request(method, params).get().await
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: Value) {
        self.state().send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends bytes as they are, which need be no message.
    pub fn raw(&self, bytes: &str) {
        self.state().send(Value::String(bytes.to_owned()));
    }

    /// Runs a command.
    pub fn command(&self, name: &str, args: Value) -> Answer {
        let arguments = if args.is_null() { json!([]) } else { json!([args]) };
        self.request("workspace/executeCommand", json!({"command": name, "arguments": arguments}))
    }

    /// Opens a document with this text.
    pub fn open(&self, path: &Path, text: &str) {
        let mut state = self.state();
        let message = state.buffers.open(path, text);
        state.send(message);
    }

    /// Closes a document; what was not saved is lost.
    pub fn close(&self, path: &Path) {
        let mut state = self.state();
        let message = state.buffers.close(path);
        state.send(message);
    }

    /// The user replaces bytes of a document.
    pub fn edit(&self, path: &Path, range: Range<usize>, text: &str) {
        let mut state = self.state();
        let encoding = state.law.encoding;
        state.buffers.edit(path, range, text, encoding);
        state.flush();
    }

    /// The same, but the server hears of it only with the next [`LspClient::flush`] or edit, as
    /// in editors that collect changes.
    pub fn edit_unsent(&self, path: &Path, range: Range<usize>, text: &str) {
        let mut state = self.state();
        let encoding = state.law.encoding;
        state.buffers.edit(path, range, text, encoding);
    }

    /// Tells the server of all changes that it has not heard of.
    pub fn flush(&self) {
        self.state().flush();
    }

    /// The user takes back the last change of a document.
    pub fn undo(&self, path: &Path) {
        let mut state = self.state();
        let encoding = state.law.encoding;
        state.buffers.undo(path, encoding);
        state.flush();
    }

    /// The text of a document as the user sees it.
    #[must_use]
    pub fn text(&self, path: &Path) -> Option<String> {
        self.state().buffers.text(path).map(|text| text.to_string())
    }

    /// The version of an open document.
    #[must_use]
    pub fn version(&self, path: &Path) -> Option<i32> {
        self.state().buffers.version(path)
    }

    /// The documents that are open.
    #[must_use]
    pub fn open_documents(&self) -> Vec<PathBuf> {
        self.state().buffers.paths()
    }

    /// What is to be done with the next edits that the server sends, one after the other; the
    /// rest is applied.
    pub fn on_apply(&self, policies: impl IntoIterator<Item = OnApply>) {
        self.state().script.extend(policies);
    }

    /// Works off the edits that were held back.
    pub fn release(&self) {
        let mut state = self.state();
        for (id, params) in std::mem::take(&mut state.held) {
            state.on_apply(self.inner.persona.editor, OnApply::Apply, id, params);
        }
    }

    /// Stops or resumes reading what the server says.
    pub fn set_reading(&self, reading: bool) {
        self.inner.reading.send_replace(reading);
    }

    /// What the server has said so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.state().seen.clone()
    }

    /// Waits until what the server has said fulfils a condition.
    ///
    /// # Panics
    /// If the server goes away or breaks the law.
    pub async fn until<T>(&self, what: &str, mut find: impl FnMut(&Seen) -> Option<T>) -> T {
        let mut news = self.inner.news.subscribe();
        loop {
            let (_, ended) = *news.borrow_and_update();
            self.judge();
            if let Some(found) = find(&self.state().seen) {
                return found;
            }
            assert!(!ended, "the server went away before {what}; seen: {:#?}", self.seen());
            let changed = tokio::time::timeout(DEADLINE, news.changed()).await;
            assert!(changed.is_ok(), "waited in vain for {what}; seen: {:#?}", self.seen());
        }
    }

    /// Waits for a message that contains `part` and returns it.
    pub async fn message(&self, part: &str) -> String {
        self.until(&format!("a message with `{part}`"), |seen| {
            seen.messages.iter().map(|(_, text)| text).find(|text| text.contains(part)).cloned()
        })
        .await
    }

    /// Waits until we have answered `count` edits.
    pub async fn replies(&self, count: usize) -> Vec<Value> {
        self.until(&format!("{count} edits"), |seen| {
            (seen.replies.len() >= count).then(|| seen.replies.clone())
        })
        .await
    }

    /// The actions for a place, where other servers complained about something.
    pub async fn actions(
        &self,
        path: &Path,
        range: Range<usize>,
        diagnostics: &[Value],
    ) -> Vec<Value> {
        let range = {
            let state = self.state();
            let text = state.buffers.text(path).expect("the document is open");
            position_range(text, range, state.law.encoding)
        };
        let params = json!({
            "textDocument": {"uri": uri(path)},
            "range": range,
            "context": {"diagnostics": diagnostics, "triggerKind": 1},
        });
        let found = self.call("textDocument/codeAction", params).await.expect("no actions");
        found.as_array().cloned().unwrap_or_default()
    }

    /// A diagnostic as another server might have sent it.
    #[must_use]
    pub fn diagnostic(&self, path: &Path, range: Range<usize>, message: &str) -> Value {
        let state = self.state();
        let text = state.buffers.text(path).expect("the document is open");
        let range = position_range(text, range, state.law.encoding);
        json!({"range": range, "severity": 1, "source": "rustc", "message": message})
    }

    /// The user chooses an action.
    pub fn choose(&self, action: &Value) -> Answer {
        let command = if action["command"].is_object() { &action["command"] } else { action };
        let name = command["command"].as_str().expect("an action has a command");
        self.command(name, command["arguments"][0].clone())
    }

    /// Says `shutdown` and `exit`, waits until the server has said its last word, and judges.
    pub async fn quit(&self) {
        self.call("shutdown", Value::Null).await.expect("shutdown failed");
        self.notify("exit", Value::Null);
        self.gone().await;
        self.state().law.at_the_end();
        self.judge();
    }

    /// Ends what we say, as when an editor dies.
    pub fn hang_up(&self) {
        self.state().out = None;
    }

    /// Waits until the server says nothing more.
    pub async fn gone(&self) {
        let mut news = self.inner.news.subscribe();
        // The sender lives as long as we do.
        let _ = within("the end of the server", news.wait_for(|(_, ended)| *ended)).await;
    }
}

impl State {
    fn send(&self, message: Value) {
        if let Some(out) = &self.out {
            // A server that is gone hears nothing.
            let _ = out.send(message);
        }
    }

    fn flush(&mut self) {
        for message in self.buffers.unsent() {
            self.send(message);
        }
    }

    fn reply(&mut self, id: Value, reply: Value) {
        self.seen.replies.push(reply.clone());
        let mut message = json!({"jsonrpc": "2.0", "id": id});
        match reply.get("code") {
            Some(_) => message["error"] = reply,
            None => message["result"] = reply,
        }
        self.send(message);
    }

    fn on_apply(&mut self, editor: Editor, policy: OnApply, id: Value, params: Value) {
        let encoding = self.law.encoding;
        let typed = |buffers: &mut Buffers, typing: &Typing| {
            buffers.edit(&typing.path, typing.at..typing.at, &typing.text, encoding);
        };
        match policy {
            OnApply::Hold => self.held.push((id, params)),
            OnApply::Refuse(reason) => {
                self.reply(id, json!({"applied": false, "failureReason": reason}));
            }
            OnApply::Claim => self.reply(id, json!({"applied": true})),
            OnApply::Fail(message) => self.reply(id, json!({"code": -32603, "message": message})),
            OnApply::TypeFirst(typing) => {
                typed(&mut self.buffers, &typing);
                self.flush();
                let reply = edit::apply(editor, &mut self.buffers, &params, encoding);
                self.flush();
                self.reply(id, reply);
            }
            OnApply::TypeFirstUnsent(typing) => {
                typed(&mut self.buffers, &typing);
                let reply = edit::apply(editor, &mut self.buffers, &params, encoding);
                self.reply(id, reply);
            }
            OnApply::ThenType(typing) => {
                let reply = edit::apply(editor, &mut self.buffers, &params, encoding);
                typed(&mut self.buffers, &typing);
                self.flush();
                self.reply(id, reply);
            }
            OnApply::Apply => {
                let reply = edit::apply(editor, &mut self.buffers, &params, encoding);
                self.flush();
                self.reply(id, reply);
            }
        }
    }
}
