//! Cap'n Web for Rust, both ends.

mod client;
mod growth;
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
