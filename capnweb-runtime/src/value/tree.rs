//! The value tree shared by the wire and by programs.

use std::slice;

use super::{BigInt, Blob, Bytes, Date, ErrorValue, Headers, Object, Request, Response, Url};

/// A value of the Cap'n Web data model, with leaves of type `C` where capabilities are.
///
/// On the wire the leaves are references by id, in a program they are live references; everything
/// else is the same tree. `Undefined` and `Null` are different values and stay different.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Tree<C> {
    /// JavaScript's `undefined`: what a method without a result returns.
    #[default]
    Undefined,
    /// JavaScript's `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An IEEE 754 double, the only kind of number there is.
    Number(f64),
    /// A string; unpaired surrogates arrive as U+FFFD.
    String(String),
    /// An integer of any size.
    BigInt(BigInt),
    /// A point in time, to the millisecond.
    Date(Date),
    /// Binary data, with the name of the JavaScript type that holds it.
    Bytes(Bytes),
    /// An array.
    Array(Vec<Self>),
    /// A plain object, in the order its members were written.
    Object(Object<C>),
    /// An error object: thrown, returned or nested in data.
    Error(Box<ErrorValue<C>>),
    /// An address of the web.
    Url(Url),
    /// HTTP header fields.
    Headers(Headers),
    /// An HTTP request. Its body is `Null` for none, a string, plain bytes or a stream.
    Request(Box<Request<Self>>),
    /// An HTTP response. Its body is `Null` for none, a string, plain bytes or a stream.
    Response(Box<Response<Self>>),
    /// Binary data with a media type. Its content is plain bytes, or on the wire a stream.
    Blob(Box<Blob<Self>>),
    /// A capability.
    Capability(C),
}

impl<C> Tree<C> {
    /// Returns what kind of value this is, in the words an error message uses.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::BigInt(_) => "a bigint",
            Self::Date(_) => "a date",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
            Self::Error(_) => "an error",
            Self::Url(_) => "a URL",
            Self::Headers(_) => "headers",
            Self::Request(_) => "a request",
            Self::Response(_) => "a response",
            Self::Blob(_) => "a blob",
            Self::Capability(_) => "a capability",
        }
    }

    /// Returns whether `test` is met by this, or by anything inside it.
    #[inline]
    pub(crate) fn any(&self, test: &impl Fn(&Self) -> bool) -> bool {
        test(self) || self.has_inside() && self.any_inside(test)
    }

    fn any_inside(&self, test: &impl Fn(&Self) -> bool) -> bool {
        match self {
            Self::Array(elements) => elements.iter().any(|element| element.any(test)),
            other => other.children().any(|child| child.any(test)),
        }
    }

    /// Returns whether this is of a kind that has something inside.
    #[inline]
    pub(crate) const fn has_inside(&self) -> bool {
        matches!(
            self,
            Self::Array(_)
                | Self::Object(_)
                | Self::Error(_)
                | Self::Request(_)
                | Self::Response(_)
                | Self::Blob(_)
        )
    }

    /// Visits what is directly inside: elements, members, an error's properties, a body.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Self> {
        let (elements, members): (&[Self], _) = match self {
            Self::Array(elements) => (elements, None),
            Self::Object(object) => (&[], Some(object)),
            Self::Error(error) => (&[], Some(&error.props)),
            Self::Request(request) => (slice::from_ref(&request.body), None),
            Self::Response(response) => (slice::from_ref(&response.body), None),
            Self::Blob(blob) => (slice::from_ref(&blob.content), None),
            _ => (&[], None),
        };
        let members = members.into_iter().flat_map(Object::iter);
        elements.iter().chain(members.map(|(_, member)| member))
    }

    /// Visits what is directly inside, to change it.
    pub(crate) fn children_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let (elements, members): (&mut [Self], _) = match self {
            Self::Array(elements) => (elements, None),
            Self::Object(object) => (&mut [], Some(object)),
            Self::Error(error) => (&mut [], Some(&mut error.props)),
            Self::Request(request) => (slice::from_mut(&mut request.body), None),
            Self::Response(response) => (slice::from_mut(&mut response.body), None),
            Self::Blob(blob) => (slice::from_mut(&mut blob.content), None),
            _ => (&mut [], None),
        };
        let members = members.into_iter().flat_map(Object::iter_mut);
        elements.iter_mut().chain(members.map(|(_, member)| member))
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_value_takes_no_more_room_than_its_most_frequent_kinds_need() {
        assert!(size_of::<Tree<[usize; 5]>>() <= size_of::<[usize; 6]>());
    }
}
