//! A struct whose fields can be reached before it has arrived.

use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, LitStr, Type, Visibility};

use super::serde::SerdeArgs;
use crate::args::Settings;
use crate::case::Case;
use crate::check::is_dropped;
use crate::names::Runtime;
use crate::sink::Errors;

/// A struct with named fields.
pub(crate) struct Record {
    pub(super) runtime: Runtime,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) fields: Vec<Field>,
}

/// A field that is on the wire under a name of its own.
pub(super) struct Field {
    pub(super) docs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) wire: String,
}

impl Record {
    /// Understands a struct; `None` if it has no fields to reach, which is reported.
    pub(crate) fn new(input: DeriveInput, errors: &Errors) -> Option<Self> {
        let mut settings = Settings::from_attributes(&input.attrs, "pipeline", &["crate"], errors);
        let runtime = Runtime::new(settings.path("crate", errors));
        let container = SerdeArgs::parse(&input.attrs);
        if container.transparent {
            errors.at(
                &input.ident,
                "a transparent struct is its field, nothing has to be reached through it: remove \
                 `Pipeline` or `#[serde(transparent)]`",
            );
        }
        let case = container.rename_all.unwrap_or(Case::AsWritten);
        let fields = named_fields(&input, errors)?
            .filter_map(|field| Field::new(field, case, errors))
            .collect();
        Some(Self {
            runtime,
            fields,
            vis: input.vis,
            ident: input.ident,
            generics: input.generics,
        })
    }
}

impl Field {
    /// Understands a field; `None` if it is not on the wire under a name of its own.
    fn new(field: &syn::Field, case: Case, errors: &Errors) -> Option<Self> {
        let args = SerdeArgs::parse(&field.attrs);
        let ident = field.ident.clone().filter(|_| !args.hidden)?;
        let wire = match &args.rename {
            Some(name) => name.value(),
            None => case.apply(&ident.unraw().to_string()),
        };
        if is_dropped(&wire) {
            report_dropped(&wire, &ident, args.rename.as_ref(), errors);
        }
        let docs = field
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc"));
        Some(Self {
            docs: docs.cloned().collect(),
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            ident,
            wire,
        })
    }
}

fn report_dropped(wire: &str, ident: &Ident, rename: Option<&LitStr>, errors: &Errors) {
    let message = format!("a field called `{wire}` is dropped by every receiver: rename it");
    match rename {
        Some(rename) => errors.at(rename, message),
        None => errors.at(ident, message),
    }
}

fn named_fields<'a>(
    input: &'a DeriveInput,
    errors: &Errors,
) -> Option<impl Iterator<Item = &'a syn::Field>> {
    let advice = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter()),
            Fields::Unnamed(_) | Fields::Unit => "give the fields names",
        },
        Data::Enum(_) => {
            "nobody knows the variant before it arrives; put what is always there into a struct"
        }
        Data::Union(_) => "make it a struct",
    };
    errors.at(
        &input.ident,
        format!("only named fields can be reached before they arrive: {advice}"),
    );
    None
}
