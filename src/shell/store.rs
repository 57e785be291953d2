//! The store: a hash-chained journal is the truth, sled holds the tickets over
//! it, packs hold the big bytes (decisions 5). One thread owns all three and
//! commits in groups; nobody else ever sees an uncommitted word.

pub mod apply;
pub mod files;
pub mod in_force;
pub mod inhand;
pub mod journal;
pub mod lock;
mod open;
mod owner;
pub mod pack;
pub mod rows;
pub mod state;
mod sync;
mod sync_file_range;
pub mod view;

use std::future::Future;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::desk::letter::Outgoing;
use crate::desk::record::{Decided, OutcomeWord, What};
use crate::desk::ticket::TicketId;
use crate::shell::store::owner::{Job, Owner};

pub use open::{OpenError, OpenReport, Progress};
pub use view::View;

/// A handle to the store; cheap to clone. The store closes when the last goes.
#[derive(Clone)]
pub struct Store {
    jobs: Sender<Job>,
}

/// What an input came to, to be committed as one.
pub struct Commitment {
    pub at: Timestamp,
    pub body: Body,
}

impl Commitment {
    /// A decision with its letters and nothing beside them.
    pub fn of(at: Timestamp, decided: Decided, letters: Vec<Outgoing>) -> Commitment {
        let (decided, attachments, beside) = (Box::new(decided), Vec::new(), Vec::new());
        Commitment { at, body: Body::Decided { decided, letters, text: None, original: None, attachments, beside } }
    }
}

pub enum Body {
    /// There is nothing to commit: it was handled before.
    Nothing(OutcomeWord),
    /// Facts that no desk decides on: attempts, imports, floors.
    Plain(Vec<What>),
    /// A decision. The store gives letters, text and a new original their places.
    Decided {
        decided: Box<Decided>,
        letters: Vec<Outgoing>,
        text: Option<Vec<u8>>,
        /// Sealed already.
        original: Option<Vec<u8>>,
        /// Sealed already, in the order in which the decision names them.
        attachments: Vec<Vec<u8>>,
        /// New files that the decision names: synced before its journal line.
        beside: Vec<PathBuf>,
    },
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the record; `None`: nothing was written.
    pub seq: Option<u64>,
    pub outcome: OutcomeWord,
    pub tickets: Vec<TicketId>,
    pub letters: Vec<u64>,
    /// Secrets that a ticket keeps from now on.
    pub secrets: Vec<String>,
    /// Secrets that a ticket gave up (W-18).
    pub given_up: Vec<String>,
    pub quarantined: bool,
    /// A redacted copy takes the mail's place in the mailbox (TD5).
    pub redacted: bool,
}

impl Receipt {
    fn of(outcome: OutcomeWord) -> Receipt {
        Receipt {
            seq: None,
            outcome,
            tickets: Vec::new(),
            letters: Vec::new(),
            secrets: Vec::new(),
            given_up: Vec::new(),
            quarantined: false,
            redacted: false,
        }
    }

    fn about(decided: &Decided) -> Receipt {
        Receipt {
            tickets: decided.changes.iter().map(|change| change.ticket.clone()).collect(),
            letters: decided.letters.iter().map(|letter| letter.no).collect(),
            secrets: decided.secrets.clone(),
            given_up: apply::given_up(decided),
            quarantined: decided.quarantine.is_some(),
            redacted: decided.redacted,
            ..Receipt::of(decided.outcome)
        }
    }
}

/// Why a commitment did not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// What was to be committed could not be made; nothing was written.
    #[error("{0}")]
    Refused(String),
    /// Nothing was written; it may be tried again when there is room.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// It may have been written or not: stop, start again, look (exit 3).
    #[error("{0}")]
    Unknown(String),
}

/// The store has failed or closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store cannot be asked: {0}")]
pub struct StoreGone(pub String);

impl Store {
    fn new(owner: Owner) -> std::io::Result<Store> {
        let (jobs, queue) = channel();
        std::thread::Builder::new().name("store".to_owned()).spawn(move || owner.work(&queue))?;
        Ok(Store { jobs })
    }

    /// Queues a decision and returns what becomes of it. Decisions are taken
    /// in the order of these calls, each on everything decided before.
    pub fn commit<D>(&self, decide: D) -> impl Future<Output = Result<Receipt, CommitError>> + Send + use<D>
    where
        D: FnOnce(&View<'_>) -> Result<Commitment, String> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let gone = || CommitError::Unknown("the store has stopped".to_owned());
        let queued = self.jobs.send(Job::Commit { decide: Box::new(decide), answer });
        async move {
            queued.map_err(|_| gone())?;
            answered.await.unwrap_or_else(|_| Err(gone()))
        }
    }

    /// Asks a question about what is committed.
    pub fn read<T, Q>(&self, ask: Q) -> impl Future<Output = Result<T, StoreGone>> + Send + use<T, Q>
    where
        T: Send + 'static,
        Q: FnOnce(&View<'_>) -> Result<T, state::StateError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let queued = self.jobs.send(Job::read(ask, answer));
        async move {
            queued.map_err(|_| StoreGone("it has stopped".to_owned()))?;
            answered.await.unwrap_or_else(|_| Err(StoreGone("it has stopped".to_owned())))
        }
    }

    /// The same for callers without a runtime.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&View<'_>) -> Result<T, state::StateError> + Send + 'static,
    ) -> Result<T, StoreGone> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job::read(ask, answer)).map_err(|_| StoreGone("it has stopped".to_owned()))?;
        answered.blocking_recv().unwrap_or_else(|_| Err(StoreGone("it has stopped".to_owned())))
    }

    /// Writes everything out and lets go of the files. For an orderly end;
    /// without it the next start reads the trees through, and that is all.
    pub async fn close(self) {
        let (answer, closed) = oneshot::channel();
        if self.jobs.send(Job::Close { answer }).is_ok() {
            // An owner that is gone has closed already.
            drop(closed.await);
        }
    }
}
