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
mod pipeline;
mod rpc_error;
mod sink;
#[cfg(test)]
mod tests;
mod text;

use proc_macro::TokenStream;

use crate::expand::reporting;

/// Makes a trait a capability: its objects can be called from afar.
#[proc_macro_attribute]
pub fn capability(args: TokenStream, item: TokenStream) -> TokenStream {
    reporting(|errors| expand::capability(args.into(), item.into(), errors)).into()
}

/// Moves itself below `#[capability]`, which is where facets are understood.
#[proc_macro_attribute]
pub fn attenuate(args: TokenStream, item: TokenStream) -> TokenStream {
    reporting(|errors| expand::attenuate(&args.into(), item.into(), errors)).into()
}

/// Makes the fields of a struct reachable before it has arrived.
#[proc_macro_derive(Pipeline, attributes(pipeline, serde))]
pub fn pipeline(item: TokenStream) -> TokenStream {
    reporting(|errors| expand::pipeline(item.into(), errors)).into()
}

/// Makes an enum an error that crosses the wire and comes back as the same variant.
#[proc_macro_derive(RpcError, attributes(rpc))]
pub fn rpc_error(item: TokenStream) -> TokenStream {
    reporting(|errors| expand::rpc_error(item.into(), errors)).into()
}
