//! What everything else is measured against: WebSocket frames that nobody reads.
//!
//! Frames that are ready together are written together. For a call there are three frames up and one
//! down, of the lengths that Cap'n Web's have.

mod client;
mod server;

use load::{Options, Plan, runtime};

use crate::server::To;

fn main() {
    let options = Options::from_command_line();
    if options.command("serve") {
        let to = match options.get("to", String::new()).as_str() {
            "capnweb" => To::CapnWeb,
            _ => To::raw(),
        };
        runtime().block_on(server::serve(to));
    } else {
        runtime().block_on(client::drive(Plan::of(&options)));
    }
}
