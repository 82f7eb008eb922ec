//! A small editor: it holds one project's texts, speaks the protocol over the stdio of a real
//! server process, and applies the edits that the server sends.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use stdx::AbsPath;
use text::{PositionEncoding, PositionRange, Text, TextEdit};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};

/// How long the server may be silent before the demo gives up on it.
const PATIENCE: Duration = Duration::from_secs(180);

/// The editor and the server that it talks to.
pub(crate) struct Client {
    server: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    next_id: i64,
    encoding: PositionEncoding,
    /// Open buffers with their versions.
    buffers: BTreeMap<AbsPath, (i32, Text)>,
    /// What the server has told the user, in order.
    pub(crate) messages: Vec<String>,
    /// The phases of its progress, in order.
    pub(crate) progress: Vec<String>,
    /// Whether an edit was applied.
    pub(crate) edited: bool,
    /// Whether a progress has ended.
    ended: bool,
}

impl Client {
    /// Starts `server` (a command that is ready to be spawned) and opens the project at `root`.
    pub(crate) async fn start(
        mut server: tokio::process::Command,
        root: &AbsPath,
    ) -> Result<Client> {
        server.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut server = server.spawn().context("cannot start the server")?;
        let stdin = server.stdin.take().context("the server has no stdin")?;
        let stdout = BufReader::new(server.stdout.take().context("the server has no stdout")?);
        let mut client = Client {
            server,
            stdin,
            stdout,
            next_id: 0,
            encoding: PositionEncoding::Utf16,
            buffers: BTreeMap::new(),
            messages: Vec::new(),
            progress: Vec::new(),
            edited: false,
            ended: false,
        };
        let answer = client
            .request(
                "initialize",
                json!({
                    "processId": std::process::id(),
                    "clientInfo": {"name": "ostler-demo"},
                    "rootUri": uri(root),
                    "workspaceFolders": [{"uri": uri(root), "name": "demo"}],
                    "capabilities": {
                        "general": {"positionEncodings": ["utf-8", "utf-16"]},
                        "window": {"workDoneProgress": true},
                        "workspace": {
                            "applyEdit": true,
                            "workspaceEdit": {"documentChanges": true},
                        },
                        "textDocument": {"codeAction": {
                            "codeActionLiteralSupport": {
                                "codeActionKind": {"valueSet": ["quickfix"]},
                            },
                        }},
                    },
                }),
            )
            .await?;
        if answer["capabilities"]["positionEncoding"] == "utf-8" {
            client.encoding = PositionEncoding::Utf8;
        }
        client.notify("initialized", json!({})).await?;
        Ok(client)
    }

    /// Opens the file at `path`.
    pub(crate) async fn open(&mut self, path: &AbsPath, text: Text) -> Result<()> {
        let item = json!({
            "uri": uri(path), "languageId": "rust", "version": 1, "text": text.to_string(),
        });
        self.buffers.insert(path.clone(), (1, text));
        self.notify("textDocument/didOpen", json!({"textDocument": item})).await
    }

    /// The actions at the bytes of a file of which a checker said `message`.
    pub(crate) async fn actions(
        &mut self,
        path: &AbsPath,
        bytes: std::ops::Range<usize>,
        code: Option<&str>,
        message: &str,
    ) -> Result<Vec<Value>> {
        let (_, text) = self.buffers.get(path).context("the file is not open")?;
        let range = to_json(text.position_range(bytes, self.encoding));
        let diagnostic = json!({
            "range": range, "severity": 1, "source": "cargo", "code": code, "message": message,
        });
        let params = json!({
            "textDocument": {"uri": uri(path)},
            "range": range,
            "context": {"diagnostics": [diagnostic], "triggerKind": 1},
        });
        let answer = self.request("textDocument/codeAction", params).await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    /// Chooses `action` and waits until the task that it starts has ended, and the server has said
    /// how: it does so after the end of the progress.
    pub(crate) async fn choose(&mut self, action: &Value) -> Result<()> {
        let command = match action.get("command") {
            Some(Value::Object(_)) => &action["command"],
            _ => action,
        };
        self.ended = false;
        self.messages.clear();
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        self.request("workspace/executeCommand", params).await?;
        while !self.ended || self.messages.is_empty() {
            self.step().await?;
        }
        Ok(())
    }

    /// The buffers as they are now.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&AbsPath, &Text)> {
        self.buffers.iter().map(|(path, (_, text))| (path, text))
    }

    /// Ends the server as an editor does, and returns whether it ended well.
    pub(crate) async fn quit(mut self) -> Result<bool> {
        self.request("shutdown", Value::Null).await?;
        self.notify("exit", Value::Null).await?;
        let status = tokio::time::timeout(PATIENCE, self.server.wait()).await??;
        Ok(status.success())
    }

    async fn request(&mut self, method: &str, params: Value) -> Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await?;
        loop {
            if let Some(answer) = self.step().await?
                && answer["id"] == id
            {
                ensure!(answer.get("error").is_none(), "{method}: {}", answer["error"]["message"]);
                return Ok(answer["result"].clone());
            }
        }
    }

    async fn notify(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params})).await
    }

    async fn send(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        let head = format!("Content-Length: {}\r\n\r\n", body.len());
        self.stdin.write_all(head.as_bytes()).await?;
        self.stdin.write_all(body.as_bytes()).await?;
        self.stdin.flush().await.context("the server has gone")
    }

    /// Takes one message: does what the server asks, returns an answer.
    async fn step(&mut self) -> Result<Option<Value>> {
        let message = tokio::time::timeout(PATIENCE, self.receive())
            .await
            .context("the server is silent")??;
        let Some(method) = message["method"].as_str() else { return Ok(Some(message)) };
        let params = &message["params"];
        match method {
            "$/progress" => {
                let value = &params["value"];
                if let Some(text) = value["message"].as_str() {
                    self.progress.push(text.to_owned());
                }
                self.ended |= value["kind"] == "end";
            }
            "window/showMessage" => {
                self.messages.push(params["message"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
        if let Some(id) = message.get("id") {
            let (result, changed) = match method {
                "workspace/applyEdit" => self.apply(&params["edit"])?,
                _ => (Value::Null, Vec::new()),
            };
            self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result})).await?;
            for change in changed {
                self.notify("textDocument/didChange", change).await?;
            }
        }
        Ok(None)
    }

    async fn receive(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line).await? == 0 {
                bail!("the server has ended");
            }
            match line.trim().split_once(':') {
                Some(("Content-Length", value)) => length = value.trim().parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body).await?;
        serde_json::from_slice(&body).context("the server sent something that is not JSON")
    }

    /// Applies a workspace edit as editors do: all of it if every version is right, otherwise
    /// nothing. Returns the answer and the notifications of what changed.
    fn apply(&mut self, edit: &Value) -> Result<(Value, Vec<Value>)> {
        let changes = edit["documentChanges"].as_array().cloned().unwrap_or_default();
        let mut next = self.buffers.clone();
        let mut notes = Vec::new();
        for change in &changes {
            let document = &change["textDocument"];
            let Some(path) = document["uri"].as_str().and_then(path) else {
                bail!("the demo knows no such change: {change}");
            };
            if !next.contains_key(&path) {
                let text = workspace::Snapshot::of_disk(path.clone())
                    .read(&path)
                    .map(|file| file.text)
                    .unwrap_or_default();
                next.insert(path.clone(), (0, text));
            }
            let Some((version, text)) = next.get_mut(&path) else { continue };
            if document["version"].as_i64().is_some_and(|wanted| wanted != i64::from(*version)) {
                let reason = json!({"applied": false, "failureReason": "the document has changed"});
                return Ok((reason, Vec::new()));
            }
            let mut edits = Vec::new();
            for edit in change["edits"].as_array().into_iter().flatten() {
                let range: PositionRange = from_json(&edit["range"]);
                let bytes = text.byte_range(range, self.encoding);
                edits.push(TextEdit::new(bytes, edit["newText"].as_str().unwrap_or_default()));
            }
            *text = text::apply(text, &edits)?;
            *version += 1;
            notes.push(json!({
                "textDocument": {"uri": uri(&path), "version": *version},
                "contentChanges": [{"text": text.to_string()}],
            }));
        }
        self.edited |= !notes.is_empty();
        self.buffers = next;
        Ok((json!({"applied": true}), notes))
    }
}

fn uri(path: &AbsPath) -> String {
    format!("file://{path}")
}

fn path(uri: &str) -> Option<AbsPath> {
    AbsPath::new(uri.strip_prefix("file://")?).ok()
}

fn to_json(range: PositionRange) -> Value {
    let point = |p: text::Position| json!({"line": p.line, "character": p.character});
    json!({"start": point(range.start), "end": point(range.end)})
}

fn from_json(range: &Value) -> PositionRange {
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap_or(0)).unwrap_or(u32::MAX);
    let point = |p: &Value| text::Position::new(number(&p["line"]), number(&p["character"]));
    PositionRange { start: point(&range["start"]), end: point(&range["end"]) }
}
