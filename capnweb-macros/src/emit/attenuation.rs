//! The ways from a capability to a lesser one.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::model::{Attenuation, Results};
use crate::names::{self, Runtime, generated};

/// Emits one way: the table of what is granted, and what becomes of each result.
pub(super) fn attenuation(attenuation: &Attenuation<'_>) -> TokenStream {
    let Attenuation { from, to, grants } = attenuation;
    let runtime = &from.runtime;
    let (wide, narrow) = (names::stub(&from.ident), names::stub(&to.ident));
    let table = names::interface(&to.ident);
    let generics = from.impl_generics();
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let grants = grants.iter().map(|grant| results(grant, runtime));
    generated! {
        #[automatically_derived]
        impl #impl_generics #runtime::Attenuate<#narrow #arguments> for #wide #arguments
        #where_clause
        {
            fn facet() -> &'static #runtime::Facet {
                const {
                    &#runtime::Facet {
                        interface: &#table,
                        grants: &[#(#grants),*],
                    }
                }
            }
        }
    }
}

fn results(results: &Results, runtime: &Runtime) -> TokenStream {
    match results {
        Results::Data => generated!(#runtime::Results::Data),
        Results::Whole => generated!(#runtime::Results::Whole),
        // Spanned at the facet's name: that is where missing authority is to be reported.
        Results::Narrowed { from, to } => {
            let from = names::respanned(from, to.span());
            quote_spanned! { names::hygienic(to.span())=>
                #runtime::Results::Narrowed(<#from as #runtime::Attenuate<#to>>::facet)
            }
        }
    }
}
