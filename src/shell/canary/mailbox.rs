//! Canaries that arrived: found in the mailbox or in the folders to which a
//! running desk has moved them, and taken away again.

use crate::desk::canary::{self, Mark};
use crate::desk::limits::Limits;
use crate::shell::config::{Imap, Source};
use crate::shell::source::imap::ImapSource;
use crate::shell::source::{Source as _, SourceError, folder};

/// A canary's mark with the header as it arrived.
pub struct Arrived {
    pub mark: Mark,
    pub header: Vec<u8>,
}

/// Every canary of ours that is there; each is taken away.
///
/// # Errors
/// The mailbox is out of reach, or does not give a mail up.
pub async fn take(source: &Source, limits: &Limits, key: &[u8]) -> Result<Vec<Arrived>, SourceError> {
    let mut arrived = Vec::new();
    let mut is_ours = |header: &[u8]| {
        let Some(mark) = canary::marked(header, limits, key) else { return false };
        arrived.push(Arrived { mark, header: header.to_vec() });
        true
    };
    match source {
        Source::Imap(imap) => {
            for name in [&imap.mailbox, &imap.processed, &imap.quarantine] {
                let here = Imap { mailbox: name.clone(), ..imap.clone() };
                let mut source = ImapSource::new(here, limits.message_bytes_max)?;
                source.connect().await?;
                source.take_marked(canary::FIELD, &mut is_ours).await?;
            }
        }
        Source::Folder(maildir) => folder::take_marked(maildir.path.clone(), canary::FIELD, &mut is_ours).await?,
    }
    Ok(arrived)
}
