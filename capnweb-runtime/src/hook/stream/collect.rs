//! Streams of bytes that are wanted whole: the content of a blob that came (protocol W-36).

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::readable::Source;
use crate::error::Error;
use crate::hook::{Account, Value};
use crate::value::BytesKind;

/// Reads a stream to its end, which must consist of bytes and be no longer than what `account` has
/// left.
pub(crate) async fn collect(
    mut source: Box<dyn Source>,
    account: Arc<Account>,
) -> Result<Bytes, Error> {
    let mut content = BytesMut::new();
    let charge = account.charge(0);
    while let Some(chunk) = poll_fn(|context| source.poll_next(context)).await {
        let fits = |bytes: &[u8]| {
            charge
                .as_ref()
                .is_ok_and(|charge| charge.add(bytes.len()).is_ok())
        };
        let refused = match chunk? {
            Value::Bytes(bytes) if bytes.kind() != BytesKind::Uint8Array => {
                no_bytes(format_args!("of a {}", bytes.kind().name()))
            }
            Value::Bytes(bytes) if fits(&bytes) => {
                content.put_slice(&bytes);
                continue;
            }
            Value::Bytes(_) => too_long(),
            other => no_bytes(format_args!("of {}", other.kind())),
        };
        source.cancel(refused.clone());
        return Err(refused);
    }
    Ok(content.freeze())
}

fn no_bytes(but: fmt::Arguments<'_>) -> Error {
    Error::type_error(format!("A blob consists of bytes, not {but}."))
}

fn too_long() -> Error {
    Error::range_error("The blobs that are being received are too long.").public()
}
