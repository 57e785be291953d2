//! One process a store: the lock file is held for as long as the store is open.
//! The kernel lets go of it when the process dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The held lock; dropping it lets the next process in.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What came of trying.
#[derive(Debug)]
pub enum Taken {
    Held(Lock),
    /// Another process has it; its id, when the file says so.
    ByOther(Option<u32>),
}

/// Takes the lock or says who has it. Never waits.
pub fn take(path: &Path) -> io::Result<Taken> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())?;
            Ok(Taken::Held(Lock { _file: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            Ok(Taken::ByOther(holder.trim().parse().ok()))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}
