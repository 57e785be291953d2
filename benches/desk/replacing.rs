//! What the redacted copies cost that take the place of mails with a password
//! (TD5): the same mailbox of forms with passwords, handled by a desk that puts
//! copies there and by one that leaves mails as they came (`replace_secrets`).

use std::path::{Path, PathBuf};

use crate::desk::{Desk, Leaves};
use crate::measured::{Measured, median};
use crate::servers::{Dovecot, SmtpSink};

/// Handles the forms both ways, turn by turn, and tells the medians.
pub fn compare(first: &Desk, dovecot: &Dovecot, forms: &[PathBuf], folder: &Path, rounds: usize) {
    let mut took = Vec::new();
    for round in 1..=rounds {
        took.push([Leaves::Copies, Leaves::AsTheyCame].map(|leaves| {
            let user = format!("forms{round}{}", leaves.word());
            dovecot.fill(&user, forms);
            let desk = first.copied(&folder.join(&user));
            let sink = SmtpSink::start(folder);
            let measured = desk.run(&user, sink.port, leaves);
            assert_eq!(dovecot.look(&user), 0, "mails left in the mailbox");
            assert_eq!(dovecot.processed(&user), forms.len(), "mails in the folder for handled mail");
            let copies = if leaves == Leaves::Copies { forms.len() } else { 0 };
            assert_eq!(dovecot.copies(&user), copies, "redacted copies");
            desk.remove();
            dovecot.remove(&user);
            measured
        }));
    }
    let of = |way: usize, value: fn(&Measured) -> f64| {
        median(took.iter().filter_map(|both| both.get(way)).map(value)) / forms.len() as f64
    };
    println!(
        "\nredacted copies in the mailbox: {} forms, each with a password; from Dovecot and answered, medians of \
         {rounds} rounds",
        forms.len()
    );
    for (way, leaves) in [Leaves::Copies, Leaves::AsTheyCame].into_iter().enumerate() {
        let (seconds, cpu) = (of(way, |of| of.seconds), of(way, |of| of.cpu_seconds));
        println!("  {:20}  {:5.0} mails/s, {:.2} ms CPU a mail", leaves.word(), 1.0 / seconds, cpu * 1e3);
    }
    let more = |value: fn(&Measured) -> f64| (of(0, value) - of(1, value)) * 1e3;
    let (wall, cpu) = (more(|of| of.seconds), more(|of| of.cpu_seconds));
    println!("  a copy takes {wall:.2} ms more, {cpu:.2} ms of it the desk's CPU; the rest is waiting for the server");
}
