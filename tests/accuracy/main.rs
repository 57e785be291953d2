//! How well mail is understood, counted: over mails of other projects with their
//! right answers (`CORPUS=FOLDER`), and over mails and sentences of our own.
//! `make accuracy` prints one line a source and each miss by its file.

mod bounces;
mod corpus;
mod fields;
mod notices;
mod reports;
mod requests;
mod own_text;
mod score;
mod times;

use std::sync::{Arc, LazyLock};

use upgrade_desk::desk::rules::Rules;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| upgrade_desk::shell::rules::load(None).unwrap());

/// The rules of this repository, as an operator gets them.
fn rules() -> &'static Rules {
    &RULES
}
