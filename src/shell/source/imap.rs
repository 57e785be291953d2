//! A mailbox on an IMAP server (RFC 3501, IDLE, MOVE). Mail is named by UID,
//! never by sequence number; any error ends the connection.

mod dial;
mod fetch;
mod guard;
mod link;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use async_imap::imap_proto::{AttributeValue, Capability, MailboxDatum, Response, ResponseCode};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use self::dial::{Route, plain_elsewhere};
use self::fetch::{Fetching, Suspects};
use self::link::Link;
use self::words::{encoded_name, internal_date, is_good_name, mailbox_name, said, uid_set};
use super::{Fetched, Listed, Opened, Source, SourceError, Woken};
use crate::desk::input::Place;
use crate::desk::record::Folder;
use crate::shell::config::{Imap, Security};
use crate::shell::tls;

/// For each step of the dialogue (I-3).
const STEP: Duration = Duration::from_secs(30);
/// Even with IDLE the mailbox is looked at this often (I-3), which also renews
/// IDLE well within the 29 minutes of RFC 2177.
const POLL_EVERY: Duration = Duration::from_secs(300);
/// Without IDLE nothing else tells of new mail.
const POLL_WITHOUT_IDLE: Duration = Duration::from_secs(60);
/// Beside the mail itself: a literal is never much longer than the limit.
const LITERAL_SLACK: u64 = 64 * 1024;
/// Measured: a set of 200 moves in the time of one mail.
const MOVE_SET: usize = 200;
const NAME: &str = "imap";

/// One mailbox of one user on one server.
pub struct ImapSource {
    route: Route,
    size_max: u64,
    /// As in [`Place`]: `user@host/mailbox`.
    mailbox: String,
    validity: u32,
    /// Mail with a smaller UID is not ours.
    floor: u32,
    can_idle: bool,
    suspects: Suspects,
    link: Option<Link>,
}

impl ImapSource {
    /// `size_max` in bytes: what is bigger is never fetched (security 2.2).
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// Settings that can never work: kind `Configuration`.
    pub fn new(settings: Imap, size_max: u64) -> Result<ImapSource, SourceError> {
        let host = settings.host.as_str();
        if settings.security == Security::Plain && !is_this_machine(host) {
            return Err(plain_elsewhere(host));
        }
        for name in [&settings.mailbox, &settings.processed, &settings.quarantine] {
            if !is_good_name(name) {
                return Err(SourceError::configuration(format!(
                    "expected the name of a mailbox, found {name:?}; name one without * and % and line breaks"
                )));
            }
        }
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| SourceError::configuration(format!("expected the name of an IMAP server, found {host:?}")))?;
        let tls = tls::client_config(settings.private_ca.as_deref())
            .map_err(|error| SourceError::configuration(error.to_string()))?;
        let mailbox = format!("{}@{host}/{}", settings.user, settings.mailbox);
        let literal_max = size_max.saturating_add(LITERAL_SLACK);
        let route = Route { settings, tls, name, step: STEP, literal_max };
        let (suspects, link) = (Suspects::default(), None);
        Ok(ImapSource { route, size_max, mailbox, validity: 0, floor: 0, can_idle: false, suspects, link })
    }

    /// Another time limit for each step than 30 seconds.
    #[must_use]
    pub fn with_step_limit(mut self, step: Duration) -> ImapSource {
        self.route.step = step;
        self
    }

    /// Puts a mail into this mailbox, as if it had just come.
    ///
    /// # Errors
    /// As for every other call; what became of the mail is unknown then.
    pub async fn put(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        let mut link = self.take_link().await?;
        link.append(&encoded_name(&self.route.settings.mailbox), bytes).await?;
        self.link = Some(link);
        Ok(())
    }

    /// The link, for one call: it comes back only when all went well.
    async fn take_link(&mut self) -> Result<Link, SourceError> {
        let lost = || SourceError::transient("there is no connection to the mail server; connect first");
        let mut link = self.link.take().ok_or_else(lost)?;
        link.end_idle().await?;
        Ok(link)
    }

    fn place(&self, uid: u32) -> Place {
        let (source, mailbox) = (NAME.to_owned(), self.mailbox.clone());
        Place { source, mailbox, validity: self.validity, item: uid.to_string() }
    }

    /// The UID, if the place is one of the mailbox as it is numbered now. Under
    /// another UIDVALIDITY the same UID is another mail.
    fn uid(&self, place: &Place) -> Option<u32> {
        let here = place.source == NAME && place.mailbox == self.mailbox && place.validity == self.validity;
        here.then(|| place.item.parse().ok()).flatten()
    }

    fn folder(&self, folder: Folder) -> &str {
        match folder {
            Folder::Processed => &self.route.settings.processed,
            Folder::Quarantine => &self.route.settings.quarantine,
        }
    }
}

impl Source for ImapSource {
    async fn connect(&mut self) -> Result<Opened, SourceError> {
        self.link = None;
        let mut link = Link::open(&self.route).await?;
        self.can_idle = check_capabilities(&mut link).await?;
        for folder in [Folder::Processed, Folder::Quarantine] {
            make_folder(&mut link, self.folder(folder)).await?;
        }
        let (validity, next_item) = select(&mut link, &self.route.settings.mailbox).await?;
        if validity != self.validity {
            self.validity = validity;
            self.floor = 0;
            self.suspects.clear();
        }
        link.validity = Some(validity);
        self.link = Some(link);
        Ok(Opened { source: NAME.to_owned(), mailbox: self.mailbox.clone(), validity, next_item })
    }

    fn set_floor(&mut self, below: u32) {
        self.floor = below;
    }

    /// Oldest first means in the order of UIDs: as they came into this mailbox.
    async fn list(&mut self) -> Result<Vec<Listed>, SourceError> {
        let mut link = self.take_link().await?;
        link.news = false;
        let floor = self.floor.max(1);
        let mut seen = BTreeMap::new();
        let command = format!("UID FETCH {floor}:* (UID RFC822.SIZE INTERNALDATE)");
        link.run(&command, "the list of mails", |response| note(response, &mut seen)).await?.ok("the list of mails")?;
        self.link = Some(link);
        // `9:*` gives the last mail even when it is number 5 (RFC 3501 9).
        seen.retain(|uid, _| *uid >= floor);
        self.suspects.keep(|uid| seen.contains_key(&uid));
        Ok(seen.into_iter().filter_map(|(uid, known)| known.listed(uid, self.place(uid))).collect())
    }

    async fn fetch(&mut self, wanted: &[Listed], sink: &Sender<Fetched>) -> Result<(), SourceError> {
        let mut link = self.take_link().await?;
        let mut together = BTreeMap::new();
        let mut alone = Vec::new();
        for listed in wanted {
            let Some(uid) = self.uid(&listed.place) else { continue };
            if listed.size > self.size_max || self.suspects.is_given_up(uid) {
                let Listed { place, received, size } = listed.clone();
                fetch::send(sink, Fetched { place, received, size, bytes: None }).await?;
            } else if self.suspects.is_suspect(uid) {
                alone.push((uid, listed));
            } else {
                together.insert(uid, listed.clone());
            }
        }
        let (suspects, size_max) = (&mut self.suspects, self.size_max);
        let mut fetching = Fetching { link: &mut link, suspects, sink, size_max };
        fetching.together(&together).await?;
        for (uid, listed) in alone {
            fetching.alone(uid, listed).await?;
        }
        self.link = Some(link);
        Ok(())
    }

    async fn settle(&mut self, done: &[(Place, Folder)]) -> Result<(), SourceError> {
        let mut link = self.take_link().await?;
        for folder in [Folder::Processed, Folder::Quarantine] {
            let its = done.iter().filter(|(_, its)| *its == folder);
            let uids: Vec<u32> = its.filter_map(|(place, _)| self.uid(place)).collect();
            for set in uids.chunks(MOVE_SET) {
                move_away(&mut link, set, self.folder(folder)).await?;
            }
        }
        self.link = Some(link);
        Ok(())
    }

    async fn wait(&mut self, at_most: Duration) -> Result<Woken, SourceError> {
        let mut link = self.take_link().await?;
        let deadline = Instant::now() + at_most.min(POLL_EVERY);
        let idles = !link.news && self.can_idle && link.start_idle().await?;
        if !idles && !link.news {
            self.can_idle = false;
            self.link = Some(link);
            tokio::time::sleep(at_most.min(POLL_WITHOUT_IDLE)).await;
            return Ok(Woken::TimeUp);
        }
        // Listening is all that may be dropped: IDLE then simply stays on.
        let listening = self.link.insert(link);
        let listened = if idles { listening.listen(deadline).await } else { Ok(()) };
        let mut link = match listened {
            Ok(()) => self.take_link().await?,
            Err(error) => {
                self.link = None;
                return Err(error);
            }
        };
        let woken = if std::mem::take(&mut link.news) { Woken::News } else { Woken::TimeUp };
        self.link = Some(link);
        Ok(woken)
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// What was said about one mail, perhaps in several answers.
#[derive(Default)]
struct Known {
    received: Option<Timestamp>,
    size: Option<u64>,
}

impl Known {
    fn listed(self, uid: u32, place: Place) -> Option<Listed> {
        match (self.received, self.size) {
            (Some(received), Some(size)) => Some(Listed { place, received, size }),
            // A change of flags by somebody else names a UID, too.
            (None, None) => None,
            _ => {
                tracing::error!(
                    uid,
                    "the mail server tells no usable size and time of mail {uid}: it is left where it is"
                );
                None
            }
        }
    }
}

fn note(response: &Response<'_>, seen: &mut BTreeMap<u32, Known>) {
    let Response::Fetch(_, attributes) = response else { return };
    let uid = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    });
    let Some(uid) = uid else { return };
    let known = seen.entry(uid).or_default();
    for attribute in attributes {
        match attribute {
            AttributeValue::InternalDate(text) => known.received = internal_date(text),
            AttributeValue::Rfc822Size(size) => known.size = Some(u64::from(*size)),
            _ => {}
        }
    }
}

/// Whether there is IDLE; an error when there is no MOVE.
async fn check_capabilities(link: &mut Link) -> Result<bool, SourceError> {
    let mut names = Vec::new();
    let collect = |response: &Response<'_>| {
        let Response::Capabilities(capabilities) = response else { return };
        names.extend(capabilities.iter().filter_map(|capability| match capability {
            Capability::Atom(name) => Some(name.to_ascii_uppercase()),
            Capability::Imap4rev1 | Capability::Auth(_) => None,
        }));
    };
    link.run("CAPABILITY", "the list of capabilities", collect).await?.ok("the list of capabilities")?;
    if names.iter().any(|name| name == "MOVE") {
        return Ok(names.iter().any(|name| name == "IDLE"));
    }
    Err(SourceError::configuration(
        "expected an IMAP server with MOVE (RFC 6851), found one without; handled mail cannot be moved away there",
    ))
}

async fn exists(link: &mut Link, name: &str) -> Result<bool, SourceError> {
    let mut found = false;
    let look = |response: &Response<'_>| found |= matches!(response, Response::MailboxData(MailboxDatum::List(_)));
    let command = format!("LIST \"\" {}", mailbox_name(name));
    link.run(&command, "the list of folders", look).await?.ok("the list of folders")?;
    Ok(found)
}

async fn make_folder(link: &mut Link, name: &str) -> Result<(), SourceError> {
    if exists(link, name).await? {
        return Ok(());
    }
    let answer = link.run(&format!("CREATE {}", mailbox_name(name)), "making a folder", |_| {}).await?;
    // Somebody else may have been quicker.
    if answer.is_ok() || exists(link, name).await? {
        return Ok(());
    }
    let text = format!(
        "the folder {name:?} is missing and cannot be made: {}; make it, or give its full name as the server has it",
        said(&answer.text)
    );
    Err(SourceError::configuration(text))
}

/// UIDVALIDITY and UIDNEXT.
async fn select(link: &mut Link, name: &str) -> Result<(u32, u32), SourceError> {
    let (mut validity, mut next) = (None, None);
    let look = |response: &Response<'_>| {
        let Response::Data { outcome, .. } = response else { return };
        match outcome.code {
            Some(ResponseCode::UidValidity(value)) => validity = Some(value),
            Some(ResponseCode::UidNext(value)) => next = Some(value),
            _ => {}
        }
    };
    let answer = link.run(&format!("SELECT {}", mailbox_name(name)), "opening the mailbox", look).await?;
    let answer = answer.ok(&format!("opening the mailbox {name:?}"))?;
    if answer.read_only {
        return Err(SourceError::configuration(format!(
            "expected to be allowed to move mail out of {name:?}, found it read-only; give this user write access"
        )));
    }
    match (validity, next) {
        (Some(validity), Some(next)) => Ok((validity, next)),
        _ => Err(SourceError::protocol("expected UIDVALIDITY and UIDNEXT when opening the mailbox, found none")),
    }
}

/// RFC 6851: each mail is moved or untouched; unknown UIDs are silently passed over.
async fn move_away(link: &mut Link, set: &[u32], folder: &str) -> Result<(), SourceError> {
    let command = format!("UID MOVE {} {}", uid_set(set), mailbox_name(folder));
    let mut answer = link.run(&command, "moving mail", |_| {}).await?;
    if answer.try_create {
        make_folder(link, folder).await?;
        answer = link.run(&command, "moving mail", |_| {}).await?;
    }
    answer.ok(&format!("moving mail to {folder:?}")).map(|_| ())
}
