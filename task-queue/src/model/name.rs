//! The names of task types, pools and tags: short words that are checked once.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Text that is no name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "not a name of a {what}: `{text}` (1 to {MAX} of a-z, 0-9, `_`, `-` and `.`, and a letter first)"
)]
pub struct NameSyntax {
    what: &'static str,
    /// Of a very long one, the beginning.
    text: String,
}

/// A name's text: one of those that are known when the program is built, or one that is shared.
#[derive(Debug, Clone)]
enum Text {
    Known(&'static str),
    Shared(Arc<str>),
}

impl Text {
    fn read(text: &str, what: &'static str, known: &[&'static str]) -> Result<Self, NameSyntax> {
        if let Some(known) = known.iter().find(|known| **known == text) {
            return Ok(Self::Known(known));
        }
        if is_name(text) {
            return Ok(Self::Shared(text.into()));
        }
        let text = text.chars().take(MAX).collect();
        Err(NameSyntax { what, text })
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Shared(text) => text,
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_part = |byte: u8| is_letter(byte) || byte.is_ascii_digit() || b"_-.".contains(&byte);
    text.len() <= MAX && text.bytes().next().is_some_and(is_letter) && text.bytes().all(is_part)
}

/// How many bytes a name has at most.
const MAX: usize = 64;

macro_rules! name {
    (
        $(#[$doc:meta])* $name:ident, $what:literal,
        { $($(#[$known_doc:meta])* $known:ident = $text:literal;)* }
    ) => {
        $(#[$doc])*
        ///
        /// Its text is 1 to 64 bytes of `a-z`, `0-9`, `_`, `-` and `.`, and begins with a letter.
        #[derive(Debug, Clone)]
        pub struct $name(Text);

        impl $name {
            $($(#[$known_doc])* pub const $known: Self = Self(Text::Known($text));)*

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = NameSyntax;

            fn from_str(text: &str) -> Result<Self, NameSyntax> {
                Text::read(text, $what, &[$($text),*]).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

name! {
    /// What kind of work a task is.
    TaskType, "task type",
    {
        /// Arithmetic on the processor.
        COMPUTE = "compute";
        /// A computation on the graphics processor.
        GPU = "gpu";
        /// Reading and writing objects, fetching pages.
        IO = "io";
        /// A chain of stages.
        PIPELINE = "pipeline";
    }
}

name! {
    /// The name of a pool: workers that are managed together.
    PoolName, "pool",
    {
        /// Those who have a processor. It is there from the start.
        CPU = "cpu";
        /// Those who have joined and name no pool.
        DEFAULT = "default";
        /// Those who have a processor and a graphics processor. It is there from the start.
        GPU = "gpu";
    }
}

name! {
    /// Something that a worker has and a task can need, such as a device or a place.
    Tag, "tag",
    {
        /// A graphics processor.
        GPU = "gpu";
    }
}

impl TaskType {
    /// The types that the workers of the queue's own process carry out.
    pub const BUILT_IN: [Self; 4] = [Self::COMPUTE, Self::GPU, Self::IO, Self::PIPELINE];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_refused() {
        let too_long = "a".repeat(65);
        for text in [
            "", "9", "-a", ".a", "A", "a b", "é", "a/b", "a\0", &too_long,
        ] {
            assert!(text.parse::<TaskType>().is_err(), "{text}");
        }
        for text in ["a", "thumbnail.v2", "x_y-z", &"a".repeat(64)] {
            assert_eq!(text.parse::<TaskType>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_refusal_repeats_no_more_than_a_names_worth_of_text() {
        let refusal = "é".repeat(10_000).parse::<Tag>().unwrap_err();
        assert!(refusal.to_string().len() < 300, "{refusal}");
    }

    #[test]
    fn a_name_is_the_same_however_it_came_to_be() {
        let read: TaskType = serde_json::from_str("\"compute\"").unwrap();
        assert_eq!(read, TaskType::COMPUTE);
        let shared = TaskType(Text::Shared("compute".into()));
        assert_eq!(shared, TaskType::COMPUTE);
        assert_eq!(serde_json::to_string(&shared).unwrap(), "\"compute\"");
    }
}
