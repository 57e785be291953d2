//! A program run to its end: wall clock, processor time, peak memory.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than this no program here runs.
const LIMIT: Duration = Duration::from_secs(900);
/// Between two looks: what a program does after the last look is not seen.
const LOOK: Duration = Duration::from_millis(2);
/// In which `/proc/PID/stat` counts (proc(5); the same on every Linux).
const TICKS_A_SECOND: f64 = 100.0;

#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    pub seconds: f64,
    /// Of user and system, all threads.
    pub cpu_seconds: f64,
    pub peak_mib: f64,
}

/// A child that is ended with whoever started it.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _gone_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Runs the program; panics unless it ends well.
pub fn run(command: &mut Command) -> Measured {
    let begin = now();
    let child = command.stdin(Stdio::null()).spawn();
    let mut child = Ended(child.unwrap_or_else(|error| panic!("{command:?}: {error}")));
    let mut measured = Measured::default();
    loop {
        // Before it is waited for: then its numbers are gone.
        look(child.0.id(), &mut measured);
        if let Some(status) = child.0.try_wait().unwrap_or_else(|error| panic!("{command:?}: {error}")) {
            measured.seconds = begin.elapsed().as_secs_f64();
            assert!(status.success(), "{command:?} ended with {status}");
            return measured;
        }
        assert!(begin.elapsed() < LIMIT, "{command:?} does not end");
        sleep(LOOK);
    }
}

/// The peak is the program's own: the kernel's count for a child that has
/// ended includes the memory of the one that started it.
fn look(pid: u32, measured: &mut Measured) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    // Fields 14 and 15, counted from 1; the first two lie before the bracket.
    let ticks = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>();
    measured.cpu_seconds = measured.cpu_seconds.max(ticks / TICKS_A_SECOND);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    let peak: f64 = peak.unwrap_or(0.0);
    measured.peak_mib = measured.peak_mib.max(peak / 1024.0);
}

/// The middle one of an odd number of values.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
