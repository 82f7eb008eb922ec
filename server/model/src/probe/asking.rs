//! What only the model itself can show.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Check, Report};
use crate::http::HttpModel;
use crate::{
    Block, CacheMark, EventStream, FimRequest, Message, Model, ModelError, Request, StreamEvent,
    ToolSpec, Usage,
};

/// How long a completion may take. It is a check, nobody types meanwhile.
const FIM_PATIENCE: Duration = Duration::from_secs(30);

/// What came of one request.
#[derive(Default)]
struct Heard {
    pieces: usize,
    blocks: Vec<Block>,
    usage: Usage,
    error: Option<ModelError>,
}

async fn hear(mut stream: EventStream) -> Heard {
    let mut heard = Heard::default();
    while let Some(item) = stream.next().await {
        match item {
            Ok(StreamEvent::TextDelta(_) | StreamEvent::ThinkingDelta(_)) => heard.pieces += 1,
            Ok(StreamEvent::Block(block)) => heard.blocks.push(block),
            Ok(StreamEvent::Usage(usage)) => heard.usage = usage,
            Ok(_) => {}
            Err(error) => heard.error = Some(error),
        }
    }
    heard
}

impl HttpModel {
    pub(super) async fn ask_model(&self, report: &mut Report, cancel: &CancellationToken) {
        report.streaming = self.streams(cancel).await;
        if report.streaming.is_yes() {
            // The server's list says what the model was made for; this says what it does.
            report.tools = self.calls_tools(cancel).await;
            report.cache = self.reads_cache(cancel).await;
        }
        report.fim = self.completes(cancel).await;
    }

    async fn ask(&self, request: Request, cancel: &CancellationToken) -> Heard {
        hear(self.stream(&request, cancel.clone())).await
    }

    async fn streams(&self, cancel: &CancellationToken) -> Check {
        let heard = self.ask(request("Count from one to twenty, in words."), cancel).await;
        match heard {
            Heard { error: Some(error), .. } => Check::of_error(&error),
            Heard { pieces: 0, .. } => Check::No("an empty answer".to_owned()),
            Heard { pieces: 1, .. } => Check::No("the answer came in one piece".to_owned()),
            Heard { pieces, .. } => Check::Yes(format!("{pieces} pieces")),
        }
    }

    async fn calls_tools(&self, cancel: &CancellationToken) -> Check {
        let report = ToolSpec {
            name: "report".to_owned(),
            description: "Reports a number to the user.".to_owned(),
            input_schema: json!({
                "type": "object",
                "properties": {"number": {"type": "integer"}},
                "required": ["number"],
            }),
        };
        let asked = "Call the tool `report` with the number 7. Do not answer in words.";
        let asked = Request { tools: Arc::new([report]), ..request(asked) };
        let heard = self.ask(asked, cancel).await;
        if let Some(error) = &heard.error {
            return Check::of_error(error);
        }
        let call = heard.blocks.iter().find_map(|block| match block {
            Block::ToolUse(call) => Some(call),
            _ => None,
        });
        match call {
            None => Check::No("it answered in words instead of calling a tool".to_owned()),
            Some(call) if call.malformed.is_some() => {
                Check::No("it called the tool with arguments that are not JSON".to_owned())
            }
            Some(call) if call.name != "report" || call.input.value()["number"] != 7 => {
                let shown: String = call.input.as_str().chars().take(60).collect();
                Check::No(format!("it called `{}` with {shown}", call.name))
            }
            Some(_) => Check::Yes("a call with the right argument".to_owned()),
        }
    }

    /// Two requests that begin with the same six thousand tokens.
    async fn reads_cache(&self, cancel: &CancellationToken) -> Check {
        let rules: String =
            (0..600).map(|i| format!("Rule {i}: be kind to number {i}.\n")).collect();
        let mut read = Usage::default();
        for question in ["Say yes.", "Say no."] {
            let asked = Request {
                system: vec![rules.as_str().into()],
                cache_marks: vec![CacheMark::System(0)],
                ..request(question)
            };
            let heard = self.ask(asked, cancel).await;
            if let Some(error) = &heard.error {
                return Check::of_error(error);
            }
            read = heard.usage;
        }
        match (read.cache_read, read.prompt()) {
            (_, 0) => Check::Unknown("the server reports no usage".to_owned()),
            (0, prompt) => Check::No(format!("none of {prompt} tokens were read from a cache")),
            (cached, prompt) => Check::Yes(format!("{cached} of {prompt} tokens")),
        }
    }

    async fn completes(&self, cancel: &CancellationToken) -> Check {
        let request = FimRequest {
            path: "src/lib.rs".to_owned(),
            prefix: "/// The sum of both.\npub fn add(a: i32, b: i32) -> i32 {\n    ".to_owned(),
            suffix: "\n}\n".to_owned(),
            others: Vec::new(),
            max_tokens: 24,
            single_line: true,
        };
        let heard = hear(self.complete(&request, FIM_PATIENCE, cancel.clone())).await;
        if let Some(error) = &heard.error {
            return Check::of_error(error);
        }
        let way = if self.completes_in_words() { "asked in words" } else { "in its own way" };
        match heard.blocks.first() {
            Some(Block::Text(text)) => {
                let shown: String = text.trim().chars().take(40).collect();
                Check::Yes(format!("{way}: {shown:?}"))
            }
            _ => Check::No(format!("an empty answer, {way}")),
        }
    }
}

fn request(text: &str) -> Request {
    Request {
        system: Vec::new(),
        tools: Vec::new().into(),
        messages: vec![Message::user(text)],
        max_tokens: 200,
        cache_marks: Vec::new(),
    }
}
