//! What can be done with a value before it is there.

use crate::hook::Stub;

/// What a promise of this type can do before it settles.
///
/// `#[capability]` implements it for stubs: a promised stub has the stub's methods. Derive it for a
/// data struct whose fields are capabilities, or lead to them: the promise then has those fields,
/// each a promise.
pub trait Pipeline: Sized {
    /// What `Promise<Self>` derefs to.
    type Pipelined: Send + Sync + 'static;

    /// Makes it from a reference to the promised value.
    #[doc(hidden)]
    fn pipelined(stub: Stub) -> Self::Pipelined;
}
