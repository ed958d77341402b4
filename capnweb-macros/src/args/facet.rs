//! What stands in the parentheses of `#[attenuate(..)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Attribute, Ident, Meta, Path, Token, braced, parenthesized};

use crate::sink::Errors;

/// One facet as written: `StorageReader { read, open -> StorageReader }`.
pub(crate) struct FacetArgs {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) grants: Vec<Grant>,
}

/// One method of a facet as written: `open -> StorageReader`, `subscribe(whole)`.
pub(crate) struct Grant {
    pub(crate) method: Ident,
    pub(crate) parameters: Parameters,
    pub(crate) becomes: Option<Path>,
}

/// What the object may give to the callbacks and streams that a method is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameters {
    /// Nothing that the facet would have to narrow.
    Data,
    /// Capabilities as they are: the user decided so.
    Whole,
}

impl FacetArgs {
    /// Reads every `#[attenuate(..)]`; those that cannot be read are reported and left out.
    pub(crate) fn parse_all(attrs: &[Attribute], errors: &Errors) -> Vec<Self> {
        attrs
            .iter()
            .filter(|attr| attr.path().is_ident("attenuate"))
            .filter_map(|attr| Self::from_attribute(attr, errors))
            .collect()
    }

    fn from_attribute(attr: &Attribute, errors: &Errors) -> Option<Self> {
        match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => errors.absorb(attr.parse_args()),
            _ => {
                let example = "`#[attenuate(Reader { read, list })]`";
                errors.at(
                    attr,
                    format!("name the facet and what it may call: {example}"),
                );
                None
            }
        }
    }
}

impl Parse for FacetArgs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let docs = input.call(Attribute::parse_outer)?;
        let ident = input.parse()?;
        let body;
        braced!(body in input);
        let grants = Punctuated::<Grant, Token![,]>::parse_terminated(&body)?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self {
            docs,
            ident,
            grants: grants.into_iter().collect(),
        })
    }
}

impl Parse for Grant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let method = input.parse()?;
        let parameters = Parameters::parse(input)?;
        let becomes = match input.parse::<Option<Token![->]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self {
            method,
            parameters,
            becomes,
        })
    }
}

impl Parse for Parameters {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Paren) {
            return Ok(Self::Data);
        }
        let word;
        parenthesized!(word in input);
        let whole: Ident = word.parse()?;
        if whole != "whole" || !word.is_empty() {
            let message = "write `whole`, or nothing: parameters are not named here";
            return Err(syn::Error::new(whole.span(), message));
        }
        Ok(Self::Whole)
    }
}
