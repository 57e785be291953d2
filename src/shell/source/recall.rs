//! A mail out of the Quarantine folder and back into the mailbox, over a
//! connection of its own beside the desk that may be running.

use std::path::PathBuf;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::folder::{self, FolderSource};
use super::imap::ImapSource;
use super::{Fetched, Listed, Source, SourceError};
use crate::desk::input::Place;
use crate::desk::record::Folder;
use crate::shell::config::{self, Imap};
use crate::shell::store::pack::hex;

/// Mails looked into between two looks whether the wanted one was among them.
const SET: usize = 50;

/// A mailbox with its Quarantine folder.
pub enum Mailbox {
    Imap(Box<Imap>),
    /// A Maildir.
    Folder(PathBuf),
}

impl From<&config::Source> for Mailbox {
    fn from(source: &config::Source) -> Mailbox {
        match source {
            config::Source::Imap(imap) => Mailbox::Imap(Box::new(imap.clone())),
            config::Source::Folder(folder) => Mailbox::Folder(folder.path.clone()),
        }
    }
}

/// A mail to be brought back.
pub struct Wanted {
    pub sha256: String,
    /// When it was kept.
    pub kept: Timestamp,
    /// Tells its name in a Maildir from the one that was handled.
    pub mark: String,
}

/// The SHA-256 of the original, where the mail is a redacted copy of the desk's own
/// making (TD5); anybody can write what looks like one.
pub type Copied<'a> = &'a (dyn Fn(&[u8]) -> Option<String> + Sync);

/// A mail that was found in the Quarantine folder.
pub struct Found {
    quarantine: Quarantine,
    listed: Listed,
}

enum Quarantine {
    Imap(Box<ImapSource>),
    Folder { source: FolderSource, path: PathBuf, mailbox: PathBuf },
}

impl Mailbox {
    /// Whether lines of a mail end in CR LF here, whatever they ended in before.
    pub fn ends_lines_itself(&self) -> bool {
        matches!(self, Mailbox::Imap(_))
    }

    /// Looks for the mail with these bytes or its copy, beginning with those that
    /// came about when it was kept. `None`: it is not there (any more).
    ///
    /// # Errors
    /// The mailbox is out of reach or wrongly configured.
    pub async fn find(
        &self,
        sha256: &str,
        kept: Timestamp,
        size_max: u64,
        copied: Copied<'_>,
    ) -> Result<Option<Found>, SourceError> {
        match self {
            Mailbox::Imap(imap) => {
                let mut source = ImapSource::new(turned(imap), size_max)?;
                let listed = search(&mut source, sha256, kept, copied).await?;
                Ok(listed.map(|listed| Found { quarantine: Quarantine::Imap(Box::new(source)), listed }))
            }
            Mailbox::Folder(mailbox) => {
                let path = folder::quarantine_of(mailbox);
                if !path.is_dir() {
                    return Ok(None);
                }
                let mut source = FolderSource::new(path.clone(), size_max);
                let listed = search(&mut source, sha256, kept, copied).await?;
                let quarantine = Quarantine::Folder { source, path, mailbox: mailbox.clone() };
                Ok(listed.map(|listed| Found { quarantine, listed }))
            }
        }
    }

    /// Moves those of `wanted` back, or their copies, that lie in the Quarantine
    /// folder; how many.
    ///
    /// # Errors
    /// The mailbox is out of reach or wrongly configured; what was moved is moved.
    pub async fn bring_back_all(
        &self,
        wanted: &[Wanted],
        size_max: u64,
        copied: Copied<'_>,
    ) -> Result<usize, SourceError> {
        match self {
            Mailbox::Imap(imap) => {
                let mut source = ImapSource::new(turned(imap), size_max)?;
                let found = search_all(&mut source, wanted, copied).await?;
                let places: Vec<(Place, Folder)> =
                    found.into_iter().map(|(_, mail)| (mail.place, Folder::Processed)).collect();
                source.settle(&places).await?;
                source.shortcomings().pop().map_or(Ok(places.len()), |text| Err(SourceError::protocol(text)))
            }
            Mailbox::Folder(mailbox) => {
                let path = folder::quarantine_of(mailbox);
                if !path.is_dir() {
                    return Ok(0);
                }
                let mut source = FolderSource::new(path.clone(), size_max);
                let mut moved = 0;
                for (wanted, mail) in search_all(&mut source, wanted, copied).await? {
                    let (item, mark) = (mail.place.item, wanted.mark.clone());
                    moved += usize::from(folder::bring_back(path.clone(), item, mailbox.clone(), mark).await?);
                }
                Ok(moved)
            }
        }
    }

    /// Puts a mail into the mailbox, as if it had come now; `name` is for a
    /// Maildir, where names do not repeat.
    ///
    /// # Errors
    /// The mailbox is out of reach, wrongly configured, or does not take it.
    pub async fn put(&self, bytes: Vec<u8>, name: String, size_max: u64) -> Result<(), SourceError> {
        match self {
            Mailbox::Imap(imap) => {
                let mut source = ImapSource::new(imap.as_ref().clone(), size_max)?;
                source.connect().await?;
                source.put(&bytes).await
            }
            Mailbox::Folder(mailbox) => folder::put(mailbox.clone(), name, bytes).await,
        }
    }
}

impl Found {
    /// Moves it back, where the desk finds it like new mail. `mark` tells its
    /// name in a Maildir from the one that was handled. False: it is gone by now.
    ///
    /// # Errors
    /// The mailbox is out of reach; the mail then lies where it was.
    pub async fn bring_back(self, mark: String) -> Result<bool, SourceError> {
        match self.quarantine {
            Quarantine::Imap(mut source) => {
                source.settle(&[(self.listed.place, Folder::Processed)]).await?;
                // What the server refuses to move stays, which here is no success.
                source.shortcomings().pop().map_or(Ok(true), |text| Err(SourceError::protocol(text)))
            }
            Quarantine::Folder { source, path, mailbox } => {
                drop(source);
                folder::bring_back(path, self.listed.place.item, mailbox, mark).await
            }
        }
    }
}

/// The same account with the Quarantine folder as the mailbox, and the mailbox
/// as the folder to which mail goes that is done with there.
fn turned(imap: &Imap) -> Imap {
    Imap {
        mailbox: imap.quarantine.clone(),
        processed: imap.mailbox.clone(),
        quarantine: imap.processed.clone(),
        // Mail is only moved back.
        replace_secrets: false,
        ..imap.clone()
    }
}

/// The one mail with these bytes, or its copy.
async fn search(
    source: &mut impl Source,
    sha256: &str,
    kept: Timestamp,
    copied: Copied<'_>,
) -> Result<Option<Listed>, SourceError> {
    let wanted = Wanted { sha256: sha256.to_owned(), kept, mark: String::new() };
    Ok(search_all(source, &[wanted], copied).await?.pop().map(|(_, listed)| listed))
}

/// Those of `wanted` that lie in the folder, beginning with the mails that came
/// about when one of them was kept; until all are found.
async fn search_all<'a>(
    source: &mut impl Source,
    wanted: &'a [Wanted],
    copied: Copied<'_>,
) -> Result<Vec<(&'a Wanted, Listed)>, SourceError> {
    source.connect().await?;
    let mut listed = source.list().await?;
    listed.sort_by_key(|mail| wanted.iter().map(|wanted| wanted.kept.duration_since(mail.received).abs()).min());
    let mut found: Vec<(&Wanted, Listed)> = Vec::new();
    for set in listed.chunks(SET) {
        let (sink, mut arriving) = mpsc::channel::<Fetched>(1);
        let fetch = async {
            let result = source.fetch(set, &sink).await;
            drop(sink);
            result
        };
        let compare = async {
            let mut here = Vec::new();
            while let Some(fetched) = arriving.recv().await {
                let Some(bytes) = fetched.bytes else { continue };
                let sha256 = copied(&bytes).unwrap_or_else(|| hex(&Sha256::digest(&bytes)));
                let wanted = wanted.iter().find(|wanted| wanted.sha256 == sha256);
                here.extend(wanted.map(|wanted| (wanted, fetched.place)));
            }
            here
        };
        let (fetched, here) = tokio::join!(fetch, compare);
        fetched?;
        for (wanted, place) in here {
            let is_new = found.iter().all(|(other, _)| other.sha256 != wanted.sha256);
            let mail = set.iter().find(|mail| mail.place == place).filter(|_| is_new);
            found.extend(mail.map(|mail| (wanted, mail.clone())));
        }
        if found.len() == wanted.len() {
            break;
        }
    }
    Ok(found)
}
