//! Conditions on what a method is called with.

use std::fmt;
use std::sync::Arc;

use super::{Crossing, CrossingKind, Denial, Policy};
use crate::hook::Value;
use crate::value::Segment;

/// A condition on the arguments of one method; other members are none of its business.
///
/// What leads through the method to something else is denied, as there is nothing.
#[derive(Clone)]
pub struct Arguments {
    method: Box<str>,
    condition: Arc<dyn Fn(&[Value]) -> bool + Send + Sync>,
}

impl Arguments {
    /// Admits calls of a method, by its name on the wire, for whose arguments `condition` holds. They
    /// are as the caller sent them: there may be too few, too many, and of any kind.
    ///
    /// ```
    /// use capnweb_runtime::Value;
    /// use capnweb_runtime::policy::Arguments;
    ///
    /// let policy = Arguments::of("write", |args| {
    ///     matches!(args.first(), Some(Value::String(key)) if key.starts_with("tmp/"))
    /// });
    /// ```
    pub fn of(
        method: impl Into<String>,
        condition: impl Fn(&[Value]) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            method: method.into().into_boxed_str(),
            condition: Arc::new(condition),
        }
    }
}

impl Policy for Arguments {
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        let admitted = match (crossing.path().segments(), crossing.kind()) {
            ([member, ..], _) if !is_named(member, &self.method) => true,
            ([_], CrossingKind::Call | CrossingKind::Write) => (self.condition)(crossing.args()),
            ([_] | [], _) => true,
            _ => false,
        };
        if admitted {
            Ok(())
        } else {
            Err(Denial::new("the arguments are not permitted"))
        }
    }

    fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        Some(self.method.as_ref()).filter(|name| !members.contains(name))
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Returns whether a step of a path goes by this name. An index does, if it is written that way: what
/// is far away may know its members by numbers.
pub(super) fn is_named(segment: &Segment, name: &str) -> bool {
    match segment {
        Segment::Name(segment) => segment.as_str() == name,
        Segment::Index(index) => index.to_string() == name,
    }
}
