//! What lies in the mailbox, without bodies: by ranges of UIDs, and by a search
//! where that leaves out what was there before or was handled.

use std::collections::BTreeMap;

use async_imap::imap_proto::{AttributeValue, Response};
use jiff::{SignedDuration, Timestamp};

use super::leave::{Leaving, MARK, search};
use super::link::Link;
use super::words::{internal_date, search_date, uid_sets};
use crate::desk::input::Place;
use crate::desk::record::Floor;
use crate::shell::source::{HEADER_LOOK, Listed, SourceError};

/// Bytes of UIDs in one command: servers take 8,000 at least (RFC 7162 4).
const SET_BYTES_MAX: usize = 4000;
/// SEARCH compares dates in the server's own zone (RFC 3501 6.4.4), which can be
/// a day off; the caller looks at the exact time.
const ZONES: SignedDuration = SignedDuration::from_hours(24);

/// Size and time of every mail of ours, by UID, but for those that stay.
pub(super) async fn list(
    link: &mut Link,
    floor: Floor,
    leaving: &mut Leaving,
) -> Result<BTreeMap<u32, Known>, SourceError> {
    let from = match floor.since {
        None => leaving.cursor().max(floor.below).max(1),
        Some(_) => leaving.cursor().max(1),
    };
    let found = match criteria(floor, leaving.marks()) {
        Some(criteria) => search(link, &format!("UID SEARCH UID {from}:*{criteria}")).await?,
        None => None,
    };
    let sets = match found {
        Some(uids) => uid_sets(&uids, SET_BYTES_MAX),
        None => vec![format!("{from}:*")],
    };
    let mut seen = BTreeMap::new();
    for set in sets {
        let command = format!("UID FETCH {set} (UID RFC822.SIZE INTERNALDATE)");
        link.run(&command, "the list of mails", |response| note(response, &mut seen)).await?.ok("the list of mails")?;
    }
    // `9:*` gives the last mail even when it is number 5 (RFC 3501 9).
    seen.retain(|uid, _| *uid >= from);
    leaving.leave_out(&mut seen);
    Ok(seen)
}

/// Shows the beginning of each header. BODY.PEEK sets no flag; `<0.N>` asks for
/// the first bytes only (RFC 3501 6.4.5).
pub(super) async fn headers(
    link: &mut Link,
    uids: &[u32],
    see: &mut (dyn FnMut(&str, &[u8]) + Send),
) -> Result<(), SourceError> {
    for set in uid_sets(uids, SET_BYTES_MAX) {
        let command = format!("UID FETCH {set} (UID BODY.PEEK[HEADER]<0.{HEADER_LOOK}>)");
        let show = |response: &Response<'_>| {
            if let Some((uid, header)) = header(response) {
                see(&uid.to_string(), header);
            }
        };
        link.run(&command, "a first look at mails", show).await?.ok("a first look at mails")?;
    }
    Ok(())
}

/// `field` is a name of our own; nothing from a mail comes into a command (TF3).
pub(super) async fn take_marked(
    link: &mut Link,
    field: &str,
    is_ours: &mut (dyn FnMut(&[u8]) -> bool + Send),
) -> Result<(), SourceError> {
    let found = search(link, &format!("UID SEARCH UNDELETED HEADER {field} \"\"")).await?.unwrap_or_default();
    let mut ours: Vec<u32> = Vec::new();
    let see = &mut |uid: &str, header: &[u8]| {
        if is_ours(header) {
            ours.extend(uid.parse::<u32>());
        }
    };
    headers(link, &found, see).await?;
    for set in uid_sets(&ours, SET_BYTES_MAX) {
        let what = "removing a mail of our own";
        link.run(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"), what, |_| {}).await?.ok(what)?;
        link.run(&format!("UID EXPUNGE {set}"), what, |_| {}).await?.ok(what)?;
    }
    Ok(())
}

fn header<'r>(response: &'r Response<'_>) -> Option<(u32, &'r [u8])> {
    let Response::Fetch(_, attributes) = response else { return None };
    let uid = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })?;
    let header = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { data: Some(data), .. } => Some(data.as_ref()),
        _ => None,
    })?;
    Some((uid, header))
}

/// What narrows a list down; None: every UID from the first on is wanted.
fn criteria(floor: Floor, marks: bool) -> Option<String> {
    let since = floor.since.map(|since| {
        let day = since.checked_sub(ZONES).unwrap_or(Timestamp::MIN);
        format!(" OR UID {}:* SINCE {}", floor.below.max(1), search_date(day))
    });
    let unmarked = marks.then(|| format!(" UNKEYWORD {MARK}"));
    (since.is_some() || marks).then(|| since.into_iter().chain(unmarked).collect())
}

/// What was said about one mail, perhaps in several answers.
#[derive(Default)]
pub(super) struct Known {
    received: Option<Timestamp>,
    size: Option<u64>,
}

impl Known {
    pub fn listed(self, uid: u32, place: Place) -> Option<Listed> {
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
