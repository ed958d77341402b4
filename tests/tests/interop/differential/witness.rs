//! What ours serves: the same as the reference's `tests/js/verdict.mjs`.

use std::sync::{Arc, Mutex};

use capnweb_runtime::{
    Body, Error, ReadableStream, Result, Value, WritableStream, capability, from_value,
};
use futures_util::{StreamExt as _, sink, stream};
use tokio::task::yield_now;

use super::canonical::{canonical, digits};

/// What both have for a main object; the reference's is in `tests/js/verdict.mjs`.
#[capability]
pub(super) trait Probe {
    async fn see(&self, a: Value, b: Value) -> Result<()>;
    async fn one(&self) -> Result<i64>;
    async fn data(&self) -> Result<Value>;
    async fn fail(&self) -> Result<()>;
    async fn thing(&self) -> Result<ThingStub>;
    #[property]
    fn prop(&self) -> Value;
    async fn read(&self, value: Value) -> Result<()>;
    async fn fill(&self, sink: Value) -> Result<()>;
    async fn sink(&self) -> Result<WritableStream<Value>>;
    async fn chunks(&self) -> Result<ReadableStream<Value>>;
    async fn done(&self) -> Result<String>;
}

#[capability]
pub(super) trait Thing {
    async fn value(&self) -> Result<i64>;
}

#[derive(Default)]
pub(super) struct Witness {
    seen: Seen,
}

/// What was seen, a line for each call and each stream.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    /// Begins a line; returns which.
    fn begin(&self, text: String) -> usize {
        let mut lines = self.0.lock().expect("nobody panics with it");
        lines.push(text);
        lines.len() - 1
    }

    /// Adds to a line.
    fn add(&self, line: usize, text: &str) {
        let mut lines = self.0.lock().expect("nobody panics with it");
        lines[line].push_str(text);
    }
}

impl Probe for Witness {
    async fn see(&self, a: Value, b: Value) -> Result<()> {
        self.seen
            .begin(format!("{} {}", canonical(&a), canonical(&b)));
        Ok(())
    }

    async fn one(&self) -> Result<i64> {
        Ok(1)
    }

    async fn data(&self) -> Result<Value> {
        let inner = Value::Object([("x", Value::String("y".to_owned()))].into_iter().collect());
        let members = [
            ("list", Value::Array(vec![Value::Number(1.0), inner])),
            ("none", Value::Null),
            ("undef", Value::Undefined),
        ];
        Ok(Value::Object(members.into_iter().collect()))
    }

    async fn fail(&self) -> Result<()> {
        Err(Error::range_error("no"))
    }

    async fn thing(&self) -> Result<ThingStub> {
        Ok(ThingStub::new(Seven))
    }

    fn prop(&self) -> Value {
        let list = Value::Array(vec![Value::Number(1.0), Value::Number(2.0)]);
        Value::Object([("a", list)].into_iter().collect())
    }

    /// Reads whatever there is to read in it, to its end.
    async fn read(&self, value: Value) -> Result<()> {
        let line = self.seen.begin("read".to_owned());
        match value {
            Value::Blob(blob) => self
                .seen
                .add(line, &format!(" {}", canonical(&Value::Blob(blob)))),
            Value::Request(request) => self.read_body(line, request.body).await,
            Value::Response(response) => self.read_body(line, response.body).await,
            other => match from_value::<ReadableStream<Value>>(other) {
                Ok(stream) => self.read_stream(line, stream).await,
                Err(_) => self.seen.add(line, " nothing"),
            },
        }
        Ok(())
    }

    /// Writes to a stream of the client's, and closes it.
    async fn fill(&self, sink: Value) -> Result<()> {
        let line = self.seen.begin("filled".to_owned());
        let Ok(mut sink) = from_value::<WritableStream<Value>>(sink) else {
            self.seen.add(line, " nothing");
            return Ok(());
        };
        for chunk in [Value::Number(1.0), Value::String("x".to_owned())] {
            sink.write(chunk).await?;
        }
        Ok(())
    }

    /// A stream that notes what is written to it.
    async fn sink(&self) -> Result<WritableStream<Value>> {
        let line = self.seen.begin("sink".to_owned());
        let (seen, closing) = (self.seen.clone(), self.seen.clone());
        let taking = sink::unfold(seen.clone(), move |seen, chunk: Value| async move {
            seen.add(line, &format!(" {}", canonical(&chunk)));
            Ok::<_, Error>(seen)
        });
        drop(seen);
        let aborted = move |reason: Error| {
            closing.add(line, &format!(" aborted {}", failure(&reason)));
        };
        Ok(WritableStream::with_abort(taking, aborted))
    }

    async fn chunks(&self) -> Result<ReadableStream<Value>> {
        let chunks = [Value::Number(1.0), Value::Array(vec![])];
        Ok(ReadableStream::new(stream::iter(chunks)))
    }

    /// Returns what was seen, once all that can run has run.
    async fn done(&self) -> Result<String> {
        for _ in 0..TURNS {
            yield_now().await;
        }
        Ok(self
            .seen
            .0
            .lock()
            .expect("nobody panics with it")
            .join("\n"))
    }
}

impl Witness {
    async fn read_stream(&self, line: usize, mut stream: ReadableStream<Value>) {
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => self.seen.add(line, &format!(" {}", canonical(&chunk))),
                Err(error) => {
                    let text = failure(&error);
                    return self.seen.add(line, &format!(" failed {text}"));
                }
            }
        }
        self.seen.add(line, " end");
    }

    async fn read_body(&self, line: usize, body: Value) {
        let body = from_value::<Body>(body).expect("it is a body");
        match body.collect(usize::MAX).await {
            Ok(bytes) => self.seen.add(line, &format!(" {}", digits(&bytes))),
            Err(_) => self.seen.add(line, " failed"),
        }
    }
}

/// Returns what was thrown, in canonical form.
fn failure(error: &Error) -> String {
    match error {
        Error::Thrown(thrown) => canonical(thrown.value()),
        other => format!("{}({other})", other.class().name()),
    }
}

struct Seven;

impl Thing for Seven {
    async fn value(&self) -> Result<i64> {
        Ok(7)
    }
}

const TURNS: usize = 50;
