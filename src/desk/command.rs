//! `#word …` lines become a [`Command`] or a [`CommandFault`]. What a command
//! does is in `decide/command.rs`; here it is only read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What staff can ask for by mail (section 5.1), as far as it exists today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    Note {
        text: String,
    },
    Reply {
        text: String,
    },
    Take,
    /// Ports that are closed; empty means all is well.
    Precheck {
        closed_ports: Vec<u16>,
    },
    /// `start` has one reading only; `minutes` is the planned length if given.
    Schedule {
        start: Timestamp,
        zone: String,
        minutes: Option<u32>,
    },
    Deny {
        code: String,
        reason: String,
    },
    Start,
    Applied,
    /// Each entry an issue met on the way (T6b); empty: none.
    Done {
        issues: Vec<String>,
    },
    Partial {
        text: String,
    },
    RolledBack {
        text: String,
    },
    Failed {
        text: String,
    },
    Feedback {
        text: String,
    },
    Cancel {
        reason: String,
    },
    Help,
}

/// A command line, as written and as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    pub line: String,
    pub read: Result<Command, CommandFault>,
}

/// What is wrong with a command line, in the agent's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandFault {
    pub text: String,
}
