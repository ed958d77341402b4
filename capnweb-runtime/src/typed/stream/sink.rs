//! Sinks of a program's, as what takes the chunks of a stream.

use std::future::ready;
use std::marker::PhantomData;
use std::pin::Pin;

use futures_util::{Sink, SinkExt as _};

use super::chunk::read_chunk;
use crate::error::Error;
use crate::hook::{Consume, Step, Value};
use crate::typed::{RpcError, Wire};

/// Told when a stream is aborted, and why.
pub(super) type Aborted = Box<dyn FnOnce(Error) + Send>;

/// Anything that chunks can be sent into.
pub(super) struct Sinking<T, E> {
    sink: Option<Pin<Box<dyn Sink<T, Error = E> + Send>>>,
    aborted: Option<Aborted>,
}

impl<T, E> Sinking<T, E> {
    pub(super) fn new(
        sink: impl Sink<T, Error = E> + Send + 'static,
        aborted: Option<Aborted>,
    ) -> Self {
        Self {
            sink: Some(Box::pin(sink)),
            aborted,
        }
    }
}

impl<T: Wire, E: RpcError> Consume for Sinking<T, E> {
    fn write(&mut self, chunk: Value) -> Step<'_> {
        // Read before the future is made, which then need not hold the chunk in both forms.
        let chunk = read_chunk(chunk);
        Box::pin(async move {
            match &mut self.sink {
                Some(sink) => sink.send(chunk?).await.map_err(RpcError::into_error),
                None => Ok(()),
            }
        })
    }

    fn close(&mut self) -> Step<'_> {
        Box::pin(async move {
            match self.sink.take() {
                Some(mut sink) => sink.close().await.map_err(RpcError::into_error),
                None => Ok(()),
            }
        })
    }

    fn abort(&mut self, reason: Error) {
        drop(self.sink.take());
        if let Some(aborted) = self.aborted.take() {
            aborted(reason);
        }
    }
}

/// A closure that takes chunks.
pub(super) struct Calling<T, F> {
    body: F,
    chunks: PhantomData<fn(T)>,
}

impl<T, F> Calling<T, F> {
    pub(super) const fn new(body: F) -> Self {
        Self {
            body,
            chunks: PhantomData,
        }
    }
}

impl<T, F, A> Consume for Calling<T, F>
where
    T: Wire,
    F: FnMut(T) -> A + Send + 'static,
    A: Future<Output = Result<(), Error>> + Send + 'static,
{
    fn write(&mut self, chunk: Value) -> Step<'_> {
        match read_chunk(chunk) {
            Ok(chunk) => Box::pin((self.body)(chunk)),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }

    fn close(&mut self) -> Step<'_> {
        Box::pin(ready(Ok(())))
    }

    fn abort(&mut self, _: Error) {}
}
