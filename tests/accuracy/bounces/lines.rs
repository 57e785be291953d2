//! Near copies of one mail are one case: it is right when all of them are.

use std::collections::BTreeMap;

use crate::corpus::Case;
use crate::score::Score;

pub struct Line {
    score: Score,
    groups: BTreeMap<String, (String, Result<(), String>)>,
}

impl Line {
    pub fn new(name: &str) -> Line {
        Line { score: Score::new(name), groups: BTreeMap::new() }
    }

    pub fn count(&mut self, case: &Case, answer: Result<(), String>) {
        let Some(group) = case.expected["dup_group"].as_str() else {
            return self.score.count(&case.name, answer);
        };
        let (name, so_far) = self.groups.entry(group.to_owned()).or_insert((case.name.clone(), Ok(())));
        if so_far.is_ok() && answer.is_err() {
            (*name, *so_far) = (case.name.clone(), answer);
        }
    }

    pub fn score(mut self) -> Score {
        for (name, answer) in self.groups.into_values() {
            self.score.count(&name, answer);
        }
        self.score
    }
}
