//! The promises of the store: what was acknowledged is there after any stop,
//! sled can be lost, the journal cannot be changed unseen.

mod by_hand;
mod chain;
mod commits;
mod duplicates;
pub mod facts;
mod outbox;
mod rebuild;
