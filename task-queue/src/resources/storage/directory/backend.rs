//! The directory, off the threads that must not block.

use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

use super::files::Files;
use super::header::Header;
use super::upload::FileUpload;
use crate::resources::TokenRange;
use crate::resources::storage::backend::{Answer, Backend, Upload};
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::content::Content;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::limits::StorageLimits;
use crate::resources::storage::object::{Form, Stat, Version};

/// A directory with a file for each object, whose name is made of the key.
///
/// File work happens on the runtime's threads for blocking work, so the methods need a tokio runtime.
/// A change whose future is dropped happens wholly or not at all.
#[derive(Debug)]
pub struct Directory(Arc<Files>);

/// A file that is being read.
type Reading = BufReader<std::fs::File>;

impl Directory {
    /// Opens a directory, which is created if need be, and sweeps up what a crash has left there.
    ///
    /// A second one in the same place is refused as [`StorageError::InUse`].
    pub async fn open(
        root: impl Into<PathBuf>,
        limits: StorageLimits,
    ) -> Result<Self, StorageError> {
        let root = root.into();
        let files = blocking(move || Files::open(root, limits)).await?;
        Ok(Self(Arc::new(files)))
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let files = Arc::clone(&self.0);
        blocking(move || work(&files)).await
    }
}

impl Backend for Directory {
    fn stat<'a>(&'a self, key: &'a str) -> Answer<'a, Stat> {
        let header = self.0.header(key);
        let stat = header.map(|header| header.stat());
        Box::pin(async move { stat.ok_or_else(|| StorageError::not_found(key)) })
    }

    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, (Stat, Content)> {
        let key = key.to_owned();
        Box::pin(self.work(move |files| {
            let (header, file) = files.read(&key)?;
            Ok((header.stat(), content(header, file)?))
        }))
    }

    fn write<'a>(
        &'a self,
        key: &'a str,
        form: Form,
        content: Bytes,
        when: &'a Conditions,
    ) -> Answer<'a, Version> {
        let (key, when) = (key.to_owned(), when.clone());
        Box::pin(self.work(move |files| files.write(&key, form, &content, &when)))
    }

    fn upload<'a>(&'a self, key: &'a str, when: &'a Conditions) -> Answer<'a, Box<dyn Upload>> {
        let files = Arc::clone(&self.0);
        let (key, when) = (key.to_owned(), when.clone());
        Box::pin(blocking(move || {
            files.check(&key, &when)?;
            let file = files.create()?;
            Ok(Box::new(FileUpload::new(files, file, key, when)) as Box<dyn Upload>)
        }))
    }

    fn delete<'a>(&'a self, key: &'a str, when: &'a Conditions) -> Answer<'a, ()> {
        let (key, when) = (key.to_owned(), when.clone());
        Box::pin(self.work(move |files| files.delete(&key, &when)))
    }

    fn page<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Answer<'a, Vec<String>> {
        let keys = self.0.page(prefix, after, limit);
        Box::pin(async move { Ok(keys) })
    }

    fn set_aside(&self, count: u64) -> Answer<'_, TokenRange> {
        Box::pin(self.work(move |files| files.set_aside(count)))
    }
}

/// Values and what is small is read at once; the file is kept open for the rest, which stays the same
/// whatever becomes of the object meanwhile.
fn content(header: Header, mut file: Reading) -> Result<Content, StorageError> {
    if header.form.is_value() || header.bytes <= CHUNK {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        return Ok(Content::Whole(bytes.into()));
    }
    let chunks = stream::try_unfold(file, |file| blocking(move || next_chunk(file)));
    Ok(Content::Chunks(chunks.boxed()))
}

fn next_chunk(mut file: Reading) -> Result<Option<(Bytes, Reading)>, StorageError> {
    let mut chunk = Vec::new();
    file.by_ref().take(CHUNK).read_to_end(&mut chunk)?;
    Ok((!chunk.is_empty()).then(|| (chunk.into(), file)))
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StorageError::ShuttingDown),
    }
}

/// How many bytes are read at a time.
const CHUNK: u64 = 256 << 10;
