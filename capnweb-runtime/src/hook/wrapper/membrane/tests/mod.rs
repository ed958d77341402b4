//! Attacks on membranes: everything that may cross one, at every moment, whichever way.
//!
//! | file | what is in it |
//! |---|---|
//! | `scene` | two sides, a membrane, and sessions in between |
//! | `parcels` | what a capability may be hidden in |
//! | `ways` | how it may get to the other side |
//! | `matrix` | all of it at once, and again without each single step of ours |
//! | `homecoming` | what becomes of what comes back |
//! | `timing` | what becomes of what is under way |

mod homecoming;
mod matrix;
mod parcels;
mod scene;
mod timing;
mod ways;
