//! How long a mail may wait for the name servers. When these answer nothing, or
//! nothing about one domain, other mail must not wait behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::desk::limits::Lookups;

/// How often a mail waits its whole time for servers that answered nothing.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// Nothing about so many domains, and no answer in between: it is not them.
const SILENT_FROM: usize = 2;
/// Domains that are remembered.
const DOMAINS_MAX: usize = 1000;

pub struct Patience {
    whole: Duration,
    brief: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Domains about which nothing was answered, and when a mail last waited
    /// its whole time for that.
    mute: BTreeMap<String, Instant>,
    /// Those since the last answer about any domain.
    since_answer: BTreeSet<String>,
    /// When a mail last waited its whole time for servers that are silent.
    tried: Option<Instant>,
}

impl Patience {
    pub fn new(lookups: &Lookups) -> Patience {
        Patience {
            whole: Duration::from_secs(lookups.seconds_max),
            brief: Duration::from_secs(lookups.silent_seconds_max),
            state: Mutex::default(),
        }
    }

    /// How long a mail of this domain may wait.
    pub fn with(&self, domain: &str, now: Instant) -> Duration {
        let mut state = self.state();
        let is_fresh = |tried: &Instant| now.duration_since(*tried) < TRY_AGAIN;
        let family = family(domain);
        let are_silent = state.since_answer.len() >= SILENT_FROM;
        if state.mute.get(family).is_some_and(is_fresh) || (are_silent && state.tried.as_ref().is_some_and(is_fresh)) {
            return self.brief;
        }
        if are_silent {
            state.tried = Some(now);
        }
        self.whole
    }

    /// What came of it: an answer, or none at all after this wait.
    pub fn heard(&self, domain: &str, is_answer: bool, began: Instant, now: Instant) {
        let mut state = self.state();
        let family = family(domain);
        if is_answer {
            state.mute.remove(family);
            state.since_answer.clear();
        } else if now.duration_since(began) * 2 >= self.whole {
            if state.mute.len() >= DOMAINS_MAX {
                state.mute.pop_first();
            }
            state.mute.insert(family.to_owned(), now);
            state.tried = Some(now);
            let is_new = state.since_answer.insert(family.to_owned());
            if is_new && state.since_answer.len() == SILENT_FROM {
                tracing::warn!("the name servers do not answer; mail whose sender cannot be found out is held");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last two labels: whoever has a domain has all names below it.
fn family(domain: &str) -> &str {
    let dots = domain.rmatch_indices('.').map(|(at, _)| at);
    dots.take(2).nth(1).and_then(|at| domain.get(at + 1..)).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOKUPS: Lookups = Lookups { signatures_max: 5, queries_max: 50, seconds_max: 20, silent_seconds_max: 2 };
    const WHOLE: Duration = Duration::from_secs(20);
    const BRIEF: Duration = Duration::from_secs(2);

    /// A stranger's broken name servers cost the others nothing (TE8).
    #[test]
    fn one_mute_domain_makes_only_its_own_mail_brief() {
        let patience = Patience::new(&LOOKUPS);
        let began = Instant::now();
        patience.heard("a.mute.example", false, began, began + WHOLE);
        let now = began + WHOLE;
        assert_eq!(patience.with("b.mute.example", now), BRIEF);
        assert_eq!(patience.with("acme-tel.example", now), WHOLE);
        assert_eq!(patience.with("mute.example", now + TRY_AGAIN), WHOLE, "tried anew");
        patience.heard("mute.example", true, now, now);
        assert_eq!(patience.with("mute.example", now), WHOLE);
    }

    #[test]
    fn silence_about_two_domains_is_the_servers_own_until_they_answer() {
        let patience = Patience::new(&LOOKUPS);
        let began = Instant::now();
        let now = began + WHOLE;
        for domain in ["one.example", "two.example"] {
            patience.heard(domain, false, began, now);
        }
        assert_eq!(patience.with("three.example", now), BRIEF);
        // Now and then one waits its time: slow servers are not taken for dead ones.
        assert_eq!(patience.with("three.example", now + TRY_AGAIN), WHOLE);
        assert_eq!(patience.with("four.example", now + TRY_AGAIN), BRIEF);
        // A quick "not now" is an answer of the servers, and no silence.
        patience.heard("three.example", false, now, now);
        patience.heard("three.example", true, now, now);
        assert_eq!(patience.with("four.example", now), WHOLE);
    }
}
