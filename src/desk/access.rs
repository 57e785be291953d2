//! Who wrote, and what they may. Absence grants nothing.

use serde::{Deserialize, Serialize};

/// Who caused something, as far as it was proven. An unproven person can never
/// later look proven: the variant says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "actor")]
pub enum Actor {
    System,
    /// A proven member of staff.
    Staff {
        id: String,
    },
    /// A proven representative on file.
    Representative {
        address: String,
        company: String,
        consent_level: bool,
    },
    /// Says he is somebody on file or of staff; not proven.
    Claimed {
        address: String,
    },
    /// Proven to write from this address, which is not on file.
    Stranger {
        address: String,
    },
    /// Nobody we can name.
    Unknown,
}
