//! Types for references: what generated code and its users hold.
//!
//! | file | what is in it |
//! |---|---|
//! | `capability` | the traits of what travels, and of what is a capability |
//! | `promise`, `pipeline`, `map` | results that are under way, and what can be done with them meanwhile |
//! | `arguments` | what callers may pass, and how callees take it |
//! | `function`, `stream`, `body` | capabilities that no trait has to be written for |
//! | `remote_revoker` | revokers that can be handed to somebody else |
//! | `rpc_error` | errors with a type |
//! | `untyped` | doing without one |

mod arguments;
mod body;
mod capability;
mod function;
mod map;
mod pipeline;
mod promise;
mod remote_revoker;
mod rpc_error;
mod stream;
mod untyped;

pub(crate) use arguments::stub_from_value;
pub use arguments::{Arg, ArgList, IntoArg};
pub use body::Body;
pub use capability::{Attenuate, Capability, FacetOf, Wire, granted};
pub use function::{Function, FunctionBody};
pub use map::{MapResult, Mappable};
pub use pipeline::Pipeline;
pub use promise::Promise;
pub use remote_revoker::{RemoteRevoker, RemoteRevokerStub};
pub use rpc_error::{ErrorBuilder, RpcError, error_code, error_prop, typed_error};
pub use stream::{IntoChunk, ReadableStream, WritableStream};
