//! What a child process printed, within bounds.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The beginning and the end of an output; what lay between is only counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    omitted: u64,
    half: usize,
}

impl Captured {
    /// Nothing yet; at most `limit` bytes will be kept, half of them from the end.
    pub(crate) fn new(limit: usize) -> Captured {
        Captured { head: Vec::new(), tail: VecDeque::new(), omitted: 0, half: limit / 2 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.half.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        // Only the last `half` bytes of `rest` can survive.
        let skipped = rest.len().saturating_sub(self.half);
        let rest = &rest[skipped..];
        let surplus = (self.tail.len() + rest.len()).saturating_sub(self.half);
        self.tail.drain(..surplus);
        self.tail.extend(rest);
        self.omitted += (skipped + surplus) as u64;
    }

    /// How many bytes in the middle were not kept.
    #[must_use]
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// The kept bytes as text; a line in the middle says how much is missing. Bytes that are not
    /// UTF-8 are shown as U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.omitted == 0 {
            let mut whole = self.head.clone();
            whole.extend_from_slice(&tail);
            return String::from_utf8_lossy(&whole).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n… {} bytes left out …\n{tail}", self.omitted)
    }
}

/// Longer lines are cut: a line is meant for people or is one message of a program.
const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Takes an output apart into lines.
pub(crate) struct Lines<'a> {
    rest: Vec<u8>,
    on_line: &'a mut (dyn FnMut(&[u8]) + Send),
}

impl<'a> Lines<'a> {
    pub(crate) fn new(on_line: &'a mut (dyn FnMut(&[u8]) + Send)) -> Self {
        Lines { rest: Vec::new(), on_line }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let (line, after) = bytes.split_at(end);
            if self.rest.is_empty() {
                (self.on_line)(line);
            } else {
                self.keep(line);
                (self.on_line)(&self.rest);
                self.rest.clear();
            }
            bytes = &after[1..];
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES.saturating_sub(self.rest.len()).min(bytes.len());
        self.rest.extend_from_slice(&bytes[..room]);
    }

    fn finish(&mut self) {
        if !self.rest.is_empty() {
            (self.on_line)(&self.rest);
            self.rest.clear();
        }
    }
}

/// Reads `pipe` to its end into `captured` and, where given, line by line into `lines`. An error
/// of the pipe counts as its end. May be dropped at any time without losing what was read.
pub(crate) async fn drain(
    pipe: Option<impl AsyncRead + Unpin>,
    captured: &mut Captured,
    mut lines: Option<Lines<'_>>,
) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match pipe.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => match &mut lines {
                Some(lines) => lines.push(&buffer[..read]),
                None => captured.push(&buffer[..read]),
            },
        }
    }
    if let Some(lines) = &mut lines {
        lines.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_tail_are_kept_and_the_middle_is_counted() {
        for chunk in 1..12 {
            let mut captured = Captured::new(8);
            for piece in b"abcdefghijklmnop".chunks(chunk) {
                captured.push(piece);
            }
            assert_eq!(captured.text(), "abcd\n… 8 bytes left out …\nmnop", "pieces of {chunk}");
        }
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_come() {
        let bytes = b"one\n\ntwo\nthree";
        for chunk in 1..=bytes.len() {
            let mut seen = Vec::new();
            let mut collect = |line: &[u8]| seen.push(String::from_utf8(line.to_vec()).unwrap());
            let mut lines = Lines::new(&mut collect);
            for piece in bytes.chunks(chunk) {
                lines.push(piece);
            }
            lines.finish();
            assert_eq!(seen, ["one", "", "two", "three"]);
        }
    }
}
