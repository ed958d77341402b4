//! What has a body, made up at random.

use serde_json::{Value as Json, json};

use super::generate::Script;

impl Script {
    /// A value of the web platform.
    pub(super) fn web(&mut self, depth: u32) -> Json {
        match self.random.below(5) {
            0 => json!(["url", self.random.url()]),
            1 => json!(["headers", self.random.pairs()]),
            2 => self.request(depth),
            3 => self.response(depth),
            _ => self.blob(),
        }
    }

    /// What can be read, mostly.
    pub(super) fn streamed(&mut self, depth: u32) -> Json {
        match self.random.below(8) {
            0..=3 => self.readable(),
            4 => self.blob(),
            5 => self.request(depth),
            6 => self.response(depth),
            _ => self.value(depth.min(1)),
        }
    }

    fn readable(&mut self) -> Json {
        match self.random.below(16) {
            0 if self.random.wild(1) => json!(["readable", self.own()]),
            1 if self.random.wild(1) => json!(["readable", self.random.any(&self.pipes)]),
            _ => match self.unread.pop() {
                Some(id) if self.mapper.is_none() => json!(["readable", id]),
                _ if self.random.wild(2) => json!(["readable", 0]),
                _ => json!("nothing to read"),
            },
        }
    }

    fn blob(&mut self) -> Json {
        let kind = self
            .random
            .pick(&["", "text/x", "text/plain;charset=utf-8"]);
        let content = self.readable();
        match content {
            Json::String(_) if !self.random.wild(4) => content,
            content => json!(["blob", kind, content]),
        }
    }

    fn body(&mut self, depth: u32) -> Json {
        match self.random.below(8) {
            0 => Json::Null,
            1..=2 => self.random.text(),
            3 => json!(["bytes", "AQI"]),
            4 if self.random.wild(1) => self.value(depth.min(1)),
            _ => self.readable(),
        }
    }

    fn request(&mut self, depth: u32) -> Json {
        let mut init = self.random.request_members();
        if let (Some(members), false) = (init.as_object_mut(), self.random.chance(2)) {
            members.insert("method".to_owned(), json!("POST"));
            members.insert("body".to_owned(), self.body(depth));
            if !self.random.wild(4) {
                members.insert("duplex".to_owned(), json!("half"));
            }
        }
        json!(["request", self.random.url(), init])
    }

    fn response(&mut self, depth: u32) -> Json {
        let body = if self.random.chance(2) {
            Json::Null
        } else {
            self.body(depth)
        };
        json!(["response", body, self.random.response_members()])
    }
}
