//! What serde's attributes say about the names and the presence of fields.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, LitStr, Token, token};

use crate::case::Case;

/// The names on the wire and the exceptions from them.
#[derive(Default)]
pub(super) struct SerdeArgs {
    pub(super) rename: Option<LitStr>,
    pub(super) rename_all: Option<Case>,
    /// The field is not on the wire, or not under a name of its own.
    pub(super) hidden: bool,
    /// The struct is on the wire as its only field.
    pub(super) transparent: bool,
}

impl SerdeArgs {
    /// Reads what concerns us; mistakes are for serde to report.
    pub(super) fn parse(attrs: &[Attribute]) -> Self {
        let mut args = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            let read = attr.parse_nested_meta(|meta| args.read(&meta));
            drop(read);
        }
        args
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let key = meta.path.get_ident().map(ToString::to_string);
        match key.as_deref() {
            Some("rename") => self.rename = name(meta)?,
            Some("rename_all") => {
                self.rename_all = name(meta)?.and_then(|name| Case::from_name(&name.value()));
            }
            Some("skip" | "skip_deserializing" | "flatten") => self.hidden = true,
            Some("transparent") => self.transparent = true,
            _ => ignore(meta)?,
        }
        Ok(())
    }
}

/// Reads `= "name"`, or the name to read by of `(serialize = "..", deserialize = "..")`.
fn name(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut name = None;
    meta.parse_nested_meta(|side| {
        let text: LitStr = side.value()?.parse()?;
        if side.path.is_ident("deserialize") {
            name = Some(text);
        }
        Ok(())
    })?;
    Ok(name)
}

/// Skips the value of a setting that does not concern us.
fn ignore(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        meta.input.parse::<proc_macro2::Group>()?;
    }
    Ok(())
}
