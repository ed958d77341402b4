//! Code generation: one file per thing generated, each a function of the model.

mod assemble;
mod attenuation;
mod dispatcher;
mod docs;
mod forwarding;
mod interface;
mod marker;
mod reference;
mod stub;

pub(crate) use assemble::family;
