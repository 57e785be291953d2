//! A Maildir as the mailbox: for the demo, for tests, and behind any program
//! that delivers into one. Mail moves by renaming, so it is never half there.

mod copies;
mod maildir;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::{Fetched, Listed, Opened, Replaced, Source, SourceError, Woken};
use crate::desk::input::Place;
use crate::desk::record::Folder;

/// How often a waiting desk looks into the folder.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const NAME: &str = "folder";
/// Headers held in memory at the same time.
const HEADERS_AT_ONCE: usize = 500;

/// A Maildir with `new` and `cur`; handled mail goes to its subfolders
/// `.Processed` and `.Quarantine`, themselves Maildirs.
pub struct FolderSource {
    path: PathBuf,
    /// In bytes; what is bigger is handed on without its bytes.
    size_max: u64,
    /// As in [`Place`]: the path without links and dots.
    mailbox: String,
    /// What the last list showed and fetch did not have to leave out.
    known: BTreeSet<String>,
    replaces: bool,
}

impl FolderSource {
    pub fn new(path: PathBuf, size_max: u64) -> FolderSource {
        FolderSource { path, size_max, mailbox: String::new(), known: BTreeSet::new(), replaces: true }
    }

    /// Whether redacted copies take the place of mails with a password (TD5).
    #[must_use]
    pub fn replacing(self, replaces: bool) -> FolderSource {
        FolderSource { replaces, ..self }
    }

    /// Whether a place lies in this folder.
    fn is_here(&self, place: &Place) -> bool {
        place.source == NAME && place.mailbox == self.mailbox && place.validity == 0
    }
}

/// The Maildir for mail that was not trusted, inside the mailbox.
pub(super) fn quarantine_of(mailbox: &Path) -> PathBuf {
    mailbox.join(maildir::QUARANTINE)
}

/// Renames `item` of one Maildir into the `new` of another; its name gets `mark`,
/// because a name that was handled once is not handled again. False: it is gone.
pub(super) async fn bring_back(from: PathBuf, item: String, to: PathBuf, mark: String) -> Result<bool, SourceError> {
    blocking(move || maildir::bring_back(&from, &item, &to, &mark)).await
}

/// Puts a mail into a Maildir, as if it had just come.
pub(super) async fn put(mailbox: PathBuf, name: String, bytes: Vec<u8>) -> Result<(), SourceError> {
    blocking(move || maildir::put(&mailbox, &name, &bytes)).await
}

/// Shows the beginning of every mail with this header field, in the mailbox and
/// in its folders for handled mail, and removes those for which `is_ours` holds.
///
/// # Errors
/// A folder cannot be read, or a file not be removed.
pub async fn take_marked(
    mailbox: PathBuf,
    field: &'static str,
    is_ours: &mut (dyn FnMut(&[u8]) -> bool + Send),
) -> Result<(), SourceError> {
    for (path, header) in blocking(move || maildir::with_field(&mailbox, field)).await? {
        if is_ours(&header) {
            blocking(move || maildir::remove(&path)).await?;
        }
    }
    Ok(())
}

impl Source for FolderSource {
    async fn connect(&mut self) -> Result<Opened, SourceError> {
        let path = self.path.clone();
        self.mailbox = blocking(move || maildir::open(&path)).await?;
        self.known.clear();
        Ok(Opened { source: NAME.to_owned(), mailbox: self.mailbox.clone(), validity: 0, next_item: 0 })
    }

    async fn list(&mut self) -> Result<Vec<Listed>, SourceError> {
        let path = self.path.clone();
        let mut files = blocking(move || maildir::scan(&path, maildir::Names::MakeUnique)).await?;
        files.sort_by(|one, other| (one.received, &one.item).cmp(&(other.received, &other.item)));
        self.known = files.iter().map(|file| file.item.clone()).collect();
        let place = |item| Place { source: NAME.to_owned(), mailbox: self.mailbox.clone(), validity: 0, item };
        Ok(files
            .into_iter()
            .map(|file| Listed { place: place(file.item), received: file.received, size: file.size })
            .collect())
    }

    async fn headers(
        &mut self,
        wanted: &[Listed],
        see: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<(), SourceError> {
        let path = self.path.clone();
        let items: Vec<String> =
            wanted.iter().filter(|mail| self.is_here(&mail.place)).map(|mail| mail.place.item.clone()).collect();
        for some in items.chunks(HEADERS_AT_ONCE) {
            let (path, some) = (path.clone(), some.to_vec());
            for (item, header) in blocking(move || maildir::headers(&path, &some)).await? {
                see(&item, &header);
            }
        }
        Ok(())
    }

    async fn fetch(&mut self, wanted: &[Listed], sink: &Sender<Fetched>) -> Result<(), SourceError> {
        let path = self.path.clone();
        let files = blocking(move || maildir::by_item(&path)).await?;
        for listed in wanted {
            if !self.is_here(&listed.place) {
                continue;
            }
            let Listed { place, received, size } = listed.clone();
            let bytes = if size > self.size_max {
                None
            } else {
                let Some(file) = files.get(&place.item).cloned() else { continue };
                let Some(bytes) = blocking(move || maildir::read(&file, received, size)).await? else {
                    // Still being written: wait() is to wake for it again.
                    self.known.remove(&place.item);
                    continue;
                };
                Some(bytes)
            };
            let fetched = Fetched { place, received, size, bytes };
            sink.send(fetched).await.map_err(|_| SourceError::transient("nobody takes the fetched mail any more"))?;
        }
        Ok(())
    }

    async fn settle(&mut self, done: &[(Place, Folder)]) -> Result<(), SourceError> {
        let path = self.path.clone();
        let done: Vec<(String, Folder)> = done
            .iter()
            .filter(|(place, _)| self.is_here(place))
            .map(|(place, folder)| (place.item.clone(), *folder))
            .collect();
        blocking(move || maildir::move_away(&path, &done)).await
    }

    fn replaces(&self) -> bool {
        self.replaces
    }

    async fn replace(&mut self, done: Vec<Replaced>) -> Result<Vec<(Place, Folder)>, SourceError> {
        let path = self.path.clone();
        let copies: Vec<Replaced> = done.into_iter().filter(|copy| self.is_here(&copy.place)).collect();
        blocking(move || copies::replace(&path, &copies)).await?;
        Ok(Vec::new())
    }

    async fn wait(&mut self, at_most: Duration) -> Result<Woken, SourceError> {
        let deadline = tokio::time::Instant::now() + at_most;
        loop {
            let next_look = tokio::time::Instant::now() + LOOK_EVERY;
            tokio::time::sleep_until(next_look.min(deadline)).await;
            let path = self.path.clone();
            let files = blocking(move || maildir::scan(&path, maildir::Names::Keep)).await?;
            if files.iter().any(|file| !self.known.contains(&file.item)) {
                return Ok(Woken::News);
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(Woken::TimeUp);
            }
        }
    }
}

/// File work away from the threads that serve connections.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SourceError::transient(format!("work on the mail folder was cut short: {error}"))),
    }
}
