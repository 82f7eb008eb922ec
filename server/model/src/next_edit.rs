//! Proposing the edit that a programmer is likely to make next: the prompts of models that were
//! trained for it, and a request in words for all others, as one table of versions.
//!
//! A model's card names the version. Versions are added and never changed: a model of last year
//! still wants last year's prompt.

mod answer;
mod markers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::dialect::{self, Encoded};
use crate::endpoint::Endpoint;
use crate::fim::{Call, Decoder, FimFile, Shape, render};
use crate::reader::Reader;
use crate::{Message, ModelError, Request};

use answer::Answer;

const TABLE: &str = include_str!("next_edit/templates.json");
/// The version for models that were not trained for it.
const IN_WORDS: &str = "chat-1";

/// Where an edit is looked for, and what the programmer did before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextEditRequest {
    /// The file's path, as the model is told it.
    pub path: String,
    /// Whole lines before the region.
    pub before: String,
    /// The whole lines that may be changed.
    pub region: String,
    /// The cursor's place in the region, in bytes, between two characters.
    pub cursor: usize,
    /// Whole lines after the region.
    pub after: String,
    /// The last edits, the newest last.
    pub edits: Vec<Edit>,
    /// Parts of other files, the most important last.
    pub others: Vec<FimFile>,
    /// Upper bound of the answer, in tokens.
    pub max_tokens: u32,
}

/// An edit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file's path.
    pub path: String,
    /// Its hunks in the unified format, without the two lines that name the file.
    pub diff: String,
    /// Whether it was proposed and accepted.
    pub accepted: bool,
}

/// One version. `{…}` stands for a part of the request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    body: Body,
    #[serde(default)]
    system: String,
    prompt: String,
    /// Another file.
    other: String,
    /// All other files, if there are any.
    #[serde(default = "items")]
    others: String,
    /// An edit.
    edit: String,
    /// What stands before an edit that was proposed.
    #[serde(default)]
    accepted: String,
    /// All edits, if there are any.
    #[serde(default = "items")]
    history: String,
    cursor: String,
    /// What ends an answer and may come in it.
    #[serde(default)]
    ends: Vec<String>,
    /// The answer that changes nothing.
    #[serde(default)]
    unchanged: Option<String>,
    /// Whether the region is cut into numbered blocks, and the answer says which it replaces.
    #[serde(default)]
    numbered: bool,
    /// Whether the answer stands in a fence.
    #[serde(default)]
    fenced: bool,
    stops: Vec<String>,
    /// Where the row comes from.
    source: String,
}

fn items() -> String {
    "{items}".to_owned()
}

/// How the prompt is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Body {
    /// `prompt` of `/completions`.
    Prompt,
    /// A message to `/edit/completions`.
    Edit,
    /// A message in the server's own dialect.
    Words,
}

fn table() -> &'static BTreeMap<String, Template> {
    static TEMPLATES: OnceLock<BTreeMap<String, Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default())
}

/// Whether there is a version of this name.
#[cfg(test)]
pub(crate) fn knows(name: &str) -> bool {
    table().contains_key(name)
}

/// What is sent to `endpoint` for `request` by the version of this name, and the reader of its
/// answer.
///
/// # Errors
/// [`ModelError::BadRequest`] if there is no such version, or the cursor is not in the region.
pub(crate) fn call(
    request: &NextEditRequest,
    endpoint: &Endpoint,
    version: Option<&str>,
) -> Result<Call, ModelError> {
    let version = version.unwrap_or(IN_WORDS);
    let template = table().get(version).ok_or_else(|| {
        ModelError::BadRequest(format!("no template `{version}` for the next edit"))
    })?;
    let prompt = template.prompt(request).ok_or_else(|| {
        ModelError::BadRequest("the cursor is not in the region of the next edit".to_owned())
    })?;
    let answer = Answer::new(template, request);
    let base = endpoint.base_url.trim_end_matches('/');
    let (url, body) = match template.body {
        Body::Words => {
            let asked = Request {
                system: vec![template.system.as_str().into()],
                tools: Vec::new().into(),
                messages: vec![Message::user(prompt)],
                max_tokens: request.max_tokens,
                cache_marks: Vec::new(),
            };
            let encoded = dialect::encode(&asked, endpoint)?;
            let decoder = Decoder::around(dialect::decoder(endpoint, &asked), answer);
            return Ok(Call { encoded, reader: Reader::new(Box::new(decoder)) });
        }
        Body::Prompt => (
            dialect::openai_url(base, "/completions"),
            json!({
                "model": endpoint.model,
                "prompt": prompt,
                "max_tokens": request.max_tokens,
                "stop": template.stops,
                "temperature": 0,
                "stream": true,
            }),
        ),
        Body::Edit => (
            format!("{base}/edit/completions"),
            json!({
                "model": endpoint.model,
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": request.max_tokens,
            }),
        ),
    };
    let decoder = Decoder::new(Shape::Choices, answer);
    let encoded = Encoded { url, headers: Vec::new(), body: bytes(&body) };
    Ok(Call { encoded, reader: Reader::new(Box::new(decoder)) })
}

fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

impl Template {
    fn prompt(&self, request: &NextEditRequest) -> Option<String> {
        let NextEditRequest { path, region, cursor, .. } = request;
        let region = if self.numbered {
            markers::marked(region, *cursor, &self.cursor)?
        } else {
            let (start, end) = region.split_at_checked(*cursor)?;
            format!("{start}{}{end}", self.cursor)
        };
        let region = in_lines(&region);
        let after_line =
            format!("{}{}", request.after, if request.after.ends_with('\n') { "" } else { "\n" });
        let others = request.others.iter().map(|file| {
            render(&self.other, &[("path", &file.path), ("text", &in_lines(&file.text))])
        });
        let edits = request.edits.iter().map(|edit| {
            let values =
                [("old_path", &*edit.path), ("path", &edit.path), ("diff", &in_lines(&edit.diff))];
            let accepted = if edit.accepted { &*self.accepted } else { "" };
            format!("{accepted}{}", render(&self.edit, &values))
        });
        let (others, edits) = (others.collect::<String>(), edits.collect::<String>());
        let section = |template: &str, items: &str| match items {
            "" => String::new(),
            items => render(template, &[("items", items)]),
        };
        Some(render(
            &self.prompt,
            &[
                ("path", path),
                ("before", &in_lines(&request.before)),
                ("region", &region),
                ("after", &in_lines(&request.after)),
                ("after_line", &after_line),
                ("others", &section(&self.others, &others)),
                ("history", &section(&self.history, &edits)),
            ],
        ))
    }
}

/// `text` with a line end at its end, unless it is empty.
fn in_lines(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}")
}
