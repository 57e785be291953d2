//! Every fact that a person can see, as JSON (cli.md). The same functions
//! answer over the socket of a running desk and on a store opened by a command.

mod announce;
mod board;
mod by_hand;
mod considered;
mod import;
mod kept;
mod original;
mod read;
mod report;
mod reveal;
mod rota;
mod status;
mod ticket;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::desk::decide::Decision;
use crate::desk::input::{Input, Opening, OriginalsOf};
use crate::desk::letter::compose::Composer;
use crate::desk::record::Did;
use crate::desk::register::Register;
use crate::desk::report::Name;
use crate::desk::rules::Rules;
use crate::desk::seal::prints::Prints;
use crate::desk::ticket::Status;
use crate::shell::authenticate::Authenticator;
use crate::shell::challenge::Challenges;
use crate::shell::clock::Clock;
use crate::shell::health::Health;
use crate::shell::process::{self, Desk, InHands};
use crate::shell::register::Difference;
use crate::shell::socket::{Handler, Refusal};
use crate::shell::store::rows::LetterState;
use crate::shell::store::state::StateError;
use crate::shell::store::{Commitment, Store, View};

pub use board::board;
pub use considered::{Case, considered_alone};
pub use read::{looked_at, read, understood};
pub use rota::{gaps, rota};

use reveal::{Proven, Wish};

/// What is asked. `view` names it, the other words belong to it.
#[derive(Debug, Clone, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "view", deny_unknown_fields)]
pub enum Request {
    #[serde(rename = "ticket_list")]
    Tickets {
        /// Only those that are not closed or cancelled.
        open: bool,
        state: Option<Status>,
        company: Option<String>,
    },
    #[serde(rename = "ticket_show")]
    Ticket {
        id: String,
    },
    #[serde(rename = "ticket_why")]
    Why {
        id: String,
    },
    #[serde(rename = "ticket_log")]
    Log {
        id: String,
    },
    Register,
    /// Days without work that were told by mail.
    Holidays,
    #[serde(rename = "rota_show")]
    Rota {
        weeks: u32,
        /// Now, without it.
        at: Option<Timestamp>,
    },
    Status,
    Board,
    Report {
        name: Name,
        from: Date,
        to: Date,
    },
    #[serde(rename = "outbox_list")]
    Outbox {
        state: Option<LetterState>,
    },
    #[serde(rename = "outbox_show")]
    Letter {
        no: u64,
    },
    #[serde(rename = "quarantine_list")]
    Quarantine {
        /// Those that were released or dropped, too.
        all: bool,
    },
    #[serde(rename = "quarantine_show")]
    Quarantined {
        no: u64,
    },
    Try {
        case: Case,
    },
    /// Something random, sealed to this public key: who opens it has the private one.
    Challenge {
        key: String,
    },
    /// A sealed password is to be shown; its answer names the secret.
    Reveal {
        id: String,
        key: String,
        /// What was sealed to the key, opened.
        answer: String,
        second_key: Option<String>,
        second_answer: Option<String>,
        reason: String,
        by: String,
    },
    /// Sealed attachments of these records are to be opened with this key: recorded,
    /// nothing else.
    OpenAttachments {
        id: String,
        key: String,
        answer: String,
        records: Vec<u64>,
        reason: String,
        by: String,
    },
    /// Sealed originals are to be opened: recorded, nothing else.
    OpenOriginals {
        of: OriginalsOf,
        records: Vec<u64>,
        reason: String,
        by: String,
    },
    /// Something done by hand; its answer is what became of it.
    #[serde(rename = "console")]
    ByHand {
        by: String,
        did: Did,
    },
    /// A release to be announced: to whom, in which words, whether it was before.
    Announcement {
        version: String,
        notes: String,
    },
    /// M-30; its answer is what became of it.
    Announce {
        version: String,
        notes: String,
        by: String,
        /// Although the version was announced before.
        again: bool,
    },
    Import {
        register: Register,
        merge: bool,
        by: String,
        /// The difference that somebody agreed to: another one is refused.
        agreed: Option<Difference>,
    },
}

impl Request {
    /// Whether it changes something: without an answer it may have been done.
    pub fn is_change(&self) -> bool {
        matches!(
            self,
            Request::Import { .. }
                | Request::ByHand { .. }
                | Request::Announce { .. }
                | Request::Reveal { .. }
                | Request::OpenOriginals { .. }
                | Request::OpenAttachments { .. }
        )
    }
}

/// What answers: the parts of a desk that runs, or of a store that a command
/// has opened.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub store: &'a Store,
    pub rules: &'a Arc<Rules>,
    pub composer: &'a Composer,
    pub clock: &'a Clock,
    /// Our own look at who signed, where the rules ask for one.
    pub authenticator: Option<&'a Authenticator>,
    /// `None`: no desk runs.
    pub health: Option<&'a Health>,
    pub in_hands: &'a InHands,
    pub challenges: &'a Challenges,
    /// Of the secrets that were sealed until now; none where no desk runs.
    pub prints: &'a Prints,
    /// Rung when something was changed.
    pub committed: &'a Notify,
}

/// Answers requests for the desk that runs.
pub fn handler(desk: Arc<Desk>, health: Health) -> Handler {
    Arc::new(move |request| {
        let (desk, health) = (Arc::clone(&desk), health.clone());
        Box::pin(async move {
            let request: Request = serde_json::from_value(request).map_err(|error| {
                (2, format!("the running desk does not know this request: {error}; is it another version?"))
            })?;
            answer(&desk, request, Some(&health)).await
        })
    })
}

/// Answers one request; `health` is that of a desk that runs.
pub async fn answer(desk: &Arc<Desk>, request: Request, health: Option<&Health>) -> Result<Value, Refusal> {
    let Desk { store, composer, clock, in_hands, committed, challenges, .. } = desk.as_ref();
    // What would be decided is what would be decided now (TB2).
    let rules = &desk.trust.rules();
    let authenticator = desk.authenticator.as_ref();
    let prints = &desk.vault.prints();
    let asked = Asked { store, rules, composer, clock, authenticator, health, in_hands, challenges, prints, committed };
    ask(asked, request).await
}

/// Answers one request.
pub async fn ask(asked: Asked<'_>, request: Request) -> Result<Value, Refusal> {
    match request {
        Request::Import { register, merge, by, agreed } => import::import(asked, register, merge, by, agreed).await,
        Request::ByHand { by, did } => by_hand::change(asked, by, did).await,
        Request::Challenge { key } => {
            let sealed = asked.challenges.pose(&key, asked.clock.now()).map_err(|text| (1, text))?;
            Ok(json!({ "sealed": sealed }))
        }
        Request::Reveal { id, key, answer, second_key, second_answer, reason, by } => {
            let second = second_key.map(|key| Proven { key, answer: second_answer.unwrap_or_default() });
            reveal::reveal(asked, Wish { id, first: Proven { key, answer }, second, reason, by }).await
        }
        Request::OpenAttachments { id, key, answer, records, reason, by } => {
            let wish = Wish { id, first: Proven { key, answer }, second: None, reason, by };
            original::attachments(asked, wish, records).await
        }
        Request::OpenOriginals { of, records, reason, by } => {
            original::record(asked, Opening { of, records, reason, by }).await
        }
        Request::Announcement { version, notes } => announce::announcement(asked, version, notes).await,
        Request::Announce { version, notes, by, again } => {
            announce::announce(asked, announce::Words { version, notes, by }, again).await
        }
        Request::Try { case } => considered::considered(asked, &case).await,
        Request::Rota { weeks, at } => {
            let now = at.unwrap_or_else(|| asked.clock.now());
            let rota = asked.store.read(move |view| Ok(rota::rota(view.rules(), &view.office()?, now, weeks)));
            rota.await.map_err(gone)
        }
        Request::Status => {
            let now = asked.clock.now();
            let status = asked.store.read(move |view| status::status(view, now)).await.map_err(gone)?;
            Ok(status::with_health(status, asked.health))
        }
        Request::Board => {
            let now = asked.clock.now();
            let board = asked.store.read(move |view| board::board(view, now)).await.map_err(gone)?;
            serde_json::to_value(board).map_err(gone)
        }
        request => asked.store.read(move |view| plain(view, &request)).await.map_err(gone)?.map_err(|text| (1, text)),
    }
}

/// The store failed; nothing was to be committed, so the answer is only missing.
fn gone(error: impl std::fmt::Display) -> Refusal {
    (1, error.to_string())
}

/// A decision that no mail brought, with its letters from number `next_letter` on,
/// ready to be committed.
fn without_mail(
    input: &Input,
    decision: Decision,
    composer: &Composer,
    next_letter: u64,
    now: Timestamp,
    rules: &Rules,
) -> Result<Commitment, String> {
    let letters = composer.compose(&decision.letters, &[], next_letter, now, rules);
    let letters = letters.map_err(|error| error.to_string())?;
    Ok(Commitment::of(now, process::decided(input, decision, rules), letters))
}

/// A view, or the words for what is not there.
type Shown = Result<Value, String>;

fn plain(view: &View<'_>, request: &Request) -> Result<Shown, StateError> {
    Ok(Ok(match request {
        Request::Tickets { open, state, company } => ticket::list(view, *open, *state, company.as_deref())?,
        Request::Ticket { id } => return ticket::with(view, id, ticket::show),
        Request::Why { id } => return ticket::with(view, id, ticket::why),
        Request::Log { id } => return ticket::with(view, id, ticket::log),
        Request::Report { name, from, to } => return report::report(view, *name, *from, *to),
        Request::Register => json!(view.register()?),
        Request::Holidays => json!(view.office()?.added_holidays()),
        Request::Outbox { state } => kept::letters(view, *state)?,
        Request::Letter { no } => return kept::letter(view, *no),
        Request::Quarantine { all } => kept::quarantine(view, *all)?,
        Request::Quarantined { no } => return kept::quarantined(view, *no),
        Request::Status | Request::Rota { .. } | Request::Board => {
            return Ok(Err("this is answered elsewhere".to_owned()));
        }
        Request::Announcement { .. }
        | Request::Announce { .. }
        | Request::Reveal { .. }
        | Request::OpenAttachments { .. }
        | Request::Challenge { .. }
        | Request::OpenOriginals { .. }
        | Request::Try { .. }
        | Request::Import { .. }
        | Request::ByHand { .. } => {
            return Ok(Err("this is answered elsewhere".to_owned()));
        }
    }))
}
