//! What a capability is, once its trait has been checked: the only thing code is generated from.

mod associated;
mod capability;
mod facet;
mod family;
mod member;
mod types;
mod understand;
mod wire_name;

pub(crate) use capability::{Capability, Extent, Item, Lineage};
pub(crate) use facet::{Results, keeps_whole, stub_in};
pub(crate) use family::{Attenuation, Family};
pub(crate) use member::{Declaration, Failure, Member, Param, Presence, Returns};
pub(crate) use types::{
    capabilities_in, handed_through, is_call, is_transparent, option_inner, owned,
};
pub(crate) use wire_name::WireName;
