//! Forms in which servers write what everybody reads: each has been seen somewhere, and none of
//! them changes what is said.

use serde_json::{Map, Value, json};

use super::dialect::Wire;

/// One odd form. Where a dialect has no such thing, it does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// A byte order mark comes first.
    ByteOrderMark,
    /// Lines end in CR alone.
    CarriageReturns,
    /// Lines end in CR and LF.
    CarriageReturnsAndLineFeeds,
    /// No event bears a name.
    NoEventNames,
    /// A comment stands before each event.
    Comments,
    /// No space follows the colon.
    NoSpace,
    /// The data of each event is spread over many lines.
    ManyDataLines,
    /// The blank line behind the last event is missing.
    NoLastBlankLine,
    /// Events and members that nobody knows stand between the others.
    Unknown,
    /// Nothing is numbered.
    NoIndexes,
    /// All calls have the number 0, and each its own name.
    AlwaysIndexZero,
    /// Each piece of a call bears the name of the call again.
    NameRepeated,
    /// It is said to have ended like an answer without calls.
    SaysStop,
    /// The last word of the stream is missing.
    NoDone,
    /// Calls come in one piece.
    WholeCalls,
    /// Calls come in one piece, and their arguments as an object instead of a text.
    ArgumentsAsObjects,
    /// Blocks do not end before the end of the answer, and calls begin without `input`.
    EndsTogether,
    /// What opens the answer is missing.
    NoOpening,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Oddity; 18] = [
        Oddity::ByteOrderMark,
        Oddity::CarriageReturns,
        Oddity::CarriageReturnsAndLineFeeds,
        Oddity::NoEventNames,
        Oddity::Comments,
        Oddity::NoSpace,
        Oddity::ManyDataLines,
        Oddity::NoLastBlankLine,
        Oddity::Unknown,
        Oddity::NoIndexes,
        Oddity::AlwaysIndexZero,
        Oddity::NameRepeated,
        Oddity::SaysStop,
        Oddity::NoDone,
        Oddity::WholeCalls,
        Oddity::ArgumentsAsObjects,
        Oddity::EndsTogether,
        Oddity::NoOpening,
    ];

    /// The events, written in this way.
    pub(super) fn write(self, wire: Wire, events: Vec<String>) -> Vec<String> {
        let events: Vec<Event> = events.iter().filter_map(|text| Event::read(text)).collect();
        let mut events = self.arrange(wire, events);
        events.iter_mut().for_each(|event| self.change(wire, event));
        let mut texts: Vec<String> = events.iter().map(|event| self.letters(event)).collect();
        match self {
            Oddity::ByteOrderMark => texts.insert(0, "\u{feff}".to_owned()),
            Oddity::NoLastBlankLine => {
                if let Some(last) = texts.last_mut() {
                    last.truncate(last.trim_end().len());
                }
            }
            _ => {}
        }
        texts
    }

    /// The events in another order, with others between, or without some.
    fn arrange(self, wire: Wire, mut events: Vec<Event>) -> Vec<Event> {
        match (self, wire) {
            (Oddity::Unknown, _) => {
                let surprise = match wire {
                    Wire::Chat => json!({"object": "surprise", "choices": []}),
                    Wire::Messages | Wire::Responses => json!({"type": "surprise", "index": 99}),
                };
                let name = (wire != Wire::Chat).then(|| "surprise".to_owned());
                let surprise = Event { name, data: surprise };
                events.into_iter().flat_map(|event| [surprise.clone(), event]).collect()
            }
            (Oddity::NoDone, Wire::Chat) => {
                events.retain(|event| event.data != json!(DONE));
                events
            }
            (Oddity::NoOpening, _) => {
                let opens = |event: &Event| match wire {
                    Wire::Chat => event.data["choices"][0]["delta"]["role"] == "assistant",
                    Wire::Messages => event.data["type"] == "message_start",
                    Wire::Responses => ["response.created", "response.in_progress"]
                        .contains(&event.data["type"].as_str().unwrap_or_default()),
                };
                events.retain(|event| !opens(event));
                events
            }
            (Oddity::EndsTogether, Wire::Messages) => {
                let is = |event: &Event, kind: &str| event.data["type"] == kind;
                let (ends, mut rest): (Vec<_>, Vec<_>) =
                    events.into_iter().partition(|event| is(event, "content_block_stop"));
                let at = rest.iter().position(|event| is(event, "message_delta"));
                let at = at.unwrap_or(rest.len());
                rest.splice(at..at, ends);
                rest
            }
            (Oddity::NameRepeated, Wire::Chat) => {
                let mut last = json!(null);
                for event in &mut events {
                    let call = event.data.pointer_mut("/choices/0/delta/tool_calls/0");
                    let Some(Value::Object(call)) = call else { continue };
                    last = call.entry("id").or_insert(last).clone();
                }
                events
            }
            (Oddity::WholeCalls | Oddity::ArgumentsAsObjects, Wire::Chat) => {
                self.whole_calls(events)
            }
            _ => events,
        }
    }

    /// Puts the pieces of each call into its first one.
    fn whole_calls(self, events: Vec<Event>) -> Vec<Event> {
        let mut arranged: Vec<Event> = Vec::new();
        let mut begun = None;
        for event in events {
            let call = &event.data["choices"][0]["delta"]["tool_calls"][0];
            let piece = call["function"]["arguments"].as_str().unwrap_or_default();
            match begun {
                Some(at) if call.is_object() && call["id"].is_null() => {
                    let begin: &mut Event = &mut arranged[at];
                    let function =
                        &mut begin.data["choices"][0]["delta"]["tool_calls"][0]["function"];
                    let before = function["arguments"].as_str().unwrap_or_default();
                    function["arguments"] = json!(format!("{before}{piece}"));
                }
                _ => {
                    begun = call.is_object().then_some(arranged.len());
                    arranged.push(event);
                }
            }
        }
        if self == Oddity::ArgumentsAsObjects {
            for event in &mut arranged {
                let function = "/choices/0/delta/tool_calls/0/function/arguments";
                let Some(arguments) = event.data.pointer_mut(function) else { continue };
                let object = serde_json::from_str(arguments.as_str().unwrap_or_default());
                if let Ok(Value::Object(object)) = object {
                    *arguments = Value::Object(object);
                }
            }
        }
        arranged
    }

    /// Changes what stands in an event.
    fn change(self, wire: Wire, event: &mut Event) {
        let data = &mut event.data;
        match (self, wire) {
            (Oddity::NoEventNames, _) => event.name = None,
            (Oddity::Unknown, _) => {
                if let Value::Object(members) = data {
                    members.insert("surprise".to_owned(), json!({"a": [1, null]}));
                }
            }
            (Oddity::NoIndexes, Wire::Chat) => without(data, &["index"]),
            (Oddity::NoIndexes, Wire::Responses) => without(
                data,
                &["output_index", "content_index", "summary_index", "sequence_number"],
            ),
            (Oddity::AlwaysIndexZero, Wire::Chat) => {
                if let Some(index) = data.pointer_mut("/choices/0/delta/tool_calls/0/index") {
                    *index = json!(0);
                }
            }
            (Oddity::SaysStop, Wire::Chat) => {
                if let Some(finish) = data.pointer_mut("/choices/0/finish_reason")
                    && finish == "tool_calls"
                {
                    *finish = json!("stop");
                }
            }
            (Oddity::SaysStop, Wire::Messages) => {
                if let Some(stop) = data.pointer_mut("/delta/stop_reason")
                    && stop == "tool_use"
                {
                    *stop = json!("end_turn");
                }
            }
            (Oddity::EndsTogether, Wire::Messages) => {
                if let Some(Value::Object(block)) = data.pointer_mut("/content_block") {
                    block.remove("input");
                }
            }
            _ => {}
        }
    }

    fn letters(self, event: &Event) -> String {
        let colon = if self == Oddity::NoSpace { ":" } else { ": " };
        let mut text = String::new();
        if self == Oddity::Comments {
            text.push_str(": PROCESSING\n\n");
        }
        if let Some(name) = &event.name {
            text.push_str(&format!("event{colon}{name}\n"));
        }
        let data = match &event.data {
            Value::String(word) => word.clone(),
            data if self == Oddity::ManyDataLines => format!("{data:#}"),
            data => data.to_string(),
        };
        data.lines().for_each(|line| text.push_str(&format!("data{colon}{line}\n")));
        text.push('\n');
        match self {
            Oddity::CarriageReturns => text.replace('\n', "\r"),
            Oddity::CarriageReturnsAndLineFeeds => text.replace('\n', "\r\n"),
            _ => text,
        }
    }
}

/// What is no JSON.
const DONE: &str = "[DONE]";

#[derive(Clone)]
struct Event {
    name: Option<String>,
    /// A text stands for itself.
    data: Value,
}

impl Event {
    /// Reads an event of ours.
    fn read(text: &str) -> Option<Event> {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let data = field("data: ")?;
        let data = serde_json::from_str(data).unwrap_or_else(|_| json!(data));
        Some(Event { name: field("event: ").map(str::to_owned), data })
    }
}

/// Takes these members out of all objects.
fn without(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            let kept = std::mem::take(members).into_iter();
            *members =
                kept.filter(|(name, _)| !names.contains(&name.as_str())).collect::<Map<_, _>>();
            members.values_mut().for_each(|member| without(member, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::{Answer, Kind};
    use super::super::cache::Bill;
    use super::super::dialect::{Dialect, Meta};
    use super::*;

    /// An oddity that changes nothing would prove nothing.
    #[test]
    fn each_is_odd_somewhere() {
        let answer = Answer::empty().and_thinking("Hm.").and_text("I do.");
        let answer = answer.and_call("a", &json!({"n": 1})).and_call("b", &json!({"n": [2]}));
        let Kind::Turn(turn) = answer.kind else { panic!() };
        let meta = Meta { number: 1, model: "m", bill: Bill::default() };
        for oddity in Oddity::ALL {
            let odd = ["/v1/messages", "/v1/chat/completions", "/v1/responses"].map(|path| {
                let dialect = Dialect::at(path).unwrap();
                let events = (dialect.render)(&turn, &meta).events;
                oddity.write(dialect.wire, events.clone()).concat() != events.concat()
            });
            assert!(odd.contains(&true), "{oddity:?}");
        }
    }
}
