//! The alarm hook: a program that is there, may be run, and has not too long.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::shell::config::AlarmHook;
use crate::shell::config::check::Checker;
use crate::shell::config::text::AlarmHookText;

const SECONDS: u64 = 20;
/// The desk gives all its parts 30 seconds when it ends (R8).
const SECONDS_MAX: u64 = 25;

impl Checker<'_> {
    pub(super) fn alarm_hook(&mut self, text: AlarmHookText) -> Option<AlarmHook> {
        let program = self.path(text.program.get_ref());
        let found = match std::fs::metadata(&program) {
            Err(_) => Some(format!("no file {}", program.display())),
            Ok(metadata) if !metadata.is_file() => Some(format!("{}, which is no file", program.display())),
            Ok(metadata) if metadata.permissions().mode() & 0o111 == 0 => {
                Some(format!("{}, which may not be run", program.display()))
            }
            Ok(_) => None,
        };
        if let Some(found) = &found {
            let expected = "a program that is told of every alarm";
            self.fault(&text.program.span(), "alarm_hook.program", expected, found, "correct the path, or chmod +x it");
        }
        let seconds = text.seconds_max.as_ref().map_or(SECONDS, |written| *written.get_ref());
        if let Some(written) = text.seconds_max.filter(|written| !(1..=SECONDS_MAX).contains(written.get_ref())) {
            let expected = format!("1 to {SECONDS_MAX} seconds");
            let shown = written.get_ref().to_string();
            self.fault(&written.span(), "alarm_hook.seconds_max", &expected, &shown, "write a number between them");
            return None;
        }
        found.is_none().then_some(AlarmHook { program, limit: Duration::from_secs(seconds) })
    }
}
