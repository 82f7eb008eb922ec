//! From a request to the body of `POST /v1/messages`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::dialect::{Encoded, extra_members, further_members};
use crate::endpoint::{CacheTtl, Endpoint};
use crate::quirks::CallIds;
use crate::{Block, CacheMark, Message, RawJson, Request, Role, ToolResult, ToolSpec, ToolUse};

/// How many places of one request may be marked for the cache.
const MAX_MARKS: usize = 4;

const OWN: [&str; 6] = ["model", "max_tokens", "stream", "tools", "system", "messages"];
/// Sampling parameters, and the first version that refuses them even at their defaults.
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];
const WITHOUT_SAMPLING: &str = "2026-10-21";

pub(crate) fn encode(request: &Request, endpoint: &Endpoint) -> Result<Encoded, serde_json::Error> {
    let marks = Marks::of(request, endpoint.cache_ttl);
    let last_tool = request.tools.len().checked_sub(1);
    let tools = request
        .tools
        .iter()
        .enumerate()
        .map(|(i, spec)| {
            let cache_control = marks.at(CacheMark::Tools).filter(|_| Some(i) == last_tool);
            Tool { spec, cache_control }
        })
        .collect();
    let origin = endpoint.origin();
    let writer = Writer { origin: &origin, ids: endpoint.quirks.call_ids(endpoint.dialect) };
    let system = request
        .system
        .iter()
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
        .map(|(i, text)| WireBlock {
            kind: Kind::Text(text),
            writer,
            cache_control: marks.at(CacheMark::System(i)),
        })
        .collect();
    let messages = request
        .messages
        .iter()
        .enumerate()
        .map(|(i, message)| WireMessage::new(message, writer, marks.at(CacheMark::Message(i))))
        // The server refuses messages without content, and an answer may have been empty.
        .filter(|message| !message.content.is_empty())
        .collect();
    let mut further = further_members(endpoint, &OWN);
    // Versions are dates.
    if endpoint.version.as_deref().is_some_and(|version| version >= WITHOUT_SAMPLING) {
        further.retain(|key, _| !SAMPLING.contains(key));
    }
    let body = Body {
        model: &endpoint.model,
        max_tokens: request.max_tokens.min(endpoint.max_tokens),
        stream: true,
        further,
        tools,
        system,
        messages,
    };
    Ok(Encoded {
        url: url(&endpoint.base_url),
        headers: endpoint.version_headers(),
        body: serde_json::to_vec(&body)?,
    })
}

fn url(base: &str) -> String {
    let base = base.trim_end_matches('/');
    let version = if base.ends_with("/v1") { "" } else { "/v1" };
    format!("{base}{version}/messages")
}

/// The body. What changes most comes last, so that the bytes of consecutive requests begin alike.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    #[serde(flatten)]
    further: BTreeMap<&'a str, &'a Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<WireBlock<'a>>,
    messages: Vec<WireMessage<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(flatten)]
    spec: &'a ToolSpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Clone, Copy, Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<&'static str>,
}

/// The marks that are sent.
struct Marks {
    control: CacheControl,
    sent: Vec<CacheMark>,
}

impl Marks {
    /// The last marks, in the order of the prompt: they cover the longest prefixes.
    fn of(request: &Request, ttl: CacheTtl) -> Marks {
        let mut sent = request.cache_marks.clone();
        sent.sort_by_key(|mark| match *mark {
            CacheMark::Tools => (0, 0),
            CacheMark::System(i) => (1, i),
            CacheMark::Message(i) => (2, i),
        });
        sent.dedup();
        sent.drain(..sent.len().saturating_sub(MAX_MARKS));
        let ttl = match ttl {
            CacheTtl::FiveMinutes => None,
            CacheTtl::OneHour => Some("1h"),
        };
        Marks { control: CacheControl { kind: "ephemeral", ttl }, sent }
    }

    fn at(&self, mark: CacheMark) -> Option<CacheControl> {
        self.sent.contains(&mark).then_some(self.control)
    }
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Role,
    content: Vec<WireBlock<'a>>,
}

impl<'a> WireMessage<'a> {
    /// The message; the mark goes to the last block that can bear one.
    fn new(
        message: &'a Message,
        writer: Writer<'a>,
        mark: Option<CacheControl>,
    ) -> WireMessage<'a> {
        let kinds = message.content.iter().filter_map(|block| Kind::of(block, writer.origin));
        let mut content: Vec<_> =
            kinds.map(|kind| WireBlock { kind, writer, cache_control: None }).collect();
        if let Some(last) = content.iter_mut().rfind(|block| !matches!(block.kind, Kind::Opaque(_)))
        {
            last.cache_control = mark;
        }
        WireMessage { role: message.role, content }
    }
}

/// What the writing of a block needs to know of the endpoint.
#[derive(Clone, Copy)]
struct Writer<'a> {
    origin: &'a str,
    ids: CallIds,
}

struct WireBlock<'a> {
    kind: Kind<'a>,
    writer: Writer<'a>,
    cache_control: Option<CacheControl>,
}

enum Kind<'a> {
    Text(&'a str),
    ToolUse(&'a ToolUse),
    ToolResult(&'a ToolResult),
    /// Sent as it came, and so without a mark.
    Opaque(&'a RawJson),
}

impl<'a> Kind<'a> {
    /// `None` for what is not sent: other models' blocks, and empty texts, which the server
    /// refuses.
    fn of(block: &'a Block, origin: &str) -> Option<Kind<'a>> {
        match block {
            Block::Text(text) => (!text.is_empty()).then_some(Kind::Text(text)),
            Block::ToolUse(call) => Some(Kind::ToolUse(call)),
            Block::ToolResult(result) => Some(Kind::ToolResult(result)),
            Block::Opaque { origin: author, json } => {
                (author == origin).then_some(Kind::Opaque(json))
            }
        }
    }
}

impl Serialize for WireBlock<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Kind::Opaque(json) = self.kind {
            return json.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        match self.kind {
            Kind::Text(text) => {
                map.serialize_entry("type", "text")?;
                map.serialize_entry("text", text)?;
            }
            Kind::ToolUse(call) => {
                map.serialize_entry("type", "tool_use")?;
                map.serialize_entry("id", &self.writer.ids.name(&call.id))?;
                map.serialize_entry("name", &call.name)?;
                map.serialize_entry("input", &call.input)?;
                let extra = extra_members(call, self.writer.origin).unwrap_or_default();
                for (key, value) in extra.0 {
                    map.serialize_entry(&key, &value)?;
                }
            }
            Kind::ToolResult(result) => {
                map.serialize_entry("type", "tool_result")?;
                let id = self.writer.ids.name(&result.tool_use_id);
                map.serialize_entry("tool_use_id", &id)?;
                // An error without a word is refused.
                let silent = result.is_error && result.text.is_empty();
                let text = if silent { "failed" } else { &result.text };
                map.serialize_entry("content", text)?;
                if result.is_error {
                    map.serialize_entry("is_error", &true)?;
                }
            }
            Kind::Opaque(_) => {}
        }
        if let Some(cache_control) = self.cache_control {
            map.serialize_entry("cache_control", &cache_control)?;
        }
        map.end()
    }
}
