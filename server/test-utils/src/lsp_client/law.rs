//! What a server may say. Everything that it may not is written down, and fails the test.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use text::PositionEncoding;

use super::buffers::{Buffers, path, position_range};
use super::edit::text_edits;

/// The longest message that a line of an editor has room for.
const MESSAGE: usize = 240;

pub(super) struct Law {
    /// The parameters of our `initialize`.
    announced: Value,
    /// Its answer.
    offered: Option<Value>,
    pub(super) encoding: PositionEncoding,
    pub(super) broken: Vec<String>,
    /// The method of each request of ours that has no answer yet.
    asked: BTreeMap<i64, String>,
    /// The ids that the server gave to its requests.
    ids: BTreeSet<String>,
    progress: BTreeMap<String, Stage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Created,
    Begun,
    Ended,
}

/// What a message says to us.
pub(super) enum Said {
    Nothing,
    Answer(i64, Result<Value, Value>),
    /// An answer to nothing that we asked: what we sent was no message.
    Complaint,
    Message(i64, String),
    Progress(String, Value),
    /// A request that is answered with null.
    Question(Value),
    /// `client/registerCapability`.
    Registration(Value, Value),
    /// `workspace/configuration`.
    Configuration(Value, Value),
    /// `workspace/applyEdit`.
    Edit(Value, Value),
}

type Verdict<T> = Result<T, String>;

impl Law {
    pub(super) fn new(announced: Value) -> Law {
        Law {
            announced,
            offered: None,
            encoding: PositionEncoding::Utf16,
            broken: Vec::new(),
            asked: BTreeMap::new(),
            ids: BTreeSet::new(),
            progress: BTreeMap::new(),
        }
    }

    pub(super) fn asked(&mut self, id: i64, method: &str) {
        self.asked.insert(id, method.to_owned());
    }

    /// Nothing may be left over when the server has gone.
    pub(super) fn at_the_end(&mut self) {
        for (token, stage) in &self.progress {
            if *stage == Stage::Begun {
                self.broken.push(format!("the progress of {token} never ended"));
            }
        }
    }

    pub(super) fn judge(&mut self, message: &Value, buffers: &Buffers) -> Said {
        self.message(message, buffers).unwrap_or_else(|broken| {
            let mut text = message.to_string();
            text.truncate(text.floor_char_boundary(2000));
            self.broken.push(format!("{broken}: {text}"));
            Said::Nothing
        })
    }

    fn message(&mut self, message: &Value, buffers: &Buffers) -> Verdict<Said> {
        let object = message.as_object().ok_or("a message is an object")?;
        hold(object.get("jsonrpc").is_some_and(|v| v == "2.0"), "jsonrpc is 2.0")?;
        let allowed = ["jsonrpc", "id", "method", "params", "result", "error"];
        hold(object.keys().all(|key| allowed.contains(&key.as_str())), "no other members")?;
        match object.get("method") {
            Some(Value::String(method)) => {
                let method = method.clone();
                self.call(&method, object.get("id"), &message["params"], buffers)
            }
            Some(_) => Err("a method is a string".to_owned()),
            None => self.answer(message),
        }
    }

    fn answer(&mut self, message: &Value) -> Verdict<Said> {
        let (result, error) = (message.get("result"), message.get("error"));
        hold(result.is_some() != error.is_some(), "either a result or an error")?;
        if let Some(error) = error {
            hold(error["code"].is_i64(), "an error has a code")?;
            one_line(&error["message"])?;
        }
        let Some(id) = message["id"].as_i64() else {
            hold(message["id"].is_null() && error.is_some(), "an answer has an id")?;
            return Ok(Said::Complaint);
        };
        let method = self.asked.remove(&id).ok_or("exactly one answer to what was asked")?;
        if let Some(result) = result {
            match method.as_str() {
                "initialize" => self.offer(result)?,
                "textDocument/codeAction" => self.actions(result)?,
                _ => {}
            }
        }
        let answer = result.cloned().ok_or_else(|| error.cloned().unwrap_or_default());
        Ok(Said::Answer(id, answer))
    }

    fn offer(&mut self, result: &Value) -> Verdict<()> {
        let capabilities = &result["capabilities"];
        let encoding = capabilities["positionEncoding"].as_str().unwrap_or("utf-16");
        let offered = &self.announced["capabilities"]["general"]["positionEncodings"];
        let known = offered.as_array().is_some_and(|list| list.iter().any(|one| one == encoding));
        hold(encoding == "utf-16" || known, "an encoding that we know")?;
        self.encoding = match encoding {
            "utf-8" => PositionEncoding::Utf8,
            "utf-32" => PositionEncoding::Utf32,
            _ => PositionEncoding::Utf16,
        };
        self.offered = Some(capabilities.clone());
        Ok(())
    }

    fn listed(&self, command: &Value) -> Verdict<()> {
        let list = self.offered.as_ref().map(|offered| &offered["executeCommandProvider"]);
        let list = list.and_then(|provider| provider["commands"].as_array());
        let listed = list.is_some_and(|list| list.contains(command));
        hold(command.is_string() && listed, "only commands that are listed")
    }

    fn actions(&self, result: &Value) -> Verdict<()> {
        let literals = !self.announced["capabilities"]["textDocument"]["codeAction"]
            ["codeActionLiteralSupport"]
            .is_null();
        for action in result.as_array().map(Vec::as_slice).unwrap_or_default() {
            one_line(&action["title"])?;
            if action["command"].is_string() {
                self.listed(&action["command"])?;
                continue;
            }
            hold(literals, "no literals for a client that does not know them")?;
            self.listed(&action["command"]["command"])?;
            if let Some(kind) = action.get("kind") {
                let kinds =
                    self.offered.as_ref().map(|o| &o["codeActionProvider"]["codeActionKinds"]);
                let kinds = kinds.and_then(Value::as_array);
                hold(
                    kinds.is_some_and(|kinds| kinds.contains(kind)),
                    "only kinds that are listed",
                )?;
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        method: &str,
        id: Option<&Value>,
        params: &Value,
        buffers: &Buffers,
    ) -> Verdict<Said> {
        hold(
            self.offered.is_some() || method == "window/showMessage",
            "nothing before the answer to initialize",
        )?;
        let Some(id) = id else { return self.notification(method, params) };
        hold(id.is_i64() || id.is_string(), "an id is a number or a string")?;
        hold(self.ids.insert(id.to_string()), "each id once")?;
        let capability = match method {
            "workspace/applyEdit" => "/workspace/applyEdit",
            "window/workDoneProgress/create" => "/window/workDoneProgress",
            "window/showMessageRequest" => "/window/showMessage",
            "window/showDocument" => "/window/showDocument/support",
            "workspace/configuration" => "/workspace/configuration",
            "client/registerCapability" => "/workspace/didChangeWatchedFiles/dynamicRegistration",
            _ => return Err("a request that no client knows".to_owned()),
        };
        let can = self.announced["capabilities"].pointer(capability);
        hold(
            can.is_some_and(|can| *can == Value::Bool(true) || can.is_object()),
            "only requests that we announced to understand",
        )?;
        match method {
            "workspace/applyEdit" => {
                self.edit(params, buffers)?;
                Ok(Said::Edit(id.clone(), params.clone()))
            }
            "workspace/configuration" => {
                hold(params["items"].is_array(), "a question for settings has items")?;
                Ok(Said::Configuration(id.clone(), params["items"].clone()))
            }
            "client/registerCapability" => {
                let all = params["registrations"].as_array().map(Vec::as_slice);
                for one in all.unwrap_or_default() {
                    let is_watch = one["method"] == "workspace/didChangeWatchedFiles";
                    hold(is_watch, "only what can be registered is registered")?;
                    hold(one["id"].is_string(), "a registration has an id")?;
                    hold(one["registerOptions"]["watchers"].is_array(), "a watch has watchers")?;
                }
                Ok(Said::Registration(id.clone(), params["registrations"].clone()))
            }
            "window/workDoneProgress/create" => {
                let token = params["token"].to_string();
                let new = self.progress.insert(token, Stage::Created).is_none();
                hold(new, "each token of progress once")?;
                Ok(Said::Question(id.clone()))
            }
            _ => Ok(Said::Question(id.clone())),
        }
    }

    fn notification(&mut self, method: &str, params: &Value) -> Verdict<Said> {
        match method {
            "window/showMessage" => {
                let text = one_line(&params["message"])?;
                let kind = params["type"].as_i64().unwrap_or_default();
                hold((1..=4).contains(&kind), "a message has a type")?;
                Ok(Said::Message(kind, text))
            }
            "$/progress" => {
                let token = params["token"].to_string();
                let stage =
                    self.progress.get(&token).copied().ok_or("no such token of progress")?;
                let next = match (params["value"]["kind"].as_str(), stage) {
                    (Some("begin"), Stage::Created) => Stage::Begun,
                    (Some("report"), Stage::Begun) => Stage::Begun,
                    (Some("end"), Stage::Begun) => Stage::Ended,
                    other => return Err(format!("progress goes begin, report, end: {other:?}")),
                };
                for member in ["title", "message"] {
                    if let Some(text) = params["value"].get(member) {
                        one_line(text)?;
                    }
                }
                self.progress.insert(token, next);
                let token = params["token"].as_str().unwrap_or_default().to_owned();
                Ok(Said::Progress(token, params["value"].clone()))
            }
            "window/logMessage" => Ok(Said::Nothing),
            _ => Err("a notification that no client knows".to_owned()),
        }
    }

    /// No edit without a version, none that cannot be applied, and nothing that we did not say
    /// we can do.
    fn edit(&self, params: &Value, buffers: &Buffers) -> Verdict<()> {
        let label = one_line(&params["label"])?;
        hold(label.starts_with("Ostler: "), "an edit says whose it is")?;
        hold(params["edit"].get("changes").is_none(), "no edit without versions")?;
        let changes = params["edit"]["documentChanges"].as_array().ok_or("documentChanges")?;
        let mut created = BTreeSet::new();
        let mut deleting = false;
        for change in changes {
            if let Some(kind) = change["kind"].as_str() {
                let can = &self.announced["capabilities"]["workspace"]["workspaceEdit"]["resourceOperations"];
                let can = can.as_array().is_some_and(|list| list.iter().any(|one| one == kind));
                hold(can, "only operations on files that we announced")?;
                match kind {
                    "create" => {
                        created.insert(change["uri"].as_str().unwrap_or_default());
                        hold(change["options"]["overwrite"] != true, "nothing is overwritten")?;
                    }
                    "delete" => deleting = true,
                    _ => {}
                }
                continue;
            }
            let document = &change["textDocument"];
            let version = document.get("version").ok_or("a version, if only null")?;
            let uri = document["uri"].as_str().ok_or("an edit has a document")?;
            let path = path(uri).ok_or("a document is a file")?;
            let edits = change["edits"].as_array().ok_or("an edit has edits")?;
            hold(!deleting || edits.is_empty(), "deletions come last")?;
            match buffers.told(&path) {
                // The server may not know yet what we have just opened or closed; but if it
                // names a version, then it is one that the document has had.
                Some(text) => {
                    let now = buffers.version(&path).map(i64::from);
                    hold(version.is_i64(), "an open document has a version")?;
                    hold(version.as_i64() <= now, "a version that was")?;
                    if version.as_i64() == now {
                        let edits = text_edits(text, &change["edits"], self.encoding)?;
                        for (edit, sent) in
                            edits.iter().zip(change["edits"].as_array().into_iter().flatten())
                        {
                            let exact = position_range(text, edit.range.clone(), self.encoding);
                            hold(exact == sent["range"], "positions that exist")?;
                        }
                        text::apply(text, &edits).map_err(|overlap| overlap.to_string())?;
                    }
                }
                None => hold(version.is_null(), "no version of what is not open")?,
            }
            hold(
                path.exists() || created.contains(uri) || buffers.text(&path).is_some(),
                "a file that is not there is created first",
            )?;
        }
        Ok(())
    }
}

fn hold(condition: bool, law: &str) -> Verdict<()> {
    if condition { Ok(()) } else { Err(law.to_owned()) }
}

fn one_line(text: &Value) -> Verdict<String> {
    let text = text.as_str().ok_or("a text is a string")?;
    hold(!text.is_empty(), "a text says something")?;
    hold(!text.chars().any(char::is_control), "one line without control characters")?;
    hold(text.chars().count() <= MESSAGE + 80, "one short line")?;
    Ok(text.to_owned())
}
