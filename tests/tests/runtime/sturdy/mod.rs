//! Sturdy references as their users meet them: over connections, after crashes, in logs.

mod crash;
mod secrets;
mod shop;
mod wire;
