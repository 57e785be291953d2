//! A mailbox on an IMAP server (RFC 3501, IDLE, MOVE, UIDPLUS). Mail is named by
//! UID, never by sequence number; any error ends the connection.

mod dial;
mod fetch;
mod guard;
mod leave;
mod link;
mod list;
mod open;
mod replace;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use self::dial::{Route, plain_elsewhere};
use self::fetch::{Fetching, Suspects};
use self::leave::{Leaving, MARK};
use self::link::Link;
use self::replace::{Batch, Replacing};
use self::words::is_good_name;
use super::{Fetched, Listed, Opened, Replaced, Source, SourceError, Woken};
use crate::desk::input::Place;
use crate::desk::record::{Floor, Folder};
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
const NAME: &str = "imap";

/// One mailbox of one user on one server.
pub struct ImapSource {
    route: Route,
    size_max: u64,
    /// As in [`Place`]: `user@host/mailbox`.
    mailbox: String,
    validity: u32,
    /// Where our mail begins.
    floor: Floor,
    can_idle: bool,
    suspects: Suspects,
    leaving: Leaving,
    replacing: Replacing,
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
        let replacing = Replacing::new(settings.replace_secrets);
        let route = Route { settings, tls, name, step: STEP, literal_max };
        Ok(ImapSource {
            route,
            size_max,
            mailbox,
            validity: 0,
            floor: Floor::default(),
            can_idle: false,
            suspects: Suspects::default(),
            leaving: Leaving::default(),
            replacing,
            link: None,
        })
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
        link.append(&self.route.settings.mailbox, None, bytes).await?.ok("the mail")?;
        self.link = Some(link);
        Ok(())
    }

    /// Shows the header of every mail with this field, and removes those, and
    /// only those, for which `is_ours` holds.
    ///
    /// # Errors
    /// As for every other call; or the server can expunge no single mail.
    pub async fn take_marked(
        &mut self,
        field: &str,
        is_ours: &mut (dyn FnMut(&[u8]) -> bool + Send),
    ) -> Result<(), SourceError> {
        let mut link = self.take_link().await?;
        list::take_marked(&mut link, field, is_ours).await?;
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
        let abilities = open::abilities(&mut link).await?;
        self.can_idle = abilities.idle;
        let mut missing = BTreeMap::new();
        for folder in [Folder::Processed, Folder::Quarantine] {
            missing.extend(open::make_folder(&mut link, self.folder(folder)).await?.map(|why| (folder, why)));
        }
        let selected = open::select(&mut link, &self.route.settings.mailbox, MARK).await?;
        if selected.validity != self.validity {
            self.validity = selected.validity;
            self.floor = Floor::default();
            self.suspects.clear();
            self.leaving.forget();
        }
        link.validity = Some(selected.validity);
        self.leaving.opened(&mut link, abilities, selected).await?;
        self.leaving.without(missing);
        self.replacing.opened(abilities, selected);
        self.link = Some(link);
        let (source, mailbox) = (NAME.to_owned(), self.mailbox.clone());
        Ok(Opened { source, mailbox, validity: selected.validity, next_item: selected.next })
    }

    fn set_floor(&mut self, floor: Floor) {
        self.floor = floor;
    }

    fn shortcomings(&self) -> Vec<String> {
        self.leaving.shortcomings().into_iter().chain(self.replacing.shortcomings()).collect()
    }

    /// Oldest first means in the order of UIDs: as they came into this mailbox.
    async fn list(&mut self) -> Result<Vec<Listed>, SourceError> {
        let mut link = self.take_link().await?;
        link.news = false;
        let seen = list::list(&mut link, self.floor, &mut self.leaving).await?;
        self.link = Some(link);
        self.suspects.keep(|uid| seen.contains_key(&uid));
        Ok(seen.into_iter().filter_map(|(uid, known)| known.listed(uid, self.place(uid))).collect())
    }

    async fn headers(
        &mut self,
        wanted: &[Listed],
        see: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<(), SourceError> {
        let mut link = self.take_link().await?;
        let uids: Vec<u32> = wanted.iter().filter_map(|mail| self.uid(&mail.place)).collect();
        list::headers(&mut link, &uids, see).await?;
        self.link = Some(link);
        Ok(())
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
            let name = self.folder(folder).to_owned();
            self.leaving.settle(&mut link, &uids, folder, &name).await?;
        }
        self.link = Some(link);
        Ok(())
    }

    fn replaces(&self) -> bool {
        self.replacing.replaces()
    }

    async fn replace(&mut self, done: Vec<Replaced>) -> Result<Vec<(Place, Folder)>, SourceError> {
        let mut link = self.take_link().await?;
        let mut as_they_came = Vec::new();
        let (processed, quarantine): (Vec<Replaced>, Vec<Replaced>) =
            done.into_iter().partition(|copy| copy.folder == Folder::Processed);
        for (folder, copies) in [(Folder::Processed, processed), (Folder::Quarantine, quarantine)] {
            let mails: Vec<(u32, Replaced)> =
                copies.into_iter().filter_map(|copy| Some((self.uid(&copy.place)?, copy))).collect();
            if mails.is_empty() {
                continue;
            }
            let (inbox, name) = (self.route.settings.mailbox.clone(), self.folder(folder).to_owned());
            let leaving = &mut self.leaving;
            let mut batch = Batch { link: &mut link, leaving, inbox: &inbox, folder, name: &name };
            as_they_came.extend(self.replacing.replace(&mut batch, mails).await?);
        }
        self.link = Some(link);
        Ok(as_they_came)
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
