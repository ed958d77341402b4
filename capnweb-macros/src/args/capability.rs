//! What stands in the parentheses of `#[capability(..)]`.

use proc_macro2::TokenStream;
use syn::LitStr;

use super::Settings;
use crate::case::Case;
use crate::names::Runtime;
use crate::nearest::did_you_mean;
use crate::sink::Errors;

/// The settings of a capability.
pub(crate) struct CapabilityArgs {
    pub(crate) case: Case,
    pub(crate) runtime: Runtime,
    pub(crate) name: Option<LitStr>,
}

impl CapabilityArgs {
    /// Reads the settings; what is wrong is reported and takes its default.
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut settings = Settings::parse(tokens, &["rename_all", "crate", "name"], errors);
        let case = settings.text("rename_all", errors);
        Self {
            case: case.map_or(Case::Camel, |text| convention(&text, errors)),
            runtime: Runtime::new(settings.path("crate", errors)),
            name: settings.text("name", errors),
        }
    }
}

fn convention(text: &LitStr, errors: &Errors) -> Case {
    let spelling = text.value();
    Case::from_name(&spelling).unwrap_or_else(|| {
        let names = Case::NAMES.map(|(name, _)| name);
        let hint = did_you_mean(&spelling, names);
        let names = names.join("`, `");
        errors.at(
            text,
            format!("no naming convention is called `{spelling}`{hint} (there is `{names}`)"),
        );
        Case::Camel
    })
}
