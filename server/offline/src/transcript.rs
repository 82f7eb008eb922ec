//! The conversation as the policy reads it.

use model::{Block, Message, RawJson, Request, Role, ToolResult};

/// One call and its result.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// The tool.
    pub(crate) tool: String,
    /// Its arguments.
    pub(crate) input: RawJson,
    /// What it said.
    pub(crate) result: ToolResult,
}

/// One answer of ours and what came back.
#[derive(Debug, Clone)]
pub(crate) enum Exchange {
    /// Calls with their results, in order.
    Calls(Vec<Done>),
    /// We said that we were done, and were told otherwise.
    Said,
}

/// What the user wants: everything that was said before our first answer.
pub(crate) fn goal(request: &Request) -> String {
    let first = request.messages.first().map(|message| message.content.as_slice());
    let texts = first.unwrap_or_default().iter().filter_map(|block| match block {
        Block::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// How many answers of ours `messages` hold.
pub(crate) fn count(messages: &[Message]) -> usize {
    messages.iter().filter(|message| message.role == Role::Assistant).count()
}

/// Our answers so far, oldest first.
pub(crate) fn exchanges(request: &Request) -> Vec<Exchange> {
    let answers = request.messages.iter().enumerate();
    answers
        .filter(|(_, message)| message.role == Role::Assistant)
        .map(|(at, message)| exchange(message, request.messages.get(at + 1)))
        .collect()
}

fn exchange(answer: &Message, reply: Option<&Message>) -> Exchange {
    let result = |id: &str| {
        reply?.content.iter().find_map(|block| match block {
            Block::ToolResult(result) if result.tool_use_id == id => Some(result.clone()),
            _ => None,
        })
    };
    let mut done = Vec::new();
    for block in &answer.content {
        if let Block::ToolUse(call) = block
            && let Some(result) = result(&call.id)
        {
            done.push(Done { tool: call.name.clone(), input: call.input.clone(), result });
        }
    }
    if done.is_empty() { Exchange::Said } else { Exchange::Calls(done) }
}
