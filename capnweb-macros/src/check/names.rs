//! Rules for the names of members, in Rust and on the wire.

use syn::Ident;
use syn::ext::IdentExt;

use crate::model::WireName;
use crate::sink::Errors;

/// The names that a trait has given out so far.
#[derive(Default)]
pub(crate) struct Names {
    taken: Vec<(String, String)>,
}

impl Names {
    /// Reports a name that cannot be, or that another member has; remembers it.
    pub(crate) fn admit(&mut self, ident: &Ident, wire: &WireName, errors: &Errors) {
        let rust = ident.unraw().to_string();
        if STUB_FUNCTIONS.contains(&rust.as_str()) {
            errors.at(
                ident,
                format!(
                    "every stub has a method `{rust}` already: call it something else, and keep \
                     the name for peers with `#[rpc(name = \"{rust}\")]`"
                ),
            );
        }
        self.admit_wire(rust, wire, errors);
    }

    fn admit_wire(&mut self, rust: String, wire: &WireName, errors: &Errors) {
        let name = wire.text();
        if name.is_empty() {
            errors.at(
                wire,
                "a member needs a name on the wire: write `#[rpc(name = \"..\")]`",
            );
        } else if let Some(reason) = reserved(&name) {
            errors.at(
                wire,
                format!(
                    "`{name}` never reaches the wire from a JavaScript peer: {reason}; {}",
                    advice(wire)
                ),
            );
        } else if let Some((_, first)) = self.taken.iter().find(|(taken, _)| *taken == name) {
            errors.at(
                wire,
                format!(
                    "`{first}` is called `{name}` on the wire too; {}",
                    advice(wire)
                ),
            );
        } else {
            self.taken.push((name, rust));
        }
    }
}

fn advice(wire: &WireName) -> &'static str {
    match wire {
        WireName::Chosen(_) => "choose another name",
        WireName::Derived(..) => "rename the method, or add `#[rpc(name = \"..\")]`",
    }
}

/// Returns why no JavaScript peer can send this name, if that is so.
fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "then" | "catch" | "finally" => Some("a stub is a promise there, which has its own"),
        "dup" | "map" | "onRpcBroken" => Some("a stub there has its own"),
        "toJSON" => Some("it is dropped on the way"),
        _ if is_dropped(name) => Some("every object there has its own"),
        _ => None,
    }
}

/// Returns whether every receiver drops data of this name (protocol W-19).
pub(crate) fn is_dropped(name: &str) -> bool {
    name == "toJSON" || OBJECT_PROTOTYPE.contains(&name)
}

/// The members of `Object.prototype`, which no lookup on a stub gets past.
const OBJECT_PROTOTYPE: [&str; 12] = [
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
];

/// The functions that every generated stub has.
const STUB_FUNCTIONS: [&str; 6] = [
    "new",
    "attenuate",
    "guarded",
    "revocable",
    "membrane",
    "membrane_with",
];
