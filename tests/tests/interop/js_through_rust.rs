//! The JavaScript client against the JavaScript target, with this implementation between them: it
//! serves the main object that it got from there. Whatever one peer says to the other about
//! objects, promises and errors has to survive two sessions.

use capnweb_runtime::connect;

use super::support::{node, prove, runtime, serving};
use super::target::TargetStub;

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            prove_through_rust(stringify!($name));
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

fn prove_through_rust(name: &str) {
    let Some(node) = node() else { return };
    let (_target, beyond) = node.target().unwrap_or_else(|error| panic!("{error}"));
    let runtime = runtime();
    let url = runtime.block_on(async {
        let main: TargetStub = connect(&beyond).await.expect("the target is there");
        serving(move |_peer| main.clone()).await
    });
    prove(&node, name, &url);
}
