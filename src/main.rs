//! The command line: reads the words, hands them on, turns a failure into its
//! exit code.

use std::process::ExitCode;

use clap::Parser;
use upgrade_desk::shell::cli::{self, Arguments};
use upgrade_desk::shell::memory;
use upgrade_desk::shell::terminal;

fn main() -> ExitCode {
    memory::be_frugal();
    if let Err(error) = memory::leave_no_dumps() {
        eprintln!("warning: dumps of this process's memory cannot be switched off: {error}; passwords could be in one");
    }
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the program could not start its threads: {error}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(cli::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // It may repeat words of a file or a mail.
            eprintln!("error: {}", terminal::lines(&failure.to_string()));
            ExitCode::from(failure.code())
        }
    }
}
