//! Mails that nobody has read.

use serde::{Deserialize, Serialize};

/// Why a mail goes to quarantine unparsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Unreadable {
    /// Over `message_bytes_max`; only its size and place are known (PARK).
    TooBig,
    /// The mailbox would not hand it over, several times (I-5).
    NotFetched,
    /// Reading it failed three times (R14).
    CrashedReader,
    /// It was read, but no decision could be made: our rules or we are at fault.
    NotDecided,
}
