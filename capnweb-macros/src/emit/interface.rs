//! The trait itself, as implementations and callers in Rust see it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Signature};

use super::docs;
use crate::model::{Capability, Declaration, Item};
use crate::names;

/// Emits the trait.
pub(super) fn interface(capability: &Capability) -> TokenStream {
    let Capability {
        attrs,
        vis,
        ident,
        generics,
        supertraits,
        ..
    } = capability;
    let docs = docs::interface(capability);
    let (where_clause, supertraits) = (&generics.where_clause, supertraits.iter());
    let items = capability.items.iter().map(item);
    let bounds = quote_spanned!(names::hygienic(ident.span())=> ::core::marker::Send + ::core::marker::Sync + 'static);
    quote! {
        #(#attrs)*
        #docs
        #vis trait #ident #generics: #bounds #(+ #supertraits)* #where_clause {
            #(#items)*
        }
    }
}

fn item(item: &Item) -> TokenStream {
    match item {
        Item::Member(member) => declaration(&member.declaration),
        Item::Broken(broken) => declaration(broken),
        Item::Verbatim(tokens) => tokens.clone(),
    }
}

/// `async fn` becomes a function whose future is `Send`; implementations still say `async fn`.
fn declaration(declaration: &Declaration) -> TokenStream {
    let Declaration { attrs, sig, body } = declaration;
    let is_async = sig.asyncness.is_some();
    let sig = sendable(sig);
    let body = match body {
        Some(body) if is_async => quote_spanned!(body.span()=> { async move #body }),
        Some(body) => body.to_token_stream(),
        None => quote_spanned!(sig.ident.span()=> ;),
    };
    quote!(#(#attrs)* #sig #body)
}

fn sendable(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    if sig.asyncness.take().is_some() {
        let output = match &sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        // The user's span: lints and a future that is not `Send` point at the method.
        let span = output.span();
        sig.output = ReturnType::Type(
            syn::Token![->](span),
            Box::new(syn::Type::Verbatim(quote_spanned! { span=>
                impl ::core::future::Future<Output = #output> + ::core::marker::Send
            })),
        );
    }
    sig
}
