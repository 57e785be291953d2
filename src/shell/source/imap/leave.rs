//! How handled mail leaves the inbox: by the best way that the server offers,
//! and whatever it refuses, no mail of others is expunged and none of ours
//! stops the mail behind it (I-8, I-9).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response};
use tokio::time::Instant;

use super::link::{Answer, Link};
use super::open::{Abilities, Selected, make_folder};
use super::words::{mailbox_name, said, uid_set};
use crate::desk::record::Folder;
use crate::shell::source::SourceError;

/// The keyword on handled mail that has to stay in the inbox.
pub(super) const MARK: &str = "$UpgradeDeskDone";
/// Measured: a set of 200 moves in the time of one mail.
const MOVE_SET: usize = 200;
/// Room may have been made meanwhile; until then nothing is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
/// Whether a copy was made is unknown when the connection breaks meanwhile;
/// more often than this it is not tried, or the folder would fill with copies.
const BROKEN_COPIES_MAX: u32 = 3;

/// The ways, the best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// UID MOVE (RFC 6851): each mail is moved or untouched.
    #[default]
    Move,
    /// UID COPY, then `\Deleted` and UID EXPUNGE of exactly these mails
    /// (RFC 4315). Never EXPUNGE or CLOSE: these take the mail of others, too.
    Copy,
    /// Stays, with [`MARK`].
    Mark,
    /// Stays as it is; the store alone remembers.
    Remember,
}

impl Way {
    fn best(abilities: Abilities, selected: Selected) -> Way {
        match abilities {
            _ if selected.read_only => Way::Remember,
            Abilities { moves: true, .. } => Way::Move,
            Abilities { uid_plus: true, .. } if selected.deletes => Way::Copy,
            _ if selected.keywords => Way::Mark,
            _ => Way::Remember,
        }
    }
}

/// What is known about handled mail under one UIDVALIDITY. Kept over lost
/// connections; without it the worst is one more copy in a folder.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    way: Way,
    keywords: bool,
    /// Handled mail that stays in the mailbox; no list shows it.
    stays: BTreeSet<u32>,
    /// Every mail of ours with a smaller UID stays or is gone.
    cursor: u32,
    /// Copied and not yet expunged: not to be copied again.
    copied: BTreeSet<u32>,
    broken_copies: u32,
    /// What the mailbox as such does not allow.
    lasting: Option<String>,
    /// Folders that could not be made at the last connection.
    missing: BTreeMap<Folder, String>,
    /// What was refused when it was tried last.
    refused: BTreeMap<Folder, String>,
    retry_at: Option<Instant>,
}

impl Leaving {
    /// Another numbering: nothing of what was known holds.
    pub fn forget(&mut self) {
        *self = Leaving::default();
    }

    /// To be called after each connection.
    pub async fn opened(
        &mut self,
        link: &mut Link,
        abilities: Abilities,
        selected: Selected,
    ) -> Result<(), SourceError> {
        self.way = Way::best(abilities, selected);
        self.keywords = selected.keywords && !selected.read_only;
        if self.way == Way::Copy && self.broken_copies >= BROKEN_COPIES_MAX {
            self.way = if self.keywords { Way::Mark } else { Way::Remember };
        }
        self.lasting = self.lasting(selected);
        if self.way == Way::Copy && self.keywords {
            // What another process copied and could not expunge any more.
            let command = format!("UID SEARCH KEYWORD {MARK} DELETED");
            self.copied.extend(search(link, &command).await?.unwrap_or_default());
        }
        if matches!(self.way, Way::Move | Way::Copy) {
            self.try_again();
        }
        Ok(())
    }

    fn lasting(&self, selected: Selected) -> Option<String> {
        let text = match self.way {
            Way::Move | Way::Copy => return None,
            Way::Mark if self.broken_copies >= BROKEN_COPIES_MAX => {
                "the mail server breaks the connection whenever mail is copied: handled mail stays in the inbox, marked"
            }
            Way::Mark => {
                "the mail server can neither move mail (MOVE) nor expunge single mails (UIDPLUS): \
                 handled mail stays in the inbox, marked"
            }
            Way::Remember if selected.read_only => {
                "the inbox is read-only: handled mail stays there as it is, and only the desk's store remembers it; \
                 give the user write access"
            }
            Way::Remember => {
                "the mail server can neither move nor mark mail: \
                 handled mail stays in the inbox as it is, and only the desk's store remembers it"
            }
        };
        let keyword = if self.way == Way::Mark { format!(" with the keyword {MARK}") } else { String::new() };
        Some(format!("{text}{keyword}"))
    }

    /// What the operator should know, a sentence each.
    pub fn shortcomings(&self) -> Vec<String> {
        self.lasting.iter().chain(self.missing.values()).chain(self.refused.values()).cloned().collect()
    }

    /// Folders that could not be made, with the reason. They are tried again
    /// when they are needed.
    pub fn without(&mut self, missing: BTreeMap<Folder, String>) {
        self.missing = if matches!(self.way, Way::Move | Way::Copy) { missing } else { BTreeMap::new() };
    }

    /// Whether handled mail in the mailbox can be told by its keyword.
    pub fn marks(&self) -> bool {
        self.way == Way::Mark
    }

    /// Mail below is not to be listed.
    pub fn cursor(&mut self) -> u32 {
        if self.retry_at.is_some_and(|at| Instant::now() >= at) {
            self.try_again();
        }
        self.cursor
    }

    fn try_again(&mut self) {
        self.retry_at = None;
        self.stays.clear();
        self.cursor = 0;
    }

    /// Takes what stays out of a list of everything from the cursor on.
    pub fn leave_out<T>(&mut self, seen: &mut BTreeMap<u32, T>) {
        let first_new = seen.keys().find(|uid| !self.stays.contains(uid)).copied();
        let behind = seen.keys().next_back().map(|last| last.saturating_add(1));
        seen.retain(|uid, _| !self.stays.contains(uid));
        if let Some(cursor) = first_new.or(behind) {
            self.cursor = self.cursor.max(cursor);
            self.stays = self.stays.split_off(&self.cursor);
        }
    }

    /// Takes handled mail away, as far as that goes.
    pub async fn settle(
        &mut self,
        link: &mut Link,
        uids: &[u32],
        folder: Folder,
        name: &str,
    ) -> Result<(), SourceError> {
        for set in uids.chunks(MOVE_SET) {
            match self.way {
                Way::Move => self.take("UID MOVE", link, set, folder, name).await?,
                Way::Copy => self.copy(link, set, folder, name).await?,
                Way::Mark | Way::Remember => self.stay(link, set).await?,
            }
        }
        Ok(())
    }

    /// MOVE or COPY. Unknown UIDs are silently passed over (RFC 3501 6.4.8).
    async fn take(
        &mut self,
        verb: &str,
        link: &mut Link,
        set: &[u32],
        folder: Folder,
        name: &str,
    ) -> Result<(), SourceError> {
        let command = format!("{verb} {} {}", uid_set(set), mailbox_name(name));
        let mut answer = link.run(&command, "moving mail", |_| {}).await?;
        if answer.try_create {
            if let Some(why) = make_folder(link, name).await? {
                return self.refuse(link, set, folder, why).await;
            }
            answer = link.run(&command, "moving mail", |_| {}).await?;
        }
        if !answer.is_ok() {
            let text = format!("the mail server refuses to move mail to {name:?}: {}", said(&answer.text));
            return self.refuse(link, set, folder, text).await;
        }
        self.refused.remove(&folder);
        self.missing.remove(&folder);
        if verb == "UID COPY" {
            self.copied.extend(set);
        }
        Ok(())
    }

    /// A copy is made before anything is deleted, and is not made again for
    /// what was copied before: a break in between leaves the mail twice for a
    /// while, and never once too few.
    async fn copy(&mut self, link: &mut Link, set: &[u32], folder: Folder, name: &str) -> Result<(), SourceError> {
        let fresh: Vec<u32> = set.iter().filter(|uid| !self.copied.contains(uid)).copied().collect();
        if !fresh.is_empty() {
            self.broken_copies += 1;
            self.take("UID COPY", link, &fresh, folder, name).await?;
            self.broken_copies = 0;
        }
        let copied: Vec<u32> = set.iter().filter(|uid| self.copied.contains(uid)).copied().collect();
        if copied.is_empty() {
            return Ok(());
        }
        let uids = uid_set(&copied);
        let flags = if self.keywords { format!("\\Deleted {MARK}") } else { "\\Deleted".to_owned() };
        let store = format!("UID STORE {uids} +FLAGS.SILENT ({flags})");
        let mut answer = link.run(&store, "flagging mail", |_| {}).await?;
        if answer.is_ok() {
            answer = link.run(&format!("UID EXPUNGE {uids}"), "expunging mail", |_| {}).await?;
        }
        if answer.is_ok() {
            self.copied.retain(|uid| !copied.contains(uid));
            return Ok(());
        }
        let text = format!(
            "the mail server refuses to take mail out of the inbox that was copied to {name:?}: {}",
            said(&answer.text)
        );
        self.refuse(link, &copied, folder, text).await
    }

    /// Handled mail that could not be removed: tried again later.
    pub async fn hold_back(&mut self, link: &mut Link, uids: &[u32]) -> Result<(), SourceError> {
        self.retry_at = Some(Instant::now() + RETRY_AFTER);
        self.stay(link, uids).await
    }

    async fn refuse(&mut self, link: &mut Link, set: &[u32], folder: Folder, text: String) -> Result<(), SourceError> {
        let stay = if self.keywords { format!("marked with the keyword {MARK}") } else { "as it is".to_owned() };
        self.missing.remove(&folder);
        self.refused.insert(folder, format!("{text}; handled mail stays in the inbox, {stay}"));
        self.retry_at = Some(Instant::now() + RETRY_AFTER);
        self.stay(link, set).await
    }

    /// Handled mail that stays: marked, if that goes, and never listed again.
    async fn stay(&mut self, link: &mut Link, set: &[u32]) -> Result<(), SourceError> {
        if self.keywords {
            let answer = self.mark(link, set).await?;
            self.keywords = answer.is_ok();
            if !self.keywords {
                let why = said(&answer.text);
                self.way = if self.way == Way::Mark { Way::Remember } else { self.way };
                self.lasting = Some(format!(
                    "the mail server refuses the keyword {MARK} on handled mail ({why}); \
                     only the desk's store remembers that mail"
                ));
            }
        }
        self.stays.extend(set);
        Ok(())
    }

    async fn mark(&self, link: &mut Link, set: &[u32]) -> Result<Answer, SourceError> {
        let command = format!("UID STORE {} +FLAGS.SILENT ({MARK})", uid_set(set));
        link.run(&command, "marking mail", |_| {}).await
    }
}

/// The UIDs found. None: the server does not want to search like that.
pub(super) async fn search(link: &mut Link, command: &str) -> Result<Option<Vec<u32>>, SourceError> {
    let mut found = Vec::new();
    let collect = |response: &Response<'_>| {
        if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
            found.extend(uids);
        }
    };
    let answer = link.run(command, "a search", collect).await?;
    Ok(answer.is_ok().then_some(found))
}
