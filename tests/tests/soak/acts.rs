//! What a client can do with a target: each act begins and ends with nothing held.

use std::pin::Pin;

use capnweb_runtime::{
    BigInt, Blob, Bytes, Capability as _, Date, Error, Function, ReadableStream, Result, Value,
    WritableStream, to_value,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::mapping::{Source, SourceStub};
use crate::target::{Callback, CallbackStub, CounterStub, TargetStub};

/// One thing to do.
pub(crate) struct Act {
    pub(crate) name: &'static str,
    pub(crate) run: fn(TargetStub) -> Doing,
}

type Doing = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

macro_rules! acts {
    ($list:ident: $($name:ident),* $(,)?) => {
        pub(crate) const $list: &[Act] = &[$(Act {
            name: stringify!($name),
            run: |api| Box::pin($name(api)),
        }),*];
    };
}

acts!(ACTS: call, pipeline, capability, callback, map, error, let_go, blob, read_stream,
    cancel_stream, send_stream, fail_stream, write, be_written_to);

// The JavaScript peer never lets go of what its mappers have captured, which is for sessions that
// end.
acts!(LEAVING: map_there);

async fn call(api: TargetStub) -> Result<()> {
    assert_eq!(api.add(1.0, 2.0).await?, 3.0);
    let values = [
        Value::Null,
        Value::Undefined,
        Value::String("żółć".into()),
        Value::BigInt(BigInt::from(-7_i64)),
        Value::Date(Date::from_millis(3)),
        to_value(&(1, [vec![f64::INFINITY]])).unwrap(),
    ];
    for value in values {
        assert_eq!(api.echo(&value).await?, value);
    }
    Ok(())
}

async fn pipeline(api: TargetStub) -> Result<()> {
    let counter = api.make_counter(1.0);
    let two = counter.increment(1.0);
    assert_eq!(api.square(&two).await?, 4.0);
    assert_eq!(counter.value().await?, 2.0);
    Ok(())
}

async fn capability(api: TargetStub) -> Result<()> {
    let counter: CounterStub = api.make_counter(10.0).await?;
    let copy = counter.clone();
    assert_eq!(api.increment_counter(&counter, 5.0).await?.await?, 15.0);
    drop(counter);
    assert_eq!(copy.increment(1.0).await?, 16.0);
    Ok(())
}

struct Listener;

impl Callback for Listener {
    async fn notify(&self, message: String) -> Result<Value> {
        Ok(Value::String(format!("heard {message}")))
    }
}

async fn callback(api: TargetStub) -> Result<()> {
    let there = api.clone();
    let function = Function::new(move |i: Value| {
        let there = there.clone();
        async move {
            let Value::Number(i) = i else { return Ok(i) };
            Ok(Value::Number(there.square(i).await? + 1.0))
        }
    });
    let called = api.call_function(function, Value::Number(3.0)).await?;
    assert_eq!(called.result, Value::Number(10.0));
    api.register_callback(CallbackStub::new(Listener)).await?;
    let heard = api.trigger_callback().await?;
    assert_eq!(heard, Value::String("heard ping".into()));
    Ok(())
}

async fn map(api: TargetStub) -> Result<()> {
    let squares = api.get_list().map(|x| api.square(x)).await?;
    assert_eq!(squares, [1.0, 4.0, 9.0, 16.0, 25.0]);
    let counters = api.get_list().map(|x| api.make_counter(x).increment(1.0));
    assert_eq!(counters.await?, [2.0, 3.0, 4.0, 5.0, 6.0]);
    Ok(())
}

struct Numbers;

impl Source for Numbers {
    async fn get_numbers(&self) -> Result<Vec<f64>> {
        Ok(vec![1.0, 2.0, 3.0])
    }

    async fn double(&self, x: f64) -> Result<f64> {
        tokio::task::yield_now().await;
        Ok(x * 2.0)
    }

    async fn return_null(&self) -> Result<Option<f64>> {
        Ok(None)
    }

    async fn return_number(&self, n: f64) -> Result<f64> {
        Ok(n)
    }

    async fn make_list(&self, n: f64) -> Result<Vec<f64>> {
        Ok(vec![n])
    }

    async fn make_counter(&self, _: f64) -> Result<CounterStub> {
        Err(Error::new("there are none"))
    }
}

async fn map_there(api: TargetStub) -> Result<()> {
    let doubled = api.map_array_remote(SourceStub::new(Numbers)).await?;
    assert_eq!(doubled, [2.0, 4.0, 6.0]);
    Ok(())
}

async fn error(api: TargetStub) -> Result<()> {
    let thrown = api.throw_error().await.unwrap_err();
    assert_eq!(thrown.to_string(), "test error");
    let function = Function::new(|i: Value| async move { Ok(i) });
    let nope = api.as_stub().call("nope", (function,)).await.unwrap_err();
    assert_eq!(nope.to_string(), "'nope' is not a function.");
    let failed = api.as_stub().call("throwTypeError", ());
    let failed = failed.call("more", ()).await.unwrap_err();
    assert_eq!(failed.to_string(), "adversarial type error");
    Ok(())
}

async fn let_go(api: TargetStub) -> Result<()> {
    drop(api.make_counter(0.0));
    drop(api.as_stub().call("echo", ([api.make_counter(1.0)],)));
    drop(api.slow_method(1));
    assert_eq!(api.square(2.0).await?, 4.0);
    Ok(())
}

async fn blob(api: TargetStub) -> Result<()> {
    let blob = Blob::new("text/plain", Bytes::from(vec![b'x'; 5000]));
    assert_eq!(api.echo_blob(&blob).await?, blob);
    assert_eq!(api.read_blob(&blob).await?.size, 5000);
    Ok(())
}

async fn read_stream(api: TargetStub) -> Result<()> {
    let mut stream = api.make_byte_stream(50_000, 1000).await?;
    let mut total = 0;
    while let Some(chunk) = stream.next().await {
        total += chunk?.len();
    }
    assert_eq!(total, 50_000);
    Ok(())
}

async fn cancel_stream(api: TargetStub) -> Result<()> {
    for is_told in [true, false] {
        let mut stream = api.make_byte_stream(1_000_000, 10_000).await?;
        let first = stream.next().await.transpose()?;
        assert_eq!(first.map(|chunk| chunk.len()), Some(10_000));
        if is_told {
            stream.cancel(Error::new("enough"));
        }
    }
    Ok(())
}

/// A stream of so many pages.
fn pages(count: usize) -> ReadableStream<Value> {
    let page = Value::String("x".repeat(5000));
    ReadableStream::new(stream::repeat(page).take(count))
}

async fn send_stream(api: TargetStub) -> Result<()> {
    let bytes = stream::repeat_with(|| Bytes::from(vec![0; 1000]));
    let bytes = ReadableStream::new(bytes.take(50));
    assert_eq!(api.sum_byte_stream(bytes).await?, 50_000);
    assert_eq!(api.read_stream_partial(pages(1000), 3).await?.len(), 3);
    Ok(())
}

async fn fail_stream(api: TargetStub) -> Result<()> {
    let failing = [Ok(Value::Null), Err(Error::range_error("no"))];
    let failing = ReadableStream::new(stream::iter(failing));
    let failed = api.collect_stream(failing).await.unwrap_err();
    assert_eq!(failed.to_string(), "no");
    let failing = api.make_error_stream(1).await?;
    let failed = failing.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(failed.to_string(), "ts source exploded");
    Ok(())
}

async fn write(api: TargetStub) -> Result<()> {
    let collector = api.make_collector().await?;
    let mut writable = collector.get_writable().await?;
    for _ in 0..10 {
        writable.write(Value::Null).await?;
    }
    writable.close().await?;
    assert_eq!(collector.get_state().await?.chunks.len(), 10);
    let mut aborted = collector.get_writable().await?;
    aborted.write(Value::Null).await?;
    aborted.abort(Error::new("no more")).await;
    let mut dropped = collector.get_writable().await?;
    dropped.write(Value::Null).await
}

async fn be_written_to(api: TargetStub) -> Result<()> {
    let sink = WritableStream::from_fn(|_: Value| async { Ok(()) });
    let chunks = vec![Value::Null; 3];
    assert_eq!(api.write_to_writable(sink, chunks).await?, "ok");
    Ok(())
}
