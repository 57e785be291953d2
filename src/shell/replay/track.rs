//! One desk of a replay: rules, a store in a folder that is thrown away, and a
//! clock that the mails move. It takes the same way as a desk that runs, from
//! reading to the commit; letters are taken to have arrived at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::desk::access::Actor;
use crate::desk::decide::{Decision, decide};
use crate::desk::input::{Input, Place, Unreadable, understand, understand_copy};
use crate::desk::known::Ask;
use crate::desk::letter::compose::Composer;
use crate::desk::office::{AddedHoliday, OfficeEvent};
use crate::desk::record::{Cause, Decided, OutcomeWord, What, Why};
use crate::desk::rules::Rules;
use crate::desk::seal::prints::Prints;
use crate::desk::ticket::{Event, Status};
use crate::shell::process::decided;
use crate::shell::replay::{Knowing, ReplayError, Under};
use crate::shell::store::pack::hex;
use crate::shell::store::{Body, CommitError, Commitment, Receipt, Store};

/// Timers taken up at once.
const AT_ONCE: usize = 100;

pub struct Track {
    store: Store,
    rules: Arc<Rules>,
    composer: Arc<Composer>,
    /// Of the mail or timer that was decided last; time never goes back.
    now: Timestamp,
    summary: Summary,
    /// Days without work that the desk will be told of, the next one last.
    holidays: Vec<AddedHoliday>,
    /// Removed with everything in it when the track ends.
    _folder: TempDir,
}

/// What came of a whole mailbox, counted.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Summary {
    /// As the person named them, and their version.
    pub rules: String,
    pub version: String,
    /// Outcomes of mails.
    pub outcomes: BTreeMap<String, usize>,
    /// Letters by template, those that timers wrote too.
    pub letters: BTreeMap<String, usize>,
    pub denials: BTreeMap<String, usize>,
    /// Reasons of mails that were kept in quarantine.
    pub quarantine: BTreeMap<String, usize>,
    /// Timers that fired between the mails and still applied.
    pub timers: BTreeMap<String, usize>,
    /// Tickets at the end, by state.
    pub tickets: BTreeMap<String, usize>,
}

/// What came of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Came {
    pub outcome: String,
    pub ticket: Option<String>,
    /// `M-05 dana@acme.example`.
    pub letters: Vec<String>,
    pub denials: Vec<String>,
    pub quarantine: Option<String>,
    pub why: Vec<Why>,
}

impl Came {
    /// The same outcome, letters, denials and reason to be kept. Ticket numbers
    /// and reasons may differ.
    pub fn is_like(&self, other: &Came) -> bool {
        let parts = |came: &Came| {
            let Came { outcome, letters, denials, quarantine, .. } = came.clone();
            (outcome, letters, denials, quarantine)
        };
        parts(self) == parts(other)
    }
}

impl Track {
    /// An empty desk just before `begin`, with its register.
    pub async fn new(under: &Under, knowing: &Knowing, begin: Timestamp) -> Result<Track, ReplayError> {
        let Under { name, rules } = under;
        let fail = |error: &dyn std::fmt::Display| ReplayError(format!("the throw-away store: {error}"));
        let folder = tempfile::tempdir().map_err(|error| fail(&error))?;
        let opened = tokio::task::block_in_place(|| Store::open(folder.path(), Arc::clone(rules), &mut |_| {}));
        let (store, _) = opened.map_err(|error| fail(&error))?;
        let composer = Composer::new(rules, knowing.message_key.clone()).map_err(|error| fail(&error))?;
        let now = begin.checked_sub(SignedDuration::from_secs(1)).unwrap_or(begin);
        let summary = Summary { rules: name.clone(), version: rules.version.clone(), ..Summary::default() };
        let imported = What::Imported { register: knowing.register.clone(), by: "replay".to_owned() };
        let commitment = Commitment { at: now, body: Body::Plain(vec![imported]) };
        store.commit(move |_| Ok(commitment)).await.map_err(|error| fail(&error))?;
        let (rules, composer) = (Arc::clone(rules), Arc::new(composer));
        let holidays = knowing.holidays.iter().rev().cloned().collect();
        Ok(Track { store, rules, composer, now, summary, holidays, _folder: folder })
    }

    pub fn message_bytes_max(&self) -> u64 {
        self.rules.limits.message_bytes_max
    }

    /// Fires what is due before the mail, then decides it. `bytes` is `None`
    /// for a mail over the limit.
    pub async fn decide(
        &mut self,
        number: usize,
        received: Timestamp,
        bytes: Option<Vec<u8>>,
    ) -> Result<Came, ReplayError> {
        while let Some(told) = self.holidays.pop_if(|told| told.at <= received) {
            self.fire_until(told.at).await?;
            self.now = self.now.max(told.at);
            self.tell(told).await?;
        }
        self.fire_until(received).await?;
        self.now = self.now.max(received);
        let (input, files) = self.input(number, received, bytes).await;
        let unreadable =
            Input::Unreadable { place: place(number), received, reason: Unreadable::NotDecided, original_sha256: None };
        let (decision, receipt) = match self.happened(input, files).await {
            // As in the desk: our rules or we are at fault, and the next mail goes on.
            Err(CommitError::Refused(_)) => self.happened(unreadable, Vec::new()).await.map_err(stopped)?,
            done => done.map_err(stopped)?,
        };
        let came = came(&decision);
        count(&mut self.summary.outcomes, &came.outcome);
        came.denials.iter().for_each(|denial| count(&mut self.summary.denials, denial));
        came.quarantine.iter().for_each(|reason| count(&mut self.summary.quarantine, reason));
        self.letters(&decision);
        self.deliver(receipt.letters).await?;
        Ok(came)
    }

    /// The desk was told of a day without work. The mail may not be in this
    /// mailbox, or answer a notice that was not written here.
    async fn tell(&self, told: AddedHoliday) -> Result<(), ReplayError> {
        let AddedHoliday { day, holiday, .. } = told;
        let by = "replay".to_owned();
        let set = OfficeEvent::HolidaySet { day, name: holiday.name, closes: holiday.closes, by: by.clone() };
        let decided = Decided {
            cause: Cause::Announced { by },
            actor: Actor::System,
            outcome: OutcomeWord::Commands,
            rules: self.rules.version.clone(),
            changes: Vec::new(),
            letters: Vec::new(),
            quarantine: None,
            evidence: None,
            why: Vec::new(),
            text: None,
            original: None,
            attachments: Vec::new(),
            secrets: Vec::new(),
            spent: None,
            counted: Vec::new(),
            office: vec![set],
            did: Vec::new(),
            redacted: false,
        };
        let body = Body::Plain(vec![What::Decided(Box::new(decided))]);
        let commitment = Commitment { at: self.now, body };
        self.store.commit(move |_| Ok(commitment)).await.map_err(stopped)?;
        Ok(())
    }

    /// Each timer at its own time, the oldest first.
    async fn fire_until(&mut self, end: Timestamp) -> Result<(), ReplayError> {
        loop {
            let due = self.store.read(move |view| view.due(end, AT_ONCE)).await.map_err(stopped)?;
            // What one timer does can bring or end another.
            let Some(timer) = due.into_iter().next() else { return Ok(()) };
            self.now = self.now.max(timer.at);
            let name: &'static str = timer.name.into();
            let (decision, receipt) = self.happened(Input::Due(timer), Vec::new()).await.map_err(stopped)?;
            if !decision.changes.is_empty() {
                count(&mut self.summary.timers, name);
            }
            self.letters(&decision);
            self.deliver(receipt.letters).await?;
        }
    }

    /// Every letter is taken at once, and so on with what that brings.
    async fn deliver(&mut self, mut letters: Vec<u64>) -> Result<(), ReplayError> {
        while !letters.is_empty() {
            let taken: Vec<_> = letters
                .iter()
                .map(|letter| {
                    self.happened(Input::Delivered { letter: *letter, response: "250 replayed".to_owned() }, Vec::new())
                })
                .collect();
            letters.clear();
            for taken in taken {
                let (decision, receipt) = taken.await.map_err(stopped)?;
                self.letters(&decision);
                letters.extend(receipt.letters);
            }
        }
        Ok(())
    }

    fn letters(&mut self, decision: &Decision) {
        for letter in &decision.letters {
            count(&mut self.summary.letters, letter.say.template().name());
        }
    }

    /// Reads the mail as the desk would. Its secrets are forgotten here and now.
    async fn input(&self, number: usize, received: Timestamp, bytes: Option<Vec<u8>>) -> (Input, Vec<Vec<u8>>) {
        let unread = |reason, original_sha256| {
            (Input::Unreadable { place: place(number), received, reason, original_sha256 }, Vec::new())
        };
        let Some(bytes) = bytes else { return unread(Unreadable::TooBig, None) };
        // A copy that the desk made stands for the mail whose place it took (TD5).
        let copied = self.composer.copied(&bytes, &self.rules.limits);
        let is_copy = copied.is_some();
        let original_sha256 = copied.unwrap_or_else(|| hex(&Sha256::digest(&bytes)));
        let rules = Arc::clone(&self.rules);
        let reading = move || {
            catch_unwind(AssertUnwindSafe(|| {
                let mut read = match is_copy {
                    true => understand_copy(&bytes, received, &rules),
                    false => understand(&bytes, received, &rules, &Prints::default()),
                };
                read.attached = read.attachments(&bytes, &Prints::default(), &rules);
                read
            }))
        };
        let Ok(Ok(mut read)) = tokio::task::spawn_blocking(reading).await else {
            return unread(Unreadable::CrashedReader, Some(original_sha256));
        };
        let secrets = (1..).zip(&read.secrets).map(|(count, _)| format!("replayed-{number}-{count}")).collect();
        let files = std::mem::take(&mut read.files);
        (read.into_input(place(number), received, secrets, original_sha256), files)
    }

    /// Looks up, decides, composes and commits, on the store's thread.
    fn happened(
        &self,
        input: Input,
        files: Vec<Vec<u8>>,
    ) -> impl Future<Output = Result<(Decision, Receipt), CommitError>> + use<> {
        let (composer, now) = (Arc::clone(&self.composer), self.now);
        let made: Arc<Mutex<Option<Decision>>> = Arc::default();
        let making = Arc::clone(&made);
        let commit = self.store.commit(move |view| {
            // With the days without work that it was told of.
            let rules = view.rules();
            let mut known = view.look_up(&Ask::about(&input, rules), now).map_err(|error| error.to_string())?;
            known.token = composer.token(&input, &known);
            let decision = decide(&input, &known, now, rules);
            let composed = composer.compose(&decision.letters, &files, known.next_letter, now, rules);
            let letters = composed.map_err(|error| error.to_string())?;
            *making.lock().unwrap_or_else(PoisonError::into_inner) = Some(decision.clone());
            Ok(Commitment::of(now, decided(&input, decision, rules), letters))
        });
        async move {
            let receipt = commit.await?;
            let decision = made.lock().unwrap_or_else(PoisonError::into_inner).take();
            let missing = || CommitError::Unknown("it was committed without a decision".to_owned());
            Ok((decision.ok_or_else(missing)?, receipt))
        }
    }

    /// What came of everything; the store is gone afterwards.
    pub async fn end(mut self) -> Result<Summary, ReplayError> {
        let tickets = self.store.read(|view| view.tickets()).await.map_err(stopped)?;
        let states: Vec<Status> = tickets.iter().map(|ticket| ticket.status).collect();
        states.iter().for_each(|state| count(&mut self.summary.tickets, state.name()));
        self.store.close().await;
        Ok(self.summary)
    }
}

fn place(number: usize) -> Place {
    Place { source: "replay".to_owned(), mailbox: String::new(), validity: 0, item: number.to_string() }
}

fn stopped(error: impl std::fmt::Display) -> ReplayError {
    ReplayError(format!("the throw-away store: {error}"))
}

fn count(counts: &mut BTreeMap<String, usize>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

fn came(decision: &Decision) -> Came {
    let outcome: &'static str = decision.outcome.into();
    let events = decision.changes.iter().flat_map(|change| &change.events);
    let denials = events.filter_map(|event| match event {
        Event::Refused { denials, .. } => Some(denials.iter().map(|denial| denial.code().to_owned())),
        _ => None,
    });
    let letter =
        |letter: &crate::desk::letter::Letter| format!("{} {}", letter.say.template().name(), letter.to.address());
    Came {
        outcome: outcome.to_owned(),
        ticket: decision.changes.first().map(|change| change.ticket.0.clone()),
        letters: decision.letters.iter().map(letter).collect(),
        denials: denials.flatten().collect(),
        quarantine: decision.quarantine.as_ref().map(|kept| kept.reason.clone()),
        why: decision.why.clone(),
    }
}
