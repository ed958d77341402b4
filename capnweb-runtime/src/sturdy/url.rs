//! A reference together with the server that can restore it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::InvalidReference;
use super::reference::SturdyRef;
use crate::value::Url;

/// A sturdy link: the address of a server and a [`SturdyRef`], as `wss://host/rpc#cwref_…`.
///
/// The secret is in the fragment, which is never sent to a server when a link is followed, nor as
/// `Referer`. `Display` and `Debug` leave it out; the whole comes out of [`expose`](Self::expose) and
/// of `serde`.
#[derive(Clone, PartialEq, Eq)]
pub struct SturdyUrl {
    server: Url,
    reference: SturdyRef,
}

impl SturdyUrl {
    /// Returns the server's address, without the secret: what to connect to.
    pub const fn server(&self) -> &Url {
        &self.server
    }

    /// Returns the reference.
    pub const fn reference(&self) -> &SturdyRef {
        &self.reference
    }

    /// Returns the link as text: the secret itself.
    pub fn expose(&self) -> String {
        format!("{}#{}", self.server, self.reference.expose())
    }
}

impl SturdyRef {
    /// Returns the link that leads to it by way of a server.
    ///
    /// # Errors
    ///
    /// When the address is not one of `ws`, `wss`, `http` or `https`, or has a fragment.
    pub fn to_url(&self, server: &str) -> Result<SturdyUrl, InvalidReference> {
        let server: Url = server.parse().map_err(|_| InvalidReference::NoAddress)?;
        if !SCHEMES.contains(&server.scheme()) || server.fragment().is_some() {
            return Err(InvalidReference::NoAddress);
        }
        let reference = self.clone();
        Ok(SturdyUrl { server, reference })
    }
}

impl FromStr for SturdyUrl {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let (server, reference) = text.split_once('#').ok_or(InvalidReference::NoReference)?;
        reference.parse::<SturdyRef>()?.to_url(server)
    }
}

impl fmt::Display for SturdyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#…", self.server)
    }
}

impl fmt::Debug for SturdyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SturdyUrl({}, {:?})", self.server, self.reference)
    }
}

/// As its text: the secret itself.
impl Serialize for SturdyUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for SturdyUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

const SCHEMES: [&str; 4] = ["ws", "wss", "http", "https"];
