//! Noticing that nobody is left to serve: the input has ended, or the parent has died.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;

/// An input that tells when it has ended.
pub(crate) struct Watched<R> {
    pub(crate) inner: R,
    pub(crate) ended: CancellationToken,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        let at_end = buffer.filled().len() == before && buffer.remaining() > 0;
        if matches!(&polled, Poll::Ready(Ok(())) if at_end)
            || matches!(&polled, Poll::Ready(Err(_)))
        {
            self.ended.cancel();
        }
        polled
    }
}
