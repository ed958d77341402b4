//! The grammar of the attributes, before anything is known about the trait they belong to.

mod capability;
mod facet;
mod member;
mod settings;

pub(crate) use capability::CapabilityArgs;
pub(crate) use facet::{FacetArgs, Grant, Parameters};
pub(crate) use member::{Cancel, MemberArgs, MemberKind};
pub(crate) use settings::Settings;
