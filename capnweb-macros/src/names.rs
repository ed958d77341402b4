//! Every identifier and path that the generated code introduces.
//!
//! Nothing else may create one: locals are written inside [`generated!`], whose hygiene keeps them
//! apart from the user's names; what hygiene does not cover (types, generics, statics, fields)
//! starts with two underscores.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::Path;

/// Quotes generated code: like `quote!`, but locals cannot collide with the user's.
macro_rules! generated {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned! { ::proc_macro2::Span::mixed_site() => $($tokens)* }
    };
}
pub(crate) use generated;

/// The same for code whose mistakes are to be reported where the user wrote something.
pub(crate) fn hygienic(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// Moves tokens of the user's to another place of the user's, for mistakes to be reported there.
pub(crate) fn respanned(tokens: &impl ToTokens, place: Span) -> TokenStream {
    let tokens = tokens
        .to_token_stream()
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut moved = Group::new(group.delimiter(), respanned(&group.stream(), place));
                moved.set_span(place);
                TokenTree::Group(moved)
            }
            mut token => {
                token.set_span(token.span().located_at(place));
                token
            }
        });
    tokens.collect()
}

/// The path to the runtime's hidden interface, through which all generated code reaches it.
#[derive(Debug, Clone)]
pub(crate) struct Runtime(Option<Path>);

impl Runtime {
    /// The runtime under its own name, or under the path the user gave.
    pub(crate) const fn new(path: Option<Path>) -> Self {
        Self(path)
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let path = self.0.as_ref().map(ToTokens::to_token_stream);
        let path = path.unwrap_or_else(|| quote!(::capnweb_runtime));
        tokens.extend(quote!(#path::__private));
    }
}

/// `Greeter` → `GreeterStub`.
pub(crate) fn stub(capability: &Ident) -> Ident {
    format_ident!("{}Stub", capability)
}

/// `TaskInfo` → `TaskInfoPipeline`.
pub(crate) fn pipeline(data: &Ident) -> Ident {
    format_ident!("{}Pipeline", data)
}

/// `Greeter` → the hidden dispatcher of a served `Greeter`.
pub(crate) fn dispatcher(capability: &Ident) -> Ident {
    format_ident!("__{}Dispatcher", capability)
}

/// `Greeter` → the static that lists its members.
pub(crate) fn interface(capability: &Ident) -> Ident {
    format_ident!("__{}Interface", capability)
}

/// The type parameter that stands for the user's implementation.
pub(crate) fn target() -> Ident {
    Ident::new("__Target", Span::mixed_site())
}

/// The local that holds the one field of a variant whose field has no name.
pub(crate) fn value() -> Ident {
    Ident::new("value", Span::mixed_site())
}
