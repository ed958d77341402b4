//! What the tests of streams serve: an object with methods that read and write, in plain closures.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;

use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::{Callable, Cap, FunctionHook, Outcome, Resolver, Stub, Value, call_function};
use crate::limits::Limits;
use crate::session::tests::support::{Net, Scripted};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::Object;

/// What happened to streams, in order.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    /// Returns what happened since this was last asked.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A main object that reads and writes streams, and what became of those that it made.
pub(in crate::session::tests) struct Theatre {
    pub(super) log: Log,
    kept: Arc<Mutex<Option<ReadableStream<Value>>>>,
}

impl Theatre {
    pub(in crate::session::tests) fn new() -> Self {
        Self {
            log: Log::default(),
            kept: Arc::default(),
        }
    }

    /// Serves it to a scripted peer.
    pub(in crate::session::tests) fn serve(&self) -> Scripted {
        self.serve_with(Limits::default())
    }

    pub(super) fn serve_with(&self, limits: Limits) -> Scripted {
        Scripted::serving(self.stub().cap().clone(), limits)
    }

    /// Plays a conversation that leaves nothing, and checks what happened to the streams in it.
    pub(super) async fn plays(&self, transcript: &str, happened: &[&str]) {
        let peer = self.serve();
        peer.serves(transcript).await;
        assert_eq!(self.log.take(), happened);
        peer.is_clean().await;
    }

    pub(super) fn stub(&self) -> Stub {
        let members = [
            ("send", method(send)),
            ("writeTo", method(write_to)),
            ("writeHello", method(write_hello)),
            ("abortIt", method(abort_it)),
            ("writeMany", method(write_many)),
            ("getSink", self.sink()),
            ("getFailingSink", self.failing_sink()),
            ("readAll", method(read_all)),
            ("ignore", method(|_| async { Ok(Value::Undefined) })),
            ("getStream", self.stream()),
            ("cancel", method(cancel)),
            ("lazy", self.lazy()),
            ("next", self.next()),
            ("forget", self.forget()),
            ("relay", method(relay)),
            ("echo", method(|mut args| async move { Ok(args.remove(0)) })),
        ];
        let members: Object<Stub> = members.into_iter().collect();
        Stub::of(Cap::settled(Ok(Value::Object(members))))
    }

    /// A sink that notes what it is given.
    pub(super) fn collector(&self) -> WritableStream<Value> {
        collector(self.log.clone(), usize::MAX)
    }

    fn sink(&self) -> Value {
        let log = self.log.clone();
        method(move |_| {
            let sink = collector(log.clone(), usize::MAX);
            async move { Ok(to_value(&sink)?) }
        })
    }

    /// A sink that fails after one chunk, or at once if it is made with 0.
    fn failing_sink(&self) -> Value {
        let log = self.log.clone();
        method(move |args| {
            let Some(Value::Number(good)) = args.first() else {
                panic!("how many chunks are good?");
            };
            let sink = collector(log.clone(), usize::from(*good > 0.0));
            async move { Ok(to_value(&sink)?) }
        })
    }

    /// A stream of some strings; its cancellation is noted.
    fn stream(&self) -> Value {
        let log = self.log.clone();
        method(move |args| {
            let log = log.clone();
            let chunks = futures_util::stream::iter(args);
            let noting = move |reason: Error| log.note(format!("cancelled: {reason}"));
            let stream = ReadableStream::<Value>::with_cancel(chunks, noting);
            async move { Ok(to_value(&stream)?) }
        })
    }

    fn lazy(&self) -> Value {
        let kept = Arc::clone(&self.kept);
        method(move |mut args| {
            let stream = from_value(args.remove(0)).unwrap();
            *kept.lock().unwrap() = Some(stream);
            async { Ok(Value::String("got".into())) }
        })
    }

    fn next(&self) -> Value {
        let kept = Arc::clone(&self.kept);
        method(move |_| {
            let kept = Arc::clone(&kept);
            async move {
                let mut stream = kept.lock().unwrap().take().unwrap();
                let chunk = stream.next().await;
                *kept.lock().unwrap() = Some(stream);
                chunk.unwrap_or(Ok(Value::String("the end".into())))
            }
        })
    }

    fn forget(&self) -> Value {
        let kept = Arc::clone(&self.kept);
        method(move |_| {
            let stream = kept.lock().unwrap().take();
            drop(stream);
            async { Ok(Value::Undefined) }
        })
    }
}

/// Connects a main object to another of its kind: what notes what happened, the net, and what each end
/// has of the other.
pub(super) fn pair() -> (Theatre, Net, Stub, Stub) {
    let theatre = Theatre::new();
    let mut net = Net::new();
    let (remote, home) = net.connect(&theatre.stub(), &theatre.stub());
    (theatre, net, remote, home)
}

fn collector(log: Log, good: usize) -> WritableStream<Value> {
    let (noting, closing) = (log.clone(), log.clone());
    let state = (noting, closing, 0_usize);
    let sink = futures_util::sink::unfold(
        state,
        move |(noting, closing, taken), chunk: Value| async move {
            if taken == good {
                return Err(Error::range_error("disk full"));
            }
            noting.note(format!("chunk {}", text(&chunk)));
            Ok((noting, closing, taken + 1))
        },
    );
    WritableStream::with_abort(sink, move |reason| log.note(format!("aborted: {reason}")))
}

/// Writes a chunk down, for the log.
pub(super) fn text(chunk: &Value) -> String {
    match chunk {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    }
}

async fn send(mut args: Vec<Value>) -> Outcome {
    let (Value::Number(size), Value::Number(count)) = (args.remove(2), args.remove(1)) else {
        panic!("how many, and how large?");
    };
    let mut stream: WritableStream<String> = from_value(args.remove(0))?;
    let (count, size) = (format!("{count}"), format!("{size}"));
    for _ in 0..count.parse::<usize>().unwrap() {
        stream.write("x".repeat(size.parse().unwrap())).await?;
    }
    stream.close().await?;
    Ok(Value::String(format!("sent {count}")))
}

async fn write_to(mut args: Vec<Value>) -> Outcome {
    let mut stream: WritableStream<Value> = from_value(args.remove(0))?;
    stream.write(Value::String("hello".into())).await?;
    let n = [("n", Value::Number(1.0))];
    stream.write(Value::Object(n.into_iter().collect())).await?;
    stream.close().await?;
    Ok(Value::String("done".into()))
}

async fn write_hello(mut args: Vec<Value>) -> Outcome {
    let mut stream: WritableStream<String> = from_value(args.remove(0))?;
    stream.write("hello".to_owned()).await?;
    Ok(Value::String("returned".into()))
}

async fn abort_it(mut args: Vec<Value>) -> Outcome {
    let mut stream: WritableStream<String> = from_value(args.remove(0))?;
    stream.write("hello".to_owned()).await?;
    stream.abort(Error::new("nope")).await;
    Ok(Value::String("aborted".into()))
}

async fn write_many(mut args: Vec<Value>) -> Outcome {
    let mut stream: WritableStream<String> = from_value(args.remove(0))?;
    for number in 0..4 {
        stream.write(format!("w{number}")).await?;
    }
    stream.close().await?;
    Ok(Value::String("done".into()))
}

async fn read_all(mut args: Vec<Value>) -> Outcome {
    let mut stream: ReadableStream<Value> = from_value(args.remove(0))?;
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.next().await {
        chunks.push(chunk?);
    }
    Ok(Value::Array(chunks))
}

/// Reads one chunk, then wants no more.
async fn cancel(mut args: Vec<Value>) -> Outcome {
    let mut stream: ReadableStream<Value> = from_value(args.remove(0))?;
    let first = stream.next().await.unwrap()?;
    stream.cancel(Error::thrown(args.remove(0)));
    Ok(first)
}

/// Passes a stream on to a function.
async fn relay(mut args: Vec<Value>) -> Outcome {
    let Value::Capability(function) = args.remove(1) else {
        panic!("to whom?");
    };
    function.call((), (args.remove(0),)).await
}

/// Makes a function out of an async closure.
pub(super) fn method<F, A>(body: F) -> Value
where
    F: Fn(Vec<Value>) -> A + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    struct Method<F>(Arc<F>);
    impl<F, A> Callable for Method<F>
    where
        F: Fn(Vec<Value>) -> A + Send + Sync + 'static,
        A: Future<Output = Outcome> + Send + 'static,
    {
        fn invoke(&self, args: Vec<Value>, result: Resolver) {
            let body = Arc::clone(&self.0);
            call_function(args, result, move |args| body(args.values.collect()));
        }
    }
    let hook = FunctionHook::new(Method(Arc::new(body)));
    Value::Capability(Stub::of(Cap::new(hook)))
}
