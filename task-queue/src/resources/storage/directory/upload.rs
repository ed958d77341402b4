//! A file that grows until it becomes an object.

use std::sync::Arc;

use bytes::Bytes;

use super::backend::blocking;
use super::files::{Files, Temporary};
use crate::resources::storage::backend::{Answer, Upload};
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::{Form, Version};

/// Bytes on their way into a file of the directory.
pub(super) struct FileUpload {
    files: Arc<Files>,
    /// It is away while bytes are being added, and does not come back if that failed.
    file: Option<Temporary>,
    bytes: u64,
    key: String,
    when: Conditions,
}

impl FileUpload {
    pub(super) const fn new(
        files: Arc<Files>,
        file: Temporary,
        key: String,
        when: Conditions,
    ) -> Self {
        Self {
            files,
            file: Some(file),
            bytes: 0,
            key,
            when,
        }
    }
}

impl Upload for FileUpload {
    fn write(&mut self, chunk: Bytes) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut file = self.file.take().ok_or(StorageError::ShuttingDown)?;
            let added = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let file = blocking(move || {
                file.append(&chunk)?;
                Ok(file)
            });
            self.file = Some(file.await?);
            self.bytes = self.bytes.saturating_add(added);
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> Answer<'static, Version> {
        Box::pin(blocking(move || {
            let file = self.file.ok_or(StorageError::ShuttingDown)?;
            let size = (Form::Bytes, self.bytes);
            self.files.place(&self.key, file, size, &self.when)
        }))
    }
}
