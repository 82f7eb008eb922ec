//! What OpenAI's two dialects have in common: failures and the forbidden.

use serde_json::{Value, json};

use super::answer::Failure;
use super::conversation::{Block, Conversation, Message, Part, Speaker};

/// Parameters that reasoning models refuse and that would make answers differ by whim.
const SAMPLING: [&str; 6] =
    ["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "seed"];

/// The laws for the body's own members.
pub(super) fn members(body: &Value, allowed: &[&str]) -> Result<Vec<String>, String> {
    let members = body.as_object().ok_or("the body is not an object")?;
    let mut violations = Vec::new();
    for key in members.keys() {
        if SAMPLING.contains(&key.as_str()) {
            violations.push(format!("Unsupported parameter: '{key}'"));
        } else if !allowed.contains(&key.as_str()) {
            violations.push(format!("Unknown parameter: '{key}'"));
        }
    }
    Ok(violations)
}

/// A request while it is read. Both dialects know messages whose parts lie side by side.
pub(super) struct Reading {
    pub(super) blocks: Vec<Block>,
    pub(super) messages: Vec<Message>,
    pub(super) violations: Vec<String>,
}

impl Reading {
    /// Begins with everything that comes before the messages.
    pub(super) fn new(body: &Value, settings: &[&str], violations: Vec<String>) -> Reading {
        let settings: Vec<&Value> = settings.iter().filter_map(|key| body.get(*key)).collect();
        let mut reading = Reading { blocks: Vec::new(), messages: Vec::new(), violations };
        reading.block("settings", &json!(settings));
        for tool in body["tools"].as_array().into_iter().flatten() {
            reading.block("tool", tool);
        }
        reading
    }

    pub(super) fn block(&mut self, role: &str, value: &Value) {
        self.blocks.push(Block { letters: format!("{role} {value}"), marked: false, open: false });
    }

    /// A message that is one text.
    pub(super) fn open_block(&mut self, role: &str, text: &str) {
        self.blocks.push(Block { letters: format!("{role} {text}"), marked: false, open: true });
    }

    /// Adds a part to the message of its speaker.
    pub(super) fn part(&mut self, speaker: Speaker, part: Part) {
        match self.messages.last_mut() {
            Some(last) if last.speaker == speaker => last.parts.push(part),
            _ => self.messages.push(Message { speaker, parts: vec![part] }),
        }
    }

    /// A call; its arguments must be a text that holds an object.
    pub(super) fn call(&mut self, id: &Value, tool: &Value, arguments: &Value, extra: Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let letters = text(arguments);
        if serde_json::from_str::<serde_json::Map<_, _>>(&letters).is_err() {
            self.violations.push(format!("arguments that are not an object: {arguments}"));
        }
        let (id, tool) = (text(id), text(tool));
        self.part(Speaker::Assistant, Part::Call { id, tool, letters, extra });
    }

    /// The provider keeps the whole prompt without being asked.
    pub(super) fn finish(mut self, body: &Value) -> Conversation {
        if let Some(last) = self.blocks.last_mut() {
            last.marked = true;
        }
        Conversation {
            blocks: self.blocks,
            messages: self.messages,
            stream: body["stream"] == true,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            violations: self.violations,
        }
    }
}

pub(super) fn failure(failure: &Failure) -> (u16, String) {
    let (status, kind, code, message) = match failure {
        Failure::RateLimited => {
            (429, "requests", Some("rate_limit_exceeded"), "Rate limit reached")
        }
        Failure::Overloaded => (503, "server_error", Some("server_is_overloaded"), "Overloaded"),
        Failure::Internal => (500, "server_error", None, "The server had an error"),
        Failure::Overflow => (
            400,
            "invalid_request_error",
            Some("context_length_exceeded"),
            "Your input exceeds what this model can take",
        ),
        Failure::Auth => {
            (401, "invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided")
        }
        Failure::Quota => {
            (429, "insufficient_quota", Some("insufficient_quota"), "You exceeded your quota")
        }
        Failure::Raw(status, body) => return (*status, body.clone()),
    };
    let error = json!({"message": message, "type": kind, "param": null, "code": code});
    (status, json!({"error": error}).to_string())
}

/// The body of a 400.
pub(super) fn refusal(message: &str) -> String {
    json!({"error": {
        "message": message, "type": "invalid_request_error", "param": null, "code": null,
    }})
    .to_string()
}
