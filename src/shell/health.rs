//! What `status` shows of the running desk. Shared, cheap, never persisted.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::shell::clock::Clock;

/// How the mailbox and the mail server are doing.
#[derive(Clone, Default)]
pub struct Health {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct State {
    pub source_connected_at: Option<Timestamp>,
    /// The last trouble, until the next success.
    pub source_trouble: Option<String>,
    pub source_trouble_at: Option<Timestamp>,
    /// What the mailbox does not allow us: the desk works, but not as it should.
    pub source_shortcomings: Vec<String>,
    pub mails_handled: u64,
}

impl Health {
    pub fn new(clock: Clock) -> Health {
        Health { clock, state: Arc::default() }
    }

    pub fn connected(&self) {
        let now = self.clock.now();
        self.change(|state| {
            state.source_connected_at = Some(now);
            state.source_trouble = None;
            state.source_trouble_at = None;
        });
    }

    pub fn trouble(&self, text: &str) {
        let now = self.clock.now();
        self.change(|state| {
            state.source_trouble = Some(text.to_owned());
            state.source_trouble_at = Some(now);
        });
    }

    /// The operator is told of each once, for as long as it lasts.
    pub fn shortcomings(&self, now: Vec<String>) {
        self.change(|state| {
            for text in now.iter().filter(|text| !state.source_shortcomings.contains(text)) {
                tracing::warn!("{text}");
            }
            state.source_shortcomings = now;
        });
    }

    pub fn handled(&self, mails: usize) {
        self.change(|state| state.mails_handled += u64::try_from(mails).unwrap_or(u64::MAX));
    }

    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
