//! Data as deep as a session can be set to allow.

use std::thread;

use serde::{Deserialize, Serialize};

use super::object;
use crate::data::{from_value, to_value};
use crate::hook::Value;
use crate::value::Tree;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Link {
    next: Option<Box<Self>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Buffered {
    Link { next: Box<Self> },
    End(()),
}

/// As many levels as the codec's ceiling.
fn deep() -> Value {
    (0..512).fold(Tree::Null, |next, _| object([("next", next)]))
}

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn w1_no_depth_of_data_overflows_the_stack() {
    on_a_small_stack(|| {
        let link: Link = from_value(deep()).unwrap();
        assert_eq!(to_value(&link).unwrap(), deep());
    });
}

#[test]
fn w1_no_depth_of_buffered_data_overflows_the_stack() {
    on_a_small_stack(|| {
        let link: Buffered = from_value(deep()).unwrap();
        assert_eq!(to_value(&link).unwrap(), deep());
    });
}

#[test]
fn w1_no_depth_of_json_overflows_the_stack() {
    on_a_small_stack(|| {
        let json: serde_json::Value = from_value(deep()).unwrap();
        assert_eq!(to_value(&json).unwrap(), deep());
    });
}
