//! From the body of a frame to a message, leniently: what can be answered is answered.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

/// What a client can send.
pub(crate) enum Message {
    /// A request or a notification.
    Request(Request),
    /// The answer to a request of ours.
    Response(Response),
}

/// Reads the body of a frame.
///
/// # Errors
/// The answer that a body deserves which is no message.
pub(crate) fn decode(body: &[u8]) -> Result<Message, Response> {
    let value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => {
            match with_whole_surrogates(body).and_then(|body| serde_json::from_slice(&body).ok()) {
                Some(value) => value,
                None => return Err(broken(&format!("no JSON: {error}"))),
            }
        }
    };
    let Value::Object(mut members) = value else {
        return Err(invalid(Id::Null, "a message is a JSON object"));
    };
    let id = match members.remove("id") {
        None => None,
        Some(Value::Null) => Some(Id::Null),
        Some(Value::String(name)) => Some(Id::String(name)),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => Some(Id::Number(number)),
            None => return Err(invalid(Id::Null, "an id is a whole number or a string")),
        },
        Some(_) => return Err(invalid(Id::Null, "an id is a whole number or a string")),
    };
    match members.remove("method") {
        Some(Value::String(method)) => {
            let mut request = Request::build(method);
            if let Some(id) = id {
                request = request.id(id);
            }
            if let Some(params) = members.remove("params") {
                request = request.params(params);
            }
            return Ok(Message::Request(request.finish()));
        }
        Some(_) => return Err(invalid(id.unwrap_or_default(), "`method` is no string")),
        None => {}
    }
    let Some(id) = id else { return Err(invalid(Id::Null, "neither `method` nor `id`")) };
    if let Some(error) = members.remove("error").filter(|error| !error.is_null()) {
        let error = serde_json::from_value(error).unwrap_or_else(|_| Error::internal_error());
        return Ok(Message::Response(Response::from_error(id, error)));
    }
    match members.remove("result") {
        Some(result) => Ok(Message::Response(Response::from_ok(id, result))),
        None => Err(invalid(id, "neither `method` nor `result` nor `error`")),
    }
}

/// The answer to what is no message at all; nobody knows which request it was.
pub(crate) fn broken(why: &str) -> Response {
    let mut error = Error::parse_error();
    error.message = why.to_owned().into();
    Response::from_error(Id::Null, error)
}

fn invalid(id: Id, why: &str) -> Response {
    let mut error = Error::invalid_request();
    error.message = why.to_owned().into();
    Response::from_error(id, error)
}

/// The same JSON with `\ufffd` in place of every escaped half of a surrogate pair that stands
/// alone; `None` if there is none. Editors that keep text in UTF-16 send such halves when the
/// user has one in the buffer, and losing that change would part our text from theirs. Both are
/// one unit of UTF-16, so positions stay right.
fn with_whole_surrogates(body: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let escape = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u32::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let mut result = Vec::with_capacity(body.len());
    let (mut at, mut changed) = (0, false);
    while at < body.len() {
        let length = match (body[at], unit(at)) {
            (b'\\', Some(0xd800..=0xdbff)) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            (b'\\', Some(0xd800..=0xdfff)) => {
                result.extend_from_slice(b"\\ufffd");
                (at, changed) = (at + 6, true);
                continue;
            }
            // An escaped character, which may be a backslash.
            (b'\\', _) => 2,
            _ => 1,
        };
        let end = (at + length).min(body.len());
        result.extend_from_slice(&body[at..end]);
        at = end;
    }
    changed.then_some(result)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(body: &str, expected: Expect) {
        let text = match decode(body.as_bytes()) {
            Ok(Message::Request(request)) => format!("request {request}"),
            Ok(Message::Response(response)) => {
                format!("response {}", serde_json::to_string(&response).unwrap())
            }
            Err(reply) => format!("reply {}", serde_json::to_string(&reply).unwrap()),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn messages() {
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":[]}}"#,
            expect![[r#"request {"jsonrpc":"2.0","method":"a","params":{"x":[]},"id":1}"#]],
        );
        check(r#"{"method":"a"}"#, expect![[r#"request {"jsonrpc":"2.0","method":"a"}"#]]);
        check(
            r#"{"id":"s","result":null}"#,
            expect![[r#"response {"jsonrpc":"2.0","result":null,"id":"s"}"#]],
        );
        check(
            r#"{"id":1,"error":{"code":-32800,"message":"gone"},"result":null}"#,
            expect![[
                r#"response {"jsonrpc":"2.0","error":{"code":-32800,"message":"gone"},"id":1}"#
            ]],
        );
    }

    #[test]
    fn what_is_no_message_is_answered() {
        check(
            "{",
            expect![[
                r#"reply {"jsonrpc":"2.0","error":{"code":-32700,"message":"no JSON: EOF while parsing an object at line 1 column 1"},"id":null}"#
            ]],
        );
        check(
            "[]",
            expect![[
                r#"reply {"jsonrpc":"2.0","error":{"code":-32600,"message":"a message is a JSON object"},"id":null}"#
            ]],
        );
        check(
            r#"{"id":7,"method":3}"#,
            expect![[
                r#"reply {"jsonrpc":"2.0","error":{"code":-32600,"message":"`method` is no string"},"id":7}"#
            ]],
        );
        check(
            r#"{"id":1.5,"method":"a"}"#,
            expect![[
                r#"reply {"jsonrpc":"2.0","error":{"code":-32600,"message":"an id is a whole number or a string"},"id":null}"#
            ]],
        );
        check(
            r#"{"id":7}"#,
            expect![[
                r#"reply {"jsonrpc":"2.0","error":{"code":-32600,"message":"neither `method` nor `result` nor `error`"},"id":7}"#
            ]],
        );
    }

    #[test]
    fn half_a_surrogate_pair_keeps_its_place() {
        check(
            r#"{"method":"a","params":["x\ud83dy\\ud83d\ude00z\ud83d\ude00\udc00"]}"#,
            expect![[r#"request {"jsonrpc":"2.0","method":"a","params":["x�y\\ud83d�z😀�"]}"#]],
        );
    }
}
