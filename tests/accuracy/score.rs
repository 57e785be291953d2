//! Counting what was read right, and holding it: a file of `fixtures/accuracy`
//! has what each source of an area reached. A figure below fails; one above must
//! be written down (`UPDATE=1 make accuracy`, which never lowers one).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Several tests may write floors into one file.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What one source came to.
pub struct Score {
    pub source: String,
    pub right: usize,
    /// Name and reason of each miss.
    pub misses: Vec<(String, String)>,
    /// Of the misses so many are listed.
    pub shown_max: usize,
}

impl Score {
    pub fn new(source: &str) -> Score {
        Score { source: source.to_owned(), right: 0, misses: Vec::new(), shown_max: usize::MAX }
    }

    /// Counts one answer: `Ok`, or why it is a miss.
    pub fn count(&mut self, name: &str, answer: Result<(), String>) {
        match answer {
            Ok(()) => self.right += 1,
            Err(reason) => self.misses.push((name.to_owned(), reason)),
        }
    }

    pub fn counted(&self) -> usize {
        self.right + self.misses.len()
    }

    /// Of a hundred; 100 where nothing was counted.
    pub fn percent(&self) -> f64 {
        percent(self.right, self.counted())
    }
}

pub fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// Prints the scores of an area with their misses, and holds each to its floor,
/// which `file` of `fixtures/accuracy` has.
pub fn judge(file: &str, scores: &[Score]) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut floors = floors(file);
    let area = file.trim_end_matches(".toml");
    let mut below = Vec::new();
    let mut above = false;
    for score in scores {
        tell(area, score);
        let floor = floors.entry(score.source.clone()).or_insert(0);
        if score.right < *floor {
            below.push(format!("{}: {} right, {floor} were before", score.source, score.right));
        }
        above |= score.right > *floor;
        *floor = score.right.max(*floor);
    }
    assert!(below.is_empty(), "{area}: {below:?}");
    if above && std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(file), toml::to_string(&floors).unwrap()).unwrap();
        return;
    }
    assert!(!above, "{area} is better than fixtures/accuracy/{file} says: raise it (UPDATE=1 make accuracy)");
}

/// Prints a figure and its misses.
pub fn tell(area: &str, score: &Score) {
    println!(
        "{area:<12} {:<28} {:>5} of {:>5}  {:>6.2} %",
        score.source,
        score.right,
        score.counted(),
        score.percent()
    );
    for (name, reason) in score.misses.iter().take(score.shown_max) {
        println!("    miss  {name}: {reason}");
    }
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/accuracy").join(file)
}

fn floors(file: &str) -> BTreeMap<String, usize> {
    let Ok(text) = std::fs::read_to_string(path(file)) else { return BTreeMap::new() };
    toml::from_str(&text).unwrap_or_else(|error| panic!("fixtures/accuracy/{file}: {error}"))
}
