//! Messages with less in them, to find out how little it takes.

use serde_json::Value as Json;

/// Returns the texts of a message with one thing less in it.
pub(super) fn simpler(text: &str) -> Vec<String> {
    let Ok(message) = serde_json::from_str::<Json>(text) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    for at in 0..places(&message) {
        for how in [Simpler::Nothing, Simpler::Without] {
            let mut changed = message.clone();
            simplify(&mut changed, &mut { at }, how);
            let changed = changed.to_string();
            if changed.len() < text.len() {
                texts.push(changed);
            }
        }
    }
    texts
}

/// How a place in a message is made simpler.
#[derive(Clone, Copy)]
enum Simpler {
    /// By `null`.
    Nothing,
    /// By leaving out the last of what is inside.
    Without,
}

/// Counts the values in a message, itself among them.
fn places(value: &Json) -> usize {
    let inside: usize = match value {
        Json::Array(items) => items.iter().map(places).sum(),
        Json::Object(members) => members.values().map(places).sum(),
        _ => 0,
    };
    inside + 1
}

/// Makes the value at a place simpler, counted in the order of the text.
fn simplify(value: &mut Json, at: &mut usize, how: Simpler) {
    if *at == 0 {
        *at = usize::MAX;
        return match (how, &mut *value) {
            (Simpler::Without, Json::Array(items)) if !items.is_empty() => {
                drop(items.pop());
            }
            (Simpler::Without, Json::Object(members)) => {
                let last = members.keys().next_back().cloned();
                drop(last.and_then(|last| members.remove(&last)));
            }
            _ => *value = Json::Null,
        };
    }
    *at -= 1;
    match value {
        Json::Array(items) => {
            for item in items {
                simplify(item, at, how);
            }
        }
        Json::Object(members) => {
            members
                .values_mut()
                .for_each(|member| simplify(member, at, how));
        }
        _ => {}
    }
}
