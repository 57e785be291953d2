//! A Maildir as postman: for trying the desk without a mail server.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::shell::carrier::{Carrier, Envelope, Sent};

/// Letters go into `new/` of this Maildir.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates `tmp`, `new` and `cur` where they are missing.
    ///
    /// # Errors
    /// When a folder cannot be created.
    pub fn open(path: &Path) -> io::Result<Folder> {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(path.join(part))?;
        }
        Ok(Folder { path: path.to_owned() })
    }
}

impl Carrier for Folder {
    async fn send(&mut self, letter: &Envelope) -> Sent {
        let name = &letter.file_name;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', ':', '\0']) {
            return Sent::Failed { response: format!("expected a plain file name, found {name:?}") };
        }
        let path = self.path.clone();
        let letter = letter.clone();
        let delivery = tokio::task::spawn_blocking(move || deliver(&path, &letter.file_name, &letter.bytes));
        match delivery.await {
            Ok(Ok(response)) => Sent::Accepted { response },
            Ok(Err(error)) => Sent::Unreachable { why: format!("the Maildir {}: {error}", self.path.display()) },
            Err(error) => Sent::Unknown { why: format!("the delivery into the Maildir was cut off: {error}") },
        }
    }

    async fn rest(&mut self) {}
}

/// Writes to `tmp/`, syncs, renames into `new/`, syncs the folder: a reader
/// never sees half a letter, and after a power cut it is whole or not there.
fn deliver(maildir: &Path, name: &str, bytes: &[u8]) -> io::Result<String> {
    if is_read(maildir, name)? {
        return Ok(format!("cur/{name} was there already"));
    }
    let begun = maildir.join("tmp").join(name);
    let mut file = File::create(&begun)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&begun, maildir.join("new").join(name))?;
    File::open(maildir.join("new"))?.sync_all()?;
    Ok(format!("new/{name}"))
}

/// Whether somebody's mail program took the letter of an earlier try into
/// `cur/`, where it carries flags behind a colon.
fn is_read(maildir: &Path, name: &str) -> io::Result<bool> {
    let flagged = format!("{name}:");
    for entry in fs::read_dir(maildir.join("cur"))? {
        let found = entry?.file_name();
        if found.to_str().is_some_and(|found| found == name || found.starts_with(&flagged)) {
            return Ok(true);
        }
    }
    Ok(false)
}
