//! How long we wait around the work on a unit (`escalation.toml`, `[waits.work]`).

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkWaits {
    /// S-05: business days until an ASAP request is asked about again; not 0.
    pub asap_again_business_days: u32,
    /// T5f: a password that was tested longer than this before the window is
    /// asked about again.
    pub password_tested_days: u32,
    /// UT-27: what blocks may be cured until so long behind the start.
    pub grace_minutes: u32,
    /// UT-33: nobody has started: the agent, a lead, the customer are told.
    pub start_late_minutes: u32,
    pub start_late_lead_minutes: u32,
    pub start_late_customer_minutes: u32,
    /// UT-35: the customer asked to stop during the work, until a lead is told.
    pub stop_answer_minutes: u32,
    /// W-11: tests after the work, and after a question to the customer.
    pub verify_minutes: u32,
    pub verify_asked_minutes: u32,
}
