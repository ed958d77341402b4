//! Streams as programs use them: every way to begin, to pass on and to end one.

mod endings;
mod narrowed;
mod passing;
mod readable;
mod sharing;
mod studio;
mod writable;
