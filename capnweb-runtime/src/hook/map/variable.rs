//! What an instruction can refer to: the input, and the results before it.

use super::allowance::Allowance;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::Cap;
use crate::hook::hardening::weight;
use crate::value::Tree;

/// The input at hand, or the result of an instruction executed for it.
pub(super) enum Variable {
    /// A little data, copied where it is referred to.
    Small(Value),
    /// Everything else, to be called, or awaited where it is referred to.
    Cap(Cap),
}

impl Variable {
    /// Makes something that later instructions can refer to. A stream is a value, not called through
    /// what it is part of (protocol P-2).
    pub(super) fn new(value: Value, allowance: Option<&Allowance>) -> Result<Self, Error> {
        Ok(match value {
            Value::Capability(stub) if stub.path().is_empty() && !stub.is_stream() => {
                Self::Cap(stub.into_cap())
            }
            value if is_small(&value) => Self::Small(value),
            value => Self::Cap(keep(value, allowance)?),
        })
    }

    /// Returns it as the target of a call.
    pub(super) fn to_cap(&self, allowance: Option<&Allowance>) -> Result<Cap, Error> {
        match self {
            Self::Small(value) => keep(value.clone(), allowance),
            Self::Cap(cap) => Ok(cap.clone()),
        }
    }
}

/// Keeps a value, for the peer that the mapper runs for, if there is one.
fn keep(value: Value, allowance: Option<&Allowance>) -> Result<Cap, Error> {
    let charge = allowance.map(|allowance| allowance.charge(weight(&value)));
    Ok(Cap::kept(value, charge.transpose()?))
}

/// Returns whether a value is data that takes no more room than a promise of it. A larger one is
/// copied only when it is delivered, since instructions that double what they refer to would fill the
/// memory.
pub(super) const fn is_small(value: &Value) -> bool {
    match value {
        Tree::Undefined | Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Date(_) => true,
        Tree::String(text) => text.len() <= SMALL_TEXT,
        _ => false,
    }
}

/// How many bytes a text may have that is copied.
const SMALL_TEXT: usize = 128;
