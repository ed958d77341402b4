//! The name of a member on the wire, and where it comes from.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use crate::case::Case;

/// A name on the wire; its tokens are the place it was written at.
#[derive(Debug, Clone)]
pub(crate) enum WireName {
    /// Set by `#[rpc(name = "..")]`.
    Chosen(LitStr),
    /// Made from the name in Rust.
    Derived(Ident, String),
}

impl WireName {
    /// Makes the name of a member.
    pub(crate) fn new(ident: &Ident, chosen: Option<LitStr>, case: Case) -> Self {
        match chosen {
            Some(name) => Self::Chosen(name),
            None => Self::Derived(ident.clone(), case.apply(&ident.unraw().to_string())),
        }
    }

    /// Returns the name.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Chosen(name) => name.value(),
            Self::Derived(_, name) => name.clone(),
        }
    }
}

impl ToTokens for WireName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Chosen(name) => name.to_tokens(tokens),
            Self::Derived(ident, _) => ident.to_tokens(tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::WireName;
    use crate::case::Case;

    #[test]
    fn raw_identifiers_lose_their_mark() {
        let name = WireName::new(&parse_quote!(r#type), None, Case::Camel);
        assert_eq!(name.text(), "type");
    }

    #[test]
    fn a_chosen_name_is_taken_as_it_is() {
        let chosen = WireName::new(
            &parse_quote!(get_gpu),
            Some(parse_quote!("getGPU")),
            Case::Camel,
        );
        assert_eq!(chosen.text(), "getGPU");
        let derived = WireName::new(&parse_quote!(get_gpu), None, Case::Camel);
        assert_eq!(derived.text(), "getGpu");
    }
}
