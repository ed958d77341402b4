//! The world that is attacked, as somebody would write it who has this runtime.

mod gullible;
mod owner;
mod safe;
mod server;
mod sturdy;
mod visitor;
mod world;

pub(crate) use server::serve;
