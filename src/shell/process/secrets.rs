//! Secrets along the path: sealed with a print beside them, found again in a mail
//! whose turn has come, destroyed when no ticket has them.

use std::sync::Arc;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::desk::input::{self, Input, MailInput, Understood};
use crate::desk::rules::Rules;
use crate::desk::seal;
use crate::desk::seal::prints::{Prints, Writer};
use crate::desk::writer::writer;
use crate::shell::process::{Desk, Prepared, ProcessError, not_now, stored_text};
use crate::shell::store::Receipt;
use crate::shell::vault::VaultError;

/// How a mail was read, for reading it once more.
pub(super) struct Read {
    pub bytes: Zeroizing<Vec<u8>>,
    pub rules: Arc<Rules>,
    /// Prints of secrets that it was looked through with.
    pub prints: u64,
    /// A secret of its own stood in a sentence, and may be a piece of another.
    pub in_prose: bool,
    /// It is a redacted copy that was let out of quarantine.
    pub is_copy: bool,
}

impl Read {
    fn again(&self, received: Timestamp, prints: &Prints) -> Understood {
        match self.is_copy {
            true => input::understand_released(&self.bytes, received, &self.rules, prints),
            false => input::understand(&self.bytes, received, &self.rules, prints),
        }
    }
}

impl Desk {
    pub(super) fn seal(&self, understood: &Understood, rules: &Rules) -> Result<Vec<String>, ProcessError> {
        let by = writer(&understood.mail, &understood.proof, rules);
        let sealed = understood.secrets.iter().map(|secret| {
            let id = self.vault.seal_secret(secret)?;
            self.vault.remember(&id, secret, by)?;
            Ok(id)
        });
        sealed.collect::<Result<Vec<String>, VaultError>>().map_err(not_now)
    }

    /// Mails are read side by side. What the mails before this one brought to be
    /// sealed meanwhile is looked for now, when its turn has come: if it stands in
    /// this one, it is read once more, with all of them taken out.
    pub(super) fn looked_again(&self, mut prepared: Prepared) -> Prepared {
        let Some(read) = prepared.read.take() else { return prepared };
        let prints = self.vault.prints();
        let Input::Mail(mail) = &mut prepared.input else { return prepared };
        // A piece that was taken for a password hides the whole one from its print.
        let is_new = prints.additions() != read.prints;
        if !(is_new && (read.in_prose || holds_print(mail, &read.rules, &prints))) {
            return prepared;
        }
        let (place, received, sha256) = (mail.place.clone(), mail.received, mail.original_sha256.clone());
        let again = read.again(received, &prints);
        let mut again = match mail.checked.take() {
            Some(checked) => again.with_checked(checked, &read.rules),
            None => again,
        };
        let redacted = again.is_secret();
        // What shows a password now is not sealed to staff.
        let before = std::mem::take(&mut mail.attached);
        again.attached = again.attachments(&read.bytes, &prints, &read.rules);
        again.attached.retain(|found| before.iter().any(|file| file.sha256 == found.file.sha256));
        let stays = |sha256: &str| {
            again.attached.iter().any(|found| found.file.left_out.is_none() && found.file.sha256 == sha256)
        };
        let sealed = before.iter().filter(|file| file.left_out.is_none()).zip(prepared.attachments);
        let attachments = sealed.filter(|(file, _)| stays(&file.sha256)).map(|(_, sealed)| sealed).collect();
        let (text, files) = (Some(stored_text(&again)), std::mem::take(&mut again.files));
        // Prints change nothing about which secrets of its own a mail has.
        let input = again.into_input(place, received, prepared.secrets.clone(), sha256);
        Prepared { input, text, files, attachments, redacted, ..prepared }
    }

    /// Once a day: what was destroyed 30 days ago is found no more.
    pub fn forget_old_prints(&self, now: Timestamp) {
        match self.vault.sweep_prints(now) {
            Ok(0) => {}
            Ok(prints) => tracing::info!(prints, "removed prints of passwords that were destroyed 30 days ago"),
            Err(error) => tracing::warn!(%error, "old prints could not be removed now; the next start does it"),
        }
    }

    /// W-18, after the commit: what no ticket has any more is removed. A stop in
    /// between leaves an orphan, which the next start removes.
    pub(super) async fn destroy(&self, given_up: &[String]) {
        if given_up.is_empty() {
            return;
        }
        let Ok(kept) = self.store.read(|view| view.known_secrets()).await else { return };
        for secret in given_up.iter().filter(|secret| !kept.contains(*secret)) {
            if let Err(error) = self.vault.destroy(secret, self.clock.now()) {
                tracing::warn!(%secret, %error, "a destroyed secret could not be removed now; the next start does it");
            }
        }
    }

    /// Secrets that no ticket keeps are destroyed at once: they live on only
    /// in the sealed original.
    pub(super) fn drop_unused(&self, secrets: Vec<String>, receipt: &Receipt) {
        for secret in secrets.iter().filter(|secret| !receipt.secrets.contains(secret)) {
            if let Err(error) = self.vault.destroy(secret, self.clock.now()) {
                // Removed as an orphan at the next start.
                tracing::warn!(%secret, %error, "an unused secret could not be removed now");
            }
        }
    }
}

fn holds_print(mail: &mut MailInput, rules: &Rules, prints: &Prints) -> bool {
    let address = mail.mail.address().map(str::to_owned);
    let by = Writer { address: address.as_deref(), ..writer(&mail.mail, &mail.proof, rules) };
    prints.looking(by).is_some_and(|looking| seal::holds_print(&mut mail.mail, &rules.form, &looking))
}
