//! Frames, strictly: what the server writes must be exactly what the specification says.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::UnboundedReceiver;

pub(super) struct Frames<R> {
    input: BufReader<R>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(input: R) -> Frames<R> {
        Frames { input: BufReader::new(input) }
    }

    /// The next message, or what is wrong with it; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Value, String>> {
        let mut header = String::new();
        if self.input.read_line(&mut header).await.ok()? == 0 {
            return None;
        }
        let length = header
            .strip_prefix("Content-Length: ")
            .and_then(|rest| rest.strip_suffix("\r\n"))
            .and_then(|length| length.parse::<usize>().ok());
        let Some(length) = length else { return Some(Err(format!("no header: {header:?}"))) };
        let mut empty = String::new();
        self.input.read_line(&mut empty).await.ok()?;
        if empty != "\r\n" {
            return Some(Err(format!("one header and an empty line, not {empty:?}")));
        }
        let mut body = vec![0; length];
        self.input.read_exact(&mut body).await.ok()?;
        let text = String::from_utf8_lossy(&body).into_owned();
        Some(serde_json::from_slice(&body).map_err(|error| format!("{error}: {text}")))
    }
}

/// Writes messages until there are no more; a bare string is written as it is.
pub(super) async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut messages: UnboundedReceiver<Value>,
) {
    while let Some(message) = messages.recv().await {
        let bytes = match message {
            Value::String(raw) => raw,
            message => {
                let body = message.to_string();
                format!("Content-Length: {}\r\n\r\n{body}", body.len())
            }
        };
        if output.write_all(bytes.as_bytes()).await.is_err() || output.flush().await.is_err() {
            return;
        }
    }
    // The other side may be gone already.
    let _ = output.shutdown().await;
}
