//! What is called, and how.

use std::future::Future;

use capnweb_runtime::{Promise, Result, capability};
use futures_util::future::try_join_all;

/// Small, so that what stands in front of it weighs.
#[capability]
#[attenuate(DeskFacet { add, pass -> Clerk })]
pub(crate) trait Desk {
    async fn add(&self, a: i64, b: i64) -> Result<i64>;
    async fn pass(&self, clerk: ClerkStub) -> Result<ClerkStub>;
    async fn close(&self) -> Result<()>;
}

/// What is passed.
#[capability]
pub(crate) trait Clerk {
    async fn name(&self) -> Result<String>;
}

pub(crate) struct Oak;

impl Desk for Oak {
    async fn add(&self, a: i64, b: i64) -> Result<i64> {
        Ok(a.wrapping_add(b))
    }

    async fn pass(&self, clerk: ClerkStub) -> Result<ClerkStub> {
        Ok(clerk)
    }

    async fn close(&self) -> Result<()> {
        Ok(())
    }
}

pub(crate) struct Ann;

impl Clerk for Ann {
    async fn name(&self) -> Result<String> {
        Ok("Ann".to_owned())
    }
}

/// One way of calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// One call of two numbers after the other.
    Sequential,
    /// A hundred of them at once.
    Pipelined,
    /// One call after the other that passes an object in and gets it back.
    Objects,
}

impl Work {
    pub(crate) const ALL: [Self; 3] = [Self::Sequential, Self::Pipelined, Self::Objects];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Pipelined => "pipelined",
            Self::Objects => "objects",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Sequential => "calls of two numbers, one after the other",
            Self::Pipelined => "calls of two numbers, 100 in flight",
            Self::Objects => "calls that pass an object and get it back, one after the other",
        }
    }

    /// Does some, and returns how many.
    pub(crate) async fn some(self, desk: &DeskStub, clerk: &ClerkStub) -> Result<u32> {
        match self {
            Self::Sequential => {
                for number in 0..WINDOW {
                    desk.add(number, 1).await?;
                }
            }
            Self::Pipelined => {
                let calls = (0..WINDOW).map(|number| together(desk.add(number, 1)));
                try_join_all(calls.collect::<Vec<_>>()).await?;
            }
            Self::Objects => {
                for _ in 0..WINDOW {
                    drop(desk.pass(clerk).await?);
                }
            }
        }
        Ok(u32::try_from(WINDOW).unwrap_or(u32::MAX))
    }
}

fn together(call: Promise<i64>) -> impl Future<Output = Result<i64>> {
    call.into_future()
}

const WINDOW: i64 = 100;
