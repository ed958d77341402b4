//! The device's arithmetic against a reference, and its memory and its time against everybody.

mod arithmetic;
mod memory;
mod reference;
mod refusals;
mod sharing;
mod support;
