//! The public keys. Without them nothing can be sealed, so the desk does not start.

use toml::Spanned;

use crate::shell::config::Keys;
use crate::shell::config::check::Checker;
use crate::shell::config::text::KeysText;
use crate::shell::vault::Recipient;

impl Checker<'_> {
    pub(super) fn keys(&mut self, text: Option<Spanned<KeysText>>) -> Option<Keys> {
        let span = text.as_ref().map(Spanned::span);
        let text = text.map_or(KeysText { staff: Vec::new(), evidence: None }, Spanned::into_inner);
        if text.staff.is_empty() {
            self.missing(
                span.as_ref(),
                "keys.staff",
                "at least one public key, to which passwords are sealed",
                "none",
                "make one with `upgrade-desk key new staff` and write the line it prints into [keys]",
            );
        }
        let Some(evidence) = &text.evidence else {
            self.missing(
                span.as_ref(),
                "keys.evidence",
                "the public key to which original mails are sealed",
                "none",
                "make one with `upgrade-desk key new evidence`, write the line it prints into [keys], \
                 and keep the key file off this machine",
            );
            return None;
        };
        let evidence_key = self.recipient(evidence, "keys.evidence");
        let mut staff = Vec::new();
        for written in &text.staff {
            let Some(key) = self.recipient(written, "keys.staff") else { continue };
            if evidence_key.as_ref() == Some(&key) {
                let way_out = "make a key of its own with `upgrade-desk key new staff`";
                self.fault(
                    &written.span(),
                    "keys.staff",
                    "a key that is not the evidence key",
                    "the same key",
                    way_out,
                );
            }
            staff.push(key);
        }
        Some(Keys { staff, evidence: evidence_key? })
    }

    /// A public key, or the file that holds one.
    fn recipient(&mut self, written: &Spanned<String>, key: &str) -> Option<Recipient> {
        let value = written.get_ref();
        let text = if value.starts_with("age1") || value.starts_with("AGE-SECRET-KEY-") {
            Ok(value.clone())
        } else {
            std::fs::read_to_string(self.path(value))
        };
        let found = match text.map(|text| text.parse::<Recipient>()) {
            Ok(Ok(recipient)) => return Some(recipient),
            Ok(Err(fault)) => fault.to_string(),
            Err(error) => format!("no key, and no file of that name ({error})"),
        };
        let way_out = "write the line that `upgrade-desk key new` prints; \
                       the private key itself must not be where mail is read";
        self.fault(&written.span(), key, "a public key (age1…) or a file with one", &found, way_out);
        None
    }
}
