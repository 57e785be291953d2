//! Every reason we say no to a request. The sentences are in
//! `rules/denials.toml`, one for each, checked at start.

use serde::{Deserialize, Serialize};

/// Why a request is denied (T3b, T3d of the vendor's terms).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
pub enum Denial {
    /// The serial names no unit of the company, but MAC and IP do.
    #[serde(rename = "D-SERIAL")]
    #[strum(serialize = "D-SERIAL")]
    Serial,
    /// The MAC address is not the one in the register.
    #[serde(rename = "D-MAC")]
    #[strum(serialize = "D-MAC")]
    Mac,
    /// The IP address is not one in the register.
    #[serde(rename = "D-IP")]
    #[strum(serialize = "D-IP")]
    Ip,
    /// MAC or IP belong to another unit of the same company.
    #[serde(rename = "D-ROW")]
    #[strum(serialize = "D-ROW")]
    Row,
    /// No such unit.
    #[serde(rename = "D-UNKNOWN")]
    #[strum(serialize = "D-UNKNOWN")]
    Unknown,
    /// The unit belongs to another company.
    #[serde(rename = "D-OWNER")]
    #[strum(serialize = "D-OWNER")]
    Owner,
    /// The unit is retired: end of support.
    #[serde(rename = "D-EOS")]
    #[strum(serialize = "D-EOS")]
    EndOfSupport,
    /// Only an authorised representative can ask (T4b, T4c).
    #[serde(rename = "D-REP")]
    #[strum(serialize = "D-REP")]
    Representative,
    /// Staff say no, with their own reason.
    #[serde(rename = "D-STAFF")]
    #[strum(serialize = "D-STAFF")]
    Staff,
}

impl Denial {
    /// The code as people write it: `D-MAC`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Whether the letter may name the failing field: only for a unit of the
    /// sender's own company (decisions 12, TD1). The others share one text.
    pub fn names_the_field(self) -> bool {
        matches!(self, Denial::Serial | Denial::Mac | Denial::Ip | Denial::Row)
    }
}
