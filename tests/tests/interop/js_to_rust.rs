//! The JavaScript client against this implementation's target.

use super::support::{node, prove, runtime, serving};
use super::target::{Main, TargetStub};

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            prove_against_rust(stringify!($name));
        })*

        pub(crate) const PROVEN: &[&str] = &[$(stringify!($name)),*];
    };
}

scenarios!(
    batch,
    calls,
    pipelining,
    callbacks,
    capabilities,
    properties,
    errors,
    values,
    disposal,
    map,
    streams,
    endings
);

fn prove_against_rust(name: &str) {
    let Some(node) = node() else { return };
    let runtime = runtime();
    let url = runtime.block_on(serving(|_peer| TargetStub::new(Main::default())));
    prove(&node, name, &url);
}
