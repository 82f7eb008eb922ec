//! The calls of one turn: started as soon as nothing stands in their way, each with exactly one
//! outcome.

use std::sync::Arc;
use std::time::Duration;

use model::{ToolResult, ToolUse};
use tokio::task::{AbortHandle, JoinSet};

use crate::schedule;
use crate::{Access, Tool, ToolCx, ToolError, ToolOutput};

/// What became of a call.
pub(crate) enum Ended {
    /// The model is told.
    Result(ToolResult),
    /// The model is told, and the task cannot go on.
    Fatal(ToolResult, String),
}

struct Call {
    position: usize,
    call: ToolUse,
    tool: Arc<dyn Tool>,
    access: Access,
}

/// The calls of one turn that have not ended yet.
pub(crate) struct Calls {
    cx: ToolCx,
    max_result_bytes: usize,
    waiting: Vec<Call>,
    running: Vec<(usize, Access, String, AbortHandle)>,
    tasks: JoinSet<(usize, String, Result<ToolOutput, ToolError>)>,
    made: usize,
}

impl Calls {
    pub(crate) fn new(cx: ToolCx, max_result_bytes: usize) -> Calls {
        Calls {
            cx,
            max_result_bytes,
            waiting: Vec::new(),
            running: Vec::new(),
            tasks: JoinSet::new(),
            made: 0,
        }
    }

    /// A call whose block is complete.
    pub(crate) fn push(&mut self, tool: Arc<dyn Tool>, call: ToolUse) {
        let access = tool.access(&call.input, &self.cx.root);
        self.waiting.push(Call { position: self.made, call, tool, access });
        self.made += 1;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    /// The calls that may start now, in order. `start` must be called for each.
    pub(crate) fn ready(&self) -> Vec<(String, String)> {
        let running: Vec<&Access> = self.running.iter().map(|(_, access, ..)| access).collect();
        let waiting: Vec<&Access> = self.waiting.iter().map(|call| &call.access).collect();
        let ready = schedule::ready(&running, &waiting);
        ready
            .into_iter()
            .map(|at| (self.waiting[at].call.id.clone(), self.waiting[at].call.name.clone()))
            .collect()
    }

    /// Starts the waiting call of this id, whose start has been logged.
    pub(crate) fn start(&mut self, id: &str) {
        let Some(at) = self.waiting.iter().position(|call| call.call.id == id) else { return };
        let Call { position, call, tool, access } = self.waiting.remove(at);
        let (cx, id) = (self.cx.clone(), call.id.clone());
        // A task of its own, so that a panic in a tool ends as a result and not as a crash.
        let handle = self.tasks.spawn(async move {
            let result = tool.run(&call.input, &cx).await;
            (position, call.id, result)
        });
        self.running.push((position, access, id, handle));
    }

    /// Waits for the next call to end; `None` if none runs.
    pub(crate) async fn next(&mut self) -> Option<Ended> {
        let joined = self.tasks.join_next_with_id().await?;
        let (id, result) = match joined {
            Ok((_, (position, id, result))) => {
                self.running.retain(|(running, ..)| *running != position);
                (id, result)
            }
            Err(error) => {
                let at = self.running.iter().position(|(.., handle)| handle.id() == error.id())?;
                let (_, _, id, _) = self.running.remove(at);
                let text = if error.is_panic() {
                    "the tool crashed; its effect is unknown"
                } else {
                    CANCELLED
                };
                (id, Err(ToolError::ForModel(text.to_owned())))
            }
        };
        Some(self.outcome(id, result))
    }

    async fn rest(&mut self, results: &mut Vec<ToolResult>) {
        while let Some(Ended::Result(result) | Ended::Fatal(result, _)) = self.next().await {
            results.push(result);
        }
    }

    fn outcome(&self, id: String, result: Result<ToolOutput, ToolError>) -> Ended {
        let (text, is_error, data, fatal) = match result {
            Ok(output) => (output.text, false, output.data, None),
            Err(ToolError::ForModel(text)) => (text, true, None, None),
            Err(ToolError::Fatal(text)) => (text.clone(), true, None, Some(text)),
        };
        let text = bounded(text, self.max_result_bytes);
        let result = ToolResult { tool_use_id: id, text, is_error, data: data.map(Arc::new) };
        match fatal {
            Some(why) => Ended::Fatal(result, why),
            None => Ended::Result(result),
        }
    }

    /// Gives up all calls that have not ended, after their cancellation token was cancelled:
    /// those that run are awaited, and aborted if they do not end soon. Returns their outcomes.
    pub(crate) async fn abort(&mut self) -> Vec<ToolResult> {
        let mut results = Vec::new();
        let grace = tokio::time::timeout(GRACE, self.rest(&mut results)).await;
        if grace.is_err() {
            self.tasks.abort_all();
            self.rest(&mut results).await;
        }
        for call in self.waiting.drain(..) {
            results.push(error_result(call.call.id, CANCELLED));
        }
        results
    }
}

/// How long a cancelled call may take to put away what it has in hand.
const GRACE: Duration = Duration::from_secs(1);

const CANCELLED: &str = "cancelled before it ended";

/// A result that says why there is none.
pub(crate) fn error_result(id: String, text: impl Into<String>) -> ToolResult {
    ToolResult { tool_use_id: id, text: text.into(), is_error: true, data: None }
}

/// `text` with its middle left out if it is longer than `limit` bytes.
pub(crate) fn bounded(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let head = text.floor_char_boundary(limit * 2 / 3);
    let tail = text.ceil_char_boundary(text.len() - limit / 3);
    let left_out = tail - head;
    format!("{}\n[… {left_out} bytes left out …]\n{}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn the_middle_of_a_long_text_is_left_out() {
        assert_eq!(bounded("abc".to_owned(), 3), "abc");
        let long = format!("head{}tail", "é".repeat(100));
        let short = bounded(long, 30);
        assert!(short.starts_with("head") && short.ends_with("tail"), "{short}");
        assert!(short.contains("bytes left out") && short.len() < 90, "{short}");
    }
}
