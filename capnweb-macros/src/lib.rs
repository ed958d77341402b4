//! The procedural macros of `capnweb-runtime`; use and read about them through that crate.

mod args;
mod case;
mod check;
mod emit;
mod expand;
mod model;
mod names;
mod nearest;
mod parse;
mod sink;
mod text;

use proc_macro::TokenStream;

/// Makes a trait a capability: its objects can be called from afar.
#[proc_macro_attribute]
pub fn capability(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::capability(args.into(), item.into()).into()
}
