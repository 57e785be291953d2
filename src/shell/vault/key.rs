//! Public keys as they are configured, and the making of new pairs.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::shell::clock;
use crate::shell::vault::{VaultError, sync_folder, write_synced};

/// A public key: `age1…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient(pub(super) age::x25519::Recipient);

/// Why a text is no public key. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientFault {
    #[error("a private key")]
    Private,
    #[error("a text that is no public key")]
    NotAKey,
    #[error("several keys")]
    Several,
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Recipient {
    type Err = RecipientFault;

    /// The key itself or the text of a file with one; `#` begins a comment.
    fn from_str(text: &str) -> Result<Recipient, RecipientFault> {
        if text.contains("AGE-SECRET-KEY-") {
            return Err(RecipientFault::Private);
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let key = lines.next().ok_or(RecipientFault::NotAKey)?;
        if lines.next().is_some() {
            return Err(RecipientFault::Several);
        }
        key.parse().map(Recipient).map_err(|_| RecipientFault::NotAKey)
    }
}

/// Makes a pair: the private key goes into a new file (mode 0600) that is never
/// overwritten, the public key is returned for the configuration.
pub fn new_pair(path: &Path) -> Result<Recipient, VaultError> {
    if path.exists() {
        return Err(VaultError::KeyExists(path.to_owned()));
    }
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient(identity.to_public());
    let private = identity.to_string();
    let text = Zeroizing::new(format!(
        "# created: {}\n# public key: {recipient}\n{}\n",
        clock::now(),
        private.expose_secret()
    ));
    write_synced(path, text.as_bytes())?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))?;
    Ok(recipient)
}
