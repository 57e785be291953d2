//! What is known about misses, in `fixtures/accuracy/own_text_misses.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

const CONTRADICTIONS_MAX: usize = 8;

/// Name of a mail to a reason.
#[derive(Deserialize)]
pub struct Lists {
    /// Upstream's answer contradicts another one: the mail is left out.
    pub contradictions: BTreeMap<String, String>,
    /// Why our answer is another one.
    misses: BTreeMap<String, String>,
}

impl Lists {
    pub fn read() -> Lists {
        let text = include_str!("../../../fixtures/accuracy/own_text_misses.toml");
        let lists: Lists = toml::from_str(text).unwrap();
        assert!(lists.contradictions.len() <= CONTRADICTIONS_MAX, "at most {CONTRADICTIONS_MAX} may be left out");
        lists
    }

    /// Each miss has a reason, and each reason its miss.
    pub fn check(&self, misses: BTreeSet<&str>) {
        let reasoned: BTreeSet<&str> = self.misses.keys().map(String::as_str).collect();
        let bare: Vec<_> = misses.difference(&reasoned).collect();
        let idle: Vec<_> = reasoned.difference(&misses).collect();
        assert!(bare.is_empty(), "own_text_misses.toml gives no reason for {bare:?}");
        assert!(idle.is_empty(), "own_text_misses.toml has reasons for what is no miss any more: {idle:?}");
    }
}
