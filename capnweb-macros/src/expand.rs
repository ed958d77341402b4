//! From tokens to tokens: the phases in their order.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::DeriveInput;

use crate::args::CapabilityArgs;
use crate::emit;
use crate::model::Family;
use crate::parse::{Annotated, Headed, is_capability};
use crate::pipeline::Record;
use crate::rpc_error::ErrorEnum;
use crate::sink::Errors;

/// Runs an expansion and appends the mistakes to what could be generated all the same.
pub(crate) fn reporting(expansion: impl FnOnce(&Errors) -> Option<TokenStream>) -> TokenStream {
    let errors = Errors::new();
    let code = expansion(&errors);
    let errors = errors.into_tokens();
    quote!(#code #errors)
}

/// Expands `#[capability]`.
pub(crate) fn capability(
    args: TokenStream,
    item: TokenStream,
    errors: &Errors,
) -> Option<TokenStream> {
    let args = CapabilityArgs::parse(args, errors);
    match errors.absorb(syn::parse2(item.clone()))? {
        Annotated::Trait(source) => Some(emit::family(&Family::new(*source, args, errors))),
        Annotated::Other(keyword) => {
            errors.at(
                &keyword,
                "`#[capability]` goes on a trait: describe what others may call as a trait, \
                 and implement it for your type",
            );
            Some(item)
        }
    }
}

/// Expands an `#[attenuate]` that the compiler reached before `#[capability]`.
pub(crate) fn attenuate(
    args: &TokenStream,
    item: TokenStream,
    errors: &Errors,
) -> Option<TokenStream> {
    let Headed { attrs, rest } = errors.absorb(syn::parse2(item))?;
    if attrs.iter().any(is_capability) {
        return Some(quote!(#(#attrs)* #[attenuate(#args)] #rest));
    }
    let message = "a facet belongs to a capability: write `#[capability]` above it";
    errors.push(syn::Error::new(Span::call_site(), message));
    Some(quote!(#(#attrs)* #rest))
}

/// Expands `#[derive(Pipeline)]`.
pub(crate) fn pipeline(item: TokenStream, errors: &Errors) -> Option<TokenStream> {
    let input: DeriveInput = errors.absorb(syn::parse2(item))?;
    let record = Record::new(input, errors)?;
    Some(crate::pipeline::emit(&record))
}

/// Expands `#[derive(RpcError)]`.
pub(crate) fn rpc_error(item: TokenStream, errors: &Errors) -> Option<TokenStream> {
    let input: DeriveInput = errors.absorb(syn::parse2(item))?;
    Some(crate::rpc_error::emit(&ErrorEnum::new(input, errors)))
}
