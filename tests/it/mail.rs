//! Mails and what must be read in them.

mod charset;
mod hostile;
mod html;
mod place;
mod identity;
mod limits;
mod proof;
mod whole;

use upgrade_desk::desk::mail::{self, Mail};
use upgrade_desk::shell::rules;

/// The only door of these tests to the reader.
fn read(raw: &[u8]) -> Mail {
    let rules = rules::load(None).unwrap();
    mail::read(raw, &rules.limits, &rules.classify.marks)
}
