//! Just enough HTTP/1.1: requests with a `content-length`, answers whole or in chunks.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Recorded;

/// Upper bound of a request's head and of its body, in bytes.
const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 64 * 1024 * 1024;

/// A connection with the bytes that were read too far.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::new() })
    }

    /// The next request; `None` if the client is done.
    pub(super) async fn request(&mut self) -> io::Result<Option<Recorded>> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(io::Error::other("the head is too long"));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end).collect();
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.trim_end().split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let path = if method == "POST" { path.to_owned() } else { format!("{method} {path}") };
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request =
            Recorded { path, headers, body: Vec::new(), json: Value::Null, bill: None };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        let length = length.unwrap_or(0);
        if length > MAX_BODY {
            return Err(io::Error::other("the body is too long"));
        }
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        request.body = self.buffer.drain(..length).collect();
        request.json = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        Ok(Some(request))
    }

    /// Sends a whole answer.
    pub(super) async fn send(
        &mut self,
        status: u16,
        headers: &[(String, String)],
        body: &str,
    ) -> io::Result<()> {
        let mut head = head(status, "application/json", headers);
        head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        self.stream.write_all(head.as_bytes()).await
    }

    /// Begins an answer that comes in pieces.
    pub(super) async fn begin(&mut self, headers: &[(String, String)]) -> io::Result<()> {
        let mut head = head(200, "text/event-stream; charset=utf-8", headers);
        head.push_str("transfer-encoding: chunked\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await
    }

    /// Sends one piece; an empty one is the last.
    pub(super) async fn piece(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.stream.write_all(&chunk).await
    }

    /// Waits until the client goes away.
    pub(super) async fn until_gone(&mut self) {
        // A client that waits for an answer has nothing more to say, so whatever can be read is
        // the end.
        let mut byte = [0];
        let _ = self.stream.read(&mut byte).await;
    }

    /// Breaks the connection so that the client sees a reset.
    pub(super) fn reset(self) {
        // If it cannot be set, the client sees an early end instead: broken all the same.
        let _ = self.stream.set_zero_linger();
    }
}

fn head(status: u16, content_type: &str, headers: &[(String, String)]) -> String {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}
