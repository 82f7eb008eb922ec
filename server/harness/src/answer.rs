//! What has come of an answer so far, and what of it can be kept if no more comes.

use model::{Block, StopReason, StreamEvent, ToolUse, Usage};
use serde::de::IgnoredAny;

/// Bytes of broken arguments that are quoted to the model.
const MAX_QUOTE: usize = 2000;

/// An answer while it comes.
#[derive(Default)]
pub(crate) struct Answer {
    /// The text of its complete blocks.
    pub(crate) text: String,
    /// Text of a block whose end has not come.
    open_text: String,
    /// Whether anything was to be seen of it.
    pub(crate) seen: bool,
    /// Whether any of its calls was started.
    pub(crate) executed: bool,
    /// How many calls it makes, those that cannot be run included.
    pub(crate) calls: usize,
    /// Complete calls that cannot be run.
    pub(crate) unusable: Vec<ToolUse>,
    /// What it cost.
    pub(crate) usage: Usage,
    /// What it says beside the calls that it makes in words; `None` if it makes none so.
    pub(crate) rest: Option<String>,
    /// Whether one of these is there to see something.
    pub(crate) looks: bool,
    /// Why what it asks for in words cannot be understood.
    pub(crate) unclear: Vec<String>,
}

impl Answer {
    /// An event that is no block and no end.
    pub(crate) fn piece(&mut self, event: StreamEvent) {
        match event {
            StreamEvent::TextDelta(piece) => {
                self.seen = true;
                self.open_text.push_str(&piece);
            }
            StreamEvent::ThinkingDelta(_) | StreamEvent::ToolUseStarted(_) => self.seen = true,
            StreamEvent::Usage(usage) => self.usage = usage,
            StreamEvent::Started | StreamEvent::Block(_) | StreamEvent::Stopped(_) => {}
        }
    }

    /// A block is complete; returns the call if it is one.
    pub(crate) fn block(&mut self, block: Block) -> Option<ToolUse> {
        self.seen = true;
        match block {
            Block::Text(text) => {
                // Pieces of the next block may have come before the end of this one.
                let rest = self.open_text.strip_prefix(text.as_str()).unwrap_or_default();
                self.open_text = rest.to_owned();
                self.text.push_str(&text);
                None
            }
            Block::ToolUse(call) => {
                self.calls += 1;
                Some(call)
            }
            Block::ToolResult(_) | Block::Opaque { .. } => None,
        }
    }

    /// The text that was cut off, if there is any worth keeping.
    pub(crate) fn unfinished(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.open_text);
        (!text.trim().is_empty()).then_some(text)
    }

    /// Whether something of it would be missed: more than thinking.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.calls > 0 || !self.text.trim().is_empty() || !self.open_text.trim().is_empty()
    }
}

/// What the model is told of a call that was not run. `names` are the tools that there are.
pub(crate) fn refusal(call: &ToolUse, end: Option<&StopReason>, names: &[&str]) -> String {
    let cut = matches!(end, None | Some(StopReason::MaxTokens | StopReason::ContextOverflow));
    match &call.malformed {
        Some(_) if cut => "Your answer was cut off in the middle of this call, so nothing was \
                           run. Make the call again; if its arguments are long, in smaller pieces."
            .to_owned(),
        Some(written) => {
            let why = match serde_json::from_str::<IgnoredAny>(written) {
                Err(error) => format!("are not valid JSON ({error})"),
                Ok(_) => "are not a JSON object".to_owned(),
            };
            let quoted = &written[..written.floor_char_boundary(MAX_QUOTE)];
            format!(
                "The arguments {why}, so nothing was run. Make the call again with one JSON \
                 object. This is what came: {quoted}"
            )
        }
        None => format!("There is no tool `{}`. There are: {}.", call.name, names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> StreamEvent {
        StreamEvent::TextDelta(text.to_owned())
    }

    #[test]
    fn only_what_is_not_complete_is_unfinished() {
        let mut answer = Answer::default();
        answer.piece(text("Let me "));
        answer.piece(text("see. Th"));
        assert_eq!(answer.block(Block::Text("Let me see. ".to_owned())), None);
        answer.piece(text("en"));
        assert_eq!(answer.unfinished(), Some("Then".to_owned()));
        assert_eq!(answer.text, "Let me see. ");
        assert_eq!(answer.unfinished(), None);
    }

    #[test]
    fn blank_text_and_thinking_are_not_missed() {
        let mut answer = Answer::default();
        assert!(!answer.seen);
        answer.piece(StreamEvent::Started);
        assert!(!answer.seen);
        answer.piece(StreamEvent::ThinkingDelta("hm".to_owned()));
        answer.piece(text(" \n"));
        assert!(answer.seen && !answer.is_worth_keeping());
        assert_eq!(answer.unfinished(), None);
        answer.piece(text("x"));
        assert!(answer.is_worth_keeping());
    }
}
