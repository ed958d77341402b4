//! Who may use the queue, and how far.
//!
//! | file | what is in it |
//! |---|---|
//! | `seat` | who somebody is, and how far they may go; what every object goes by |
//! | `pace` | how fast somebody may submit |
//! | `directory` | the accounts that there are, and what is handed out on them |
//! | `office` | minting, redeeming and revoking references to accounts |
//! | `invitation` | what makes an account of a wish, or why none |
//! | `restricted` | queues that can do less than the one they are of |
//! | `served` | the office as a capability |

mod directory;
mod invitation;
mod office;
mod pace;
mod restricted;
mod seat;
mod served;

#[cfg(test)]
mod tests;

pub(super) use directory::Directory;
pub(super) use invitation::{Defaults, NoAccount};
pub(super) use office::Office;
pub use office::ReferencesError;
pub(super) use restricted::{Restricted, list, restrict, revoke};
pub(super) use seat::Seat;
pub(super) use served::access;
