//! From a mailbox to decisions: list, fetch, read side by side, commit in the
//! mailbox's order, and only then move what is committed.

mod backlog;
mod fair;
mod leaving;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use tokio::sync::{mpsc, watch};

use crate::desk::input::Place;
use crate::desk::record::{Floor, Folder, Leave, OutcomeWord, What};
use crate::shell::clock;
use crate::shell::config::StartFrom;
use crate::shell::health::Health;
use crate::shell::intake::backlog::Backlog;
use crate::shell::intake::leaving::Done;
use crate::shell::process::{Desk, Prepared, ProcessError, plainly};
use crate::shell::source::backoff::Backoff;
use crate::shell::source::{Fetched, Listed, Opened, Source, SourceError};
use crate::shell::store::View;
use crate::shell::store::inhand::InHand;

/// Mails fetched, decided and moved as one set.
const SET: usize = 400;
/// Mails being read at the same time.
const READING: usize = 8;
/// Polling floor, beside the server's own announcements.
const POLL: Duration = Duration::from_secs(5 * 60);
/// How long intake pauses when nothing can be stored (R4).
const PAUSE: Duration = Duration::from_secs(5);

/// How the mailbox is worked.
pub struct Intake<S> {
    desk: Arc<Desk>,
    source: S,
    start_from: StartFrom,
    in_hand: Arc<Mutex<InHand>>,
    health: Health,
    backlog: Backlog,
    /// Return when the mailbox is empty instead of waiting.
    drain: bool,
}

/// What ended one round.
enum Round {
    Done,
    /// A set of a backlog is done: what came meanwhile gets its turn, too.
    More,
    /// Nothing can be stored now: mail stays in the mailbox.
    Paused,
}

/// Why a round broke off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    Source(#[from] SourceError),
    #[error("{0}")]
    Process(#[from] ProcessError),
}

impl<S: Source> Intake<S> {
    pub fn new(
        desk: Arc<Desk>,
        source: S,
        start_from: StartFrom,
        in_hand: InHand,
        health: Health,
        drain: bool,
    ) -> Intake<S> {
        let (in_hand, backlog) = (Arc::new(Mutex::new(in_hand)), Backlog::default());
        Intake { desk, source, start_from, in_hand, health, backlog, drain }
    }

    /// Works until told to stop; an error means that the process must end.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
        let mut backoff = Backoff::default();
        while !*stop.borrow() {
            let pause = match self.connected(&mut stop, &mut backoff).await {
                Ok(()) => return Ok(()),
                Err(Broken::Process(error @ ProcessError::Unknown(_))) => return Err(error),
                Err(Broken::Process(error)) if self.drain => return Err(error),
                Err(Broken::Process(ProcessError::NotNow(text))) => {
                    self.health.trouble(&text);
                    PAUSE
                }
                Err(Broken::Source(error)) => {
                    self.health.trouble(&error.text);
                    tracing::warn!(error = %error, "the mailbox is out of reach; trying again");
                    backoff.after(error.kind, clock::chance())
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    /// One connection, until it breaks, the work is done, or we are told to stop.
    async fn connected(&mut self, stop: &mut watch::Receiver<bool>, backoff: &mut Backoff) -> Result<(), Broken> {
        let opened = self.source.connect().await?;
        self.health.connected();
        self.health.shortcomings(self.source.shortcomings());
        let floor = self.floor(&opened).await?;
        self.source.set_floor(floor);
        self.backlog = Backlog::default();
        loop {
            let round = self.round(floor).await?;
            if *stop.borrow() || (self.drain && matches!(round, Round::Done)) {
                return Ok(());
            }
            if matches!(round, Round::More) {
                continue;
            }
            if matches!(round, Round::Paused) {
                if self.drain {
                    let why = self.health.state().source_trouble.unwrap_or_default();
                    return Err(ProcessError::NotNow(why).into());
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            tokio::select! {
                woken = self.source.wait(POLL) => drop(woken?),
                _ = stop.changed() => return Ok(()),
            }
            backoff.steady();
        }
    }

    /// Where our mail begins: told at the first start, then remembered. Old
    /// mail is never answered by accident (I-12), not even when the server
    /// numbers it anew (I-1): then its time tells.
    async fn floor(&mut self, opened: &Opened) -> Result<Floor, Broken> {
        let Opened { source, mailbox, validity, next_item } = opened.clone();
        let (name, folder) = (source.clone(), mailbox.clone());
        let read =
            move |view: &View<'_>| Ok((view.floor(&name, &folder, validity)?, view.first_start(&name, &folder)?));
        let (known, first_start) = self.desk.store.read(read).await.map_err(gone)?;
        if let Some(floor) = known {
            return Ok(floor);
        }
        if first_start.is_some() {
            tracing::warn!(validity, "the mail server has numbered the mailbox anew; known mail is told by its bytes");
        }
        let floor = match (first_start, self.start_from) {
            (Some(Some(since)), _) => Floor { below: next_item, since: Some(since) },
            (Some(None), _) | (None, StartFrom::All) => Floor::default(),
            (None, StartFrom::Now) if next_item > 0 => Floor { below: next_item, since: None },
            // A folder counts by time: what lay there before the first start.
            (None, StartFrom::Now) => {
                let below = u32::try_from(self.desk.clock.now().as_second()).unwrap_or(u32::MAX);
                Floor { below, since: None }
            }
        };
        plainly(&self.desk, vec![What::Floor { source, mailbox, validity, floor }]).await?;
        Ok(floor)
    }

    async fn round(&mut self, floor: Floor) -> Result<Round, Broken> {
        let listed: Vec<Listed> =
            self.source.list().await?.into_iter().filter(|listed| is_ours(listed, floor)).collect();
        let places: Vec<Place> = listed.iter().map(|listed| listed.place.clone()).collect();
        let leave = self
            .desk
            .store
            .read(move |view| places.iter().map(|place| view.place_done(place)).collect::<Result<Vec<_>, _>>())
            .await
            .map_err(gone)?;
        // Committed before, but not moved: a crash or a lost connection in between.
        let done: Vec<Done> = listed
            .iter()
            .zip(&leave)
            .filter_map(|(listed, leave)| {
                Some(Done { place: listed.place.clone(), leave: (*leave)?, may_be_there: true })
            })
            .collect();
        self.settle(done, &listed).await?;
        let new: Vec<Listed> =
            listed.into_iter().zip(leave).filter(|(_, leave)| leave.is_none()).map(|(listed, _)| listed).collect();
        // What was in hand when the process died is read alone, first.
        let (suspects, others): (Vec<Listed>, Vec<Listed>) =
            new.into_iter().partition(|listed| attempts(&self.in_hand, &listed.place) > 0);
        for suspect in suspects {
            if matches!(self.set(&[suspect]).await?, Round::Paused) {
                return Ok(Round::Paused);
            }
        }
        self.next_set(others).await
    }

    /// What fits into one set is taken as it lies; of more, the next set is
    /// chosen fairly, and the mailbox is listed again after it (TE3).
    async fn next_set(&mut self, waiting: Vec<Listed>) -> Result<Round, Broken> {
        let untried = self.backlog.untried(waiting);
        if untried.len() <= SET {
            let round = self.set(&untried).await?;
            self.backlog.forget_tries();
            return Ok(round);
        }
        self.backlog.look(&mut self.source, &self.desk.rules, &untried).await?;
        let addresses = self.backlog.addresses();
        let on_file = move |view: &View<'_>| {
            let mut known = BTreeSet::new();
            for address in addresses {
                if view.is_on_file(&address)? {
                    known.insert(address);
                }
            }
            Ok(known)
        };
        let on_file = self.desk.store.read(on_file).await.map_err(gone)?;
        let set = self.backlog.next(&untried, &on_file, SET);
        let round = self.set(&set).await?;
        self.backlog.tried(&set);
        Ok(match round {
            Round::Done => Round::More,
            other => other,
        })
    }

    /// Fetches and decides one set, then moves what was committed of it.
    async fn set(&mut self, set: &[Listed]) -> Result<Round, Broken> {
        let (sink, fetched) = mpsc::channel(READING);
        let fetch = async {
            let result = self.source.fetch(set, &sink).await;
            drop(sink);
            result
        };
        let (fetch, decided) = tokio::join!(fetch, decide_all(&self.desk, &self.in_hand, fetched));
        let Decided { done, stopped } = decided;
        self.health.handled(done.len());
        let round = match stopped {
            Some(ProcessError::NotNow(text)) => {
                self.health.trouble(&text);
                tracing::warn!(reason = %text, "intake pauses; mail stays in the mailbox");
                Round::Paused
            }
            Some(error) => return Err(error.into()),
            None => Round::Done,
        };
        let settled = if fetch.is_ok() { self.settle(done, set).await } else { Ok(()) };
        fetch?;
        settled?;
        Ok(round)
    }
}

fn gone(error: impl std::fmt::Display) -> Broken {
    Broken::Process(ProcessError::Unknown(error.to_string()))
}

/// Mail from before the first start is left alone where the operator said so.
fn is_ours(listed: &Listed, floor: Floor) -> bool {
    let number = match listed.place.source.as_str() {
        "imap" => listed.place.item.parse::<i64>().unwrap_or(i64::MAX),
        _ => listed.received.as_second(),
    };
    floor.is_under(number, listed.received)
}

struct Decided {
    done: Vec<Done>,
    /// The first input that could not be handled; later ones were not tried.
    stopped: Option<ProcessError>,
}

/// Reads several at a time and commits in the order of arrival.
async fn decide_all(desk: &Arc<Desk>, in_hand: &Arc<Mutex<InHand>>, fetched: mpsc::Receiver<Fetched>) -> Decided {
    let mails = futures_util::stream::unfold(fetched, |mut fetched| async move {
        let mail = fetched.recv().await?;
        Some((mail, fetched))
    });
    let prepared = mails.map(|mail| prepare(desk, in_hand, mail)).buffered(READING);
    let mut prepared = std::pin::pin!(prepared);
    let mut commits = FuturesOrdered::new();
    let mut decided = Decided { done: Vec::new(), stopped: None };
    loop {
        tokio::select! {
            biased;
            next = prepared.next(), if decided.stopped.is_none() => match next {
                Some((place, Ok(prepared))) => {
                    let commit = desk.happened(prepared);
                    commits.push_back(async move { (place, commit.await) });
                }
                Some((_, Err(error))) => decided.stopped = Some(error),
                None => break,
            },
            Some(result) = commits.next() => collect(result, &mut decided),
            else => break,
        }
    }
    while let Some(result) = commits.next().await {
        collect(result, &mut decided);
    }
    decided
}

fn collect((place, result): (Place, Result<crate::shell::store::Receipt, ProcessError>), decided: &mut Decided) {
    match result {
        Ok(receipt) => {
            let folder = if receipt.quarantined { Folder::Quarantine } else { Folder::Processed };
            let leave = Leave { folder, redacted: receipt.redacted };
            // What is decided a second time may have been replaced in part before.
            let may_be_there = receipt.outcome == OutcomeWord::Duplicate;
            decided.done.push(Done { place, leave, may_be_there })
        }
        Err(error) => decided.stopped = decided.stopped.take().or(Some(error)),
    }
}

/// Reads one mail on a thread of its own.
async fn prepare(
    desk: &Arc<Desk>,
    in_hand: &Arc<Mutex<InHand>>,
    mail: Fetched,
) -> (Place, Result<Prepared, ProcessError>) {
    let place = mail.place.clone();
    let (desk, in_hand) = (Arc::clone(desk), Arc::clone(in_hand));
    let read = tokio::task::spawn_blocking(move || desk.prepare(mail, &in_hand)).await;
    let result = read.unwrap_or_else(|error| Err(ProcessError::NotNow(format!("reading broke off: {error}"))));
    (place, result)
}

fn held(in_hand: &Mutex<InHand>) -> MutexGuard<'_, InHand> {
    in_hand.lock().unwrap_or_else(PoisonError::into_inner)
}

fn attempts(in_hand: &Mutex<InHand>, place: &Place) -> u32 {
    held(in_hand).attempts(place)
}
