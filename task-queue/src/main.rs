//! The program: `task-queue serve` and those who speak to it.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use mimalloc::MiMalloc;
use task_queue::cli::{Command, run};

#[tokio::main]
async fn main() -> ExitCode {
    let command = match Command::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            // Help goes to stdout, what is wrong to stderr; without them there is nobody to tell.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(MISUSED));
        }
    };
    match run(command, &mut io::stdout()).await {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn complain(text: &str) {
    // Without a stderr there is nobody to tell.
    drop(writeln!(io::stderr(), "task-queue: {text}"));
}

/// What a program exits with whose arguments make no sense.
const MISUSED: u8 = 2;

/// A task is a few dozen small allocations, many of which one thread makes and another frees: that is
/// what the usual allocator is slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
