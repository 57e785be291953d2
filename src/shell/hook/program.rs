//! One run of the alarm hook: the alarm goes in, an exit code and a line come
//! out, and after its time it is gone with everything that it started.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::shell::config::AlarmHook;

/// What is read of its output.
const OUTPUT_MAX: u64 = 4096;
/// Characters of the line that is recorded.
const LINE_MAX: usize = 200;
/// It ended, and something that it started still has its output open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub ok: bool,
    /// Exit code and first line of output, or why there is none.
    pub result: String,
}

/// Runs the program once. It sees neither our environment, which may hold
/// passwords, nor any file of ours but what its own rights allow.
pub async fn run(hook: &AlarmHook, alarm: &[u8]) -> Ran {
    match started(hook) {
        Ok(child) => watched(child, hook.limit, alarm).await,
        Err(error) => Ran { ok: false, result: format!("could not be started: {error}") },
    }
}

fn started(hook: &AlarmHook) -> io::Result<Child> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    Command::new(&hook.program)
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

async fn watched(mut child: Child, limit: Duration, alarm: &[u8]) -> Ran {
    // Before it is waited for: until then its number is nobody else's.
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let mut output = Vec::new();
    match tokio::time::timeout(limit, talked(&mut child, alarm, &mut output)).await {
        Ok(Ok(status)) => {
            let code = status.code().map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit {code}"));
            Ran { ok: status.success(), result: with_line(&code, &output) }
        }
        Ok(Err(error)) => Ran { ok: false, result: format!("could not be waited for: {error}") },
        Err(_) => {
            if let Some(group) = group
                && let Err(error) = kill_process_group(group, Signal::KILL)
            {
                tracing::warn!(%error, "the alarm hook could not be ended");
            }
            let _reaped = child.wait().await;
            let text = format!("ended by the desk after {} seconds", limit.as_secs());
            Ran { ok: false, result: with_line(&text, &output) }
        }
    }
}

/// The alarm goes in while its output is read. Who reads nothing and says nothing
/// may still end well.
async fn talked(child: &mut Child, alarm: &[u8], output: &mut Vec<u8>) -> io::Result<ExitStatus> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let told = async {
        if let Some(mut stdin) = stdin {
            let _closed_unread = stdin.write_all(alarm).await;
        }
    };
    let heard = async {
        if let Some(stdout) = stdout {
            let mut first = stdout.take(OUTPUT_MAX);
            let _broken_off = first.read_to_end(output).await;
            let mut rest = first.into_inner();
            let _more = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
        }
    };
    let talk = async { tokio::join!(told, heard) };
    let mut talk = std::pin::pin!(talk);
    tokio::select! {
        _ = &mut talk => child.wait().await,
        status = child.wait() => {
            let _still_open = tokio::time::timeout(LAST_WORDS, talk).await;
            status
        }
    }
}

fn with_line(head: &str, output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let line: String = text.lines().next().unwrap_or_default().trim().chars().take(LINE_MAX).collect();
    let line: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if line.is_empty() { head.to_owned() } else { format!("{head}: {line}") }
}
