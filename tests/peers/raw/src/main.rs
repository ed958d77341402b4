//! What everything else is measured against: WebSocket frames that nobody reads.
//!
//! Frames that are ready together are written together. For a call there are three frames up and one
//! down, of the lengths that Cap'n Web's have.

mod client;
mod server;

use load::{Options, Plan, runtime};

fn main() {
    let options = Options::from_command_line();
    if options.command("serve") {
        runtime().block_on(server::serve());
    } else {
        runtime().block_on(client::drive(Plan::of(&options)));
    }
}
