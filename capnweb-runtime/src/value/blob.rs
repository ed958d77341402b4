//! Binary data with a media type.

use super::Bytes;

/// A JavaScript `Blob`, with contents of type `B`.
///
/// One that is received is delivered when all of it has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blob<B = Bytes> {
    /// What the contents are, such as `image/png`; may be empty.
    pub media_type: String,
    /// What is in it.
    pub content: B,
}

impl<B> Blob<B> {
    /// Creates a blob.
    pub fn new(media_type: impl Into<String>, content: B) -> Self {
        Self {
            media_type: media_type.into(),
            content,
        }
    }

    /// Makes something else of the contents, if that can be done.
    pub(crate) fn try_map<T, E>(self, map: impl FnOnce(B) -> Result<T, E>) -> Result<Blob<T>, E> {
        Ok(Blob {
            media_type: self.media_type,
            content: map(self.content)?,
        })
    }
}
