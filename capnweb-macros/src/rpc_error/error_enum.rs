//! An enum of the ways in which a remote call can fail.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, Ident, LitStr, Type};

use crate::args::Settings;
use crate::case::Case;
use crate::check::is_dropped;
use crate::names::Runtime;
use crate::nearest::did_you_mean;
use crate::sink::Errors;

/// An error enum.
pub(crate) struct ErrorEnum {
    pub(super) runtime: Runtime,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// What it is made of, if that is sound.
    pub(super) variants: Option<Variants>,
}

/// The variants of an error enum.
pub(super) struct Variants {
    pub(super) own: Vec<Variant>,
    /// The variant that holds every error that is none of the others.
    pub(super) other: Ident,
}

/// One way to fail.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) class: String,
    pub(super) code: String,
    pub(super) fields: Vec<Field>,
    pub(super) shape: Shape,
}

/// How a variant is written.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Unit,
    Named,
    /// One field without a name.
    Value,
}

/// What a variant knows about the failure.
pub(super) struct Field {
    /// The field's own name, or one for the field that has none.
    pub(super) ident: Ident,
    pub(super) wire: String,
    pub(super) ty: Type,
}

impl ErrorEnum {
    /// Understands an enum; what is wrong in it is reported.
    pub(crate) fn new(input: DeriveInput, errors: &Errors) -> Self {
        let known = ["class", "crate"];
        let mut settings = Settings::from_attributes(&input.attrs, "rpc", &known, errors);
        let runtime = Runtime::new(settings.path("crate", errors));
        let variants = errors.attempt(|| {
            let class = class(&mut settings, errors).unwrap_or_else(|| "Error".to_owned());
            Variants::new(&input, &class, errors)
        });
        Self {
            runtime,
            ident: input.ident,
            generics: input.generics,
            variants: variants.flatten(),
        }
    }
}

impl Variants {
    fn new(input: &DeriveInput, class: &str, errors: &Errors) -> Option<Self> {
        let Data::Enum(data) = &input.data else {
            errors.at(
                &input.ident,
                "an error of a remote call is an enum: one variant per way to fail, and one for \
                 failures on the way",
            );
            return None;
        };
        let mut own = Vec::new();
        let mut others = Vec::new();
        for variant in &data.variants {
            match VariantSource::new(variant, class, errors) {
                Some(VariantSource::Own(variant)) => admit(variant, &mut own, errors),
                Some(VariantSource::Other(ident)) => others.push(ident),
                None => {}
            }
        }
        let other = catch_all(&input.ident, others, errors)?;
        Some(Self { own, other })
    }
}

enum VariantSource {
    Own(Variant),
    Other(Ident),
}

impl VariantSource {
    fn new(variant: &syn::Variant, class_of_all: &str, errors: &Errors) -> Option<Self> {
        let known = ["class", "code", "other"];
        let mut settings = Settings::from_attributes(&variant.attrs, "rpc", &known, errors);
        if settings.flag("other", errors).is_some() {
            return Some(Self::Other(other(variant, errors)));
        }
        let code = settings.text("code", errors);
        let (shape, fields) = fields(variant, errors)?;
        Some(Self::Own(Variant {
            ident: variant.ident.clone(),
            class: class(&mut settings, errors).unwrap_or_else(|| class_of_all.to_owned()),
            code: code.map_or_else(|| variant.ident.unraw().to_string(), |code| code.value()),
            fields,
            shape,
        }))
    }
}

fn other(variant: &syn::Variant, errors: &Errors) -> Ident {
    let ident = &variant.ident;
    if !matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
        let shape = format!("`{ident}(capnweb_runtime::Error)`");
        errors.at(
            ident,
            format!("the catch-all holds the error as it came: write {shape}"),
        );
    }
    ident.clone()
}

fn admit(variant: Variant, variants: &mut Vec<Variant>, errors: &Errors) {
    match variants.iter().find(|earlier| earlier.code == variant.code) {
        Some(earlier) => errors.at(
            &variant.ident,
            format!(
                "`{}` has the code `{}` too: give one of them another by `#[rpc(code = \"..\")]`",
                earlier.ident, variant.code
            ),
        ),
        None => variants.push(variant),
    }
}

fn catch_all(ident: &Ident, mut others: Vec<Ident>, errors: &Errors) -> Option<Ident> {
    for again in others.iter().skip(1) {
        errors.at(again, "`#[rpc(other)]` marks one variant: remove this one");
    }
    if others.is_empty() {
        errors.at(
            ident,
            "every remote call can also fail on the way: add a variant `#[rpc(other)] \
                Other(capnweb_runtime::Error)`",
        );
        return None;
    }
    Some(others.swap_remove(0))
}

fn class(settings: &mut Settings, errors: &Errors) -> Option<String> {
    let text: LitStr = settings.text("class", errors)?;
    let name = text.value();
    if !CLASSES.contains(&name.as_str()) {
        let hint = did_you_mean(&name, CLASSES);
        errors.at(
            &text,
            format!(
                "no class `{name}` survives the wire{hint} (these do: `{}`); a code of \
                your own goes into `#[rpc(code = \"..\")]`",
                CLASSES.join("`, `")
            ),
        );
    }
    Some(name)
}

fn fields(variant: &syn::Variant, errors: &Errors) -> Option<(Shape, Vec<Field>)> {
    let fields: Vec<&syn::Field> = variant.fields.iter().collect();
    match (&variant.fields, &fields[..]) {
        (Fields::Unit, _) => Some((Shape::Unit, Vec::new())),
        (Fields::Named(_), fields) => {
            let fields = fields.iter().filter_map(|field| named_field(field, errors));
            Some((Shape::Named, fields.collect()))
        }
        (Fields::Unnamed(_), [field]) => Some((Shape::Value, vec![only_field(field)])),
        (Fields::Unnamed(_), _) => {
            errors.at(
                &variant.ident,
                "the fields of an error are properties on the wire: give them names",
            );
            None
        }
    }
}

fn named_field(field: &syn::Field, errors: &Errors) -> Option<Field> {
    let ident = field.ident.clone()?;
    let wire = Case::Camel.apply(&ident.unraw().to_string());
    if OWN_PROPS.contains(&wire.as_str()) {
        errors.at(
            &ident,
            format!("every error on the wire has its own `{wire}`: call the field something else"),
        );
    } else if is_dropped(&wire) {
        errors.at(
            &ident,
            format!(
                "a property called `{wire}` is dropped by every receiver: call the field \
                something else"
            ),
        );
    }
    Some(Field {
        ident,
        wire,
        ty: field.ty.clone(),
    })
}

fn only_field(field: &syn::Field) -> Field {
    Field {
        ident: crate::names::value(),
        wire: "value".to_owned(),
        ty: field.ty.clone(),
    }
}

/// The error classes that arrive as what they were sent as (protocol W-29).
const CLASSES: [&str; 8] = [
    "Error",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "AggregateError",
];

/// The properties of an error that are not the variant's to set.
const OWN_PROPS: [&str; 4] = ["name", "message", "stack", "code"];
