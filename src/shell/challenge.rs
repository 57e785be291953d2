//! Whoever names a public key shows that he has the private one: something random is
//! sealed to it, and only who opens it can bring it back (TD4). A public key stands
//! in `access.toml` for all to read and proves nobody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use crate::shell::clock;
use crate::shell::store::pack::hex;
use crate::shell::vault;

/// An answer comes from a program, so it comes soon.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// More of them are nobody's; the oldest are forgotten.
const OPEN_MAX: usize = 64;

/// What was sealed to which key and not answered yet, by what must come back.
#[derive(Debug, Default)]
pub struct Challenges(Mutex<BTreeMap<String, (Timestamp, String)>>);

impl Challenges {
    /// Something new, sealed to the public key `key`, as base64.
    ///
    /// # Errors
    ///
    /// `key` is none, or the system gives no random numbers.
    pub fn pose(&self, key: &str, now: Timestamp) -> Result<String, String> {
        let recipient = key.parse().map_err(|fault| format!("expected a public key, found {fault}"))?;
        let nonce = hex(&clock::random_bytes().map_err(|error| error.to_string())?);
        let sealed = vault::seal_to(&recipient, nonce.as_bytes()).map_err(|error| error.to_string())?;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (until, _)| *until >= now);
        while open.len() >= OPEN_MAX {
            let oldest = open.iter().min_by_key(|(_, (until, _))| *until).map(|(nonce, _)| nonce.clone());
            oldest.and_then(|nonce| open.remove(&nonce));
        }
        open.insert(nonce, (now.checked_add(GOOD_FOR).unwrap_or(now), key.to_owned()));
        Ok(STANDARD.encode(sealed))
    }

    /// Whether `answer` is what was sealed to `key`; it is good once.
    ///
    /// # Errors
    ///
    /// It is not, or came too late.
    pub fn take(&self, key: &str, answer: &str, now: Timestamp) -> Result<(), String> {
        let posed = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(answer);
        match posed {
            Some((until, of)) if of == key && now <= until => Ok(()),
            _ => Err(format!(
                "expected what was sealed to the key {key} a moment ago, found something else: whose key it is must \
                 be shown with the private one; run the command again"
            )),
        }
    }
}
