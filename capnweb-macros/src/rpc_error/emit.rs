//! From a variant to an error on the wire, and back.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::failure::{Failure, Field, Shape, Variant};
use crate::names::{Runtime, generated};

/// Emits the conversions.
pub(crate) fn emit(failure: &Failure) -> TokenStream {
    let Failure { runtime, ident, .. } = failure;
    let (impl_generics, arguments, where_clause) = failure.generics.split_for_impl();
    let into = into_error(failure);
    let from = from_error(failure);
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::TypedError for #ident #arguments #where_clause {
            #into
            #from
        }
    }
}

fn into_error(failure: &Failure) -> TokenStream {
    let Failure { runtime, other, .. } = failure;
    let arms = failure
        .variants
        .iter()
        .map(|variant| send(variant, runtime));
    // Spanned at the enum's name: that is where a missing `Display` is to be reported.
    let message = quote_spanned! { failure.ident.span()=>
        ::std::string::ToString::to_string(&self)
    };
    generated! {
        fn into_error(self) -> #runtime::Error {
            let message = #message;
            match self {
                #(#arms)*
                Self::#other(error) => error,
            }
        }
    }
}

fn send(variant: &Variant, runtime: &Runtime) -> TokenStream {
    let Variant { class, code, .. } = variant;
    let pattern = built(variant);
    let props = variant
        .fields
        .iter()
        .map(|Field { ident, wire, .. }| generated!(.prop(#wire, &#ident)));
    generated! {
        #pattern => #runtime::typed_error(#class, #code, message) #(#props)* .build(),
    }
}

fn from_error(failure: &Failure) -> TokenStream {
    let Failure { runtime, other, .. } = failure;
    let arms = failure
        .variants
        .iter()
        .map(|variant| receive(variant, failure));
    generated! {
        fn from_error(error: #runtime::Error) -> Self {
            match #runtime::error_code(&error) {
                #(#arms)*
                _ => Self::#other(error),
            }
        }
    }
}

/// A variant whose fields did not all arrive is not that variant.
fn receive(variant: &Variant, failure: &Failure) -> TokenStream {
    let Failure { runtime, other, .. } = failure;
    let code = &variant.code;
    let built = built(variant);
    if variant.fields.is_empty() {
        return generated!(::core::option::Option::Some(#code) => #built,);
    }
    let idents = variant.fields.iter().map(|field| &field.ident);
    let props = variant
        .fields
        .iter()
        .map(|Field { wire, ty, .. }| generated!(#runtime::error_prop::<#ty>(&error, #wire)));
    generated! {
        ::core::option::Option::Some(#code) => match (#(#props,)*) {
            (#(::core::option::Option::Some(#idents),)*) => #built,
            _ => Self::#other(error),
        },
    }
}

/// The variant with its fields, which is both its pattern and its expression.
fn built(variant: &Variant) -> TokenStream {
    let ident = &variant.ident;
    let fields = variant.fields.iter().map(|field| &field.ident);
    match variant.shape {
        Shape::Unit => generated!(Self::#ident),
        Shape::Named => generated!(Self::#ident { #(#fields),* }),
        Shape::Value => generated!(Self::#ident(#(#fields),*)),
    }
}
