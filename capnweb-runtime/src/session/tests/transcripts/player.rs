//! One of our sessions in the place of one side of a transcript.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::TryStreamExt as _;

use super::expression::Expression;
use super::format::{End, Line, Side, Stage, Transcript};
use super::makers::{literal_value, make};
use crate::data::from_value;
use crate::error::Error;
use crate::hook::{Outcome, Resolver, SessionControl as _, Stub, Value, promise, record_map};
use crate::session::tests::streams::Theatre;
use crate::session::tests::support::{Scripted, settle, value};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::{Object, Path, Segment};

/// A side as it plays.
pub(super) struct Player {
    side: Side,
    peer: Scripted,
    names: HashMap<String, Value>,
    /// What the parameters of the closures stand for that are being recorded.
    elements: RefCell<Vec<(String, Stub)>>,
    resolvers: HashMap<String, Resolver>,
    awaited: HashMap<String, Awaited>,
    expected: Vec<String>,
}

/// A value that is waited for.
enum Awaited {
    Pending(Pin<Box<dyn Future<Output = Outcome>>>),
    Settled(Outcome),
}

impl Player {
    pub(super) fn new(side: Side, transcript: &Transcript) -> Self {
        let peer = match transcript.stage {
            Stage::World => Scripted::new(),
            Stage::Theatre => Theatre::new().serve(),
        };
        Self {
            side,
            peer,
            elements: RefCell::default(),
            names: HashMap::new(),
            resolvers: HashMap::new(),
            awaited: HashMap::new(),
            expected: Vec::new(),
        }
    }

    /// Plays a side: does what its application does, hears what the other side says, and checks
    /// what is said.
    pub(super) async fn play(mut self, transcript: &Transcript) {
        for (number, line) in &transcript.lines {
            let place = format!("{}:{number}", transcript.name);
            match line {
                Line::Says(side, message) if *side == self.side => {
                    self.expected.push(message.clone());
                }
                Line::Says(_, message) => {
                    self.compare(&place).await;
                    self.peer.says(message);
                }
                Line::Does(side, action) if *side == self.side => {
                    self.compare(&place).await;
                    self.act(action, &place).await;
                }
                Line::Does(..) => {}
            }
        }
        self.compare(&format!("{}: at the end", transcript.name))
            .await;
        self.leave(transcript).await;
    }

    async fn leave(self, transcript: &Transcript) {
        let name = &transcript.name;
        self.peer.world.forget();
        settle().await;
        let said = self.peer.heard().await;
        let stats = self.peer.connection.stats();
        let tables = (stats.imports, stats.exports);
        assert_eq!(
            said,
            Vec::<String>::new(),
            "{name}: more is said at the end"
        );
        let ended = self.peer.ended().is_some();
        assert_eq!(ended, transcript.end == End::Ended, "{name}: has it ended?");
        match transcript.end {
            End::Clean => assert_eq!(tables, (1, 1), "{name}: what is held at the end"),
            End::Ended => assert_eq!(tables, (0, 0), "{name}: what is held at the end"),
            End::Open => {}
        }
    }

    /// Checks that what is to be said has been, and nothing else.
    async fn compare(&mut self, place: &str) {
        if self.expected.is_empty() {
            return;
        }
        let expected = std::mem::take(&mut self.expected);
        assert_eq!(self.heard().await, expected, "before {place}");
    }

    async fn heard(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..4 {
            heard.extend(self.peer.heard().await);
            self.awaited.values_mut().for_each(Awaited::look);
        }
        heard
    }

    async fn act(&mut self, action: &str, place: &str) {
        if let Some((name, expression)) = action.split_once(" = ") {
            return self.name(name, expression);
        }
        if let Some((name, expected)) = action.split_once(" fails ") {
            let failed = self.outcome(name, place).await.as_ref().map_err(said);
            assert_eq!(failed, Err(expected.to_owned()), "{place}");
            return;
        }
        if let Some((name, expected)) = action.split_once(" is ") {
            let expected = self.evaluate(&Expression::parse(expected));
            let outcome = self.outcome(name, place).await;
            match outcome {
                Ok(value) => assert_eq!(*value, expected, "{place}"),
                Err(error) => panic!("{place}: {error:?}"),
            }
            return;
        }
        let mut words = action.split(' ');
        match words.next().unwrap_or_default() {
            "await" => self.begin(words.next().expect("a name")),
            "drop" => self.forget(words.next().expect("a name")),
            "resolve" | "reject" => self.settle(action),
            "open" => self.peer.world.open_gate(),
            "forget" => self.peer.world.forget(),
            "read" => self.read(words.next().expect("a name")),
            "write" => self.write(action),
            "close" => {
                self.peer.main = None;
                self.names.remove("main");
            }
            "alive" => assert_eq!(
                words.next(),
                Some(&*self.peer.world.alive().to_string()),
                "{place}"
            ),
            "entered" => assert_eq!(self.peer.world.log(), words.collect::<Vec<_>>(), "{place}"),
            "holds" => {
                let stats = self.peer.connection.stats();
                let tables = format!("holds {} {}", stats.imports, stats.exports);
                assert_eq!(tables, action, "{place}");
            }
            other => panic!("{place}: what is to {other}?"),
        }
    }

    fn name(&mut self, name: &str, expression: &str) {
        let value = if let Some(awaited) = expression.strip_prefix("await ") {
            match self.awaited.get(awaited) {
                Some(Awaited::Settled(Ok(value))) => value.clone(),
                _ => panic!("{awaited} has no value"),
            }
        } else if expression == "promise()" {
            let (own, resolver) = promise();
            self.resolvers.insert(name.to_owned(), resolver);
            Value::Capability(Stub::promise(own))
        } else {
            self.evaluate(&Expression::parse(expression))
        };
        self.names.insert(name.to_owned(), value);
    }

    /// Begins to wait for a value.
    fn begin(&mut self, name: &str) {
        let stub = self.stub(name);
        let waiting = Box::pin(async move { value(&stub).await });
        let mut awaited = Awaited::Pending(waiting);
        awaited.look();
        self.awaited.insert(name.to_owned(), awaited);
    }

    /// Begins to read the stream that was waited for; the list of its chunks is the new value.
    fn read(&mut self, name: &str) {
        let Some(Awaited::Settled(Ok(stream))) = self.awaited.remove(name) else {
            panic!("{name} has no value");
        };
        let stream: ReadableStream<Value> = from_value(stream).expect("it is a stream");
        let reading = async move { stream.try_collect().await.map(Value::Array) };
        self.awaited
            .insert(name.to_owned(), Awaited::Pending(Box::pin(reading)));
    }

    /// Begins to write to the stream that was waited for, and to close it.
    fn write(&mut self, action: &str) {
        let mut words = action.splitn(3, ' ').skip(1);
        let name = words.next().expect("a name");
        let Some(Awaited::Settled(Ok(stream))) = self.awaited.remove(name) else {
            panic!("{name} has no value");
        };
        // A promise that is held holds what it became: the stream's last owner is its writer.
        drop(self.names.remove(name));
        let chunk = self.evaluate(&Expression::parse(words.next().expect("a value")));
        let mut stream: WritableStream<Value> = from_value(stream).expect("it is a stream");
        let writing = async move {
            stream.write(chunk).await?;
            stream.close().await.map(|()| Value::Undefined)
        };
        self.awaited
            .insert(name.to_owned(), Awaited::Pending(Box::pin(writing)));
    }

    fn forget(&mut self, name: &str) {
        let value = self.names.remove(name);
        let awaited = self.awaited.remove(name);
        assert!(value.is_some() || awaited.is_some(), "{name} is unknown");
    }

    fn settle(&mut self, action: &str) {
        let mut words = action.splitn(3, ' ');
        let (how, name) = (words.next(), words.next().expect("a name"));
        let value = self.evaluate(&Expression::parse(words.next().expect("a value")));
        let resolver = self
            .resolvers
            .remove(name)
            .expect("it is a promise of ours");
        resolver.settle(if how == Some("resolve") {
            Ok(value)
        } else {
            Err(Error::thrown(value))
        });
    }

    async fn outcome(&mut self, name: &str, place: &str) -> &Outcome {
        for _ in 0..4 {
            settle().await;
            self.awaited.values_mut().for_each(Awaited::look);
        }
        match self.awaited.get(name) {
            Some(Awaited::Settled(outcome)) => outcome,
            Some(Awaited::Pending(_)) => panic!("{place}: {name} has not settled"),
            None => panic!("{place}: nobody waits for {name}"),
        }
    }

    fn stub(&self, name: &str) -> Stub {
        match self.place(&[name.to_owned()]) {
            Value::Capability(stub) => stub,
            other => panic!("{name} is {other:?}"),
        }
    }

    /// Returns what a name stands for, or a place inside it.
    fn place(&self, path: &[String]) -> Value {
        let (name, steps) = path.split_first().expect("a place has a name");
        let element = self.element(name);
        let named = match name.as_str() {
            _ if element.is_some() => element.map_or(Value::Undefined, Value::Capability),
            "main" => Value::Capability(self.peer.main().clone()),
            name => self
                .names
                .get(name)
                .unwrap_or_else(|| panic!("{name} is unknown"))
                .clone(),
        };
        steps.iter().fold(named, |value, step| match value {
            Value::Capability(stub) => Value::Capability(stub.step(segment(step))),
            Value::Object(object) => object.get(step).cloned().unwrap_or_default(),
            other => panic!("{other:?} has no {step}"),
        })
    }

    fn evaluate(&self, expression: &Expression) -> Value {
        match expression {
            Expression::Undefined => Value::Undefined,
            Expression::Literal(literal) => literal_value(literal),
            Expression::Array(items) => {
                Value::Array(items.iter().map(|item| self.evaluate(item)).collect())
            }
            Expression::Object(members) => self.object(members),
            Expression::Place(path) => self.place(path),
            Expression::Call(path, args) => {
                if let [Expression::Arrow(parameter, body)] = args.as_slice() {
                    return self.map(path, parameter, body);
                }
                let args: Vec<_> = args.iter().map(|arg| self.evaluate(arg)).collect();
                match path.as_slice() {
                    [maker] if !self.is_named(maker) => make(maker, &args),
                    path => self.call(path, args),
                }
            }
            Expression::Arrow(..) => panic!("only `map` takes a closure"),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        name == "main" || self.names.contains_key(name) || self.element(name).is_some()
    }

    fn element(&self, name: &str) -> Option<Stub> {
        let elements = self.elements.borrow();
        let found = elements.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, element)| element.clone())
    }

    fn map(&self, path: &[String], parameter: &str, body: &Expression) -> Value {
        let Some((_, subject)) = path.split_last().filter(|(last, _)| *last == "map") else {
            panic!("{path:?} takes no closure");
        };
        let Value::Capability(subject) = self.place(subject) else {
            panic!("{subject:?} is here");
        };
        let mapped = record_map(&subject, |element| {
            self.elements
                .borrow_mut()
                .push((parameter.to_owned(), element));
            let output = self.evaluate(body);
            drop(self.elements.borrow_mut().pop());
            Ok(output)
        });
        Value::Capability(Stub::promise(mapped))
    }

    fn object(&self, members: &[(String, Expression)]) -> Value {
        let members = members
            .iter()
            .map(|(key, member)| (key.clone(), self.evaluate(member)));
        Value::Object(members.collect::<Object<Stub>>())
    }

    fn call(&self, path: &[String], args: Vec<Value>) -> Value {
        // Steps into a value that is here already are taken here.
        let (steps, subject) = (0..=path.len())
            .rev()
            .find_map(|at| match self.reached(&path[..at]) {
                Some(Value::Capability(stub)) if at == 1 || stub.path().is_empty() => {
                    Some((at, stub))
                }
                _ => None,
            })
            .expect("a capability is called");
        let steps: Path = path[steps..].iter().map(|step| segment(step)).collect();
        Value::Capability(Stub::promise(subject.begin_call(steps, args)))
    }

    fn reached(&self, path: &[String]) -> Option<Value> {
        (!path.is_empty()).then(|| self.place(path))
    }
}

impl Awaited {
    fn look(&mut self) {
        if let Self::Pending(waiting) = self
            && let Poll::Ready(outcome) = waiting
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        {
            *self = Self::Settled(outcome);
        }
    }
}

/// Returns how a failure is written in a transcript.
fn said(error: &Error) -> String {
    match error {
        Error::Thrown(thrown) if !matches!(thrown.value(), Value::Error(_)) => {
            format!("with {:?}", thrown.value())
        }
        error => format!("{} {}", error.class().name(), error),
    }
}

fn segment(step: &str) -> Segment {
    step.parse::<u64>()
        .map_or_else(|_| Segment::from(step.to_owned()), Segment::from)
}
