//! Messages changed in one place, or as a text.

use serde_json::{Value as Json, json};

use super::generate::Script;

impl Script {
    /// Changes one place somewhere in a message.
    pub(super) fn change(&mut self, message: &mut Json) {
        let mut place = message;
        loop {
            let inside = match &*place {
                Json::Array(items) => items.len(),
                Json::Object(members) => members.len(),
                _ => 0,
            };
            if inside == 0 || self.random.chance(3) {
                break;
            }
            let at = self.random.below(inside);
            place = match place {
                Json::Array(items) => &mut items[at],
                Json::Object(members) => members.values_mut().nth(at).expect("it is inside"),
                _ => unreachable!("there is something inside"),
            };
        }
        self.replace(place);
    }

    fn replace(&mut self, place: &mut Json) {
        match (self.random.below(6), &mut *place) {
            (0, Json::Array(items)) if !items.is_empty() => {
                let at = self.random.below(items.len());
                items.remove(at);
            }
            (1, Json::Array(items)) => {
                let extra = self.value(1);
                let at = self.random.below(items.len() + 1);
                items.insert(at, extra);
            }
            (2, inner) => *inner = json!([inner.take()]),
            (3, Json::Array(items)) if items.len() == 1 => *place = items.remove(0),
            _ => *place = self.value(1),
        }
    }

    /// Spoils a text as such.
    pub(super) fn spoilt(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let at = self.random.below(characters.len());
        match self.random.below(4) {
            0 => characters.truncate(at),
            1 => drop(characters.remove(at)),
            2 => characters.insert(
                at,
                self.random
                    .pick(&["[", "]", "\"", ",", " ", "0"])
                    .chars()
                    .next()
                    .expect("one"),
            ),
            _ => characters[at] = '\\',
        }
        characters.into_iter().collect()
    }
}
