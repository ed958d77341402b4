//! A socket that is given up if its peer does not take what is written to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A socket whose writes fail if its peer does not take so much in so much time.
///
/// An answer would be kept for ever otherwise, for a peer that reads none of it, or a byte now and
/// then. The clock runs from the first write that has to wait until as much was taken as is due, or
/// all that there was.
#[derive(Debug)]
pub(super) struct Prompt<S> {
    socket: S,
    limit: Duration,
    /// What was taken since the clock runs.
    taken: usize,
    clock: Option<Pin<Box<Sleep>>>,
    leisure: Leisure,
}

/// Says that the peer may take its time from now on: what is written is no answer any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Leisure(Arc<AtomicBool>);

impl Leisure {
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl<S> Prompt<S> {
    pub(super) const fn new(socket: S, limit: Duration, leisure: Leisure) -> Self {
        Self {
            socket,
            limit,
            taken: 0,
            clock: None,
            leisure,
        }
    }

    /// Notes what has become of a write, and fails it if it has waited for too long.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Ready(Ok(length)) => {
                self.taken = self.taken.saturating_add(length);
                if self.taken >= SHARE {
                    self.stop_clock();
                }
                polled
            }
            Poll::Ready(Err(_)) => polled,
            Poll::Pending => self.wait(context),
        }
    }

    /// Notes what has become of a flush; once it is done, the peer owes nothing.
    fn flushed(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        match polled {
            Poll::Ready(_) => {
                self.stop_clock();
                polled
            }
            Poll::Pending => self.wait(context),
        }
    }

    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.leisure.has_begun() {
            self.stop_clock();
            return Poll::Pending;
        }
        let limit = self.limit;
        let clock = self.clock.get_or_insert_with(|| {
            self.taken = 0;
            Box::pin(tokio::time::sleep(limit))
        });
        let late = clock.as_mut().poll(context);
        late.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn stop_clock(&mut self) {
        self.taken = 0;
        self.clock = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prompt<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prompt<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(context, buffers);
        self.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.socket).poll_flush(context);
        self.flushed(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.socket).poll_shutdown(context);
        self.flushed(context, polled)
    }
}

/// How much is to be taken in that time, if there is as much.
const SHARE: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::{Leisure, Prompt, SHARE};

    const LIMIT: Duration = Duration::from_secs(30);

    /// Writes so much; returns the other end, and how the writing ends.
    fn writing(
        amount: usize,
        leisure: Leisure,
    ) -> (DuplexStream, JoinHandle<Result<(), ErrorKind>>) {
        let (near, far) = duplex(1024);
        let mut near = Prompt::new(near, LIMIT, leisure);
        let writing = tokio::spawn(async move {
            let all = vec![0; amount];
            near.write_all(&all).await.map_err(|error| error.kind())?;
            near.flush().await.map_err(|error| error.kind())
        });
        (far, writing)
    }

    /// Reads so much every so often, as long as there is something.
    async fn read(mut far: DuplexStream, amount: usize, pause: Duration) {
        let mut bytes = vec![0; amount];
        while far.read_exact(&mut bytes).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_waited_for_so_long_and_no_longer() {
        let begun = Instant::now();
        let (_far, writing) = writing(2048, Leisure::default());
        assert_eq!(writing.await.unwrap(), Err(ErrorKind::TimedOut));
        let took = begun.elapsed();
        assert!(
            took >= LIMIT && took < LIMIT + Duration::from_secs(1),
            "{took:?}"
        );
    }

    /// The fault: each byte counts, and a long answer is kept for years.
    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_not_enough() {
        let begun = Instant::now();
        let (far, writing) = writing(4096, Leisure::default());
        drop(tokio::spawn(read(far, 1, Duration::from_secs(1))));
        assert_eq!(writing.await.unwrap(), Err(ErrorKind::TimedOut));
        let took = begun.elapsed();
        assert!(took < LIMIT + Duration::from_secs(1), "{took:?}");
    }

    /// The fault: who is slow, but reads on, is cut off from a long answer.
    #[tokio::test(start_paused = true)]
    async fn a_share_in_time_is_enough() {
        let begun = Instant::now();
        let (far, writing) = writing(4 * SHARE, Leisure::default());
        let pause = LIMIT * 9 / 10 / 64;
        drop(tokio::spawn(read(far, SHARE / 64, pause)));
        assert_eq!(writing.await.unwrap(), Ok(()));
        assert!(begun.elapsed() > 3 * LIMIT, "{:?}", begun.elapsed());
    }

    /// The fault: the time of one answer is taken from the next.
    #[tokio::test(start_paused = true)]
    async fn each_answer_has_its_own_time() {
        let (near, mut far) = duplex(1024);
        let mut near = Prompt::new(near, LIMIT, Leisure::default());
        for _ in 0..3 {
            let (written, ()) = tokio::join!(
                async {
                    near.write_all(&[0; 2048]).await?;
                    near.flush().await
                },
                async {
                    tokio::time::sleep(LIMIT * 9 / 10).await;
                    far.read_exact(&mut [0; 2048]).await.unwrap();
                }
            );
            written.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_takes_its_time() {
        let leisure = Leisure::default();
        leisure.begin();
        let (mut far, writing) = writing(2048, leisure);
        tokio::time::sleep(100 * LIMIT).await;
        far.read_exact(&mut [0; 2048]).await.unwrap();
        assert_eq!(writing.await.unwrap(), Ok(()));
    }
}
