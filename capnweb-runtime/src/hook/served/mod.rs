//! Objects and closures of this process: from a call that has come to the method that answers it.
//!
//! `target` is an object and `function` a closure; `interface` says what members an object has, and
//! `members` finds them. `run` starts the method, `call` is what it sees, and `watch` tells whoever
//! traces it.

mod call;
mod function;
mod interface;
mod members;
mod run;
mod target;
mod watch;

pub use call::{Args, Call};
pub(crate) use function::{Callable, FunctionHook, call_function};
pub use interface::{Cancel, Dispatch, Interface, Member, MemberKind, Reply};
pub(super) use members::{Members, call, call_absent, read, read_absent};
pub(super) use run::start;
pub(crate) use target::Target;
