//! upgrade-desk: something happens (a mail, a due timer, a failed delivery, a
//! console action); we ask the store one question about it; from what is known
//! the desk decides what it means: events and letters; the letters are
//! composed; the store commits all of it at once; and only what was committed
//! is sent.
//!
//! [`desk`] decides and is pure; [`shell`] carries out and does everything else.

// Not `forbid`: clap's derived code allows all of them for itself. That we do
// not is checked by tests/tidy.rs.
#![deny(clippy::indexing_slicing, clippy::string_slice)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![deny(clippy::todo, clippy::unimplemented, clippy::dbg_macro)]

pub mod desk;
pub mod shell;
