//! The main object: one method for each thing that two peers can understand differently.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use capnweb_runtime::{
    BigInt, Blob, Body, Bytes, Call, Date, Error, Function, Headers, Pipeline, Promise,
    ReadableStream, Request, Response, Result, Value, WritableStream, capability,
};
use serde::{Deserialize, Serialize};

use crate::mapping::{self, SourceStub};
use crate::streams::{self, Collecting, CollectorStub, StreamSourceStub, Tracking};

/// What every connection is served.
#[capability]
pub trait Target {
    async fn square(&self, i: f64) -> Result<f64>;
    async fn add(&self, a: f64, b: f64) -> Result<f64>;
    async fn greet(&self, name: String) -> Result<String>;
    async fn get_list(&self) -> Result<Vec<f64>>;
    async fn generate_fibonacci(&self, n: i64) -> Result<Vec<f64>>;
    async fn return_null(&self) -> Result<Option<f64>>;
    async fn return_undefined(&self) -> Result<()>;
    async fn return_number(&self, i: f64) -> Result<f64>;
    async fn return_infinity(&self) -> Result<f64>;
    async fn return_negative_infinity(&self) -> Result<f64>;
    #[rpc(name = "returnNaN")]
    async fn return_nan(&self) -> Result<f64>;
    async fn echo(&self, value: Value) -> Result<Value>;
    async fn slow_method(&self, ms: u64) -> Result<String>;

    async fn call_square(&self, this: TargetStub, i: f64) -> Result<Squared>;
    async fn call_function(&self, func: Function<fn(Value) -> Value>, i: Value) -> Result<Called>;
    async fn make_counter(&self, i: f64) -> Result<CounterStub>;
    async fn increment_counter(
        &self,
        counter: CounterStub,
        #[default(1.0)] n: f64,
    ) -> Result<Promise<f64>>;
    async fn register_callback(&self, callback: CallbackStub) -> Result<String>;
    async fn trigger_callback(&self) -> Result<Value>;

    async fn throw_error(&self) -> Result<()>;
    async fn throw_type_error(&self) -> Result<()>;

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes>;
    async fn echo_date(&self, date: Date) -> Result<Date>;
    async fn echo_big_int(&self, n: BigInt) -> Result<BigInt>;
    async fn make_bytes(&self, base64: String) -> Result<Bytes>;
    async fn make_date(&self, ms: f64) -> Result<Date>;
    async fn make_big_int(&self, decimal: String) -> Result<BigInt>;
    async fn get_timestamp(&self, date: Date) -> Result<f64>;
    async fn get_bytes_length(&self, bytes: Bytes) -> Result<f64>;
    async fn get_big_int_string(&self, n: BigInt) -> Result<String>;
    async fn make_headers(&self) -> Result<Headers>;

    async fn map_array_remote(&self, source: SourceStub) -> Result<Vec<f64>>;
    async fn map_null_remote(&self, source: SourceStub) -> Result<Option<f64>>;
    async fn map_single_remote(&self, source: SourceStub, n: f64) -> Result<Value>;
    async fn map_nested_remote(&self, source: SourceStub) -> Result<Vec<Vec<f64>>>;
    async fn map_counter_remote(&self, source: SourceStub) -> Result<Vec<f64>>;

    async fn echo_blob(&self, blob: Blob) -> Result<Blob>;
    async fn make_blob(&self, text: String, media_type: String) -> Result<Blob>;
    async fn read_blob(&self, blob: Blob) -> Result<BlobRead>;
    async fn read_request(&self, request: Request<Body>) -> Result<RequestRead>;
    async fn make_request(&self, url: String, text: String) -> Result<Request<Body>>;
    async fn read_response(&self, response: Response<Body>) -> Result<ResponseRead>;
    async fn make_response(&self, status: u16, text: String) -> Result<Response<Body>>;

    async fn make_stream(&self, chunks: Vec<Value>) -> Result<ReadableStream<Value>>;
    async fn make_byte_stream(
        &self,
        total: usize,
        chunk_size: usize,
    ) -> Result<ReadableStream<Bytes>>;
    async fn make_large_chunk_stream(&self, size: usize) -> Result<ReadableStream<Bytes>>;
    async fn make_error_stream(&self, n: u64) -> Result<ReadableStream<f64>>;
    async fn make_stream_source(&self) -> Result<StreamSourceStub>;
    async fn collect_stream(&self, chunks: ReadableStream<Value>) -> Result<Vec<Value>>;
    async fn sum_byte_stream(&self, chunks: ReadableStream<Bytes>) -> Result<usize>;
    async fn collect_stream_slow(&self, chunks: ReadableStream<Value>, ms: u64) -> Result<usize>;
    async fn read_stream_partial(
        &self,
        chunks: ReadableStream<Value>,
        n: usize,
    ) -> Result<Vec<Value>>;
    async fn make_collector(&self) -> Result<CollectorStub>;
    async fn write_to_writable(
        &self,
        writable: WritableStream<Value>,
        chunks: Vec<Value>,
    ) -> Result<String>;

    /// The sizes of this session's tables.
    async fn stats(&self, call: Call) -> Result<TableSizes>;
}

/// A capability with state.
#[capability]
pub trait Counter {
    async fn increment(&self, #[default(1.0)] n: f64) -> Result<f64>;
    #[property]
    fn value(&self) -> f64;
}

/// What a client passes to be called back later.
#[capability]
pub trait Callback {
    async fn notify(&self, message: String) -> Result<Value>;
}

/// The answer of `callSquare`: a promise inside an object, not awaited.
#[derive(Debug, Serialize, Deserialize, Pipeline)]
pub(crate) struct Squared {
    /// The square.
    pub result: Promise<f64>,
}

/// The answer of `callFunction`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Called {
    /// What the function returned.
    pub result: Value,
}

/// The answer of `readBlob`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlobRead {
    /// What it says that it is.
    #[serde(rename = "type")]
    pub media_type: String,
    /// What is in it.
    pub text: String,
    /// How many bytes that is.
    pub size: usize,
}

/// The answer of `readRequest`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestRead {
    /// What it asks for.
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// What it carries.
    pub text: String,
}

/// The answer of `readResponse`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResponseRead {
    /// How it went.
    pub status: u16,
    /// What it carries.
    pub text: String,
}

/// The answer of `stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableSizes {
    /// What it holds of the client's.
    pub imports: usize,
    /// What the client holds of it.
    pub exports: usize,
}

/// The main object of one connection.
#[derive(Debug, Default)]
pub(crate) struct Main {
    callback: Mutex<Option<CallbackStub>>,
}

struct Counting(Mutex<f64>);

impl Counter for Counting {
    async fn increment(&self, n: f64) -> Result<f64> {
        let mut value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *value += n;
        Ok(*value)
    }

    fn value(&self) -> f64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Target for Main {
    async fn square(&self, i: f64) -> Result<f64> {
        Ok(i * i)
    }

    async fn add(&self, a: f64, b: f64) -> Result<f64> {
        Ok(a + b)
    }

    async fn greet(&self, name: String) -> Result<String> {
        Ok(format!("Hello, {name}!"))
    }

    async fn get_list(&self) -> Result<Vec<f64>> {
        Ok(vec![1.0, 2.0, 3.0, 4.0, 5.0])
    }

    async fn generate_fibonacci(&self, n: i64) -> Result<Vec<f64>> {
        let mut numbers = Vec::new();
        let (mut a, mut b) = (0.0, 1.0);
        if n > MAX_ITEMS {
            return Err(Error::range_error("too many"));
        }
        for _ in 0..n {
            numbers.push(a);
            (a, b) = (b, a + b);
        }
        Ok(numbers)
    }

    async fn return_null(&self) -> Result<Option<f64>> {
        Ok(None)
    }

    async fn return_undefined(&self) -> Result<()> {
        Ok(())
    }

    async fn return_number(&self, i: f64) -> Result<f64> {
        Ok(i)
    }

    async fn return_infinity(&self) -> Result<f64> {
        Ok(f64::INFINITY)
    }

    async fn return_negative_infinity(&self) -> Result<f64> {
        Ok(f64::NEG_INFINITY)
    }

    async fn return_nan(&self) -> Result<f64> {
        Ok(f64::NAN)
    }

    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn slow_method(&self, ms: u64) -> Result<String> {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Ok(format!("slow result after {ms}ms"))
    }

    async fn call_square(&self, this: TargetStub, i: f64) -> Result<Squared> {
        Ok(Squared {
            result: this.square(i),
        })
    }

    async fn call_function(&self, func: Function<fn(Value) -> Value>, i: Value) -> Result<Called> {
        Ok(Called {
            result: func.call(i).await?,
        })
    }

    async fn make_counter(&self, i: f64) -> Result<CounterStub> {
        Ok(CounterStub::new(Counting(Mutex::new(i))))
    }

    async fn increment_counter(&self, counter: CounterStub, n: f64) -> Result<Promise<f64>> {
        Ok(counter.increment(n))
    }

    async fn register_callback(&self, callback: CallbackStub) -> Result<String> {
        let previous = {
            let mut kept = self.callback.lock().unwrap_or_else(PoisonError::into_inner);
            kept.replace(callback)
        };
        drop(previous);
        Ok("registered".to_owned())
    }

    async fn trigger_callback(&self) -> Result<Value> {
        let callback = self
            .callback
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match callback {
            Some(callback) => callback.notify("ping").await,
            None => Ok(Value::String("no callback".to_owned())),
        }
    }

    async fn throw_error(&self) -> Result<()> {
        Err(Error::range_error("test error"))
    }

    async fn throw_type_error(&self) -> Result<()> {
        Err(Error::type_error("adversarial type error"))
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        Ok(bytes)
    }

    async fn echo_date(&self, date: Date) -> Result<Date> {
        Ok(date)
    }

    async fn echo_big_int(&self, n: BigInt) -> Result<BigInt> {
        Ok(n)
    }

    async fn make_bytes(&self, base64: String) -> Result<Bytes> {
        let bytes = STANDARD
            .decode(base64)
            .map_err(|_| Error::type_error("not base64"))?;
        Ok(bytes.into())
    }

    async fn make_date(&self, ms: f64) -> Result<Date> {
        Ok(Date::from_time_value(ms))
    }

    async fn make_big_int(&self, decimal: String) -> Result<BigInt> {
        decimal
            .parse()
            .map_err(|_| Error::type_error("not an integer"))
    }

    async fn get_timestamp(&self, date: Date) -> Result<f64> {
        Ok(date.to_time_value())
    }

    async fn get_bytes_length(&self, bytes: Bytes) -> Result<f64> {
        let length = u32::try_from(bytes.len()).map_err(|_| Error::range_error("too long"))?;
        Ok(f64::from(length))
    }

    async fn get_big_int_string(&self, n: BigInt) -> Result<String> {
        Ok(n.to_string())
    }

    async fn map_array_remote(&self, source: SourceStub) -> Result<Vec<f64>> {
        mapping::array(&source).await
    }

    async fn map_null_remote(&self, source: SourceStub) -> Result<Option<f64>> {
        mapping::null(&source).await
    }

    async fn map_single_remote(&self, source: SourceStub, n: f64) -> Result<Value> {
        mapping::single(&source, n).await
    }

    async fn map_nested_remote(&self, source: SourceStub) -> Result<Vec<Vec<f64>>> {
        mapping::nested(&source).await
    }

    async fn map_counter_remote(&self, source: SourceStub) -> Result<Vec<f64>> {
        mapping::counter(&source).await
    }

    async fn make_headers(&self) -> Result<Headers> {
        let fields = [
            ("X-Multi", "a"),
            ("X-multi", "b"),
            ("Content-Type", "text/plain"),
        ];
        Ok(Headers::from_pairs(fields)?)
    }

    async fn echo_blob(&self, blob: Blob) -> Result<Blob> {
        Ok(blob)
    }

    async fn make_blob(&self, text: String, media_type: String) -> Result<Blob> {
        Ok(Blob::new(media_type, text.into_bytes().into()))
    }

    async fn read_blob(&self, blob: Blob) -> Result<BlobRead> {
        Ok(BlobRead {
            media_type: blob.media_type,
            text: String::from_utf8_lossy(&blob.content).into_owned(),
            size: blob.content.len(),
        })
    }

    async fn read_request(&self, request: Request<Body>) -> Result<RequestRead> {
        Ok(RequestRead {
            method: request.method.to_string(),
            url: request.url.to_string(),
            text: request.body.text(MAX_BODY).await?,
        })
    }

    async fn make_request(&self, url: String, text: String) -> Result<Request<Body>> {
        let url = url.parse().map_err(|_| Error::type_error("not a URL"))?;
        Ok(Request::new(http::Method::POST, url, text.into()))
    }

    async fn read_response(&self, response: Response<Body>) -> Result<ResponseRead> {
        Ok(ResponseRead {
            status: response.status,
            text: response.body.text(MAX_BODY).await?,
        })
    }

    async fn make_response(&self, status: u16, text: String) -> Result<Response<Body>> {
        Ok(Response::new(status, text.into()))
    }

    async fn make_stream(&self, chunks: Vec<Value>) -> Result<ReadableStream<Value>> {
        Ok(streams::of(chunks))
    }

    async fn make_byte_stream(
        &self,
        total: usize,
        chunk_size: usize,
    ) -> Result<ReadableStream<Bytes>> {
        streams::of_bytes(total, chunk_size)
    }

    async fn make_large_chunk_stream(&self, size: usize) -> Result<ReadableStream<Bytes>> {
        if size > MAX_BYTES {
            return Err(Error::range_error("too many"));
        }
        Ok(streams::large_chunk(size))
    }

    async fn make_error_stream(&self, n: u64) -> Result<ReadableStream<f64>> {
        Ok(streams::failing(n))
    }

    async fn make_stream_source(&self) -> Result<StreamSourceStub> {
        Ok(StreamSourceStub::new(Tracking::default()))
    }

    async fn collect_stream(&self, chunks: ReadableStream<Value>) -> Result<Vec<Value>> {
        streams::collect(chunks).await
    }

    async fn sum_byte_stream(&self, chunks: ReadableStream<Bytes>) -> Result<usize> {
        streams::sum_bytes(chunks).await
    }

    async fn collect_stream_slow(&self, chunks: ReadableStream<Value>, ms: u64) -> Result<usize> {
        streams::collect_slowly(chunks, ms).await
    }

    async fn read_stream_partial(
        &self,
        chunks: ReadableStream<Value>,
        n: usize,
    ) -> Result<Vec<Value>> {
        streams::read_partly(chunks, n).await
    }

    async fn make_collector(&self) -> Result<CollectorStub> {
        Ok(CollectorStub::new(Collecting::default()))
    }

    async fn write_to_writable(
        &self,
        writable: WritableStream<Value>,
        chunks: Vec<Value>,
    ) -> Result<String> {
        streams::write_all(writable, chunks).await
    }

    async fn stats(&self, call: Call) -> Result<TableSizes> {
        let stats = call.session().map(capnweb_runtime::Session::stats);
        let stats = stats.ok_or_else(|| Error::new("this call came over no session"))?;
        Ok(TableSizes {
            imports: stats.imports,
            exports: stats.exports,
        })
    }
}

/// How many items `generateFibonacci` gives at most: further ones are no doubles any more.
const MAX_ITEMS: i64 = 1_476;

/// How many bytes there may be in one chunk: a message in base64 holds a third more.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How many bytes of a body are read.
const MAX_BODY: usize = 16 << 20;
