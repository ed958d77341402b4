//! The part of a script that is about streams and maps.

use std::future::poll_fn;
use std::pin::Pin;

use futures_util::{FutureExt as _, Sink as _};

use super::super::choices::Choices;
use super::actor::House;
use super::acts::{call, number};
use super::flow;
use super::network::Network;
use crate::data::to_value;
use crate::error::Error;
use crate::hook::{Outcome, Stub, Value, record_map};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::{Object, Path};

/// A stream that a process writes to.
pub(super) struct Feed {
    /// Whose it is.
    at: usize,
    id: usize,
    chunks: u32,
    stream: WritableStream<Value>,
}

impl Network {
    pub(super) fn stream_step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(16) {
            0..=1 => self.open_feed(choices),
            2..=7 => self.feed(choices),
            8 => self.end_feed(choices),
            9 => self.hand_out_sink(choices),
            10..=11 => self.ask_for_source(choices),
            12 => self.ask_for_sink(choices),
            _ => self.map(choices),
        }
    }

    /// Sends a stream, which is written to later. What comes back of it is read, and not held: a
    /// stream that carries itself never ends, which is for whoever sends it to mend.
    fn open_feed(&mut self, choices: &mut Choices<'_>) {
        let (writable, readable) = ReadableStream::<Value>::channel();
        let (manner, method) = (
            choices.below(4),
            ["read", "echo", "later"][choices.below(3)],
        );
        let readable = to_value(&readable).expect("it was not passed on");
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let asked = call(&handle.stub, method, vec![readable, number(manner)]);
        let (house, manner) = (self.houses[handle.at].clone(), number(choices.below(4)));
        drop(tokio::spawn(read_result(house, asked, manner)));
        self.streams += 1;
        self.feeds.push(Feed {
            at: handle.at,
            id: self.streams,
            chunks: 0,
            stream: writable,
        });
    }

    /// Writes a chunk, if there is room for it.
    fn feed(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.feeds.len());
        let Some(feed) = self.feeds.get(at) else {
            return;
        };
        let value = self.value(choices, feed.at, 2);
        let feed = &mut self.feeds[at];
        let chunk = flow::chunk(feed.id, feed.chunks, value);
        let mut stream = Pin::new(&mut feed.stream);
        let room = poll_fn(|context| stream.as_mut().poll_ready(context)).now_or_never();
        if room.is_some_and(|room| room.is_ok()) && stream.start_send(chunk).is_ok() {
            feed.chunks += 1;
        }
    }

    fn end_feed(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.feeds.len());
        if at >= self.feeds.len() {
            return;
        }
        let Feed { stream, .. } = self.feeds.swap_remove(at);
        match choices.below(4) {
            0 => drop(stream),
            1 => drop(stream.abort(Error::new("no more"))),
            _ => drop(tokio::spawn(stream.close())),
        }
    }

    /// Sends a stream to write to, and what is to be written.
    fn hand_out_sink(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let good = number(choices.below(3));
        let sink = flow::sink(&self.houses[handle.at], &good).expect("it was not passed on");
        let manner = number(choices.below(4));
        let values = [0, 1].map(|_| self.value(choices, handle.at, 1));
        let args = [sink, manner].into_iter().chain(values);
        let written = call(&handle.stub, "write", args.collect());
        self.keep_promise(choices, handle.at, written);
    }

    /// Asks for a stream, and reads it.
    fn ask_for_source(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let values = (0..choices.below(4)).map(|_| self.value(choices, handle.at, 1));
        let source = call(&handle.stub, "source", values.collect());
        let manner = number(choices.below(4));
        let house = self.houses[handle.at].clone();
        drop(tokio::spawn(read_result(house, source, manner)));
    }

    /// Asks for a stream to write to, which is written to later.
    fn ask_for_sink(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let good = number(choices.below(3));
        let sink = call(&handle.stub, "sink", vec![good]);
        let values = (0..choices.below(4)).map(|_| self.value(choices, handle.at, 1));
        let (values, manner) = (values.collect(), number(choices.below(4)));
        drop(tokio::spawn(async move {
            let stream = super::end::value(&sink).await?;
            drop(sink);
            flow::write(stream, manner, values).await
        }));
    }

    /// Maps what a reference stands for, with calls of another one.
    fn map(&mut self, choices: &mut Choices<'_>) {
        let (Some(subject), Some(other)) = (
            choices.of(&self.handles).cloned(),
            choices.of(&self.handles).cloned(),
        ) else {
            return;
        };
        if subject.at != other.at {
            return;
        }
        let list = Value::Array(
            (0..choices.below(4))
                .map(|_| self.value(choices, subject.at, 1))
                .collect(),
        );
        let list = call(
            &subject.stub,
            ["echo", "later"][choices.below(2)],
            vec![list],
        );
        let manner = choices.below(6);
        let mapped = record_map(&list, |input| Ok(recorded(manner, &input, &other.stub)));
        let mapped = Stub::promise(mapped);
        self.keep_promise(choices, subject.at, mapped);
    }
}

/// Reads the stream that is the result of a call, if it is one.
async fn read_result(house: House, promise: Stub, manner: Value) -> Outcome {
    let stream = super::end::value(&promise).await?;
    drop(promise);
    flow::read(&house, stream, &manner).await
}

/// What a closure does with an element, and with something else.
fn recorded(manner: usize, input: &Stub, other: &Stub) -> Value {
    match manner {
        0 => capability(input),
        1 => ask(other, "echo", vec![capability(input)]),
        2 => {
            let later = ask(other, "later", vec![capability(input)]);
            let members = [("a", later), ("b", capability(input))];
            Value::Object(members.into_iter().collect::<Object<Stub>>())
        }
        3 => ask(input, "make", Vec::new()),
        4 => capability(&Stub::promise(record_map(input, |inner| {
            let both = vec![capability(&inner), capability(input)];
            Ok(ask(other, "echo", vec![Value::Array(both)]))
        }))),
        _ => ask(other, "fail", vec![capability(input)]),
    }
}

/// Calls a method as a program does, so that a recording sees it.
fn ask(stub: &Stub, method: &'static str, args: Vec<Value>) -> Value {
    Value::Capability(Stub::promise(stub.begin_call(Path::single(method), args)))
}

fn capability(stub: &Stub) -> Value {
    Value::Capability(stub.clone())
}
