//! Between the protocol's words and ours.

use std::path::PathBuf;

use stdx::AbsPath;
use text::{Position, PositionEncoding, PositionRange, TextEdit};
use tower_lsp::gen_lsp_types as lsp;

/// The path of a `file:` URI; `None` for anything else, such as an unsaved buffer.
pub(crate) fn path(uri: &lsp::Uri) -> Option<AbsPath> {
    let rest = uri.0.strip_prefix("file://")?;
    // The host, if there is one, must be this machine.
    let path = &rest[rest.find('/')?..];
    if !matches!(&rest[..rest.len() - path.len()], "" | "localhost") {
        return None;
    }
    AbsPath::new(PathBuf::from(os_string(decoded(path)))).ok()
}

fn os_string(bytes: Vec<u8>) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
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
    for byte in std::os::unix::ffi::OsStrExt::as_bytes(path.as_path().as_os_str()) {
        let plain = byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
        if plain {
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

pub(crate) fn lsp_range(range: PositionRange) -> lsp::Range {
    let position = |p: Position| lsp::Position { line: p.line, character: p.character };
    lsp::Range { start: position(range.start), end: position(range.end) }
}

/// An edit of `text` as the client counts.
pub(crate) fn text_edit(
    text: &text::Text,
    edit: &TextEdit,
    encoding: PositionEncoding,
) -> lsp::TextEdit {
    lsp::TextEdit {
        range: lsp_range(text.position_range(edit.range.clone(), encoding)),
        new_text: edit.new_text.clone(),
    }
}

/// The text in one line without control characters, at most `limit` characters long.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let printable: String = spaced.chars().filter(|c| !c.is_control()).collect();
    if printable.chars().count() <= limit {
        return printable;
    }
    let mut short: String = printable.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_and_paths() {
        let odd = AbsPath::new("/tmp/a b/größe%41.rs").unwrap();
        assert_eq!(uri(&odd).0, "file:///tmp/a%20b/gr%C3%B6%C3%9Fe%2541.rs");
        assert_eq!(path(&uri(&odd)), Some(odd));
        let plain = |text: &str| path(&lsp::Uri(text.to_owned())).map(|p| p.to_string());
        assert_eq!(plain("file:///a/é.rs").as_deref(), Some("/a/é.rs"));
        assert_eq!(plain("file://localhost/a").as_deref(), Some("/a"));
        assert_eq!(plain("file:///a%2"), Some("/a%2".to_owned()));
        for other in ["untitled:Untitled-1", "file://host/a", "file:relative", ""] {
            assert_eq!(plain(other), None, "{other}");
        }
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\r\n  b\u{1b}[31m\tc", 80), "a b[31m c");
        assert_eq!(one_line("größe", 4), "grö…");
    }
}
