//! The one thread that owns journal, packs and sled: takes what waits as a
//! group, decides it one by one, makes the group last, then answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::desk::letter::Outgoing;
use crate::desk::record::{LetterRow, OutcomeWord, Record, What};
use crate::shell::steps::{self, Step};
use crate::shell::store::apply::{apply, segments};
use crate::shell::store::files;
use crate::shell::store::in_force::InForce;
use crate::shell::store::journal::{Head, Journal, Line, NewLine};
use crate::shell::store::lock::Lock;
use crate::shell::store::pack::{Pack, Packs};
use crate::shell::store::state::{State, StateError};
use crate::shell::store::view::View;
use crate::shell::store::{Body, CommitError, Commitment, Receipt, StoreGone};

type Decide = Box<dyn FnOnce(&View<'_>) -> Result<Commitment, String> + Send>;
type Question = Box<dyn FnOnce(Result<&View<'_>, StoreGone>) + Send>;
type Answer = oneshot::Sender<Result<Receipt, CommitError>>;

/// What the thread is asked to do.
pub enum Job {
    Commit { decide: Decide, answer: Answer },
    Read(Question),
    Close { answer: oneshot::Sender<()> },
}

impl Job {
    pub fn read<T: Send + 'static>(
        ask: impl FnOnce(&View<'_>) -> Result<T, StateError> + Send + 'static,
        answer: oneshot::Sender<Result<T, StoreGone>>,
    ) -> Job {
        Job::Read(Box::new(move |view| {
            let found = view.and_then(|view| ask(view).map_err(|error| StoreGone(error.to_string())));
            // Whoever asked may have stopped waiting.
            drop(answer.send(found));
        }))
    }
}

/// Decisions in one group at most.
const GROUP_MAX: usize = 256;
/// After so long without work sled gets what waits for it.
const QUIET: Duration = Duration::from_millis(200);
/// Intake pauses while less is free: sled and other tools need room, too.
pub const FREE_BYTES_MIN: u64 = 32 * 1024 * 1024;

pub struct Owner {
    pub folder: PathBuf,
    pub state: State,
    pub journal: Journal,
    pub packs: Packs,
    pub rules: InForce,
    pub free_bytes_min: u64,
    /// Why the store can no longer be used.
    pub broken: Option<String>,
    pub _lock: Lock,
}

/// What the group writes, in order.
#[derive(Default)]
struct Group {
    lines: Vec<NewLine>,
    head: Option<Head>,
    /// Files that the lines name.
    beside: Vec<PathBuf>,
    waiting: Vec<(Answer, Result<Receipt, CommitError>)>,
    failure: Option<Failure>,
    /// Days of sealed mails are deleted by it.
    deletes: bool,
}

/// Why something was not committed.
#[derive(Clone)]
enum Failure {
    /// One decision only; the rest of its group stands.
    Single(String),
    /// Taken back without a trace.
    DiskFull(String),
    Broken(String),
}

impl Failure {
    fn of(error: &std::io::Error) -> Failure {
        match files::is_disk_full(error) {
            true => Failure::DiskFull(error.to_string()),
            false => Failure::Broken(error.to_string()),
        }
    }

    fn error(&self) -> CommitError {
        match self {
            Failure::Single(why) => CommitError::Refused(why.clone()),
            Failure::DiskFull(why) => CommitError::DiskFull(why.clone()),
            Failure::Broken(why) => CommitError::Unknown(why.clone()),
        }
    }
}

impl Owner {
    /// Until every handle is gone.
    pub fn work(mut self, jobs: &Receiver<Job>) {
        let mut next = self.next(jobs);
        while let Some(job) = next.take() {
            match job {
                Job::Read(question) => self.answer(question),
                Job::Close { answer } => {
                    self.end();
                    drop(self);
                    // Whoever closed may have stopped waiting.
                    let _waiter_may_be_gone = answer.send(());
                    return;
                }
                Job::Commit { decide, answer } => next = self.group(decide, answer, jobs),
            }
            next = next.or_else(|| self.next(jobs));
        }
        self.end();
    }

    /// The next thing to do; `None` when every handle is gone.
    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        match jobs.recv_timeout(QUIET) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                if self.broken.is_none() {
                    self.broken = self.hand_over().err().map(|error| error.to_string());
                }
                jobs.recv().ok()
            }
        }
    }

    /// Sled gets what the journal has and it has not.
    fn hand_over(&mut self) -> Result<(), StateError> {
        self.state.store_writes()?;
        steps::reached(Step::SledApplied);
        Ok(())
    }

    fn answer(&mut self, question: Question) {
        match &self.broken {
            Some(why) => question(Err(StoreGone(why.clone()))),
            None => question(Ok(&self.view(self.journal.head()))),
        }
        self.stop_on_damage();
    }

    /// Damage met at night: nothing more is answered, the process ends with
    /// exit code 3, and the next start rebuilds the ticket store.
    fn stop_on_damage(&mut self) {
        if let Some(damage) = self.state.damage() {
            self.broken.get_or_insert(damage);
        }
    }

    fn view<'a>(&'a self, head: &'a Head) -> View<'a> {
        View { state: &self.state, packs: &self.packs, rules: self.rules.rules(), head }
    }

    /// Everything that waits to be committed as one. Questions in between are
    /// answered after it: a small group costs the disk as much as a big one.
    fn group(&mut self, decide: Decide, answer: Answer, jobs: &Receiver<Job>) -> Option<Job> {
        let mut group = Group { failure: self.refusal(), ..Group::default() };
        let mut questions = Vec::new();
        let mut next = Some(Job::Commit { decide, answer });
        while let Some(job) = next.take_if(|job| !matches!(job, Job::Close { .. })) {
            match job {
                Job::Commit { decide, answer } => {
                    let result = match &group.failure {
                        Some(failure) => Err(failure.error()),
                        None => self.decide(decide, &mut group),
                    };
                    group.waiting.push((answer, result));
                }
                Job::Read(question) => questions.push(question),
                Job::Close { .. } => break,
            }
            let room = group.waiting.len() + questions.len() < GROUP_MAX;
            next = if room { jobs.try_recv().ok() } else { None };
        }
        self.finish(group);
        for question in questions {
            self.answer(question);
        }
        next
    }

    /// What forbids to commit anything now.
    fn refusal(&self) -> Option<Failure> {
        if let Some(why) = &self.broken {
            return Some(Failure::Broken(why.clone()));
        }
        match files::free_bytes(&self.folder) {
            Ok(free) if free < self.free_bytes_min => {
                let (has, needs) = (free / 1024, self.free_bytes_min / 1024);
                let why = format!("{needs} KiB must be free for {}, {has} KiB are", self.folder.display());
                Some(Failure::DiskFull(why))
            }
            Ok(_) => None,
            Err(error) => Some(Failure::Broken(error.to_string())),
        }
    }

    /// One decision on everything before it, its rows written over the trees.
    fn decide(&mut self, decide: Decide, group: &mut Group) -> Result<Receipt, CommitError> {
        let head = group.head.clone().unwrap_or_else(|| self.journal.head().clone());
        let view = self.view(&head);
        let decided = catch_unwind(AssertUnwindSafe(|| decide(&view)));
        let lines_before = group.lines.len();
        let written = match (self.state.damage(), decided) {
            // No fault of the decision, whatever came of it.
            (Some(damage), _) => Err(Failure::Broken(damage)),
            (None, Ok(Ok(commitment))) => self.write(commitment, head.clone(), group),
            (None, Ok(Err(why))) => Err(Failure::Single(why)),
            (None, Err(_)) => Err(Failure::Single("deciding it failed".to_owned())),
        };
        match written {
            Ok(receipt) => {
                self.state.keep_decision();
                Ok(receipt)
            }
            Err(Failure::Single(why)) => {
                self.state.forget_decision();
                self.rules.look_again(&self.state);
                group.lines.truncate(lines_before);
                group.head = (lines_before > 0).then_some(head);
                Err(CommitError::Refused(why))
            }
            Err(failure) => {
                let error = failure.error();
                group.failure = Some(failure);
                Err(error)
            }
        }
    }

    fn write(&mut self, commitment: Commitment, head: Head, group: &mut Group) -> Result<Receipt, Failure> {
        let Commitment { at, body } = commitment;
        let (whats, mut receipt) = match body {
            Body::Nothing(outcome) => (Vec::new(), Receipt::of(outcome)),
            Body::Plain(whats) => (whats, Receipt::of(OutcomeWord::Note)),
            Body::Decided { mut decided, letters, text, original, attachments, beside } => {
                group.beside.extend(beside);
                let mut place = |pack, bytes: &[u8]| self.packs.append(pack, at, bytes);
                for letter in letters {
                    let bytes = place(Pack::Letters, &letter.bytes).map_err(|error| Failure::of(&error))?;
                    decided.letters.push(row(letter, bytes));
                }
                decided.text =
                    text.map(|text| place(Pack::Texts, &text)).transpose().map_err(|error| Failure::of(&error))?;
                if let Some(bytes) = original {
                    decided.original = Some(place(Pack::Originals, &bytes).map_err(|error| Failure::of(&error))?);
                }
                for sealed in attachments {
                    let place = place(Pack::Attachments, &sealed).map_err(|error| Failure::of(&error))?;
                    decided.attachments.push(place);
                }
                let receipt = Receipt::about(&decided);
                (vec![What::Decided(decided)], receipt)
            }
        };
        let mut head = head;
        for what in whats {
            head = self.line(at, what, head, group)?;
            receipt.seq = Some(head.seq);
        }
        Ok(receipt)
    }

    fn line(&mut self, at: jiff::Timestamp, what: What, head: Head, group: &mut Group) -> Result<Head, Failure> {
        let record = Record { at, what };
        let (line, after) = self.journal.line(&head, &record).map_err(|error| Failure::Single(error.to_string()))?;
        let Record { at, what } = record;
        let applied = Line { seq: after.seq, prev: head.hash, at, what };
        apply(&mut self.state, &applied, &mut self.rules).map_err(|error| match error {
            StateError::Contradiction(_) => Failure::Single(error.to_string()),
            _ => Failure::Broken(error.to_string()),
        })?;
        group.deletes |= matches!(&applied.what, What::Decided(decided) if segments::named(decided).next().is_some());
        group.lines.push(line);
        group.head = Some(after.clone());
        Ok(after)
    }

    /// Makes the group last, then answers everybody who waits for it.
    fn finish(&mut self, group: Group) {
        let Group { lines, head, beside, waiting, failure, deletes } = group;
        let before = self.journal.head().clone();
        let outcome = match (failure, head) {
            (Some(failure), _) => Err(failure),
            (None, Some(head)) => self.last(&lines, &head, &beside),
            (None, None) => Ok(()),
        };
        if deletes && outcome.is_ok() {
            self.remove_deleted();
        }
        let failed = outcome.err().map(|failure| self.take_back(failure, before));
        for (answer, result) in waiting {
            let result = match &failed {
                // A refusal concerns one decision only and stands.
                Some(failure) => Err(result.map_or_else(|error| error.or(failure), |_| failure.error())),
                None => result,
            };
            drop(answer.send(result));
        }
        steps::reached(Step::Answered);
    }

    /// Packs and secrets first, then the journal, each synced: that is the commit. Sled
    /// follows, and never gets what the journal lacks.
    fn last(&mut self, lines: &[NewLine], head: &Head, beside: &[PathBuf]) -> Result<(), Failure> {
        steps::reached(Step::PackWritten);
        self.packs.sync(beside).map_err(|error| Failure::of(&error))?;
        steps::reached(Step::PackSynced);
        self.journal.write(lines, head.clone()).map_err(|error| Failure::of(&error))?;
        steps::reached(Step::JournalWritten);
        // From the first sync on, an error leaves the outcome unknown.
        self.journal.sync().map_err(|error| Failure::Broken(error.to_string()))?;
        steps::reached(Step::JournalSynced);
        self.state.keep_group(head);
        if self.state.is_full() {
            self.hand_over().map_err(|error| Failure::Broken(error.to_string()))?;
        }
        Ok(())
    }

    /// The journal says that they are deleted, so they are removed now; or, after a
    /// stop in between, at the next start.
    fn remove_deleted(&mut self) {
        steps::reached(Step::SegmentsRecorded);
        let removed = segments::deleted(&self.state).map_err(|error| error.to_string());
        let removed = removed.and_then(|names| self.packs.remove(&names).map_err(|error| error.to_string()));
        if let Err(error) = removed {
            tracing::warn!("files whose time is over could not be removed; the next start does it: {error}");
        }
    }

    /// A full disk is taken back without a trace; anything else breaks the store.
    fn take_back(&mut self, failure: Failure, before: Head) -> Failure {
        self.state.forget_writes();
        self.rules.look_again(&self.state);
        if let Failure::DiskFull(_) = failure {
            let cut = self.packs.cut_back().and_then(|()| self.journal.cut_back(before));
            if let Err(error) = cut {
                self.broken = Some(error.to_string());
                return Failure::Broken(error.to_string());
            }
        }
        if let Failure::Broken(why) = &failure {
            self.broken = Some(why.clone());
        }
        failure
    }

    /// An orderly end: everything out.
    fn end(&mut self) {
        if self.broken.is_none()
            && let Err(error) = self.hand_over().and_then(|()| self.state.flush())
        {
            tracing::warn!(
                "the ticket store could not be written out; the next start takes it from the journal: {error}"
            );
        }
    }
}

impl CommitError {
    /// A refused decision stays refused; others share the group's fate.
    fn or(self, failure: &Failure) -> CommitError {
        match self {
            CommitError::Refused(_) => self,
            CommitError::DiskFull(_) | CommitError::Unknown(_) => failure.error(),
        }
    }
}

fn row(letter: Outgoing, bytes: crate::desk::record::PackPlace) -> LetterRow {
    LetterRow {
        no: letter.no,
        template: letter.template.name().to_owned(),
        to: letter.to,
        subject: letter.subject,
        message_id: letter.message_id,
        ticket: letter.ticket,
        for_staff: letter.for_staff,
        bytes,
    }
}
