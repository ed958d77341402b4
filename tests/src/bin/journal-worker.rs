//! A worker that writes down what it does, to be killed: `journal-worker URL DIARY`.
//!
//! Of `load`, it does each task once and reports a receipt. Of `hold`, it goes on and on with a task
//! until it is refused something.

use std::collections::hash_map::RandomState;
use std::env;
use std::error::Error;
use std::hash::BuildHasher as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use task_queue::caps::{ResourceError, StorageStub, WriteConditions};
use task_queue::worker::{Context, Notice, TaskError, Worker};
use tests::diary::{Diary, Load, Receipt, Step};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [url, path] = arguments.as_slice() else {
        return Err("usage: journal-worker URL DIARY".into());
    };
    let diary = Diary::open(Path::new(path))?;
    let holding = diary.clone();
    let mut told = signal(SignalKind::terminate())?;
    Worker::new()
        .pool("journal")
        .concurrency(4)
        .task("load", move |load, ctx| {
            Attempt::at(load, ctx, diary.clone()).carry_out()
        })
        .task("hold", move |load, ctx| {
            Attempt::at(load, ctx, holding.clone()).hold()
        })
        .connect(url)
        .on_notice(say)
        .run(async move { while told.recv().await.is_none() {} })
        .await?;
    Ok(())
}

/// Who does not read misses something.
fn say(notice: &Notice) {
    if let Ok(line) = serde_json::to_string(notice) {
        drop(writeln!(io::stdout(), "{line}"));
    }
}

/// One attempt at a task.
struct Attempt {
    load: Load,
    ctx: Context,
    diary: Diary,
    receipt: Receipt,
}

impl Attempt {
    fn at(load: Load, ctx: Context, diary: Diary) -> Self {
        let receipt = Receipt {
            n: load.n,
            epoch: ctx.attempt(),
            // What JSON keeps of a number.
            mark: RandomState::new().hash_one(load.n) >> 16,
        };
        Self {
            load,
            ctx,
            diary,
            receipt,
        }
    }

    async fn carry_out(self) -> Result<Receipt, TaskError> {
        self.note(Step::Begun)?;
        let storage = self.ctx.storage()?;
        let memory = if self.load.needs_gpu {
            Some(self.ctx.gpu()?.reserve(MEGABYTES).await?)
        } else {
            None
        };
        self.write(&storage).await?;
        if let Some(key) = &self.load.lock {
            self.write_in_turn(&storage, key).await?;
        }
        sleep(Duration::from_millis(self.load.pause)).await;
        // Whoever was stopped meanwhile is not the last any more.
        self.write(&storage).await?;
        drop(memory);
        self.note(Step::Done)?;
        Ok(self.receipt)
    }

    async fn hold(self) -> Result<Receipt, TaskError> {
        self.note(Step::Begun)?;
        let storage = self.ctx.storage()?;
        loop {
            self.write(&storage).await?;
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sets the task's own object. To do so twice is to do so once, so that it is done again when
    /// nobody knows whether it was done.
    async fn write(&self, storage: &StorageStub) -> Result<(), TaskError> {
        let mut tries = 0;
        loop {
            self.note(Step::Writing)?;
            let key = format!("load/{}", self.load.n);
            let written = storage.write(key, json!(self.receipt), None).await;
            tries += 1;
            match written {
                Ok(_) => return Ok(self.note(Step::Written)?),
                Err(ResourceError::Other(error)) if error.is_disconnected() && tries < TRIES => {}
                Err(error) => return self.refused(error),
            }
        }
    }

    /// Sets an object that others set as well, under its lock.
    async fn write_in_turn(&self, storage: &StorageStub, key: &str) -> Result<(), TaskError> {
        let lock = storage.lock(key, LOCK_MS).await?;
        let token = lock.token().await?;
        let key = key.to_owned();
        self.note(Step::Locked {
            key: key.clone(),
            token,
        })?;
        self.note(Step::Guarding {
            key: key.clone(),
            token,
        })?;
        let when = WriteConditions::default().with_token(token);
        match storage.write(&*key, json!(self.receipt), when).await {
            Ok(_) => self.note(Step::Guarded { key, token })?,
            Err(error) => return self.refused(error),
        }
        Ok(lock.release().await?)
    }

    fn refused(&self, error: ResourceError) -> Result<(), TaskError> {
        let why = error.to_string();
        self.note(Step::Refused { why })?;
        Err(error.into())
    }

    fn note(&self, step: Step) -> io::Result<()> {
        self.diary.note(&self.receipt, step)
    }
}

const MEGABYTES: u64 = 8;

/// How long a lock is held at most, in milliseconds.
const LOCK_MS: u64 = 2_000;

/// How often something is done again that the loss of a connection has spoilt.
const TRIES: u32 = 10;
