//! Redacted copies of mails that were handled (TD5), made from the mail that is
//! still in the mailbox: at once, or after a crash, always the same.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::desk::input;
use crate::desk::letter::mime::copy::{self, Original};
use crate::desk::mail;
use crate::desk::record::Folder;
use crate::desk::seal::Taken;
use crate::shell::process::{Desk, hex};
use crate::shell::source::{Fetched, Replaced};

impl Desk {
    /// The copy of a mail that goes to `folder`. `None`: it cannot be read here, and
    /// goes as it came. Slow.
    pub fn redacted(&self, fetched: &Fetched, folder: Folder, may_be_there: bool) -> Option<Replaced> {
        let Some(bytes) = fetched.bytes.as_deref() else {
            let place = &fetched.place;
            tracing::error!(%place, "a mail cannot be fetched for its redacted copy: it is moved as it came");
            return None;
        };
        let original = hex(&Sha256::digest(bytes));
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
}
