//! The parts that a call is made of, each by itself.
//!
//! `cargo bench --manifest-path tests/peers/Cargo.toml -p bench-micro`

use std::hint::black_box;

use capnweb_runtime::__fuzz::parse;
use capnweb_runtime::{Limits, from_value, in_process, to_value};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::{Deserialize, Serialize};
use tests::work::{ApiStub, CHUNK, Work, Worker};
use tokio::runtime::{Builder, Runtime};

/// Text to messages and back.
fn codec(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("codec");
    for (name, text) in MESSAGES {
        group.bench_function(format!("parse {name}"), |bencher| {
            bencher.iter(|| parse(black_box(text), &limits).expect("it is a message"));
        });
    }
    for (name, text) in &MESSAGES[..2] {
        let parsed = parse(text, &limits).expect("it is a message");
        group.bench_function(format!("write {name}"), |bencher| {
            bencher.iter(|| black_box(&parsed).write().expect("it can be written"));
        });
    }
    group.finish();
}

/// 64 KiB of bytes, in base64.
fn bytes(criterion: &mut Criterion) {
    let limits = Limits::default();
    let data = "A".repeat(CHUNK.div_ceil(3) * 4 - 2);
    let text = format!(r#"["stream",["pipeline",3,["write"],[["bytes","{data}"]]]]"#);
    let parsed = parse(&text, &limits).expect("it is a message");
    let mut group = criterion.benchmark_group("64 KiB");
    group.throughput(Throughput::Bytes(CHUNK as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| parse(black_box(&text), &limits).expect("it is a message"));
    });
    group.bench_function("write", |bencher| {
        bencher.iter(|| black_box(&parsed).write().expect("it can be written"));
    });
    group.finish();
}

/// A job, as one might be passed to a queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Job {
    queue: String,
    name: String,
    to: String,
    number: i64,
    tags: Vec<String>,
    priority: Option<u8>,
}

/// Types of one's own to what is sent, and back.
fn data(criterion: &mut Criterion) {
    let job = Job {
        queue: "mail".to_owned(),
        name: "send".to_owned(),
        to: "a@example.org".to_owned(),
        number: 12_345,
        tags: ["a", "b", "c"].map(str::to_owned).to_vec(),
        priority: Some(5),
    };
    let value = to_value(&job).expect("it is data");
    let mut group = criterion.benchmark_group("data");
    group.bench_function("to_value", |bencher| {
        bencher.iter(|| to_value(black_box(&job)).expect("it is data"));
    });
    group.bench_function("from_value", |bencher| {
        let read = |value| from_value::<Job>(value).expect("it is a job");
        bencher.iter_batched(|| value.clone(), read, criterion::BatchSize::SmallInput);
    });
    group.finish();
}

/// Both machines, and what drives them, without a socket.
fn calls(criterion: &mut Criterion) {
    let runtime = runtime();
    let api = runtime.block_on(async {
        in_process(
            ApiStub::new(Worker),
            ApiStub::new(Worker),
            Limits::default(),
        )
        .0
    });
    let mut group = criterion.benchmark_group("in process");
    for (work, n) in [
        (Work::Sequential, 1),
        (Work::Pipelined, 1000),
        (Work::Mapped, 1000),
    ] {
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(work.name(), |bencher| {
            bencher.iter(|| runtime.block_on(work.run(&api, n)).expect("nothing fails"));
        });
    }
    group.finish();
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is a runtime")
}

const MESSAGES: [(&str, &str); 4] = [
    ("push", r#"["push",["pipeline",0,["square"],[1234567]]]"#),
    ("resolve", r#"["resolve",1234567,1524155677489]"#),
    ("pull", r#"["pull",1234567]"#),
    ("release", r#"["release",1234567,1]"#),
];

criterion_group!(micro, codec, bytes, data, calls);
criterion_main!(micro);
