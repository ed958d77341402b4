//! Error objects as data.

use super::{Object, Tree};

/// The JavaScript error classes that survive a trip; every other name arrives as [`Error`].
///
/// [`Error`]: ErrorClass::Error
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(clippy::exhaustive_enums, reason = "the list is fixed by the protocol")]
pub enum ErrorClass {
    /// `Error`, and every class the protocol does not name.
    #[default]
    Error,
    /// `EvalError`.
    EvalError,
    /// `RangeError`: a value outside what is allowed.
    RangeError,
    /// `ReferenceError`.
    ReferenceError,
    /// `SyntaxError`.
    SyntaxError,
    /// `TypeError`: a value of the wrong type.
    TypeError,
    /// `URIError`.
    UriError,
    /// `AggregateError`: several errors in the member `errors`.
    AggregateError,
}

/// For whom an error was written, by which it is decided what a peer is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[allow(
    clippy::exhaustive_enums,
    reason = "nobody, those who call, or anybody"
)]
pub enum Audience {
    /// For the program that it happened in, and its operators: a failure of input or output, or of
    /// another session. Its text may hold addresses, paths and what other peers said.
    Program,
    /// For whoever called: a method failed with it, on purpose. So is every error that is not said
    /// to be anything else.
    #[default]
    Caller,
    /// For anybody: marked so, or part of an interface, or of the protocol.
    Public,
}

impl ErrorClass {
    /// Returns the class a received name stands for.
    pub fn from_name(name: &str) -> Self {
        match name {
            "EvalError" => Self::EvalError,
            "RangeError" => Self::RangeError,
            "ReferenceError" => Self::ReferenceError,
            "SyntaxError" => Self::SyntaxError,
            "TypeError" => Self::TypeError,
            "URIError" => Self::UriError,
            "AggregateError" => Self::AggregateError,
            _ => Self::Error,
        }
    }

    /// Returns the name that goes on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::EvalError => "EvalError",
            Self::RangeError => "RangeError",
            Self::ReferenceError => "ReferenceError",
            Self::SyntaxError => "SyntaxError",
            Self::TypeError => "TypeError",
            Self::UriError => "URIError",
            Self::AggregateError => "AggregateError",
        }
    }
}

/// An error object: class, message, and whatever properties it carries.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ErrorValue<C> {
    /// The class; it decides what a JavaScript peer can `instanceof`.
    pub class: ErrorClass,
    /// The text for people.
    pub message: String,
    /// A stack trace, if the sender chose to reveal one. Never sent unless put here on purpose.
    pub stack: Option<String>,
    /// Own properties, `cause` and `errors` among them, in order.
    pub props: Object<C>,
    pub(crate) audience: Audience,
}

impl<C> ErrorValue<C> {
    /// Creates an error without properties.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            stack: None,
            props: Object::new(),
            audience: Audience::Caller,
        }
    }

    /// Says for whom the error was written. It does not travel.
    #[must_use]
    pub fn for_audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Returns for whom the error was written.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// Returns the property `cause`.
    pub fn cause(&self) -> Option<&Tree<C>> {
        self.props.get("cause")
    }

    /// Returns the errors that this one stands for: the list in the property `errors`, which every
    /// `AggregateError` has. As in JavaScript, a peer may put any value there.
    pub fn errors(&self) -> &[Tree<C>] {
        match self.props.get("errors") {
            Some(Tree::Array(errors)) => errors,
            _ => &[],
        }
    }
}
