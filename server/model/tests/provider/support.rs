//! What the tests share: a conversation that goes on, and a model on the provider's port.

use std::time::Duration;

use futures::StreamExt;
use model::http::HttpModel;
use model::{
    Block, CacheMark, Dialect, Endpoint, Message, Model, ModelError, Request, Retry, RetryPolicy,
    Role, StopReason, StreamEvent, ToolResult, ToolSpec, ToolUse, Usage,
};
use serde_json::json;
use test_utils::fake_provider::FakeProvider;
use tokio_util::sync::CancellationToken;

/// The endpoint of `provider` in this dialect.
pub(crate) fn endpoint(provider: &FakeProvider, dialect: Dialect) -> Endpoint {
    Endpoint::new(dialect, provider.url(), "fake-model")
}

pub(crate) fn model(provider: &FakeProvider, dialect: Dialect) -> HttpModel {
    HttpModel::new(endpoint(provider, dialect), None).unwrap()
}

/// The model with pauses too short to notice.
pub(crate) fn retrying(provider: &FakeProvider, dialect: Dialect) -> Retry<HttpModel> {
    retrying_with(model(provider, dialect))
}

/// `model` with pauses too short to notice.
pub(crate) fn retrying_with(model: HttpModel) -> Retry<HttpModel> {
    let pause = Duration::from_millis(1);
    let policy =
        RetryPolicy { first_pause: pause, first_overload: pause, ..RetryPolicy::default() };
    Retry::with_policy(model, policy)
}

/// What came of one request.
#[derive(Debug, Default)]
pub(crate) struct Got {
    pub(crate) events: Vec<StreamEvent>,
    pub(crate) error: Option<ModelError>,
}

impl Got {
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let blocks = self.events.iter().filter_map(|event| match event {
            StreamEvent::Block(block) => Some(block.clone()),
            _ => None,
        });
        blocks.collect()
    }

    pub(crate) fn calls(&self) -> Vec<ToolUse> {
        let calls = self.blocks().into_iter().filter_map(|block| match block {
            Block::ToolUse(call) => Some(call),
            _ => None,
        });
        calls.collect()
    }

    /// The text as it was shown piece by piece.
    pub(crate) fn shown(&self) -> String {
        let pieces = self.events.iter().filter_map(|event| match event {
            StreamEvent::TextDelta(text) => Some(text.as_str()),
            _ => None,
        });
        pieces.collect()
    }

    pub(crate) fn usage(&self) -> Usage {
        let usage = self.events.iter().rev().find_map(|event| match event {
            StreamEvent::Usage(usage) => Some(*usage),
            _ => None,
        });
        usage.unwrap()
    }

    pub(crate) fn stop(&self) -> &StopReason {
        assert_eq!(self.error, None);
        match self.events.last().unwrap() {
            StreamEvent::Stopped(reason) => reason,
            other => panic!("the last event is {other:?}"),
        }
    }
}

pub(crate) async fn ask(model: &dyn Model, request: &Request) -> Got {
    collect(model.stream(request, CancellationToken::new())).await
}

pub(crate) async fn collect(mut stream: model::EventStream) -> Got {
    let mut got = Got::default();
    // The deadline fires only when something hangs.
    let all = async {
        while let Some(item) = stream.next().await {
            assert!(got.error.is_none(), "an event after {:?}", got.error);
            match item {
                Ok(event) => got.events.push(event),
                Err(error) => got.error = Some(error),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.unwrap();
    got
}

/// A conversation with two tools and a long system prompt, marked as a harness would.
pub(crate) fn conversation() -> Request {
    let tool = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: format!("The tool `{name}`."),
        input_schema: json!({"type": "object", "properties": {"path": {"type": "string"}}}),
    };
    Request {
        system: vec!["A rule. ".repeat(600).into(), "Be brief.".into()],
        tools: vec![tool("read"), tool("edit")].into(),
        messages: vec![Message::user("Rename it.")],
        max_tokens: 1000,
        cache_marks: vec![CacheMark::Tools, CacheMark::System(1), CacheMark::Message(0)],
    }
}

/// Appends the answer, a result for each of its calls (or, without calls, a word of the user),
/// and moves the mark of the conversation to its end.
pub(crate) fn go_on(request: &mut Request, got: &Got) {
    request.messages.push(Message { role: Role::Assistant, content: got.blocks() });
    let results: Vec<_> = got.calls().into_iter().map(|call| result(&call)).collect();
    request.messages.push(if results.is_empty() {
        Message::user("Go on.")
    } else {
        Message { role: Role::User, content: results }
    });
    request.cache_marks.pop();
    request.cache_marks.push(CacheMark::Message(request.messages.len() - 1));
}

fn result(call: &ToolUse) -> Block {
    Block::ToolResult(ToolResult {
        tool_use_id: call.id.clone(),
        text: match &call.malformed {
            None => format!("{} is done", call.name),
            Some(letters) => format!("these arguments are not JSON: {letters}"),
        },
        is_error: call.malformed.is_some(),
        data: None,
    })
}
