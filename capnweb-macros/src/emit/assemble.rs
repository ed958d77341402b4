//! The order of what is generated.

use proc_macro2::TokenStream;

use super::{attenuation, dispatcher, forwarding, interface, reference, stub};
use crate::model::{Capability, Extent, Family};
use crate::names::generated;

/// Emits a capability with its facets.
///
/// What has no name of its own is wrapped in `const _`, so that it adds none to the user's module.
pub(crate) fn family(family: &Family) -> TokenStream {
    if family.whole.extent == Extent::TraitOnly {
        return interface::interface(&family.whole);
    }
    let declarations = family.capabilities().map(declarations);
    let implementations = family.capabilities().map(implementations);
    let attenuations = family.attenuations();
    let attenuations = attenuations.iter().map(attenuation::attenuation);
    generated! {
        #(#declarations)*
        const _: () = {
            #(#implementations)*
            #(#attenuations)*
        };
    }
}

fn declarations(capability: &Capability) -> TokenStream {
    let interface = interface::interface(capability);
    let stub = stub::declaration(capability);
    generated!(#interface #stub)
}

fn implementations(capability: &Capability) -> TokenStream {
    let inherent = stub::inherent(capability);
    let reference = reference::reference(capability);
    let forwarding = forwarding::forwarding(capability);
    let dispatcher = dispatcher::dispatcher(capability);
    generated!(#inherent #reference #forwarding #dispatcher)
}
