//! The duty board as a file that a browser or a wall monitor shows (5.3): written
//! anew whenever something happened, whole or not at all.

mod page;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::desk::board::Board;
use crate::shell::process::Desk;
use crate::shell::view;

pub use page::{escaped, page};

/// The page is written no more often than this, however much happens.
const AT_MOST: Duration = Duration::from_secs(5);
/// And at least so often: how long something waits stands on it.
const AT_LEAST: Duration = Duration::from_secs(60);

/// Keeps `file` as the desk stands until told to stop, and once more then. That
/// it cannot be written is a warning: the desk does its work without it.
pub async fn keep(desk: Arc<Desk>, file: PathBuf, mut stop: watch::Receiver<bool>) {
    let mut works = true;
    while !*stop.borrow() {
        let committed = desk.committed.notified();
        write_now(&desk, &file, &mut works).await;
        tokio::select! {
            () = at_most_soon(committed) => {}
            () = tokio::time::sleep(AT_LEAST) => {}
            _ = stop.changed() => {}
        }
    }
    write_now(&desk, &file, &mut works).await;
}

async fn at_most_soon(committed: impl Future<Output = ()>) {
    tokio::join!(committed, tokio::time::sleep(AT_MOST));
}

/// Once; a failure is told when it begins and when it ends.
async fn write_now(desk: &Desk, file: &Path, works: &mut bool) {
    let now = desk.clock.now();
    let seen = desk.store.read(move |view| view::board(view, now)).await;
    let written = seen.map_err(io::Error::other).and_then(|board| write(file, &board, &desk.rules.desk.name));
    match written {
        Ok(()) if *works => {}
        Ok(()) => tracing::info!(file = %file.display(), "the board can be written again"),
        Err(ref error) if *works => {
            tracing::warn!(file = %file.display(), %error, "the board could not be written; the desk goes on");
        }
        Err(_) => {}
    }
    *works = written.is_ok();
}

/// Writes the page: who reads meanwhile sees the old one or the new one. Its mode
/// is that of any new file, so that a web server may be let read it.
///
/// # Errors
/// The folder is missing, full, or not ours to write.
pub fn write(file: &Path, board: &Board, name: &str) -> io::Result<()> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "expected the name of a file, found a folder");
    let mut fresh = file.file_name().map(std::ffi::OsStr::to_os_string).ok_or_else(wrong)?;
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = file.with_file_name(fresh);
    let written = std::fs::write(&fresh, page(board, name)).and_then(|()| std::fs::rename(&fresh, file));
    if written.is_err() {
        let _nothing_half_written_stays = std::fs::remove_file(&fresh);
    }
    written
}
