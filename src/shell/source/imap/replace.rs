//! A redacted copy takes the place of a mail (TD5): APPEND first, then `\Deleted`
//! and UID EXPUNGE of exactly that mail. Never a plain EXPUNGE, never a second
//! copy, and what the server refuses stops no other mail.

use std::collections::{BTreeMap, BTreeSet};

use super::leave::{Leaving, MARK, search};
use super::link::{Answer, Link};
use super::open::{self, Abilities, Selected, make_folder};
use super::words::{mailbox_name, said, uid_set};
use crate::desk::input::Place;
use crate::desk::letter::mime::copy;
use crate::desk::record::Folder;
use crate::shell::source::{Replaced, SourceError};
use crate::shell::steps::{self, Step};

/// Whether copies can take the place of mails, and what was refused last.
#[derive(Debug, Default)]
pub(super) struct Replacing {
    /// The operator wants it.
    wanted: bool,
    lasting: Option<&'static str>,
    refused: BTreeMap<Folder, String>,
}

/// One go at the mails of one folder.
pub(super) struct Batch<'a> {
    pub link: &'a mut Link,
    pub leaving: &'a mut Leaving,
    pub inbox: &'a str,
    pub folder: Folder,
    /// Its name on the server.
    pub name: &'a str,
}

impl Replacing {
    pub fn new(wanted: bool) -> Replacing {
        Replacing { wanted, ..Replacing::default() }
    }

    /// To be called after each connection.
    pub fn opened(&mut self, abilities: Abilities, selected: Selected) {
        self.lasting = match (self.wanted, abilities.uid_plus) {
            (false, _) => None,
            (true, _) if selected.read_only || !selected.deletes => Some(
                "the inbox does not let the desk delete mail: mail with a password stays as it came, where everybody \
                 with access to the mailbox can read it; give the user the right to delete and expunge",
            ),
            (true, false) => Some(
                "the mail server cannot expunge single mails (UIDPLUS): mail with a password stays in the mailbox as \
                 it came; turn UIDPLUS on, or remove such mails from the folders for handled mail by hand",
            ),
            (true, true) => None,
        };
    }

    pub fn replaces(&self) -> bool {
        self.wanted && self.lasting.is_none()
    }

    /// What the operator should know, a sentence each.
    pub fn shortcomings(&self) -> impl Iterator<Item = String> {
        self.lasting.map(str::to_owned).into_iter().chain(self.refused.values().cloned())
    }

    /// Gives back the mails that have to be moved as they came.
    pub async fn replace(
        &mut self,
        batch: &mut Batch<'_>,
        mails: Vec<(u32, Replaced)>,
    ) -> Result<Vec<(Place, Folder)>, SourceError> {
        let marks: Vec<&str> =
            mails.iter().filter(|(_, copy)| copy.may_be_there).map(|(_, copy)| copy.mark.as_str()).collect();
        let there = if marks.is_empty() { Some(BTreeSet::new()) } else { batch.find(&marks).await? };
        let (mut copied, mut as_they_came) = (Vec::new(), Vec::new());
        for (uid, copy) in mails {
            let is_there = there.as_ref().map(|there| there.contains(&copy.mark));
            let refused = match is_there {
                Some(true) => None,
                Some(false) => batch.append(&copy).await?,
                None => Some("it does not search by header fields, so a copy could be made twice".to_owned()),
            };
            match refused {
                None => copied.push(uid),
                Some(why) => {
                    self.refused.insert(batch.folder, refusal(batch.name, &why));
                    as_they_came.push((copy.place, copy.folder));
                }
            }
        }
        if copied.is_empty() {
            return Ok(as_they_came);
        }
        match batch.remove(&copied).await? {
            None if as_they_came.is_empty() => drop(self.refused.remove(&batch.folder)),
            None => {}
            Some(why) => {
                self.refused.insert(
                    batch.folder,
                    format!(
                        "the mail server refuses to take mail with a password out of the inbox ({why}): its redacted \
                         copy is in {:?}, and the original stays; remove it by hand, or give the user the right to \
                         delete and expunge",
                        batch.name
                    ),
                );
                batch.leaving.hold_back(batch.link, &copied).await?;
            }
        }
        Ok(as_they_came)
    }
}

fn refusal(name: &str, why: &str) -> String {
    format!(
        "the mail server takes no redacted copy into {name:?} ({why}): mail with a password is moved there as it came; \
         see that the server takes copies, and remove such mails by hand"
    )
}

impl Batch<'_> {
    /// Which of these marks the folder has; `None`: the server does not tell. The
    /// inbox is left for it and opened again, without CLOSE.
    async fn find(&mut self, marks: &[&str]) -> Result<Option<BTreeSet<String>>, SourceError> {
        let validity = self.link.validity.take();
        let examine = format!("EXAMINE {}", mailbox_name(self.name));
        let opened = self.link.run(&examine, "looking into a folder", |_| {}).await?;
        let (mut found, mut tells) = (BTreeSet::new(), true);
        // A folder that cannot be opened may be missing: APPEND will tell.
        for mark in marks.iter().filter(|_| opened.is_ok()) {
            let command = format!("UID SEARCH UNDELETED HEADER {} \"{mark}\"", copy::FIELD);
            match search(self.link, &command).await? {
                Some(uids) if uids.is_empty() => {}
                Some(_) => found.extend([(*mark).to_owned()]),
                None => {
                    tells = false;
                    break;
                }
            }
        }
        let selected = open::select(self.link, self.inbox, MARK).await?;
        if validity.is_some_and(|before| before != selected.validity) {
            return Err(SourceError::transient("the server has renumbered the mailbox"));
        }
        self.link.validity = validity;
        Ok(tells.then_some(found))
    }

    /// Gives why it was refused; a server that is only busy is asked again later.
    async fn append(&mut self, copy: &Replaced) -> Result<Option<String>, SourceError> {
        let mut answer = self.link.append(self.name, Some(copy.received), &copy.bytes).await?;
        if answer.try_create && make_folder(self.link, self.name).await?.is_none() {
            answer = self.link.append(self.name, Some(copy.received), &copy.bytes).await?;
        }
        let refused = refused(answer, "putting a copy into a folder")?;
        if refused.is_none() {
            steps::reached(Step::CopyPut);
        }
        Ok(refused)
    }

    async fn remove(&mut self, uids: &[u32]) -> Result<Option<String>, SourceError> {
        let set = uid_set(uids);
        let store = format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)");
        let answer = self.link.run(&store, "flagging mail", |_| {}).await?;
        if let Some(why) = refused(answer, "flagging mail")? {
            return Ok(Some(why));
        }
        steps::reached(Step::OriginalFlagged);
        let answer = self.link.run(&format!("UID EXPUNGE {set}"), "expunging mail", |_| {}).await?;
        refused(answer, "expunging mail")
    }
}

/// Why it was refused; an error where it may only be the wrong moment. A full
/// mailbox stays full for long, and must not keep the mail behind it waiting.
fn refused(answer: Answer, what: &str) -> Result<Option<String>, SourceError> {
    if answer.is_ok() {
        return Ok(None);
    }
    let text = said(&answer.text);
    if text.to_ascii_uppercase().contains("OVERQUOTA") {
        return Ok(Some(text));
    }
    match answer.ok(what) {
        Err(error) if error.is_transient() => Err(error),
        _ => Ok(Some(text)),
    }
}
