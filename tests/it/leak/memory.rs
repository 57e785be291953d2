//! What the running process still holds: a core of it, and region by region.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::search::Searcher;

/// Whose passwords lie in which kind of region; `None`: nobody may look.
pub fn holders(pid: u32, searcher: &Searcher) -> Option<BTreeMap<String, usize>> {
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut found = BTreeMap::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        let name = match line.split_whitespace().nth(5) {
            Some(name) => name.rsplit('/').next().unwrap_or(name).to_owned(),
            None => "anonymous".to_owned(),
        };
        for (_, form) in searcher.in_raw(&bytes) {
            *found.entry(format!("{name}, {form}")).or_default() += 1;
        }
    }
    Some(found)
}

/// How long a process has used a processor so far (proc(5)).
pub fn processor_seconds(pid: u32) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: f64 = behind.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / TICKS_A_SECOND
}

/// A core by gcore; `None`: it is not installed, or was refused.
pub fn core(pid: u32, folder: &Path) -> Option<Vec<u8>> {
    let file = folder.join("core");
    let taken = Command::new("gcore")
        .arg("-o")
        .arg(&file)
        .arg(pid.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    taken.ok().filter(std::process::ExitStatus::success)?;
    let path = folder.join(format!("core.{pid}"));
    let bytes = fs::read(&path).ok();
    let _ = fs::remove_file(&path);
    bytes
}
