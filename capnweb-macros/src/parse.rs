//! The syntax of an annotated trait, with default bodies left unparsed.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Generics, Ident, Signature, Token, TraitItem, TraitItemType, TypeParamBound,
    Visibility, braced, token,
};

/// What the attribute was put on.
pub(crate) enum Annotated {
    /// A trait.
    Trait(Box<TraitSource>),
    /// Something else: its first token that says what it is.
    Other(TokenTree),
}

/// An item of any kind, its attributes apart.
pub(crate) struct Headed {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) rest: TokenStream,
}

/// A trait as written.
pub(crate) struct TraitSource {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) auto: Option<Token![auto]>,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) items: Vec<ItemSource>,
}

/// Something inside a trait.
pub(crate) enum ItemSource {
    /// A method or a property.
    Method(Box<MethodSource>),
    /// An associated type.
    Type(TraitItemType),
    /// Anything else: no capability has it.
    Other(TraitItem),
}

/// A method as written.
pub(crate) struct MethodSource {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    /// The braces and what they hold: a mistake in there is for the compiler to report.
    pub(crate) body: Option<Group>,
}

impl TraitSource {
    /// Returns the methods.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &MethodSource> {
        self.items.iter().filter_map(|item| match item {
            ItemSource::Method(method) => Some(&**method),
            ItemSource::Type(_) | ItemSource::Other(_) => None,
        })
    }

    /// Returns the associated types.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TraitItemType> {
        self.items.iter().filter_map(|item| match item {
            ItemSource::Type(associated) => Some(associated),
            ItemSource::Method(_) | ItemSource::Other(_) => None,
        })
    }
}

impl Parse for Annotated {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        let keyword = ahead.fork();
        ahead.parse::<Option<Token![unsafe]>>()?;
        ahead.parse::<Option<Token![auto]>>()?;
        if ahead.peek(Token![trait]) {
            return input.parse().map(Box::new).map(Self::Trait);
        }
        let keyword = keyword.parse()?;
        input.parse::<TokenStream>()?;
        Ok(Self::Other(keyword))
    }
}

impl Parse for Headed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            rest: input.parse()?,
        })
    }
}

impl Parse for TraitSource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let unsafety = input.parse()?;
        let auto = input.parse()?;
        input.parse::<Token![trait]>()?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let supertraits = supertraits(input)?;
        generics.where_clause = input.parse()?;
        let body;
        braced!(body in input);
        let mut items = Vec::new();
        while !body.is_empty() {
            items.push(body.parse()?);
        }
        Ok(Self {
            attrs,
            vis,
            unsafety,
            auto,
            ident,
            generics,
            supertraits,
            items,
        })
    }
}

impl Parse for ItemSource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        if starts_function(&ahead) {
            return input.parse().map(Box::new).map(Self::Method);
        }
        input.parse().map(|item| match item {
            TraitItem::Type(associated) => Self::Type(associated),
            other => Self::Other(other),
        })
    }
}

impl Parse for MethodSource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let sig = input.parse()?;
        let body = if input.peek(token::Brace) {
            Some(input.parse()?)
        } else {
            input.parse::<Token![;]>()?;
            None
        };
        Ok(Self { attrs, sig, body })
    }
}

/// Returns whether this is `#[capability]`, by whatever path.
pub(crate) fn is_capability(attr: &Attribute) -> bool {
    let name = attr.path().segments.last();
    name.is_some_and(|name| name.ident == "capability")
}

/// Reads `: A + B`, if there is one.
fn supertraits(input: ParseStream<'_>) -> syn::Result<Punctuated<TypeParamBound, Token![+]>> {
    let mut bounds = Punctuated::new();
    if input.parse::<Option<Token![:]>>()?.is_none() {
        return Ok(bounds);
    }
    while !input.peek(token::Brace) && !input.peek(Token![where]) {
        bounds.push_value(input.parse()?);
        if !input.peek(Token![+]) {
            break;
        }
        bounds.push_punct(input.parse()?);
    }
    Ok(bounds)
}

fn starts_function(input: ParseStream<'_>) -> bool {
    let qualified_const = input.peek(Token![const])
        && (input.peek2(Token![fn])
            || input.peek2(Token![async])
            || input.peek2(Token![unsafe])
            || input.peek2(Token![extern]));
    qualified_const
        || input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{Annotated, TraitSource};

    fn parse(tokens: TokenStream) -> TraitSource {
        match syn::parse2(tokens) {
            Ok(Annotated::Trait(source)) => *source,
            Ok(Annotated::Other(token)) => panic!("not a trait but {token}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_trait_comes_apart_into_its_items() {
        let source = parse(quote! {
            pub(crate) trait Cell<T: Wire>: Send + 'static where T: Clone {
                type Item: Wire;
                const LIMIT: u8;
                const fn never(&self);
                #[rpc(name = "x")]
                async fn read(&self, #[default(1)] at: u64) -> Result<T>;
            }
        });
        assert_eq!(source.ident, "Cell");
        assert_eq!(source.supertraits.len(), 2);
        assert!(source.generics.where_clause.is_some());
        assert_eq!(source.methods().count(), 2);
        assert_eq!(source.types().count(), 1);
        assert_eq!(source.items.len(), 4);
    }

    #[test]
    fn nonsense_in_a_default_body_is_left_to_the_compiler() {
        let source = parse(quote!(trait T { fn f(&self) { let = ; } fn g(&self); }));
        assert_eq!(source.methods().count(), 2);
        assert!(source.methods().next().unwrap().body.is_some());
    }

    #[test]
    fn what_is_no_trait_is_named_by_its_keyword() {
        let Ok(Annotated::Other(keyword)) = syn::parse2(quote!(
            pub struct S;
        )) else {
            panic!("a struct was taken for a trait");
        };
        assert_eq!(keyword.to_string(), "struct");
    }
}
