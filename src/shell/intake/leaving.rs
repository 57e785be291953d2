//! Handled mail leaves the mailbox: moved in sets, or replaced by a redacted copy
//! where it carried a secret or may have carried one (TD5).

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Broken, Intake, READING};
use crate::desk::input::Place;
use crate::desk::record::{Folder, Leave};
use crate::shell::source::{Fetched, Listed, Replaced, Source};
use crate::shell::steps::{self, Step};

/// Copies held in memory at the same time.
const COPIES: usize = 50;

/// A mail that was handled, and how it leaves.
pub(super) struct Done {
    pub place: Place,
    pub leave: Leave,
    /// An earlier try may have put its copy into the folder.
    pub may_be_there: bool,
}

impl<S: Source> Intake<S> {
    /// Takes away what is done; `listed` has at least these mails.
    pub(super) async fn settle(&mut self, done: Vec<Done>, listed: &[Listed]) -> Result<(), Broken> {
        if done.is_empty() {
            return Ok(());
        }
        let replaces = self.source.replaces();
        let (redacted, moved): (Vec<Done>, Vec<Done>) =
            done.into_iter().partition(|done| done.leave.redacted && replaces);
        let moved = moved.into_iter().map(|done| (done.place, done.leave.folder)).collect();
        self.move_away(moved).await?;
        for some in redacted.chunks(COPIES) {
            self.replace(some, listed).await?;
        }
        steps::reached(Step::MovedOnServer);
        Ok(())
    }

    async fn move_away(&mut self, done: Vec<(Place, Folder)>) -> Result<(), Broken> {
        let settled = if done.is_empty() { Ok(()) } else { self.source.settle(&done).await };
        self.health.shortcomings(self.source.shortcomings());
        Ok(settled?)
    }

    /// The copy is made from the mail in the mailbox each time, so that it does not
    /// matter who decided about the mail, and when.
    async fn replace(&mut self, done: &[Done], listed: &[Listed]) -> Result<(), Broken> {
        let places: BTreeMap<&Place, &Done> = done.iter().map(|done| (&done.place, done)).collect();
        let wanted: Vec<Listed> = listed.iter().filter(|mail| places.contains_key(&mail.place)).cloned().collect();
        let (sink, mut fetched) = mpsc::channel::<Fetched>(READING);
        let fetch = async {
            let result = self.source.fetch(&wanted, &sink).await;
            drop(sink);
            result
        };
        let desk = Arc::clone(&self.desk);
        let make = async {
            let (mut copies, mut as_they_are) = (Vec::<Replaced>::new(), Vec::new());
            while let Some(mail) = fetched.recv().await {
                let Some(Done { leave, may_be_there, .. }) = places.get(&mail.place) else { continue };
                let (place, folder, may_be_there) = (mail.place.clone(), leave.folder, *may_be_there);
                let desk = Arc::clone(&desk);
                let made = tokio::task::spawn_blocking(move || desk.redacted(&mail, folder, may_be_there)).await;
                match made.ok().flatten() {
                    Some(copy) => copies.push(copy),
                    None => as_they_are.push((place, folder)),
                }
            }
            (copies, as_they_are)
        };
        let (fetch, (copies, mut as_they_are)) = tokio::join!(fetch, make);
        fetch?;
        as_they_are.extend(self.source.replace(copies).await?);
        self.move_away(as_they_are).await
    }
}
