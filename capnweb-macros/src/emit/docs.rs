//! The documentation of what is generated.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;

use crate::args::MemberKind;
use crate::model::{Capability, Lineage, Member};
use crate::names::generated;
use crate::text::list;

/// Documents the trait of a facet; the user's own is documented by the user.
pub(super) fn interface(capability: &Capability) -> Option<TokenStream> {
    let Lineage::Facet { of, lacks } = &capability.lineage else {
        return None;
    };
    let granted: Vec<String> = capability
        .members()
        .map(|member| member.ident().to_string())
        .collect();
    let granted = list(&granted);
    let mut lines = Vec::new();
    if capability.attrs.is_empty() {
        lines.push(format!("A [`{of}`] with less authority."));
    }
    lines.push(String::new());
    lines.push(format!("A facet of [`{of}`]: {granted}."));
    if !lacks.is_empty() {
        lines.push(format!("It lacks {}.", list(lacks)));
    }
    Some(doc(&lines))
}

/// Documents the stub.
pub(super) fn stub(capability: &Capability) -> TokenStream {
    let ident = capability.ident.unraw();
    let mut lines = vec![
        format!("A reference to a [`{ident}`], local or remote."),
        String::new(),
        "A clone refers to the same object; dropping the last one releases it.".to_owned(),
    ];
    let blocking: Vec<String> = capability
        .unforwardable()
        .map(|member| member.ident().unraw().to_string())
        .collect();
    if !blocking.is_empty() {
        lines.push(String::new());
        lines.push(format!(
            "It does not implement [`{ident}`] itself: a stub waits for the answer and the call can \
             fail, and {} cannot say so (only `async fn` with a `Result` can).",
            list(&blocking)
        ));
    }
    doc(&lines)
}

/// Documents the method of a stub: in the user's words, if there are any.
pub(super) fn member(member: &Member) -> TokenStream {
    let docs: Vec<_> = member.docs().collect();
    let written = docs.iter().any(|attr| attr.path().is_ident("doc"));
    let verb = match member.kind {
        MemberKind::Method => "Calls",
        MemberKind::Property => "Reads",
    };
    let line = format!("{verb} `{}`.", member.ident().unraw());
    let generic = (!written).then(|| doc(&[line]));
    generated!(#(#docs)* #generic)
}

/// Documents `new`.
pub(super) fn new(capability: &Capability) -> TokenStream {
    let ident = capability.ident.unraw();
    doc(&[format!("Makes a reference to a local [`{ident}`].")])
}

/// Documents `attenuate`.
pub(super) fn attenuate() -> TokenStream {
    doc(&["Returns a reference to the same object with less authority.".to_owned()])
}

/// Documents `guarded`.
pub(super) fn guarded() -> TokenStream {
    doc(&[
        "Returns a reference to the same object through which passes what the policy admits."
            .to_owned(),
    ])
}

/// Documents `membrane`.
pub(super) fn membrane() -> TokenStream {
    doc(&[
        "Returns a reference to the same object, and what takes it back, with all that is ever"
            .to_owned(),
        "reached through it, both ways.".to_owned(),
    ])
}

/// Documents `membrane_with`.
pub(super) fn membrane_with() -> TokenStream {
    doc(&[
        "Returns what `membrane` does; the policy is asked about everything that crosses."
            .to_owned(),
    ])
}

/// Documents `revocable`.
pub(super) fn revocable() -> TokenStream {
    doc(&["Returns a reference to the same object, and what takes it back.".to_owned()])
}

fn doc(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| match line.as_str() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    generated!(#(#[doc = #lines])*)
}
