//! How a capability may get to the other side.

use futures_util::{SinkExt as _, StreamExt as _, sink, stream};
use tokio::sync::mpsc::UnboundedReceiver;

use super::parcels::read;
use super::scene::{
    Goods, Post, Scene, act, apply, carried, function, only, post, ready, stub, value,
};
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::wrapper::membrane::border::Side;
use crate::hook::{Outcome, Stub, Value, promise, record_map};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::Path;

/// A way across.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Argument,
    PromisedArgument,
    CallbackResult,
    CallbackThrows,
    ArgumentStream,
    ArgumentStreamFails,
    ArgumentSinkFails,
    ResultStreamIsCancelled,
    ResultSink,
    ResultSinkIsAborted,
    MapCapture,
    Result,
    Throws,
    Property,
    CallbackArgument,
    PromisedResult,
    PromiseFails,
    Broken,
    ResultStream,
    ResultStreamFails,
    ResultSinkFails,
    ArgumentStreamIsCancelled,
    ArgumentSink,
    ArgumentSinkIsAborted,
    MapOfResult,
    MapOfProperty,
}

impl Way {
    pub(super) const ALL: [Self; 26] = [
        Self::Argument,
        Self::PromisedArgument,
        Self::CallbackResult,
        Self::CallbackThrows,
        Self::ArgumentStream,
        Self::ArgumentStreamFails,
        Self::ArgumentSinkFails,
        Self::ResultStreamIsCancelled,
        Self::ResultSink,
        Self::ResultSinkIsAborted,
        Self::MapCapture,
        Self::Result,
        Self::Throws,
        Self::Property,
        Self::CallbackArgument,
        Self::PromisedResult,
        Self::PromiseFails,
        Self::Broken,
        Self::ResultStream,
        Self::ResultStreamFails,
        Self::ResultSinkFails,
        Self::ArgumentStreamIsCancelled,
        Self::ArgumentSink,
        Self::ArgumentSinkIsAborted,
        Self::MapOfResult,
        Self::MapOfProperty,
    ];

    /// Returns the side that the capability is from.
    pub(super) const fn from(self) -> Side {
        if (self as usize) < (Self::Result as usize) {
            Side::Outside
        } else {
            Side::Inside
        }
    }

    /// Returns whether it can go through a session, which leaves capabilities out of rejections
    /// (protocol W-27).
    pub(super) const fn travels(self) -> bool {
        !matches!(
            self,
            Self::CallbackThrows
                | Self::Throws
                | Self::PromiseFails
                | Self::Broken
                | Self::ArgumentSinkFails
                | Self::ResultSinkFails
                | Self::ArgumentStreamIsCancelled
                | Self::ResultStreamIsCancelled
        )
    }

    /// Has the capability carried to the other side; returns what gets there.
    pub(super) async fn go(self, scene: &Scene) -> Outcome {
        let goods = scene.goods(self.from());
        match self {
            Self::Argument => argument(scene, goods).await,
            Self::PromisedArgument => promised_argument(scene, goods).await,
            Self::CallbackResult | Self::CallbackThrows | Self::CallbackArgument => {
                self.callback(scene, goods).await
            }
            Self::ArgumentStream | Self::ArgumentStreamFails | Self::ArgumentStreamIsCancelled => {
                self.argument_stream(scene, goods).await
            }
            Self::ArgumentSink | Self::ArgumentSinkFails | Self::ArgumentSinkIsAborted => {
                self.argument_sink(scene, goods).await
            }
            Self::ResultStream | Self::ResultStreamFails | Self::ResultStreamIsCancelled => {
                self.result_stream(scene, goods).await
            }
            Self::ResultSink | Self::ResultSinkFails | Self::ResultSinkIsAborted => {
                self.result_sink(scene, goods).await
            }
            Self::Result | Self::Throws => self.result(scene, goods).await,
            Self::PromisedResult | Self::PromiseFails | Self::Broken => {
                self.promised_result(scene, goods).await
            }
            Self::Property => {
                let actor = scene.enter(|_| ready(Ok(Value::Undefined)));
                value(&Stub::promise(actor.begin_read(Path::single("goods")))).await
            }
            Self::MapCapture => map_capture(scene, goods).await,
            Self::MapOfResult | Self::MapOfProperty => self.map(scene, goods).await,
        }
    }

    /// The outside hands in a function, which the inside calls.
    async fn callback(self, scene: &Scene, goods: Goods) -> Outcome {
        let (to_inside, inside) = post();
        let (to_outside, outside) = post();
        let inner_goods = goods.clone();
        let actor = scene.enter(move |args| {
            let (post, goods) = (to_inside.clone(), inner_goods.clone());
            Box::pin(async move {
                let callback = stub(only(args))?;
                let args = match self {
                    Self::CallbackArgument => vec![goods.get().await],
                    _ => Vec::new(),
                };
                Ok(post.put(opened(value(&apply(&callback, args)).await)))
            })
        });
        let callback = function(move |args| {
            let (post, goods) = (to_outside.clone(), goods.clone());
            Box::pin(async move {
                match self {
                    Self::CallbackResult => Ok(goods.get().await),
                    Self::CallbackThrows => Err(goods.failure().await),
                    _ => Ok(post.put(Ok(only(args)))),
                }
            })
        });
        let answer = act(&actor, [Value::Capability(callback)]);
        let to_the_outside = matches!(self, Self::CallbackArgument);
        delivered(&answer, if to_the_outside { outside } else { inside }).await
    }

    /// The outside hands in a stream, which the inside reads.
    async fn argument_stream(self, scene: &Scene, goods: Goods) -> Outcome {
        let (to_inside, inside) = post();
        let (to_outside, outside) = post();
        let inner_goods = goods.clone();
        let actor = scene.enter(move |args| {
            let (post, goods) = (to_inside.clone(), inner_goods.clone());
            Box::pin(async move {
                if let Self::ArgumentStreamIsCancelled = self {
                    let stream: ReadableStream<Value> = from_value(only(args))?;
                    stream.cancel(goods.failure().await);
                    return Ok(Value::Undefined);
                }
                Ok(post.put(opened(read(only(args)).await)))
            })
        });
        let answer = act(&actor, [self.stream(goods, to_outside)]);
        let to_the_outside = matches!(self, Self::ArgumentStreamIsCancelled);
        delivered(&answer, if to_the_outside { outside } else { inside }).await
    }

    /// The inside hands out a stream, which the outside reads.
    async fn result_stream(self, scene: &Scene, goods: Goods) -> Outcome {
        let (to_inside, inside) = post();
        let inner_goods = goods.clone();
        let actor =
            scene.enter(move |_| ready(Ok(self.stream(inner_goods.clone(), to_inside.clone()))));
        let answer = act(&actor, []);
        let stream = value(&answer).await?;
        if let Self::ResultStreamIsCancelled = self {
            let stream: ReadableStream<Value> = from_value(stream)?;
            stream.cancel(goods.failure().await);
            return delivered(&answer, inside).await;
        }
        opened(read(stream).await)
    }

    fn stream(self, goods: Goods, cancelled: Post) -> Value {
        let chunks = match self {
            Self::ArgumentStream | Self::ResultStream => {
                stream::once(async { Ok(goods.get().await) }).boxed()
            }
            Self::ArgumentStreamFails | Self::ResultStreamFails => {
                stream::once(async { Err(goods.failure().await) }).boxed()
            }
            _ => stream::pending::<Result<Value, Error>>().boxed(),
        };
        let stream: ReadableStream<Value> = ReadableStream::with_cancel(chunks, move |reason| {
            drop(cancelled.put(carried(&reason)));
        });
        to_value(&stream).unwrap()
    }

    /// The outside hands in a stream that the inside writes to.
    async fn argument_sink(self, scene: &Scene, goods: Goods) -> Outcome {
        let (to_inside, inside) = post();
        let (to_outside, outside) = post();
        let inner_goods = goods.clone();
        let actor = scene.enter(move |args| {
            let (post, goods) = (to_inside.clone(), inner_goods.clone());
            Box::pin(async move { Ok(post.put(opened(self.write(only(args), goods).await))) })
        });
        let answer = act(&actor, [self.sink(goods, to_outside)]);
        let to_the_inside = matches!(self, Self::ArgumentSinkFails);
        delivered(&answer, if to_the_inside { inside } else { outside }).await
    }

    /// The inside hands out a stream that the outside writes to.
    async fn result_sink(self, scene: &Scene, goods: Goods) -> Outcome {
        let (to_inside, inside) = post();
        let inner_goods = goods.clone();
        let actor =
            scene.enter(move |_| ready(Ok(self.sink(inner_goods.clone(), to_inside.clone()))));
        let answer = act(&actor, []);
        let stream = value(&answer).await?;
        let written = opened(self.write(stream, goods).await);
        if let Self::ResultSinkFails = self {
            return written;
        }
        written?;
        delivered(&answer, inside).await
    }

    fn sink(self, goods: Goods, post: Post) -> Value {
        let aborted = post.clone();
        let sink = sink::unfold((), move |(), chunk: Value| {
            let (post, goods) = (post.clone(), goods.clone());
            async move {
                match self {
                    Self::ArgumentSinkFails | Self::ResultSinkFails => {
                        return Err(goods.failure().await);
                    }
                    _ => drop(post.put(Ok(chunk))),
                }
                Ok::<(), Error>(())
            }
        });
        let sink: WritableStream<Value> =
            WritableStream::with_abort(sink, move |reason| drop(aborted.put(carried(&reason))));
        to_value(&sink).unwrap()
    }

    async fn write(self, stream: Value, goods: Goods) -> Outcome {
        let mut stream: WritableStream<Value> = from_value(stream)?;
        match self {
            Self::ArgumentSinkIsAborted | Self::ResultSinkIsAborted => {
                stream.abort(goods.failure().await).await;
            }
            Self::ArgumentSinkFails | Self::ResultSinkFails => {
                stream.write(Value::Null).await?;
                stream.close().await?;
            }
            _ => {
                stream.feed(goods.get().await).await?;
                stream.close().await?;
            }
        }
        Ok(Value::Undefined)
    }

    async fn result(self, scene: &Scene, goods: Goods) -> Outcome {
        let actor = scene.enter(move |_| {
            let goods = goods.clone();
            Box::pin(async move {
                match self {
                    Self::Throws => Err(goods.failure().await),
                    _ => Ok(goods.get().await),
                }
            })
        });
        opened(value(&act(&actor, [])).await)
    }

    /// The inside hands out a promise, and keeps it later.
    async fn promised_result(self, scene: &Scene, goods: Goods) -> Outcome {
        let actor = scene.enter(move |_| {
            let (promise, result) = promise();
            let goods = goods.clone();
            drop(tokio::spawn(async move {
                result.settle(match self {
                    Self::PromisedResult => Ok(goods.get().await),
                    _ => Err(goods.failure().await),
                });
            }));
            ready(Ok(Value::Capability(Stub::promise(promise))))
        });
        let answer = act(&actor, []);
        if let Self::Broken = self {
            let (post, mut told) = post();
            answer.on_broken(move |error| drop(post.put(carried(error))));
            drop(tokio::spawn(async move { value(&answer).await }));
            return told.recv().await.unwrap();
        }
        opened(value(&answer).await)
    }

    /// The outside has something done for each element of what the inside has.
    async fn map(self, scene: &Scene, goods: Goods) -> Outcome {
        let actor = scene.enter(move |_| {
            let goods = goods.clone();
            Box::pin(async { Ok(goods.get().await) })
        });
        let subject = match self {
            Self::MapOfResult => act(&actor, []),
            _ => actor.step("goods"),
        };
        let mapped = record_map(&subject, |item| Ok(Value::Capability(item)));
        value(&Stub::promise(mapped)).await
    }
}

async fn promised_argument(scene: &Scene, goods: Goods) -> Outcome {
    let (actor, inside) = taker(scene);
    let (promise, result) = promise();
    let answer = act(&actor, [Value::Capability(Stub::promise(promise))]);
    result.settle(Ok(goods.get().await));
    delivered(&answer, inside).await
}

async fn argument(scene: &Scene, goods: Goods) -> Outcome {
    let (actor, inside) = taker(scene);
    let answer = act(&actor, [goods.get().await]);
    delivered(&answer, inside).await
}

/// The outside has something done to the inside, with something of its own.
async fn map_capture(scene: &Scene, goods: Goods) -> Outcome {
    let (actor, inside) = taker(scene);
    let goods = goods.get().await;
    let mapped = record_map(&actor, |item| Ok(Value::Capability(act(&item, [goods]))));
    delivered(&Stub::promise(mapped), inside).await
}

/// Puts somebody on the inside who takes what it is given.
fn taker(scene: &Scene) -> (Stub, UnboundedReceiver<Outcome>) {
    let (to_inside, inside) = post();
    let actor = scene.enter(move |args| ready(Ok(to_inside.put(Ok(only(args))))));
    (actor, inside)
}

/// Opens a failure.
fn opened(outcome: Outcome) -> Outcome {
    outcome.or_else(|error| carried(&error))
}

/// Waits for what gets there, unless the call fails that was to bring it.
async fn delivered(answer: &Stub, mut arriving: UnboundedReceiver<Outcome>) -> Outcome {
    tokio::select! {
        biased;
        Some(arrived) = arriving.recv() => arrived,
        Err(error) = value(answer) => Err(error),
        else => Err(Error::new("nothing arrives")),
    }
}
