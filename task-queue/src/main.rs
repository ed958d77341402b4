//! The program: `task-queue serve`, `task-queue demo`.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use task_queue::cli::{Command, Outcome, run};

#[tokio::main]
async fn main() -> ExitCode {
    let command = match Command::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("{error}\nTry `task-queue --help`."));
            return ExitCode::from(MISUSED);
        }
    };
    match run(command, &mut io::stdout()).await {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::Failure) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn complain(text: &str) {
    // Without a stderr there is nobody to tell.
    drop(writeln!(io::stderr(), "task-queue: {text}"));
}

/// What a program exits with whose arguments make no sense.
const MISUSED: u8 = 2;
