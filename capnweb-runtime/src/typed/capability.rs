//! The traits of everything that travels and of everything that is a capability.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::hook::{self, Brand, Facet, Membrane, Revoker, Session, Stub, attenuate};

/// Whatever can travel: any `serde` type that owns its data.
///
/// Fields may be stubs, [`Promise`](crate::Promise)s, [`Function`](crate::Function)s,
/// [`Date`](crate::Date), [`BigInt`](crate::BigInt), [`Bytes`](crate::Bytes) or
/// [`Value`](crate::Value); nothing needs to be derived but `Serialize` and `Deserialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel over Cap'n Web",
    label = "this is neither data nor a capability",
    note = "derive `serde::Serialize` and `serde::Deserialize` for data that owns what it holds and is `Send`; declare a `#[capability]` trait and pass its stub for an object"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Wire for T {}

/// A typed stub: a reference to an object with a known interface, local or remote.
///
/// `#[capability]` implements it for the stubs it generates.
pub trait Capability: Wire + Clone + Sync {
    /// The interface's name, for error messages.
    const INTERFACE: &'static str;

    /// The names of its members on the wire, in the order of the trait.
    const MEMBERS: &'static [&'static str];

    /// Takes an untyped reference as one of this type. Nothing is asked of the object: a method it
    /// does not have fails when it is called.
    fn from_stub(stub: Stub) -> Self;

    /// Borrows the untyped reference.
    fn as_stub(&self) -> &Stub;

    /// Returns the untyped reference.
    fn into_stub(self) -> Stub;
}

/// Less authority over the same object: `StorageStub: Attenuate<StorageReaderStub>`.
///
/// It is implemented where, and only where, an `#[attenuate]` attribute says so.
#[diagnostic::on_unimplemented(
    message = "`{F}` is not a facet of `{Self}`",
    label = "`{Self}` cannot become this"
)]
pub trait Attenuate<F: Capability>: Capability {
    /// Returns what the facet grants.
    #[doc(hidden)]
    fn facet() -> &'static Facet;
}

/// A facet of a capability: what `attenuate` can return.
///
/// The same fact as [`Attenuate`], seen from the facet, so that the compiler can name both when it
/// does not hold.
#[diagnostic::on_unimplemented(
    message = "`{S}` does not have the authority of `{Self}`",
    label = "`{S}` cannot become `{Self}`",
    note = "attenuating only ever takes authority away: from a capability to one of its facets, or from a facet to one whose methods it has all of",
    note = "whoever holds the whole capability can hand out `{Self}`"
)]
pub trait FacetOf<S>: Capability {
    /// Returns a reference to the same object that can do no more than this type says.
    #[doc(hidden)]
    fn of(whole: &S) -> Self;
}

#[diagnostic::do_not_recommend]
impl<S: Attenuate<F>, F: Capability> FacetOf<S> for F {
    fn of(whole: &S) -> F {
        F::from_stub(attenuate(whole.as_stub(), S::facet()))
    }
}

/// Returns a reference to the same object that says who has handed it to whom, in the words of the label:
/// whoever [audits](crate::audit) the calls that come through it reads that in their
/// [lineage](crate::audit::Lineage).
///
/// It changes nothing about what can be done with it, and no peer can read it. Of the label, 256 characters
/// are kept. Handed on with another label, it says both, in order.
pub fn granted<C: Capability>(capability: &C, label: &str) -> C {
    C::from_stub(hook::granted(capability.as_stub(), label))
}

impl<T: Send + Sync + 'static> Brand<T> {
    /// Returns a reference to the same object that this brand knows again, with `content`.
    pub fn seal<C: Capability>(&self, capability: &C, content: Arc<T>) -> C {
        C::from_stub(self.seal_stub(capability.as_stub(), content))
    }

    /// Returns what a reference was sealed with, if this brand has sealed it.
    ///
    /// It is known through facets, guards and caretakers of this process. Whoever presents one of those
    /// may have less than the whole: what is done because it was recognised is up to you, and if it
    /// amounts to more than they could do by calling it, ask [`unseal_whole`](Self::unseal_whole). It is
    /// not known through a [`Membrane`], except where it comes home through that; nor once whatever is
    /// in front of it was revoked, nor when somebody else has wrapped it in an object of their own.
    pub fn unseal(&self, capability: &impl Capability) -> Option<Arc<T>> {
        self.unseal_stub(capability.as_stub())
    }

    /// Returns the same, if it is the very reference that was sealed, with nothing in front of it. So
    /// nobody gains by what they were lent: a purse that may only be looked at pays for nothing.
    pub fn unseal_whole(&self, capability: &impl Capability) -> Option<Arc<T>> {
        self.unseal_whole_stub(capability.as_stub())
    }
}

impl Session {
    /// Returns the peer's main object, for a side that was called and wants to call back.
    ///
    /// Nothing is asked of it: a method it does not have fails when it is called. `None` once the
    /// session has ended. Holding it does not keep the session open on the side that serves; on the
    /// side that connected it does, like any clone of what [`connect`](crate::connect) returned.
    ///
    /// ```
    /// # use capnweb_runtime::{Call, Limits, Result, capability, in_process};
    /// # use capnweb_runtime::Error;
    /// #[capability]
    /// pub trait Player {
    ///     async fn name(&self) -> Result<String>;
    /// }
    ///
    /// #[capability]
    /// pub trait Game {
    ///     async fn join(&self, call: Call) -> Result<String>;
    /// }
    ///
    /// struct Chess;
    ///
    /// impl Game for Chess {
    ///     async fn join(&self, call: Call) -> Result<String> {
    ///         let player: Option<PlayerStub> = call.session().and_then(|session| session.peer_main());
    ///         let player = player.ok_or_else(|| Error::new("players only"))?;
    ///         Ok(format!("welcome, {}", player.name().await?))
    ///     }
    /// }
    /// # struct Ada;
    /// # impl Player for Ada {
    /// #     async fn name(&self) -> Result<String> { Ok("Ada".to_owned()) }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let (game, _session) =
    /// #     in_process(PlayerStub::new(Ada), GameStub::new(Chess), Limits::default());
    /// assert_eq!(game.join().await?, "welcome, Ada");
    /// # Ok(()) }
    /// ```
    pub fn peer_main<C: Capability>(&self) -> Option<C> {
        self.peer_main_stub().map(C::from_stub)
    }
}

impl Revoker {
    /// Returns a reference to the same object that works until [`revoke`](Self::revoke) is called.
    #[must_use = "only the reference that this returns can be revoked"]
    pub fn revocable<C: Capability>(&self, capability: &C) -> C {
        C::from_stub(self.revocable_stub(capability.as_stub()))
    }
}

impl Membrane {
    /// Returns what the outside gets for an untyped reference to something on the inside; it may be one
    /// end of a stream, or a promise.
    #[must_use]
    pub fn outward_stub(&self, stub: &Stub) -> Stub {
        self.carry_out(stub, None)
    }

    /// Returns what the inside gets for an untyped reference to something on the outside.
    #[must_use]
    pub fn inward_stub(&self, stub: &Stub) -> Stub {
        self.carry_in(stub, None)
    }

    /// Returns what the outside gets for something on the inside.
    #[must_use = "only the reference that this returns is behind the membrane"]
    pub fn outward<C: Capability>(&self, capability: &C) -> C {
        C::from_stub(self.carry_out(capability.as_stub(), Some(C::INTERFACE)))
    }

    /// Returns what the inside gets for something on the outside.
    #[must_use = "only the reference that this returns is behind the membrane"]
    pub fn inward<C: Capability>(&self, capability: &C) -> C {
        C::from_stub(self.carry_in(capability.as_stub(), Some(C::INTERFACE)))
    }
}
