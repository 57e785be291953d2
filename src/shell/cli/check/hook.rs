//! The alarm hook: with `--alarm-hook` it is run with a test alarm, and the
//! operator sees it arrive.

use crate::shell::cli::check::Verdicts;
use crate::shell::cli::reach::Reached;
use crate::shell::clock::Clock;
use crate::shell::hook::{program, test_alarm};

pub async fn check(reached: &Reached, run: bool, verdicts: &mut Verdicts) {
    let Some(hook) = reached.config.as_ref().and_then(|config| config.alarm_hook.as_ref()) else {
        if run {
            verdicts.wrong("alarm hook", "there is none; name a program under [alarm_hook]".to_owned());
        }
        return;
    };
    if !run {
        let text = format!("{}; --alarm-hook runs it with a test alarm", hook.program.display());
        return verdicts.fine("alarm hook", text);
    }
    let alarm = test_alarm(Clock::default().now()).to_string();
    let ran = program::run(hook, alarm.as_bytes()).await;
    if ran.ok { verdicts.fine("alarm hook", ran.result) } else { verdicts.broken("alarm hook", ran.result) }
}
