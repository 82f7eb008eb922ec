//! The arguments of a tool call, from the letters that a model wrote.

use serde_json::Value;

use crate::{RawJson, ToolUse};

/// A call whose arguments have come whole. Nothing at all means no arguments. Whatever is not an
/// object in the end is kept as malformed: it cannot be run, and no provider takes it back.
pub(super) fn tool_use(id: String, name: String, written: String) -> ToolUse {
    let (input, malformed) = match object(&written) {
        Some(input) => (input, None),
        None => (no_arguments(), Some(written)),
    };
    ToolUse { id, name, input, malformed, extra: None }
}

/// `{}`.
pub(super) fn no_arguments() -> RawJson {
    RawJson::of(&Value::Object(serde_json::Map::new()))
}

fn object(written: &str) -> Option<RawJson> {
    if written.trim().is_empty() {
        return Some(no_arguments());
    }
    let raw = RawJson::new(written.to_owned()).ok()?;
    // `RawJson` looks at the shape only. Half of a surrogate pair has the shape of a string, but
    // no tool could read it and no provider would take it back.
    match raw.parse::<Value>().ok()? {
        Value::Object(_) => Some(raw),
        // Some servers encode the arguments twice.
        Value::String(inner) => {
            let raw = RawJson::new(inner).ok()?;
            raw.parse::<Value>().ok()?.is_object().then_some(raw)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_kept_and_only_whole_objects_are_input() {
        for (written, input, malformed) in [
            ("", "{}", false),
            (" \n", "{}", false),
            (r#"{"b": 1,  "a":[1.0,1e2]}"#, r#"{"b": 1,  "a":[1.0,1e2]}"#, false),
            (r#""{\"a\": 1}""#, r#"{"a": 1}"#, false),
            (r#"{"a": 1"#, "{}", true),
            (r#"{"a": 1}}"#, "{}", true),
            (r#"{"a": "\ud83d"}"#, "{}", true),
            ("[1]", "{}", true),
            ("null", "{}", true),
            (r#""text""#, "{}", true),
            (&"[".repeat(100_000), "{}", true),
        ] {
            let call = tool_use("id".to_owned(), "name".to_owned(), written.to_owned());
            assert_eq!(call.input.as_str(), input);
            assert_eq!(call.malformed.as_deref(), malformed.then_some(written));
        }
    }
}
