//! Logs go to standard error, one line each; standard output belongs to answers.

use std::any::Any;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::shell::terminal;

/// Starts logging once; `RUST_LOG` overrides the level.
pub fn start(level: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("{level},sled=warn")));
    let colour = !json && io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || Lines { colour });
    // A second start keeps the first.
    let started =
        if json { builder.json().try_init() } else { builder.with_ansi(colour).with_target(false).try_init() };
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// A panic of a reader may quote the mail, and a password in it: only words
/// that stand in the program are logged, and where it was (TD4).
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(%place, what = fixed_words(panic.payload()), "the program panicked there");
}

fn fixed_words(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(not shown: it may quote a mail)")
}

/// Writes each event as one line that steers no terminal, whatever somebody
/// else's words in it are (TF6).
struct Lines {
    /// The escape characters are ours: the subscriber writes those of a value out.
    colour: bool,
}

impl Write for Lines {
    /// The subscriber hands over whole events.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(one_line(event, self.colour).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn one_line(event: &[u8], colour: bool) -> String {
    let text = String::from_utf8_lossy(event);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let line = if colour { terminal::coloured_line(text) } else { terminal::line(text) };
    format!("{line}\n")
}

#[cfg(test)]
mod tests {
    use super::{fixed_words, one_line};

    #[test]
    fn an_event_is_one_line() {
        let event = "WARN reason=Bob\r\n{\"level\":\"error\"}\u{1b}[2J\u{202e}\u{85}\u{2028}x\0\n";
        let shown = "WARN reason=Bob\\u{d}\\u{a}{\"level\":\"error\"}\\u{1b}[2J\\u{202e}\\u{85}\\u{2028}x\\u{0}\n";
        assert_eq!(one_line(event.as_bytes(), false), shown);
        let coloured = shown.replace("\\u{1b}", "\u{1b}");
        assert_eq!(one_line(event.as_bytes(), true), coloured, "colours are the subscriber's");
        assert_eq!(one_line(b"plain\n", false), "plain\n");
        assert_eq!(one_line(b"\xff\n", false), "\u{fffd}\n");
    }

    #[test]
    fn a_panic_tells_only_words_of_the_program() {
        assert_eq!(fixed_words(&"written in the program"), "written in the program");
        assert!(!fixed_words(&"password: hunter2".to_owned()).contains("hunter2"));
    }
}
