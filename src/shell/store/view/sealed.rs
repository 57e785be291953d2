//! What lies sealed beside the journal: which secrets records name, and which files
//! of originals and attachments have outlived their time.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::desk::office::Segment;
use crate::desk::ticket::TicketId;
use crate::shell::store::apply::segments;
use crate::shell::store::state::{StateError, Tree, key};
use crate::shell::store::view::View;

impl View<'_> {
    /// Secrets that the journal names; any other file of the vault is an orphan.
    pub fn known_secrets(&self) -> Result<BTreeSet<String>, StateError> {
        let prefix = key(&[b"secret", b""]);
        let entries = self.state.scan(Tree::Index, &prefix, usize::MAX)?;
        let name = |(entry, _): (Vec<u8>, Vec<u8>)| {
            entry.get(prefix.len()..).map(|name| String::from_utf8_lossy(name).into_owned())
        };
        Ok(entries.into_iter().filter_map(name).collect())
    }

    /// Files whose time is over, each with those of its tickets that are open.
    pub(super) fn segments_over(&self, now: Timestamp) -> Result<Vec<(Segment, Vec<TicketId>)>, StateError> {
        let rules = &self.rules.desk.retention;
        let mut found = Vec::new();
        for segment in segments::all(self.state)?.into_iter().filter(|segment| segment.is_over(rules, now)) {
            let mut open = Vec::new();
            for id in segments::tickets(self.state, &segment.segment)? {
                if self.is_open(&id)? {
                    open.push(id);
                }
            }
            found.push((segment, open));
        }
        Ok(found)
    }

    /// A merged ticket goes on as another one.
    fn is_open(&self, id: &TicketId) -> Result<bool, StateError> {
        let ticket = self.ticket(id)?;
        let goes_on = self.continued(ticket.as_ref())?;
        Ok(ticket.iter().chain(&goes_on).any(|ticket| !ticket.status.is_final()))
    }
}
