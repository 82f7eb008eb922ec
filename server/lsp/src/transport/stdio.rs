//! Standard input and output. Both are read and written by threads of their own that nobody
//! waits for: a pipe at which nothing happens must not keep the process alive.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{self, Receiver};

/// Standard input.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn stdin() -> io::Result<impl AsyncRead + Send + Unpin> {
    // A few pieces: the reader is always ahead of us and never far ahead.
    let (pieces, received) = mpsc::channel(4);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match input.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A broken input has ended, like one that is closed.
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    if pieces.blocking_send(buffer[..length].to_vec()).is_err() {
                        return;
                    }
                }
            }
        }
    })?;
    Ok(Pieces { received, piece: Vec::new(), used: 0 })
}

/// Standard output, whose every write blocks: for a thread of its own.
pub(crate) fn blocking_stdout() -> impl AsyncWrite + Send + Unpin {
    Blocking(io::stdout())
}

struct Pieces {
    received: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    used: usize,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.used == self.piece.len() {
            match ready!(self.received.poll_recv(cx)) {
                Some(piece) => (self.piece, self.used) = (piece, 0),
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = buffer.remaining().min(self.piece.len() - self.used);
        buffer.put_slice(&self.piece[self.used..self.used + length]);
        self.used += length;
        Poll::Ready(Ok(()))
    }
}

struct Blocking<W>(W);

impl<W: Write + Unpin> AsyncWrite for Blocking<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
