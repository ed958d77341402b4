//! A struct of promises, one per field.

use proc_macro2::TokenStream;

use super::record::{Field, Record};
use crate::names::{self, Runtime, generated};

/// Emits the struct of promises and how to get at it.
pub(crate) fn emit(record: &Record) -> TokenStream {
    let declaration = declaration(record);
    let debug = debug(record);
    let pipeline = pipeline(record);
    generated! {
        #declaration
        const _: () = {
            #debug
            #pipeline
        };
    }
}

fn declaration(record: &Record) -> TokenStream {
    let Record {
        runtime,
        vis,
        ident,
        generics,
        fields,
    } = record;
    let pipelined = names::pipeline(ident);
    let where_clause = &generics.where_clause;
    let doc = format!(" What can be reached in a [`{ident}`] before it has arrived.");
    let fields = fields.iter().map(|field| promise(field, runtime));
    generated! {
        #[doc = #doc]
        #vis struct #pipelined #generics #where_clause {
            #(#fields,)*
        }
    }
}

fn promise(field: &Field, runtime: &Runtime) -> TokenStream {
    let Field {
        docs,
        vis,
        ident,
        ty,
        wire,
    } = field;
    let generic = docs.is_empty().then(|| format!(" The field `{wire}`."));
    let generic = generic.map(|doc| generated!(#[doc = #doc]));
    generated!(#(#docs)* #generic #vis #ident: #runtime::Promise<#ty>)
}

fn debug(record: &Record) -> TokenStream {
    let pipelined = names::pipeline(&record.ident);
    let name = pipelined.to_string();
    let (impl_generics, arguments, where_clause) = record.generics.split_for_impl();
    generated! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #pipelined #arguments #where_clause {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Formatter::debug_struct(formatter, #name).finish_non_exhaustive()
            }
        }
    }
}

fn pipeline(record: &Record) -> TokenStream {
    let Record { runtime, ident, .. } = record;
    let pipelined = names::pipeline(ident);
    let (impl_generics, arguments, where_clause) = record.generics.split_for_impl();
    let fields = record.fields.iter().map(|Field { ident, wire, .. }| {
        generated!(#ident: #runtime::Promise::from_stub(stub.property(#wire)))
    });
    generated! {
        #[automatically_derived]
        #[allow(unused_variables, reason = "there may be no fields")]
        impl #impl_generics #runtime::Pipeline for #ident #arguments #where_clause {
            type Pipelined = #pipelined #arguments;

            fn pipelined(stub: #runtime::Stub) -> Self::Pipelined {
                #pipelined { #(#fields,)* }
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #runtime::MapResult for #ident #arguments #where_clause {
            type Arrives = Self;
        }
    }
}
