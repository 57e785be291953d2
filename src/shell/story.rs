//! A story: mails and moments in, what was decided and which letters left out.
//! The demo tells stories; the tests compare them with what was told before.

pub mod script;
pub mod stage;
pub mod tell;
