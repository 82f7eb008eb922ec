//! Server-sent events out of bytes, however the network cuts them.
//!
//! The rules are those of the WHATWG HTML standard, section 9.2.6, with two differences: `id` and
//! `retry` are not kept, because an answer cannot be resumed, and the event that the body's end
//! cuts short can be asked for, because some servers forget the last blank line.

use thiserror::Error;

/// One event. Comments and events without data are not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SseEvent {
    /// The `event` field; empty if there was none.
    pub(crate) name: String,
    /// The `data` fields, joined by `\n`.
    pub(crate) data: String,
}

/// A single event is larger than anything a model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("one event of the stream is larger than {MAX_EVENT} bytes")]
pub(crate) struct EventTooLarge;

/// Upper bound of one event (and so of what the parser holds), in bytes.
pub(crate) const MAX_EVENT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Takes bytes, gives events. Bytes are decoded only when their line is complete, so a character
/// may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct SseParser {
    /// The line under way, without its end.
    line: Vec<u8>,
    /// Whether the first line has been seen; only that one may begin with a byte order mark.
    past_first_line: bool,
    /// Whether the last byte was a carriage return: a line feed that follows belongs to it.
    after_cr: bool,
    name: String,
    /// The data lines so far, each with `\n` at its end.
    data: String,
}

impl SseParser {
    /// Reads on and appends the events that `bytes` completed to `events`.
    ///
    /// # Errors
    /// [`EventTooLarge`]; the parser is of no use afterwards.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        events: &mut Vec<SseEvent>,
    ) -> Result<(), EventTooLarge> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + self.data.len() + piece.len() > MAX_EVENT {
                return Err(EventTooLarge);
            }
            self.line.extend_from_slice(piece);
            let Some(end) = end else { break };
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            events.extend(self.end_of_line());
        }
        Ok(())
    }

    /// The event that was under way when the body ended. The standard drops it; the caller may
    /// use it if its data is whole.
    pub(crate) fn finish(mut self) -> Option<SseEvent> {
        if !self.line.is_empty() {
            self.end_of_line();
        }
        self.dispatch()
    }

    fn end_of_line(&mut self) -> Option<SseEvent> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !std::mem::replace(&mut self.past_first_line, true) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => self.name = value.to_owned(),
            // A comment has an empty field name; unknown fields are to be ignored.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        Some(SseEvent { name, data })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    /// All events of a body that comes in these pieces, the unfinished last one included.
    fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<SseEvent> {
        let mut parser = SseParser::default();
        let mut events = Vec::new();
        for piece in pieces {
            parser.push(piece, &mut events).unwrap();
        }
        events.extend(parser.finish());
        events
    }

    fn check(body: &str, expect: Expect) {
        let events = parse([body.as_bytes()]);
        let mut shown = String::new();
        for SseEvent { name, data } in &events {
            shown.push_str(&format!("{name}: {data:?}\n"));
        }
        expect.assert_eq(&shown);
        for cut in 0..=body.len() {
            let (head, tail) = body.as_bytes().split_at(cut);
            assert_eq!(parse([head, tail]), events, "cut at byte {cut}");
        }
        assert_eq!(parse(body.as_bytes().chunks(1)), events, "byte by byte");
    }

    #[test]
    fn lines_end_in_three_ways() {
        for end in ["\n", "\r\n", "\r"] {
            check(
                &["event: a", "data: 1", "", "data: 2", "data:3", "", ""].join(end),
                expect![[r#"
                    a: "1"
                    : "2\n3"
                "#]],
            );
        }
    }

    #[test]
    fn a_mark_comments_and_unknown_fields_are_skipped() {
        check(
            "\u{feff}data: {\"a\": 1}\n: keep-alive\n\n:\n\nid: 7\nretry: 5\nnonsense\n\ndata:  two spaces\n\n",
            expect![[r#"
                : "{\"a\": 1}"
                : " two spaces"
            "#]],
        );
    }

    #[test]
    fn an_event_without_data_is_none_and_its_name_does_not_stick() {
        check(
            "event: ping\n\ndata\n\ndata:\ndata:\n\n",
            expect![[r#"
                : ""
                : "\n"
            "#]],
        );
    }

    #[test]
    fn characters_survive_any_cut_and_odd_line_separators_are_no_line_ends() {
        check(
            "data: 😀 é \u{2028}\u{85} x\r\rdata: \u{feff}y\r\r",
            expect![[r#"
                : "😀 é \u{2028}\u{85} x"
                : "\u{feff}y"
            "#]],
        );
    }

    #[test]
    fn the_last_event_may_lack_its_blank_line_and_its_line_end() {
        check("data: 1\n\ndata: 2\n", expect![[": \"1\"\n: \"2\"\n"]]);
        check("data: 1\n\nevent: e\ndata: 2", expect![[": \"1\"\ne: \"2\"\n"]]);
    }

    #[test]
    fn invalid_bytes_are_replaced() {
        assert_eq!(parse([&b"data: a\xff\xc3\n\n"[..]])[0].data, "a\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_large_event_is_taken_and_a_larger_one_refused() {
        let mut parser = SseParser::default();
        let mut events = Vec::new();
        let half = vec![b'x'; MAX_EVENT / 2 - 6];
        for _ in 0..2 {
            parser.push(b"data: ", &mut events).unwrap();
            parser.push(&half, &mut events).unwrap();
            parser.push(b"\n", &mut events).unwrap();
        }
        parser.push(b"\n", &mut events).unwrap();
        assert_eq!(events[0].data.len(), 2 * half.len() + 1);

        // Neither one endless line nor endless lines of one event may fill the memory.
        let endless_line = vec![b'x'; MAX_EVENT + 1];
        let endless_lines = b"data: 0123456789\n".repeat(MAX_EVENT / 10);
        for body in [endless_line, endless_lines] {
            let mut parser = SseParser::default();
            let refused =
                body.chunks(4096).try_for_each(|piece| parser.push(piece, &mut events)).is_err();
            assert!(refused);
        }
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            lines in prop::collection::vec("(data|event|:|id)?:? ?[a-é😀\u{feff}]{0,6}", 0..12),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r\n", "\r"]), 12),
            sizes in prop::collection::vec(1usize..9, 1..8),
        ) {
            let body: String =
                lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}{end}")).collect();
            let whole = parse([body.as_bytes()]);
            let mut rest = body.as_bytes();
            let mut pieces = Vec::new();
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, tail) = rest.split_at((*size).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            prop_assert_eq!(parse(pieces), whole);
        }
    }
}
