//! Logs go to standard error; standard output belongs to answers.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging once; `RUST_LOG` overrides the level.
pub fn start(level: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("{level},sled=warn")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // A second start (a command inside a test) keeps the first.
    let started =
        if json { builder.json().try_init() } else { builder.with_ansi(colour).with_target(false).try_init() };
    drop(started);
}
