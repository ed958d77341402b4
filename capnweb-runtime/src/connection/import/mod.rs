//! References to what a peer holds; dropping one releases it.

mod promise;
mod stub;
mod writable;

pub(super) use promise::ImportPromise;
pub(super) use stub::ImportStub;
pub(super) use writable::ImportWritable;
