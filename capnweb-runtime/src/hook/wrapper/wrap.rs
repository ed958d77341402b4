//! Putting one capability in front of another.

use crate::error::Error;
use crate::hook::Stub;
use crate::hook::cap::Cap;

/// Returns a reference to what `make` puts in front of a capability, or a broken one if there is
/// too much in front of it already: a call passes through all of it by recursion, and a peer may
/// have what it was given wrapped again and again.
pub(super) fn wrap(stub: &Stub, make: impl FnOnce(Stub) -> Cap) -> Stub {
    let mut inner = stub.cap().inner();
    for _ in 0..MAX_WRAPPERS {
        match inner {
            None => return Stub::of(make(stub.clone())),
            Some(wrapped) => inner = wrapped.cap().inner(),
        }
    }
    broken(Error::range_error("The reference is wrapped too many times.").public())
}

/// Returns a reference that is good for nothing but to say why.
pub(super) fn broken(error: Error) -> Stub {
    Stub::promise(Cap::settled(Err(error)))
}

/// How many wrappers may stand in front of one another.
const MAX_WRAPPERS: usize = 64;
