//! Bodies in sets, several sets on the way at once; and what to do about a mail
//! that cannot be had.

use std::collections::BTreeMap;

use async_imap::imap_proto::{AttributeValue, RequestId, Response};
use tokio::sync::mpsc::Sender;

use super::link::{Link, tagged};
use super::words::uid_set;
use crate::shell::source::{ErrorKind, Fetched, Listed, SourceError};

/// Measured: waiting for one mail at a time is a thousand times slower on a
/// line with 20 ms of delay, more sets than this gain little.
pub(super) const SET: usize = 100;
const SETS_ON_THE_WAY: usize = 4;

/// Mails that came through no fetch, by UID, with what counts against them. One
/// of them could stop all mail behind it for ever (I-5), so a suspect is
/// fetched alone, and given up when it has failed often enough.
#[derive(Debug, Default)]
pub(super) struct Suspects(BTreeMap<u32, u32>);

impl Suspects {
    const GIVEN_UP: u32 = 12;
    /// Refused, garbled or left out by a server that answers: three times.
    const FAULT: u32 = 4;
    /// A lost connection is more likely the connection's fault: twelve times.
    const LOST: u32 = 1;

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets what is no longer in the mailbox.
    pub fn keep(&mut self, listed: impl Fn(u32) -> bool) {
        self.0.retain(|uid, _| listed(*uid));
    }

    pub fn is_suspect(&self, uid: u32) -> bool {
        self.0.contains_key(&uid)
    }

    pub fn is_given_up(&self, uid: u32) -> bool {
        self.0.get(&uid).is_some_and(|against| *against >= Suspects::GIVEN_UP)
    }

    fn count(&mut self, uid: u32, points: u32) {
        let against = self.0.entry(uid).or_default();
        *against = against.saturating_add(points);
    }
}

/// One go at a number of mails.
pub(super) struct Fetching<'a> {
    pub link: &'a mut Link,
    pub suspects: &'a mut Suspects,
    pub sink: &'a Sender<Fetched>,
    pub size_max: u64,
}

impl Fetching<'_> {
    /// Sets of [`SET`], several on the way.
    pub async fn together(&mut self, wanted: &BTreeMap<u32, Listed>) -> Result<(), SourceError> {
        let uids: Vec<u32> = wanted.keys().copied().collect();
        let sets: Vec<&[u32]> = uids.chunks(SET).collect();
        let mut missing = wanted.clone();
        let mut asked = Vec::new();
        let result = self.run(&sets, &mut asked, &mut missing).await;
        for uid in missing.keys() {
            match &result {
                // Gone by now, or the server hides it: then it is listed again.
                Ok(()) => self.suspects.count(*uid, Suspects::FAULT),
                Err(_) if asked.iter().any(|(_, set)| set.contains(uid)) => self.suspects.count(*uid, 0),
                Err(_) => {}
            }
        }
        result
    }

    /// A suspect by itself, so that it is known what it does.
    pub async fn alone(&mut self, uid: u32, listed: &Listed) -> Result<(), SourceError> {
        let mut missing = BTreeMap::from([(uid, listed.clone())]);
        let result = self.run(&[&[uid]], &mut Vec::new(), &mut missing).await;
        match &result {
            _ if missing.is_empty() => self.suspects.keep(|other| other != uid),
            Err(error) if error.kind == ErrorKind::Transient => self.suspects.count(uid, Suspects::LOST),
            Ok(()) | Err(_) => self.suspects.count(uid, Suspects::FAULT),
        }
        if self.suspects.is_given_up(uid) {
            tracing::error!(uid, "mail {uid} could not be fetched in several tries and is given up");
        }
        result
    }

    /// `asked` is what was sent and not yet answered, `missing` what did not come.
    async fn run<'s>(
        &mut self,
        sets: &[&'s [u32]],
        asked: &mut Vec<(RequestId, &'s [u32])>,
        missing: &mut BTreeMap<u32, Listed>,
    ) -> Result<(), SourceError> {
        let mut to_ask = sets.iter();
        loop {
            while asked.len() < SETS_ON_THE_WAY {
                let Some(set) = to_ask.next() else { break };
                let id = self.link.send(&format!("UID FETCH {} (UID BODY.PEEK[])", uid_set(set))).await?;
                asked.push((id, set));
            }
            if asked.is_empty() {
                return Ok(());
            }
            let look = |response: &Response<'_>| (tagged(response), body(response));
            let (answer, mail) = self.link.read("fetching mail", look).await?;
            if let Some((tag, answer)) = answer {
                let Some(at) = asked.iter().position(|(id, _)| *id == tag) else {
                    return Err(SourceError::protocol("expected the answer to a fetch, found another's"));
                };
                answer.ok("fetching mail")?;
                asked.swap_remove(at);
            }
            if let Some((uid, body)) = mail
                && let Some(listed) = missing.remove(&uid)
            {
                self.hand_on(listed, body).await?;
            }
        }
    }

    async fn hand_on(&mut self, listed: Listed, body: Vec<u8>) -> Result<(), SourceError> {
        // Servers err about RFC822.SIZE; what counts is what came.
        let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let bytes = (size <= self.size_max).then_some(body);
        send(self.sink, Fetched { place: listed.place, received: listed.received, size, bytes }).await
    }
}

/// Waits while the reader is busy; that is no step of the server's.
pub(super) async fn send(sink: &Sender<Fetched>, fetched: Fetched) -> Result<(), SourceError> {
    sink.send(fetched).await.map_err(|_| SourceError::transient("nobody takes the fetched mail any more"))
}

/// UID and body. Without both it is not what we asked for: a change of flags,
/// or a mail that vanished (RFC 2180 4.1 allows NIL for it).
fn body(response: &Response<'_>) -> Option<(u32, Vec<u8>)> {
    let Response::Fetch(_, attributes) = response else { return None };
    let uid = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })?;
    let body = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, index: None, data: Some(data) } => Some(data.to_vec()),
        _ => None,
    })?;
    Some((uid, body))
}
