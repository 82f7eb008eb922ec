//! Between the protocol's words and ours.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use harness::{Diagnostic, Severity, Span};
use stdx::AbsPath;
use text::{Position, PositionEncoding, PositionRange, Text};
use tower_lsp::gen_lsp_types as lsp;

/// The path of a `file:` URI; `None` for anything else, such as a buffer without a file.
pub(crate) fn path(uri: &str) -> Option<AbsPath> {
    let rest = uri.strip_prefix("file://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    // Another machine's files are not ours.
    if !matches!(host, "" | "localhost") {
        return None;
    }
    AbsPath::new(OsString::from_vec(decoded(path))).ok()
}

/// The bytes that percent-encoded `text` stands for; a `%` that encodes nothing is itself.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                result.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (byte, ..) => {
                result.push(byte);
                at += 1;
            }
        }
    }
    result
}

/// The `file:` URI of a path.
pub(crate) fn uri(path: &AbsPath) -> lsp::Uri {
    let mut text = "file://".to_owned();
    for byte in path.as_path().as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    lsp::Uri(text)
}

pub(crate) fn range(range: &lsp::Range) -> PositionRange {
    let position = |p: &lsp::Position| Position::new(p.line, p.character);
    PositionRange { start: position(&range.start), end: position(&range.end) }
}

/// An edit of `text` as the client counts.
pub(crate) fn text_edit(
    text: &Text,
    edit: text::TextEdit,
    encoding: PositionEncoding,
) -> lsp::TextEdit {
    let position = |p: Position| lsp::Position { line: p.line, character: p.character };
    let range = text.position_range(edit.range, encoding);
    lsp::TextEdit {
        range: lsp::Range { start: position(range.start), end: position(range.end) },
        new_text: edit.new_text,
    }
}

/// What another server complains about in `text`, the text of `file` (relative to the root).
pub(crate) fn diagnostic(
    from: &lsp::Diagnostic,
    file: &str,
    text: &Text,
    encoding: PositionEncoding,
) -> Diagnostic {
    let whole = match &from.message {
        lsp::Message::String(message) => message.clone(),
        lsp::Message::MarkupContent(markup) => markup.value.clone(),
    };
    let place = |at: &lsp::Range, primary, label| {
        let bytes = text.byte_range(range(at), encoding);
        let line = text.line_of(bytes.start);
        Span {
            file: file.to_owned(),
            line: line + 1,
            column: text.slice(text.line_start(line)..bytes.start).chars().count() + 1,
            end_line: text.line_of(bytes.end) + 1,
            bytes,
            primary,
            label,
        }
    };
    Diagnostic {
        severity: match from.severity {
            None | Some(lsp::DiagnosticSeverity::Error) => Severity::Error,
            Some(lsp::DiagnosticSeverity::Warning) => Severity::Warning,
            Some(_) => Severity::Note,
        },
        code: from.code.as_ref().map(|code| match code {
            lsp::Code::String(code) => code.clone(),
            lsp::Code::Int(code) => code.to_string(),
        }),
        message: whole.lines().next().unwrap_or_default().to_owned(),
        spans: vec![place(&from.range, true, None)],
        notes: Vec::new(),
        suggestions: Vec::new(),
        rendered: whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_and_paths() {
        let odd = AbsPath::new("/tmp/a b/größe%41.rs").unwrap();
        assert_eq!(uri(&odd).0, "file:///tmp/a%20b/gr%C3%B6%C3%9Fe%2541.rs");
        assert_eq!(path(&uri(&odd).0), Some(odd));
        let bytes = AbsPath::new(OsString::from_vec(b"/\xff".to_vec())).unwrap();
        assert_eq!(path(&uri(&bytes).0), Some(bytes));
        let plain = |text: &str| path(text).map(|path| path.to_string());
        assert_eq!(plain("file:///a/é.rs").as_deref(), Some("/a/é.rs"));
        assert_eq!(plain("file://localhost/a").as_deref(), Some("/a"));
        assert_eq!(plain("file:///a%2").as_deref(), Some("/a%2"));
        for other in ["untitled:Untitled-1", "file://host/a", "file:relative", "file://", ""] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
