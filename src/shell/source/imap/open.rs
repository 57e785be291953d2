//! What the server can do, and what may be done in the mailbox: asked at each
//! connection, since both may have changed.

use async_imap::imap_proto::{Capability, MailboxDatum, Response, ResponseCode};

use super::link::Link;
use super::words::{mailbox_name, said};
use crate::shell::source::SourceError;

/// What the server says it can do, as far as we care.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// RFC 2177.
    pub idle: bool,
    /// RFC 6851.
    pub moves: bool,
    /// UIDPLUS (RFC 4315): some mails can be expunged and not the others.
    pub uid_plus: bool,
}

pub(super) async fn abilities(link: &mut Link) -> Result<Abilities, SourceError> {
    let mut found = Abilities::default();
    let collect = |response: &Response<'_>| {
        let Response::Capabilities(capabilities) = response else { return };
        for capability in capabilities {
            let Capability::Atom(name) = capability else { continue };
            match name.to_ascii_uppercase().as_str() {
                "IDLE" => found.idle = true,
                "MOVE" => found.moves = true,
                "UIDPLUS" => found.uid_plus = true,
                _ => {}
            }
        }
    };
    link.run("CAPABILITY", "the list of capabilities", collect).await?.ok("the list of capabilities")?;
    Ok(found)
}

/// The selected mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Selected {
    pub validity: u32,
    pub next: u32,
    pub read_only: bool,
    /// `\Deleted` can be set for good.
    pub deletes: bool,
    /// Keywords of our own can be set for good.
    pub keywords: bool,
}

/// SELECT never expunges anything, in contrast to CLOSE (RFC 3501 6.4.2), which
/// is never said here: the mail that somebody else has flagged is his.
pub(super) async fn select(link: &mut Link, name: &str, keyword: &str) -> Result<Selected, SourceError> {
    let (mut validity, mut next, mut read_only) = (None, None, false);
    // RFC 3501 7.1: without PERMANENTFLAGS all flags can be set for good.
    let (mut deletes, mut keywords) = (true, true);
    let look = |response: &Response<'_>| {
        let Response::Data { outcome, .. } = response else { return };
        match &outcome.code {
            Some(ResponseCode::UidValidity(value)) => validity = Some(*value),
            Some(ResponseCode::UidNext(value)) => next = Some(*value),
            Some(ResponseCode::ReadOnly) => read_only = true,
            Some(ResponseCode::PermanentFlags(flags)) => {
                let has = |name: &str| flags.iter().any(|flag| flag.eq_ignore_ascii_case(name));
                deletes = has("\\Deleted");
                keywords = has("\\*") || has(keyword);
            }
            _ => {}
        }
    };
    let answer = link.run(&format!("SELECT {}", mailbox_name(name)), "opening the mailbox", look).await?;
    let answer = answer.ok(&format!("opening the mailbox {name:?}"))?;
    read_only |= answer.read_only;
    match (validity, next) {
        (Some(validity), Some(next)) => Ok(Selected { validity, next, read_only, deletes, keywords }),
        _ => Err(SourceError::protocol("expected UIDVALIDITY and UIDNEXT when opening the mailbox, found none")),
    }
}

async fn exists(link: &mut Link, name: &str) -> Result<bool, SourceError> {
    let mut found = false;
    let look = |response: &Response<'_>| found |= matches!(response, Response::MailboxData(MailboxDatum::List(_)));
    let command = format!("LIST \"\" {}", mailbox_name(name));
    link.run(&command, "the list of folders", look).await?.ok("the list of folders")?;
    Ok(found)
}

/// Makes the folder when it is missing. Gives why that could not be done.
pub(super) async fn make_folder(link: &mut Link, name: &str) -> Result<Option<String>, SourceError> {
    if exists(link, name).await? {
        return Ok(None);
    }
    let answer = link.run(&format!("CREATE {}", mailbox_name(name)), "making a folder", |_| {}).await?;
    // Somebody else may have been quicker.
    if answer.is_ok() || exists(link, name).await? {
        return Ok(None);
    }
    let why = said(&answer.text);
    Ok(Some(format!(
        "the folder {name:?} is missing and cannot be made: {why}; make it, or give its full name as the server has it"
    )))
}
