//! What `#[rpc(..)]` and `#[property]` say about a method.

use syn::{Attribute, LitStr, Meta};

use super::Settings;
use crate::nearest::did_you_mean;
use crate::sink::Errors;

/// Whether a member is called or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberKind {
    Method,
    Property,
}

/// What becomes of a call whose caller let go of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancel {
    /// It runs on, and may look.
    Cooperative,
    /// It is dropped at its next await.
    Drop,
}

/// The settings of a method.
pub(crate) struct MemberArgs {
    pub(crate) kind: MemberKind,
    pub(crate) name: Option<LitStr>,
    pub(crate) cancel: Cancel,
}

impl MemberArgs {
    /// Reads the settings; what is wrong is reported and takes its default.
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut settings = Settings::from_attributes(attrs, "rpc", &["name", "cancel"], errors);
        let cancel = settings.text("cancel", errors);
        Self {
            kind: kind(attrs, errors),
            name: settings.text("name", errors),
            cancel: cancel.map_or(Cancel::Cooperative, |text| cancellation(&text, errors)),
        }
    }
}

fn kind(attrs: &[Attribute], errors: &Errors) -> MemberKind {
    let mut marks = attrs.iter().filter(|attr| attr.path().is_ident("property"));
    let Some(first) = marks.next() else {
        return MemberKind::Method;
    };
    if !matches!(first.meta, Meta::Path(_)) {
        errors.at(
            first,
            "`#[property]` takes no settings; its name is set by `#[rpc(name = \"..\")]`",
        );
    }
    for again in marks {
        errors.at(again, "`#[property]` is given twice: keep one");
    }
    MemberKind::Property
}

fn cancellation(text: &LitStr, errors: &Errors) -> Cancel {
    match text.value().as_str() {
        "cooperative" => Cancel::Cooperative,
        "drop" => Cancel::Drop,
        other => {
            let hint = did_you_mean(other, ["cooperative", "drop"]);
            errors.at(
                text,
                format!(
                    "`cancel` is \"cooperative\" (the method looks) or \"drop\" (it is dropped at \
                     its next await){hint}"
                ),
            );
            Cancel::Cooperative
        }
    }
}
