//! The data model: one tree for every value that travels, generic in its capability leaf.
//!
//! | file | what is in it |
//! |---|---|
//! | `tree` | the tree |
//! | `object`, `members` | plain objects, their making, and names that they may not have |
//! | `path`, `member_name` | ways into a tree, and the names on them |
//! | `bigint`, `date`, `bytes`, `element`, `error_value`, `url`, `headers`, `blob` | leaves, each a type of JavaScript's that JSON does not have |
//! | `request`, `request_options`, `response` | what has a body, which may be a stream |
//! | `http_types` | to the crate `http` and back |

mod bigint;
mod blob;
mod bytes;
mod date;
mod element;
mod error_value;
mod headers;
mod http_types;
mod member_name;
mod members;
mod object;
mod path;
mod request;
mod request_options;
mod response;
mod tree;
mod url;

pub use bigint::{BigInt, ParseBigIntError};
pub use blob::Blob;
pub use bytes::{Bytes, BytesKind};
pub use date::{Date, InvalidDate};
pub use element::Element;
pub use error_value::{Audience, ErrorClass, ErrorValue};
pub use headers::{Headers, InvalidHeader};
pub use member_name::MemberName;
pub(crate) use members::{has_duplicates, merge_duplicates};
pub use object::Object;
pub(crate) use object::is_dropped;
pub use path::{Path, Segment};
pub(crate) use request::read_method;
pub use request::{InvalidRequest, Request};
pub use request_options::{
    ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestOptions, RequestRedirect,
};
pub use response::{InvalidResponse, Response};
pub use tree::Tree;
pub use url::Url;
