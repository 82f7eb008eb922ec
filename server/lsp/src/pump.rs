//! Standard output that never makes the server wait.
//!
//! A client that does not read would otherwise stop the task that reads from it, and with it the
//! answers that the server itself is waiting for.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// Bytes that are written to a queue at once and from there to the real output by a thread.
pub(crate) struct Pump {
    queue: Option<Sender<Vec<u8>>>,
}

/// The thread behind a [`Pump`]; it ends when the pump is dropped and all is written.
pub(crate) type Drained = std::thread::JoinHandle<()>;

/// Writes are joined up to this size, so that a burst of small messages is one system call.
const BATCH: usize = 64 * 1024;

impl Pump {
    /// A pump into `output`.
    pub(crate) fn into(mut output: impl Write + Send + 'static) -> (Pump, Drained) {
        let (queue, messages) = mpsc::channel::<Vec<u8>>();
        let thread = std::thread::spawn(move || {
            while let Ok(mut bytes) = messages.recv() {
                while bytes.len() < BATCH {
                    match messages.try_recv() {
                        Ok(more) => bytes.extend_from_slice(&more),
                        Err(_) => break,
                    }
                }
                // A client that has gone away will close our input too; that ends the server.
                if output.write_all(&bytes).and_then(|()| output.flush()).is_err() {
                    return;
                }
            }
        });
        (Pump { queue: Some(queue) }, thread)
    }
}

impl AsyncWrite for Pump {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = self.queue.as_ref().map(|queue| queue.send(bytes.to_vec()));
        Poll::Ready(match sent {
            Some(Ok(())) => Ok(bytes.len()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.queue = None;
        Poll::Ready(Ok(()))
    }
}
