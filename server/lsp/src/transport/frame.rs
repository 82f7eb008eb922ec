//! The frames of the base protocol: headers, an empty line, and a body of a stated length.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Longer header lines are no header lines.
const MAX_HEADER: u64 = 8 * 1024;
/// Larger bodies are skipped. A document of 16 MB is the largest that is worked with, and its
/// text may be six times as long when everything in it is escaped.
const MAX_BODY: u64 = 128 * 1024 * 1024;

/// Cuts a stream of bytes into the bodies of its frames.
pub(crate) struct Frames<R> {
    input: BufReader<R>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// Reads from `input`.
    pub(crate) fn new(input: R) -> Frames<R> {
        Frames { input: BufReader::with_capacity(64 * 1024, input) }
    }

    /// The next body, or in one line what is wrong with the frame; what follows a bad frame is
    /// searched for the next good one. `None` at the end of the input.
    pub(crate) async fn next(&mut self) -> Option<Result<Vec<u8>, String>> {
        let mut length = None;
        let mut any = false;
        loop {
            let mut line = Vec::new();
            let read = (&mut self.input).take(MAX_HEADER).read_until(b'\n', &mut line).await;
            if read.ok()? == 0 {
                return None;
            }
            if !line.ends_with(b"\n") {
                // Either the line is too long or the input has ended, which the next call sees.
                return Some(Err("a header line is too long or cut off".to_owned()));
            }
            let line = line.trim_ascii();
            if line.is_empty() {
                match length {
                    Some(length) => return self.body(length).await,
                    None if any => return Some(Err("no Content-Length".to_owned())),
                    None => continue,
                }
            }
            any = true;
            if let Some(value) = content_length(line) {
                match value.parse::<u64>() {
                    Ok(value) => length = Some(value),
                    Err(_) => return Some(Err(format!("Content-Length is no number: {value}"))),
                }
            }
        }
    }

    async fn body(&mut self, length: u64) -> Option<Result<Vec<u8>, String>> {
        let mut body = (&mut self.input).take(length);
        if length > MAX_BODY {
            tokio::io::copy(&mut body, &mut tokio::io::sink()).await.ok()?;
            return Some(Err(format!("a message of {length} bytes is too long")));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(1 << 20)).unwrap_or(0));
        body.read_to_end(&mut bytes).await.ok()?;
        (bytes.len() as u64 == length).then_some(Ok(bytes))
    }
}

/// The value of the header. It may stand anywhere in the line: after a bad frame the line begins
/// with the rest of a body.
fn content_length(line: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"content-length:";
    let at = line.windows(NAME.len()).rposition(|part| part.eq_ignore_ascii_case(NAME))?;
    Some(String::from_utf8_lossy(&line[at + NAME.len()..]).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(input: &str, expected: &[Result<&str, &str>]) {
        let mut frames = Frames::new(input.as_bytes());
        let mut found = Vec::new();
        while let Some(frame) = frames.next().await {
            found.push(frame.map(|body| String::from_utf8(body).unwrap()));
        }
        let found: Vec<Result<&str, &str>> = found
            .iter()
            .map(|frame| frame.as_ref().map(String::as_str).map_err(String::as_str))
            .collect();
        assert_eq!(found, expected, "{input:?}");
    }

    #[tokio::test]
    async fn good_frames() {
        check("", &[]).await;
        check("Content-Length: 2\r\n\r\n{}Content-Length: 1\r\n\r\n1", &[Ok("{}"), Ok("1")]).await;
        check(
            "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nX: y\r\n\
             content-length:3\n\nabc",
            &[Ok("abc")],
        )
        .await;
        check("Content-Length: 0\r\n\r\n", &[Ok("")]).await;
        // The input ends inside of a body.
        check("Content-Length: 20\r\n\r\n{}", &[]).await;
    }

    #[tokio::test]
    async fn after_a_bad_frame_comes_the_next() {
        check(
            "Content-Length: x\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}",
            &[Err("Content-Length is no number: x"), Ok("{}")],
        )
        .await;
        check(
            "Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]",
            &[Err("no Content-Length"), Ok("[]")],
        )
        .await;
        let long = "x".repeat(usize::try_from(MAX_HEADER).unwrap() + 10);
        check(
            &format!("{long}\r\nContent-Length: 2\r\n\r\n{{}}"),
            &[Err("a header line is too long or cut off"), Ok("{}")],
        )
        .await;
    }
}
