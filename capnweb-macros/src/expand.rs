//! From tokens to tokens: the phases in their order.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::CapabilityArgs;
use crate::emit;
use crate::model::Family;
use crate::parse::Annotated;
use crate::sink::Errors;

/// Expands `#[capability]`.
pub(crate) fn capability(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let code = capability_code(args, item, &errors);
    let errors = errors.into_tokens();
    quote!(#code #errors)
}

fn capability_code(args: TokenStream, item: TokenStream, errors: &Errors) -> TokenStream {
    let args = CapabilityArgs::parse(args, errors);
    match syn::parse2(item.clone()) {
        Ok(Annotated::Trait(source)) => emit::family(&Family::new(*source, args, errors)),
        Ok(Annotated::Other(keyword)) => {
            errors.at(&keyword, "`#[capability]` goes on a trait: describe what others may call as a trait, and implement it for your type");
            item
        }
        Err(error) => {
            errors.push(error);
            TokenStream::new()
        }
    }
}
