//! The trait implemented by its own stub, so that generic code takes either.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ReturnType;
use syn::spanned::Spanned;

use crate::model::{Capability, Extent, Member, Param, Presence};
use crate::names::{self, generated};

/// Emits the implementation, if every answer of the trait can be that of a remote call.
pub(super) fn forwarding(capability: &Capability) -> Option<TokenStream> {
    if capability.extent != Extent::Full || capability.unforwardable().next().is_some() {
        return None;
    }
    let stub = names::stub(&capability.ident);
    let as_trait = capability.as_trait();
    let generics = capability.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let types = capability.types.iter().map(|associated| &associated.ident);
    let methods = capability.members().map(method);
    Some(generated! {
        #[automatically_derived]
        #[allow(deprecated, unused_mut, unused_variables, reason = "as the trait has it")]
        impl #impl_generics #as_trait for #stub #arguments #where_clause {
            #(type #types = #types;)*
            #(#methods)*
        }
    })
}

/// The call is sent when the method is called, not when its future is polled.
fn method(member: &Member) -> TokenStream {
    let sig = &member.declaration.sig;
    let ident = &sig.ident;
    let inputs = sig.inputs.iter().skip(1);
    let arguments = member.params.iter().map(argument);
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let future = quote_spanned! { names::hygienic(output.span())=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    generated! {
        fn #ident(&self, #(#inputs),*) -> #future {
            ::core::future::IntoFuture::into_future(Self::#ident(self, #(#arguments),*))
        }
    }
}

fn argument(param: &Param) -> TokenStream {
    let ident = &param.ident;
    match param.presence {
        Presence::Default(_) => generated!(::core::option::Option::Some(#ident)),
        Presence::Required | Presence::Optional(_) => generated!(#ident),
    }
}
