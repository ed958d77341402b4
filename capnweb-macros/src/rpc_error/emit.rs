//! From a variant to an error on the wire, and back.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::error_enum::{ErrorEnum, Field, Shape, Variant, Variants};
use crate::names::{self, Runtime, generated};

/// Emits the conversions.
pub(crate) fn emit(source: &ErrorEnum) -> TokenStream {
    let ErrorEnum {
        runtime,
        ident,
        generics,
        variants,
    } = source;
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let conversions = variants.as_ref().map(|variants| {
        let into = into_error(ident, variants, runtime);
        let from = from_error(variants, runtime);
        generated!(#into #from)
    });
    let conversions = conversions.unwrap_or_else(|| fallback(runtime));
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::RpcError for #ident #arguments #where_clause {
            #conversions
        }

        // For `?` in a method or a closure that returns the plain `Result`.
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#ident #arguments> for #runtime::Error
            #where_clause
        {
            fn from(error: #ident #arguments) -> Self {
                #runtime::RpcError::into_error(error)
            }
        }
    }
}

/// For a program that does not compile anyway: spares its author the mistakes that are none.
fn fallback(runtime: &Runtime) -> TokenStream {
    generated! {
        fn into_error(self) -> #runtime::Error {
            ::core::unreachable!()
        }

        fn from_error(_: #runtime::Error) -> Self {
            ::core::unreachable!()
        }
    }
}

fn into_error(ident: &Ident, variants: &Variants, runtime: &Runtime) -> TokenStream {
    let other = &variants.other;
    let arms = variants.own.iter().map(|variant| send(variant, runtime));
    // Spanned at the enum's name: that is where a missing `Display` is to be reported.
    let message = quote_spanned! { names::hygienic(ident.span())=>
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
    // With the type as it is written, which is where one that cannot travel is to be reported.
    let props = variant
        .fields
        .iter()
        .map(|Field { ident, wire, ty }| generated!(.prop::<#ty>(#wire, &#ident)));
    generated! {
        #pattern => #runtime::typed_error(#class, #code, message) #(#props)* .build(),
    }
}

fn from_error(variants: &Variants, runtime: &Runtime) -> TokenStream {
    let Variants { own, other } = variants;
    let arms = own.iter().map(|variant| receive(variant, other, runtime));
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
fn receive(variant: &Variant, other: &Ident, runtime: &Runtime) -> TokenStream {
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
