//! From a request for code to what is sent.

use serde_json::{Value, json};

use super::decode::{Decoder, Shape};
use super::template::Template;
use super::tidy::Tidy;
use super::{FimKind, FimRequest};
use crate::dialect::{self, Decode, Encoded};
use crate::endpoint::Endpoint;
use crate::reader::Reader;
use crate::{Message, ModelError, Request};

/// One request, and the reader of its answer.
pub(crate) struct Call {
    pub(crate) encoded: Encoded,
    pub(crate) reader: Reader,
}

/// What is sent to `endpoint` to have `request` completed, by a server of this kind and, where
/// the prompt is made here, by the template of this name.
///
/// # Errors
/// [`ModelError::BadRequest`] if a template is needed and there is none.
pub(crate) fn call(
    request: &FimRequest,
    endpoint: &Endpoint,
    kind: FimKind,
    template: Option<&str>,
) -> Result<Call, ModelError> {
    if kind == FimKind::Chat {
        return in_words(request, endpoint);
    }
    let template = template.and_then(Template::of);
    let base = endpoint.base_url.trim_end_matches('/');
    let root = endpoint.root();
    let line_end = if request.single_line { vec!["\n"] } else { Vec::new() };
    let (url, shape, body) = match kind {
        FimKind::Llama => (
            format!("{root}/infill"),
            Shape::Llama,
            json!({
                "input_prefix": request.prefix,
                "input_suffix": request.suffix,
                "input_extra": others(request),
                "prompt": "",
                "n_predict": request.max_tokens,
                "stop": line_end,
                "temperature": 0,
                "cache_prompt": true,
                "stream": true,
            }),
        ),
        FimKind::Ollama => (
            format!("{root}/api/generate"),
            Shape::Ollama,
            json!({
                "model": endpoint.model,
                "prompt": request.prefix,
                "suffix": request.suffix,
                "options": {
                    "num_predict": request.max_tokens,
                    "stop": line_end,
                    "temperature": 0,
                },
                "stream": true,
            }),
        ),
        FimKind::Mistral => (
            format!("{base}/fim/completions"),
            Shape::Choices,
            in_two_texts(request, endpoint, &line_end),
        ),
        FimKind::Deepseek => (
            format!("{root}/beta/completions"),
            Shape::Choices,
            in_two_texts(request, endpoint, &line_end),
        ),
        FimKind::Inception => (
            format!("{base}/fim/completions"),
            Shape::Choices,
            in_two_texts(request, endpoint, &line_end),
        ),
        FimKind::Template | FimKind::Chat => {
            let template = template.ok_or_else(|| {
                let model = &endpoint.model;
                ModelError::BadRequest(format!("no template for code completion by `{model}`"))
            })?;
            let mut stops: Vec<&str> = template.stops.iter().map(String::as_str).collect();
            stops.extend(&line_end);
            let body = json!({
                "model": endpoint.model,
                "prompt": template.prompt(request),
                "max_tokens": request.max_tokens,
                "stop": stops,
                "temperature": 0,
                "stream": true,
            });
            (dialect::openai_url(base, "/completions"), Shape::Choices, body)
        }
    };
    let decoder = Decoder::new(shape, Tidy::new(request, template, false));
    let reader = match shape {
        Shape::Ollama => Reader::of_lines(Box::new(decoder)),
        Shape::Llama | Shape::Choices => Reader::new(Box::new(decoder)),
    };
    let body = body.to_string().into_bytes();
    Ok(Call { encoded: Encoded { url, headers: Vec::new(), body }, reader })
}

fn others(request: &FimRequest) -> Vec<Value> {
    let files = request.others.iter();
    files.map(|file| json!({"filename": file.path, "text": file.text})).collect()
}

/// The body of servers that take the two texts as they are. The other files have no place in it,
/// so they come first as comments would.
fn in_two_texts(request: &FimRequest, endpoint: &Endpoint, stop: &[&str]) -> Value {
    let mut prompt = String::new();
    for file in &request.others {
        prompt.push_str(&format!("+++++ {}\n{}\n", file.path, file.text));
    }
    if !prompt.is_empty() {
        prompt.push_str(&format!("+++++ {}\n", request.path));
    }
    prompt.push_str(&request.prefix);
    let mut body = json!({
        "model": endpoint.model,
        "prompt": prompt,
        "suffix": request.suffix,
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
    });
    if !stop.is_empty() {
        body["stop"] = json!(stop);
    }
    body
}

/// The cursor, as a model that is asked in words sees it.
const CURSOR: &str = "<CURSOR>";

const SYSTEM: &str = "\
You complete code. The user shows a file in which <CURSOR> marks one place. Answer with exactly the \
text that belongs at that place, and with nothing else: no fence, no explanation, nothing that \
already stands before or after it. An empty answer is right where nothing is missing.";

/// The request in words, for servers that know no other way.
fn in_words(request: &FimRequest, endpoint: &Endpoint) -> Result<Call, ModelError> {
    let mut text = String::new();
    for file in &request.others {
        text.push_str(&format!("<file path=\"{}\">\n{}\n</file>\n", file.path, file.text));
    }
    let FimRequest { path, prefix, suffix, .. } = request;
    text.push_str(&format!("<file path=\"{path}\">\n{prefix}{CURSOR}{suffix}\n</file>"));
    let mut system = SYSTEM.to_owned();
    if request.single_line {
        system.push_str(" Answer with one line at most.");
    }
    let asked = Request {
        system: vec![system.into()],
        tools: Vec::new().into(),
        messages: vec![Message::user(text)],
        max_tokens: request.max_tokens,
        cache_marks: Vec::new(),
    };
    let encoded = dialect::encode(&asked, endpoint)?;
    let inner: Box<dyn Decode> = dialect::decoder(endpoint, &asked);
    let decoder = Decoder::around(inner, Tidy::new(request, None, true));
    Ok(Call { encoded, reader: Reader::new(Box::new(decoder)) })
}
