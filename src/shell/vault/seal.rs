//! The only caller of `age`: the standard file format, so that staff can open
//! what is theirs with the usual tool even without this program.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::shell::vault::{Recipient, VaultError, file_error};

pub fn seal(recipients: &[Recipient], bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
    let keys = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(keys)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(age::EncryptError::Io)?;
    writer.write_all(bytes).map_err(age::EncryptError::Io)?;
    writer.finish().map_err(age::EncryptError::Io)?;
    Ok(sealed)
}

/// What was sealed, in memory that is wiped when dropped.
pub fn open(sealed: &[u8], identity_file: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let identity = read_identity(identity_file)?;
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    let mut reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))?;
    // The plain text is shorter than the sealed: the buffer never moves and
    // leaves no copy behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain).map_err(VaultError::Damaged)?;
    Ok(plain)
}

/// Opens the header alone, with the key of the content.
pub fn fits(sealed: &[u8], identity_file: &Path) -> Result<(), VaultError> {
    let identity = read_identity(identity_file)?;
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))?;
    Ok(())
}

pub fn public_key(identity_file: &Path) -> Result<Recipient, VaultError> {
    read_identity(identity_file).map(|identity| Recipient(identity.to_public()))
}

fn read_identity(path: &Path) -> Result<age::x25519::Identity, VaultError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(file_error("read the private key", path))?);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.and_then(|line| line.parse().ok()).ok_or_else(|| VaultError::NoIdentity(path.to_owned()))
}
