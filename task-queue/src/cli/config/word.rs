//! Settings that are written as words, in files as in options.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use crate::cli::args::{allow, grants};
use crate::cli::log::{Filter, LogFormat};
use crate::engine::DispatchMode;
use crate::model::Grants;
use crate::resources::gpu::DeviceChoice;
use crate::resources::network::AllowEntry;

/// What is written as a word.
pub(in crate::cli) trait Word: Sized {
    /// What there is to choose from, as the end of a sentence.
    const ALLOWED: &'static str;

    /// Reads a word.
    fn read(text: &str) -> Option<Self>;

    /// Writes it.
    fn write(&self) -> String;
}

/// A setting that is written as a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Text<T>(pub(in crate::cli) T);

struct TextVisitor<T>(PhantomData<T>);

impl<T: Word> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ALLOWED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<T>, E> {
        let read = T::read(text).map(Text);
        read.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl<'de, T: Word> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

impl<T: Word> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

impl Word for DispatchMode {
    const ALLOWED: &'static str = "`manual` or `auto`";

    fn read(text: &str) -> Option<Self> {
        match text {
            "manual" => Some(Self::Manual),
            "auto" => Some(Self::Auto),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Manual => "manual".to_owned(),
            Self::Auto => "auto".to_owned(),
        }
    }
}

impl Word for DeviceChoice {
    const ALLOWED: &'static str = "`software`, `device` or `auto`";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self) -> String {
        name_of(&Self::ALL, *self)
    }
}

impl Word for LogFormat {
    const ALLOWED: &'static str = "`text`, `json` or `off`";

    fn read(text: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|known| known.0 == text);
        known.map(|known| known.1)
    }

    fn write(&self) -> String {
        name_of(&Self::ALL, *self)
    }
}

impl Word for Filter {
    const ALLOWED: &'static str = "levels, or parts with levels, such as `warn,task_queue=debug`";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Word for Url {
    const ALLOWED: &'static str = "an address such as `wss://queue.example/rpc/ws`";

    fn read(text: &str) -> Option<Self> {
        let url = Self::parse(text).ok()?;
        let leads_here = matches!(url.scheme(), "ws" | "wss" | "http" | "https");
        // A secret would be there.
        (leads_here && url.fragment().is_none()).then_some(url)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Word for Grants {
    const ALLOWED: &'static str = "some of `storage`, `storage:append`, `storage:read`, `gpu`, \
                                   `network` and `network:read`, with commas between them, or `none`";

    fn read(text: &str) -> Option<Self> {
        grants(text).ok()
    }

    fn write(&self) -> String {
        match self.words().as_slice() {
            [] => "none".to_owned(),
            words => words.join(","),
        }
    }
}

impl Word for AllowEntry {
    const ALLOWED: &'static str = "a host with an optional port, such as `example.org`, \
                                   `127.0.0.1:8000` or `https://example.org`";

    fn read(text: &str) -> Option<Self> {
        allow(text).ok()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

fn name_of<T: Copy + PartialEq>(all: &[(&str, T)], value: T) -> String {
    let known = all.iter().find(|known| known.1 == value);
    known.map_or_else(String::new, |known| known.0.to_owned())
}
