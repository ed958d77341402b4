//! The trait of everything that decides.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Crossing, Denial};

/// Decides what passes a guard or a membrane.
///
/// A closure is one; so is an [`Arc`] of one, which several guards can then share, and a tuple of up to
/// four, which are asked in turn until one denies. Policies only ever take away: what is guarded twice
/// passes where both admit it.
///
/// ```
/// use capnweb_runtime::policy::{Crossing, Denial, Policy};
///
/// /// Admits nobody while the house is closed.
/// struct OpeningHours(fn() -> bool);
///
/// impl Policy for OpeningHours {
///     fn admit(&self, _: &Crossing<'_>) -> Result<(), Denial> {
///         if (self.0)() { Ok(()) } else { Err(Denial::new("closed")) }
///     }
///
///     fn looks_at_arguments(&self) -> bool {
///         false
///     }
/// }
/// ```
pub trait Policy: Send + Sync + 'static {
    /// Decides on one crossing.
    ///
    /// It is asked once for each, in the order in which they come, before anything of the call is done.
    /// It should be quick, and may not block. Several threads may ask at once. One that panics has
    /// denied.
    ///
    /// # Errors
    ///
    /// What the caller is told in place of a result.
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial>;

    /// Returns whether the decision depends on the arguments; yes, unless it is said otherwise.
    ///
    /// If it does, a call with promises among its arguments is judged when those have become values,
    /// and those values are what is passed: nobody gets anything past a policy by promising it. If it
    /// does not, such a call goes on at once, and stays pipelined.
    fn looks_at_arguments(&self) -> bool {
        true
    }

    /// Returns a name that the policy knows a member by, and that is none of these: the names on the wire
    /// of all members of an interface. None, unless it is said otherwise.
    ///
    /// The guard of a typed stub asks when it is made. If there is such a name, as of a method in Rust's
    /// spelling, what the policy was meant for would pass it, or nothing would: the reference that is
    /// returned then is broken, and each call of it fails with an error that has the name.
    fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        let _ = members;
        None
    }
}

impl<F> Policy for F
where
    F: Fn(&Crossing<'_>) -> Result<(), Denial> + Send + Sync + 'static,
{
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        self(crossing)
    }
}

impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        self.as_ref().admit(crossing)
    }

    fn looks_at_arguments(&self) -> bool {
        self.as_ref().looks_at_arguments()
    }

    fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        self.as_ref().unknown_name(members)
    }
}

/// Asks a policy. One that panics has denied: what nobody has decided on does not pass.
pub(crate) fn decide(policy: &dyn Policy, crossing: &Crossing<'_>) -> Result<(), Denial> {
    catch_unwind(AssertUnwindSafe(|| policy.admit(crossing)))
        .unwrap_or_else(|_| Err(Denial::new("the policy failed")))
}
