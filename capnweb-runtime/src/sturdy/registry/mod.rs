//! Making, restoring and revoking references.
//!
//! | file | what is in it |
//! |---|---|
//! | `handle` | the registry: its parts, its makers, what it tells its owner |
//! | `seal` | making references |
//! | `restore` | from a reference to a capability |
//! | `revoke` | taking references back, listing them, clearing away those that are dead |
//! | `gates` | what ends the stubs that live in this process |

mod gates;
mod handle;
mod restore;
mod revoke;
mod seal;

pub(super) use handle::Clock;
pub use handle::Registry;
