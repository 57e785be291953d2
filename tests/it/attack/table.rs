//! The table that a run prints: attack, outcome, milliseconds, memory.

use std::fs;

pub struct Row {
    pub attack: String,
    pub says: String,
    pub outcome: String,
    pub millis: u128,
    /// The most that the process had at once; `None` where the system does not tell.
    pub mib: Option<u64>,
}

pub fn print(rows: &[Row]) {
    let wide = |part: fn(&Row) -> usize, least: usize| rows.iter().map(part).max().unwrap_or(0).max(least);
    let attack = wide(|row| row.attack.len(), "attack".len());
    let outcome = wide(|row| row.outcome.len(), "outcome".len());
    println!("{:attack$}  {:outcome$}  {:>6}  {:>5}  what came", "attack", "outcome", "ms", "MiB");
    for row in rows {
        let mib = row.mib.map_or_else(|| "?".to_owned(), |mib| mib.to_string());
        println!("{:attack$}  {:outcome$}  {:>6}  {mib:>5}  {}", row.attack, row.outcome, row.millis, row.says);
    }
    let slowest = rows.iter().map(|row| row.millis).max().unwrap_or(0);
    let biggest = rows.iter().filter_map(|row| row.mib).max().unwrap_or(0);
    println!("{} mails; the slowest {slowest} ms, the most memory {biggest} MiB", rows.len());
}

/// Forgets how much memory the process has had at most (proc(5), `clear_refs`).
pub fn memory_from_here(process: u32) {
    // Where that is not allowed, the figure is that of its whole life.
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}
