//! What a provider's complaint means, from the status, the body and a few headers.
//!
//! Providers agree on the status codes but not on the words, so both are looked at, the words
//! first: a `400` may be an overflow or an unpaid bill, and an error in the middle of a stream
//! has no status at all.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::dialect::Object;

/// What headers say about an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Hints {
    /// `retry-after-ms` or `retry-after`.
    pub(crate) after: Option<Duration>,
    /// `x-should-retry`.
    pub(crate) should_retry: Option<bool>,
    /// What the provider's support asks for.
    pub(crate) request_id: Option<String>,
}

/// Longest text that is quoted from a server, in characters.
const MAX_QUOTE: usize = 500;

const OVERFLOW: &[&str] =
    &["context_length_exceeded", "exceed_context_size_error", "request_too_large"];
/// Parts of sentences by which servers without a code of their own are understood.
const OVERFLOW_PHRASES: &[&str] = &[
    "prompt is too long",
    "input is too long",
    "maximum context length",
    "context window",
    "context length",
    "context size",
    "exceed context limit",
];
const QUOTA: &[&str] = &[
    "insufficient_quota",
    "credit_balance_exhausted",
    "billing_error",
    "billing_not_active",
    "billing_hard_limit_reached",
    "enforced_spend_limit_reached",
];
const QUOTA_PHRASES: &[&str] = &["credit balance is too low"];
const AUTH: &[&str] = &["authentication_error", "permission_error", "invalid_api_key"];
const RATE: &[&str] = &["rate_limit_error", "rate_limit_exceeded"];
const OVERLOADED: &[&str] =
    &["overloaded_error", "server_is_overloaded", "slow_down", "engine_overloaded"];
const UNAVAILABLE: &[&str] = &[
    "api_error",
    "timeout_error",
    "server_error",
    "internal_server_error",
    "internal_error",
    "service_unavailable",
];
const BAD_REQUEST: &[&str] = &["invalid_request_error", "not_found_error", "invalid_prompt"];

/// The class of an error. `status` is absent for an error event in the middle of a stream.
pub(crate) fn classify(status: Option<u16>, body: &str, hints: &Hints) -> ModelError {
    let complaint = Complaint::read(body);
    let status = status.or(complaint.status);
    let text = complaint.line(status, hints);
    let message = complaint.message.to_lowercase();
    let word = |list: &[&str]| complaint.words.iter().any(|word| list.contains(&word.as_str()));
    let phrase = |list: &[&str]| list.iter().any(|phrase| message.contains(phrase));
    let after = hints.after;

    if word(QUOTA) || status == Some(402) || phrase(QUOTA_PHRASES) {
        return ModelError::Quota(text);
    }
    if word(AUTH) || matches!(status, Some(401 | 403)) {
        return ModelError::Auth(text);
    }
    // Whatever its words or its status, it asks for longer pauses.
    if (word(OVERLOADED) || matches!(status, Some(503 | 529))) && hints.should_retry != Some(false)
    {
        return ModelError::Overloaded { message: text, after };
    }
    if word(RATE) || status == Some(429) {
        return match hints.should_retry {
            Some(false) => ModelError::Quota(text),
            _ => ModelError::RateLimited { message: text, after },
        };
    }
    if word(OVERFLOW) || status == Some(413) || phrase(OVERFLOW_PHRASES) {
        return ModelError::ContextOverflow(text);
    }
    let unavailable = match status {
        Some(501) => false,
        Some(408 | 409 | 425 | 500..) => true,
        Some(_) => word(UNAVAILABLE),
        // In the middle of a stream the request has been accepted: what is unknown is the
        // server's fault.
        None => !word(BAD_REQUEST),
    };
    if hints.should_retry.unwrap_or(unavailable) {
        ModelError::Unavailable { message: text, after }
    } else {
        ModelError::BadRequest(text)
    }
}

/// What the body says.
struct Complaint {
    message: String,
    /// Every word by which the kind of error may be named, the most general first.
    words: Vec<String>,
    /// A status that stands in the body.
    status: Option<u16>,
}

impl Complaint {
    fn read(body: &str) -> Complaint {
        // Gemini's compatible server wraps its errors into a list of one.
        let list: Vec<Object> = serde_json::from_str(body).unwrap_or_default();
        let Some(body_object) = Object::parse(body.trim()).or(list.into_iter().next()) else {
            let message = if body.trim_start().starts_with('<') { "(a web page)" } else { body };
            return Complaint { message: message.to_owned(), words: Vec::new(), status: None };
        };
        // Responses nest the error of a failed answer once more.
        let outer = body_object.object("response").unwrap_or(body_object);
        let error = outer.object("error");
        let message = error
            .as_ref()
            .and_then(|error| error.text("message"))
            .or_else(|| outer.text("error"))
            .or_else(|| outer.text("message"))
            .or_else(|| outer.text("detail"))
            .unwrap_or_else(|| body.to_owned());
        let error = error.unwrap_or(outer);
        let details = error.object("details").unwrap_or_default();
        let words = [error.text("type"), error.text("code"), details.text("error_code")];
        let status = error.number("code").and_then(|code| u16::try_from(code).ok());
        Complaint {
            message,
            words: words.into_iter().flatten().filter(|word| word != "error").collect(),
            status: status.filter(|code| (400..600).contains(code)),
        }
    }

    /// One line for the user.
    fn line(&self, status: Option<u16>, hints: &Hints) -> String {
        let mut parts = Vec::new();
        parts.extend(status.map(|status| format!("HTTP {status}")));
        parts.extend(self.words.first().cloned());
        let mut line = parts.join(" ");
        let message = one_line(&self.message);
        if !message.is_empty() {
            let colon = if line.is_empty() { "" } else { ": " };
            line = format!("{line}{colon}{message}");
        }
        if let Some(id) = &hints.request_id {
            line = format!("{line} (request {})", one_line(id));
        }
        line
    }
}

/// `text` as one short line without control characters: it comes from a server and ends up in an
/// editor or a terminal.
fn one_line(text: &str) -> String {
    let clean: String =
        text.chars().take(MAX_QUOTE).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(status: impl Into<Option<u16>>, body: &str, hints: Hints, expect: Expect) {
        expect.assert_eq(&format!("{:?}", classify(status.into(), body, &hints)));
    }

    fn plain() -> Hints {
        Hints::default()
    }

    #[test]
    fn anthropic() {
        let body = |kind: &str, message: &str| {
            format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}}}}"#)
        };
        check(
            401,
            &body("authentication_error", "invalid x-api-key"),
            Hints { request_id: Some("req_1".to_owned()), ..plain() },
            expect![[
                r#"Auth("HTTP 401 authentication_error: invalid x-api-key (request req_1)")"#
            ]],
        );
        check(
            429,
            &body("rate_limit_error", "slow"),
            Hints { after: Some(Duration::from_secs(2)), ..plain() },
            expect![[
                r#"RateLimited { message: "HTTP 429 rate_limit_error: slow", after: Some(2s) }"#
            ]],
        );
        check(
            400,
            &body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
            plain(),
            expect![[
                r#"ContextOverflow("HTTP 400 invalid_request_error: prompt is too long: 210000 tokens > 200000 maximum")"#
            ]],
        );
        check(
            400,
            &body("invalid_request_error", "Your credit balance is too low to go on"),
            plain(),
            expect![[
                r#"Quota("HTTP 400 invalid_request_error: Your credit balance is too low to go on")"#
            ]],
        );
        check(
            529,
            &body("overloaded_error", "Overloaded"),
            plain(),
            expect![[
                r#"Overloaded { message: "HTTP 529 overloaded_error: Overloaded", after: None }"#
            ]],
        );
        check(
            None,
            &body("overloaded_error", "Overloaded"),
            plain(),
            expect![[r#"Overloaded { message: "overloaded_error: Overloaded", after: None }"#]],
        );
        check(
            None,
            &body("invalid_request_error", "no"),
            plain(),
            expect![[r#"BadRequest("invalid_request_error: no")"#]],
        );
        check(
            404,
            &body("not_found_error", "model: x"),
            plain(),
            expect![[r#"BadRequest("HTTP 404 not_found_error: model: x")"#]],
        );
    }

    #[test]
    fn openai_and_its_kin() {
        check(
            429,
            r#"{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            plain(),
            expect![[r#"Quota("HTTP 429 insufficient_quota: pay")"#]],
        );
        check(
            400,
            r#"{"error":{"message":"too much","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            plain(),
            expect![[r#"ContextOverflow("HTTP 400 invalid_request_error: too much")"#]],
        );
        check(
            400,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_ctx":512}}"#,
            plain(),
            expect![[
                r#"ContextOverflow("HTTP 400 exceed_context_size_error: the request exceeds the available context size")"#
            ]],
        );
        check(
            None,
            r#"{"error":{"code":502,"message":"Provider\u001b[31m\ndisconnected"}}"#,
            plain(),
            expect![[
                r#"Unavailable { message: "HTTP 502: Provider [31m disconnected", after: None }"#
            ]],
        );
        check(
            None,
            r#"{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"later"}}}"#,
            plain(),
            expect![[r#"RateLimited { message: "rate_limit_exceeded: later", after: None }"#]],
        );
        check(
            501,
            r#"{"error":"not supported"}"#,
            plain(),
            expect![[r#"BadRequest("HTTP 501: not supported")"#]],
        );
    }

    #[test]
    fn who_has_too_much_to_do_says_so_in_many_ways() {
        let overloaded = |status: Option<u16>, body: &str| {
            let error = classify(status, body, &plain());
            assert!(matches!(error, ModelError::Overloaded { .. }), "{body}: {error:?}");
        };
        overloaded(Some(529), "");
        overloaded(Some(503), "<html>");
        overloaded(Some(429), r#"{"error":{"type":"slow_down","message":"slower"}}"#);
        overloaded(Some(503), r#"[{"error":{"code":503,"message":"The model is overloaded."}}]"#);
        overloaded(None, r#"{"error":{"code":"server_is_overloaded","message":"later"}}"#);
    }

    #[test]
    fn bodies_that_are_no_json() {
        check(
            413,
            "<html>Request Entity Too Large</html>",
            plain(),
            expect![[r#"ContextOverflow("HTTP 413: (a web page)")"#]],
        );
        check(502, "", plain(), expect![[r#"Unavailable { message: "HTTP 502", after: None }"#]]);
    }

    #[test]
    fn the_server_decides_whether_to_try_again() {
        let hint = |should_retry| Hints { should_retry: Some(should_retry), ..plain() };
        check(500, "x", hint(false), expect![[r#"BadRequest("HTTP 500: x")"#]]);
        check(429, "x", hint(false), expect![[r#"Quota("HTTP 429: x")"#]]);
        check(
            400,
            "x",
            hint(true),
            expect![[r#"Unavailable { message: "HTTP 400: x", after: None }"#]],
        );
        check(401, "x", hint(true), expect![[r#"Auth("HTTP 401: x")"#]]);
    }
}
