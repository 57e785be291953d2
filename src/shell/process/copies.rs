//! Redacted copies of mails that were handled (TD5), made from the mail that is
//! still in the mailbox: at once, or after a crash, always the same. One that comes
//! back out of quarantine is read as what it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::desk::input::{self, Input, Place, Unreadable};
use crate::desk::letter::mime::copy::{self, Original};
use crate::desk::mail;
use crate::desk::record::Folder;
use crate::desk::seal::Taken;
use crate::shell::process::secrets::Read;
use crate::shell::process::{Desk, Ours, Prepared, ProcessError, hex, stored_text, unread};
use crate::shell::source::{Fetched, Replaced};
use crate::shell::steps::{self, Step};
use crate::shell::store::View;
use crate::shell::store::inhand::InHand;
use crate::shell::store::rows::QuarantineRow;
use crate::shell::store::state::StateError;

impl Desk {
    /// The copy of a mail that goes to `folder`. `None`: it cannot be read here, and
    /// goes as it came. Slow.
    pub fn redacted(&self, fetched: &Fetched, folder: Folder, may_be_there: bool) -> Option<Replaced> {
        let Some(bytes) = fetched.bytes.as_deref() else {
            let place = &fetched.place;
            tracing::error!(%place, "a mail cannot be fetched for its redacted copy: it is moved as it came");
            return None;
        };
        // What shows a password in a copy now is taken out of it, and it stays a copy.
        let copied = self.composer.copied(bytes, &self.rules.limits);
        let original = copied.unwrap_or_else(|| hex(&Sha256::digest(bytes)));
        let (rules, prints) = (self.trust.rules(), self.vault.prints());
        let copy = catch_unwind(AssertUnwindSafe(|| {
            let (mail, Taken { secrets, .. }, _) = input::redacted(bytes, &rules, &prints);
            let fields = mail::fields(bytes, &rules.limits, &copy::KEPT);
            let received = fetched.received;
            let (mail, secrets, sha256) = (&mail, secrets.as_slice(), original.as_str());
            self.composer.copy(&Original { mail, secrets, fields, received, sha256 })
        }));
        let (place, received) = (fetched.place.clone(), fetched.received);
        match copy {
            Ok(Ok((mark, bytes))) => Some(Replaced { place, folder, received, mark, bytes, may_be_there }),
            Ok(Err(error)) => {
                tracing::error!(%place, %error, "no redacted copy of a mail can be made: it is moved as it came");
                None
            }
            Err(_) => {
                tracing::error!(%place, "reading a mail for its redacted copy failed: it is moved as it came");
                None
            }
        }
    }

    /// A copy that lies in the inbox, read as what it is. Its turn to be decided comes
    /// only if its original, of this SHA-256, is let out of quarantine.
    pub(super) fn prepare_copy(
        &self,
        place: Place,
        received: Timestamp,
        bytes: Zeroizing<Vec<u8>>,
        original: String,
        in_hand: &Mutex<InHand>,
    ) -> Result<Prepared, ProcessError> {
        let ours = Some(Ours::Copy);
        let (rules, prints) = (self.trust.rules(), self.vault.prints());
        let read = self.in_hand(&place, in_hand, || input::understand_released(&bytes, received, &rules, &prints))?;
        let Some(mut understood) = read else {
            return Ok(Prepared { ours, ..unread(place, received, Unreadable::CrashedReader, Some(original), None) });
        };
        steps::reached(Step::MailRead);
        let secrets = self.seal(&understood, &rules)?;
        steps::reached(Step::SecretSealed);
        let (text, files) = (Some(stored_text(&understood)), std::mem::take(&mut understood.files));
        let (redacted, in_prose) = (understood.is_secret(), understood.in_prose);
        let input = understood.into_input(place, received, secrets.clone(), original);
        let read = Some(Read { bytes, rules, prints: prints.additions(), in_prose, is_copy: true });
        Ok(Prepared { input, text, original: None, attachments: Vec::new(), secrets, files, ours, redacted, read })
    }
}

/// The entry of the quarantine that a copy stands for, if it may be decided once more.
pub(super) fn released_copy(
    input: &Input,
    ours: Option<Ours>,
    view: &View<'_>,
) -> Result<Option<QuarantineRow>, StateError> {
    let sha256 = match input {
        Input::Mail(mail) => Some(&mail.original_sha256),
        Input::Unreadable { original_sha256, .. } => original_sha256.as_ref(),
        _ => None,
    };
    let Some(sha256) = sha256.filter(|_| ours == Some(Ours::Copy)) else { return Ok(None) };
    let pass = view.pass(sha256)?;
    pass.map_or(Ok(None), |pass| view.kept(pass.kept))
}
