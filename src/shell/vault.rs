//! Sealed things (decisions 5 and 17): passwords for the staff, one file each,
//! and originals for the evidence key. Whoever reads mail can seal and never open.

pub mod key;
mod prints;
mod seal;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::desk::seal::Secret;
use crate::desk::seal::prints::{Prints, Writer};
use crate::shell::vault::prints::Keeper;

pub use key::Recipient;

/// What went wrong with a sealed thing. No value and no key is ever part of it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("{}: cannot {doing}: {source}", path.display())]
    File { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("sealing failed: {0}")]
    Seal(#[from] age::EncryptError),
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    #[error("expected the id of a secret (32 hexadecimal digits), found {0:?}; `ticket show` names the ids")]
    BadId(String),
    #[error("no sealed secret {0}: it was destroyed or never existed; ask the customer for it again")]
    Gone(String),
    #[error(
        "{}: expected a private key file (AGE-SECRET-KEY-1…); name the file that `upgrade-desk key new` wrote",
        .0.display()
    )]
    NoIdentity(PathBuf),
    #[error("this key does not open it: {0}; use the key of a person for whom it was sealed")]
    Open(#[from] age::DecryptError),
    #[error("what was sealed is damaged: {0}; restore the file from a backup")]
    Damaged(io::Error),
    #[error("{}: exists already; name another file, or keep using the key that is there", .0.display())]
    KeyExists(PathBuf),
    #[error(
        "{}: expected the key of the prints (32 bytes, mode 600), found {found}; {way_out}", path.display()
    )]
    PrintKey { path: PathBuf, found: String, way_out: &'static str },
}

/// The folder of sealed secrets and the public keys to seal with.
#[derive(Debug)]
pub struct Vault {
    folder: PathBuf,
    staff: Vec<Recipient>,
    evidence: Recipient,
    keeper: Keeper,
}

impl Vault {
    /// Opens `secrets/` in the data folder, making it if it is missing (mode 0700),
    /// and the key of its prints.
    pub fn open(data: &Path, staff: Vec<Recipient>, evidence: Recipient) -> Result<Vault, VaultError> {
        let folder = data.join("secrets");
        fs::create_dir_all(&folder).map_err(file_error("make the folder", &folder))?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))
            .map_err(file_error("set the mode of the folder", &folder))?;
        sync_folder(data)?;
        let keeper = Keeper::open(data, &folder)?;
        Ok(Vault { folder, staff, evidence, keeper })
    }

    /// Seals a password to the staff's keys and returns its id. The file is
    /// written but not synced: the store does that for a whole group at once,
    /// before the journal line that names it (decisions 5). Blocks.
    pub fn seal_secret(&self, secret: &Secret) -> Result<String, VaultError> {
        let mut chance = [0_u8; 16];
        getrandom::fill(&mut chance).map_err(VaultError::Random)?;
        let id: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = seal::seal(&self.staff, secret.expose().as_bytes())?;
        // A file cut short by a crash is one that no line names: an orphan.
        write(&secret_path(&self.folder, &id), &sealed)?;
        Ok(id)
    }

    /// Where the secret lies, for syncing.
    pub fn path(&self, id: &str) -> PathBuf {
        secret_path(&self.folder, id)
    }

    /// Seals an original mail to the evidence key alone: no key in daily use
    /// opens it. The store keeps the bytes in a pack.
    pub fn seal_original(&self, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal::seal(std::slice::from_ref(&self.evidence), bytes)
    }

    /// Makes what finds a secret again that was just sealed, to be synced with it.
    pub fn remember(&self, id: &str, secret: &Secret, writer: Writer<'_>) -> Result<(), VaultError> {
        self.keeper.remember(id, secret, writer)
    }

    /// Where the print of a secret lies, for syncing; `None`: it has none.
    pub fn print_path(&self, id: &str) -> Option<PathBuf> {
        self.keeper.path(id)
    }

    /// Tickets have these from now on: they are looked for in everybody's mails.
    pub fn keep<'a>(&self, ids: impl IntoIterator<Item = &'a String>) {
        self.keeper.keep(ids);
    }

    /// What finds the secrets again that were sealed until now.
    pub fn prints(&self) -> Prints {
        self.keeper.prints()
    }

    /// Removes prints of secrets that were destroyed 30 days ago; looks once a day.
    pub fn sweep_prints(&self, now: Timestamp) -> Result<usize, VaultError> {
        self.keeper.sweep(now)
    }

    /// Seals a file to the staff's keys. The store keeps the bytes in a pack.
    pub fn seal_attachment(&self, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal::seal(&self.staff, bytes)
    }

    /// Destroys a secret for good; `false` when it was gone already. Its print stays
    /// for 30 days from `now`.
    pub fn destroy(&self, id: &str, now: Timestamp) -> Result<bool, VaultError> {
        let path = secret_path(&self.folder, checked_id(id)?);
        self.keeper.destroyed(id, now)?;
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(file_error("destroy", &path)(error)),
        }
    }

    /// Removes secrets that no journal line names: a stop came between sealing
    /// and the commit, and the mail will be read again. Only at start, before
    /// mail is read. Returns how many there were.
    pub fn remove_orphans(&self, known: &BTreeSet<String>, now: Timestamp) -> Result<usize, VaultError> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder).map_err(file_error("list", &self.folder))? {
            let path = entry.map_err(file_error("list", &self.folder))?.path();
            let is_ours = matches!(path.extension().and_then(|end| end.to_str()), Some("age" | "tmp"));
            let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_kept = path.extension().is_some_and(|end| end == "age") && known.contains(id);
            if is_ours && checked_id(id).is_ok() && !is_kept {
                fs::remove_file(&path).map_err(file_error("remove", &path))?;
                removed += 1;
            }
        }
        self.keeper.keep(known);
        for id in self.keeper.live().difference(known) {
            self.keeper.destroyed(id, now)?;
        }
        sync_folder(&self.folder)?;
        Ok(removed)
    }
}

/// Opens a sealed secret with the key file of an agent. The caller writes the
/// audit event first (decisions 17).
pub fn reveal(data: &Path, id: &str, identity_file: &Path) -> Result<Secret, VaultError> {
    let path = secret_path(&data.join("secrets"), checked_id(id)?);
    let sealed = match fs::read(&path) {
        Ok(sealed) => sealed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(VaultError::Gone(id.to_owned())),
        Err(error) => return Err(file_error("read", &path)(error)),
    };
    let opened = seal::open(&sealed, identity_file)?;
    let text = std::str::from_utf8(&opened).map_err(|error| VaultError::Damaged(io::Error::other(error)))?;
    Ok(Secret::new(text.to_owned()))
}

/// The public key of a private key's file: whose it is.
pub fn public_key(identity_file: &Path) -> Result<Recipient, VaultError> {
    seal::public_key(identity_file)
}

/// Seals something to one key.
pub fn seal_to(recipient: &Recipient, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
    seal::seal(std::slice::from_ref(recipient), bytes)
}

/// Whether this key opens it; nothing of the content is opened.
pub fn fits(sealed: &[u8], identity_file: &Path) -> Result<(), VaultError> {
    seal::fits(sealed, identity_file)
}

/// Opens a sealed original mail with the evidence key.
pub fn open_original(sealed: &[u8], identity_file: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    seal::open(sealed, identity_file)
}

/// An id from outside must not name another file.
fn checked_id(id: &str) -> Result<&str, VaultError> {
    let plain = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if plain { Ok(id) } else { Err(VaultError::BadId(id.chars().take(64).collect())) }
}

fn secret_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.age"))
}

/// A new file, readable by its owner alone, safe on disk on return.
fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    write(path, bytes)?.sync_all().map_err(file_error("sync", path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<File, VaultError> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(file_error("create", path))?;
    file.write_all(bytes).map_err(file_error("write", path))?;
    Ok(file)
}

/// A name in a folder is safe only when the folder is.
fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(file_error("sync the folder", folder))
}

fn file_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.to_owned();
    move |source| VaultError::File { doing, path, source }
}
