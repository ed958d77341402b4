//! Arguments: what a caller may pass, and how a callee takes them.

use serde::Serialize;

use crate::data;
use crate::error::{Error, Result};
use crate::hook::{Args, Stub, Value};
use crate::typed::{Promise, Wire};

/// Whatever may be passed for a parameter of type `T`: a `T`, a reference to one, a [`Promise`] of
/// one, a `&str` for a `String`, a slice for a `Vec`; for a parameter that may be left out, also the
/// value without `Some`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed where `{T}` is asked for",
    label = "expected `{T}`, or a promise of it"
)]
pub trait IntoArg<T> {
    /// Turns it into what travels.
    #[doc(hidden)]
    fn into_arg(self) -> Arg<T>;
}

/// An argument on its way. Whether a `T` can travel is asked where the call is made, once, and not
/// of every way to pass one: whoever forgets it in an interface is told so once.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "data, or what was made of it")]
pub enum Arg<T> {
    /// A value as it was passed.
    Given(T),
    /// What was made of it already.
    Made(Result<Value>),
}

impl<T> Arg<T> {
    fn of<D: Serialize + ?Sized>(data: &D) -> Self {
        Self::Made(data::to_value(data).map_err(Error::from))
    }

    fn promised<P, E>(promise: &Promise<P, E>) -> Self {
        Self::Made(Ok(Value::Capability(promise.as_stub().clone())))
    }
}

impl<T: Serialize> Arg<T> {
    fn into_value(self) -> Result<Value> {
        match self {
            Self::Given(data) => Ok(data::to_value(&data)?),
            Self::Made(value) => value,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoArg<T> for T {
    fn into_arg(self) -> Arg<T> {
        Arg::Given(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoArg<Option<T>> for T {
    fn into_arg(self) -> Arg<Option<T>> {
        Arg::Given(Some(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Wire> IntoArg<T> for &T {
    fn into_arg(self) -> Arg<T> {
        Arg::of(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Wire> IntoArg<Option<T>> for &T {
    fn into_arg(self) -> Arg<Option<T>> {
        Arg::of(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoArg<T> for Promise<T, E> {
    fn into_arg(self) -> Arg<T> {
        Arg::promised(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoArg<T> for &Promise<T, E> {
    fn into_arg(self) -> Arg<T> {
        Arg::promised(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoArg<Option<T>> for Promise<T, E> {
    fn into_arg(self) -> Arg<Option<T>> {
        Arg::promised(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoArg<Option<T>> for &Promise<T, E> {
    fn into_arg(self) -> Arg<Option<T>> {
        Arg::promised(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoArg<String> for &str {
    fn into_arg(self) -> Arg<String> {
        Arg::Given(self.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl IntoArg<Option<String>> for &str {
    fn into_arg(self) -> Arg<Option<String>> {
        Arg::Given(Some(self.to_owned()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Wire> IntoArg<Vec<T>> for &[T] {
    fn into_arg(self) -> Arg<Vec<T>> {
        Arg::of(self)
    }
}

/// The arguments of a call being made, in order.
#[derive(Debug, Default)]
pub struct ArgList {
    values: Vec<Value>,
    failed: Option<Error>,
}

impl ArgList {
    /// Creates an empty list.
    pub const fn new() -> Self {
        Self {
            values: Vec::new(),
            failed: None,
        }
    }

    /// Appends an argument.
    #[must_use]
    pub fn with<T: Wire>(mut self, parameter: &'static str, arg: impl IntoArg<T>) -> Self {
        match arg.into_arg().into_value() {
            Ok(value) => self.push(value),
            Err(error) => self.fail(parameter, &error),
        }
        self
    }

    /// Appends an argument that may be left out: `None` travels as `undefined`, so that a
    /// JavaScript callee's default applies.
    #[must_use]
    pub fn with_optional<T: Wire>(
        mut self,
        parameter: &'static str,
        arg: impl IntoArg<Option<T>>,
    ) -> Self {
        match arg.into_arg().into_value() {
            Ok(Value::Null) => self.push(Value::Undefined),
            Ok(value) => self.push(value),
            Err(error) => self.fail(parameter, &error),
        }
        self
    }

    /// Returns the arguments, without those at the end that were left out.
    pub(crate) fn finish(mut self) -> Result<Vec<Value>> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        while matches!(self.values.last(), Some(Value::Undefined)) {
            self.values.pop();
        }
        Ok(self.values)
    }

    fn push(&mut self, value: Value) {
        if self.values.capacity() == 0 {
            // Making room costs several times less than having it grow.
            self.values = Vec::with_capacity(FEW);
        }
        self.values.push(value);
    }

    fn fail(&mut self, parameter: &'static str, error: &Error) {
        let message = format!("argument `{parameter}`: {error}");
        self.failed
            .get_or_insert_with(|| Error::type_error(message));
    }
}

impl Args {
    /// Takes the next argument. One that is missing reads as `undefined`.
    ///
    /// # Errors
    ///
    /// A `TypeError` that names the method, the parameter and the place inside it.
    pub fn take<T: Wire>(&mut self, parameter: &'static str) -> Result<T> {
        let value = self.values.next().unwrap_or_default();
        self.read(parameter, value)
    }

    /// Takes the next argument, or `default` if it is missing or `undefined`.
    ///
    /// # Errors
    ///
    /// As for [`take`](Self::take).
    pub fn take_or<T: Wire>(
        &mut self,
        parameter: &'static str,
        default: impl FnOnce() -> T,
    ) -> Result<T> {
        match self.values.next() {
            None | Some(Value::Undefined) => Ok(default()),
            Some(value) => self.read(parameter, value),
        }
    }

    fn read<T: Wire>(&self, parameter: &'static str, value: Value) -> Result<T> {
        data::from_value(value).map_err(|error| {
            let (interface, member) = (self.interface, self.member);
            let name = if interface.is_empty() {
                member.to_owned()
            } else {
                format!("{interface}.{member}")
            };
            Error::type_error(format!("{name}: parameter `{parameter}`: {error}")).public()
        })
    }
}

/// Reads a capability out of a value, for the stubs of one interface.
pub(crate) fn stub_from_value(interface: &str, value: Value) -> std::result::Result<Stub, String> {
    match value {
        Value::Capability(stub) => Ok(stub),
        other => Err(format!(
            "expected a `{interface}` capability, found {}",
            other.kind()
        )),
    }
}

/// For how many arguments room is made at first.
const FEW: usize = 4;
