//! The path of everything that happens: read and seal, ask once, decide,
//! compose, commit. Only what was committed is sent or moved.

mod copies;
mod decided;
mod secrets;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::desk::decide::{Decision, decide};
use crate::desk::input::{self, Input, Place, Understood, Unreadable};
use crate::desk::known::Ask;
use crate::desk::letter::compose::Composer;
use crate::desk::record::{Decided, OutcomeWord, What};
use crate::desk::rules::Rules;
use crate::desk::ticket::Event;
use crate::shell::authenticate::Authenticator;
use crate::shell::canary::Trust;
use crate::shell::challenge::Challenges;
use crate::shell::clock::Clock;
use crate::shell::process::copies::released_copy;
use crate::shell::process::secrets::Read;
use crate::shell::source::Fetched;
use crate::shell::steps::{self, Step};
use crate::shell::store::inhand::InHand;
use crate::shell::store::{Body, CommitError, Commitment, Receipt, Store, View};
use crate::shell::vault::{Vault, VaultError};

pub use decided::decided;

/// Everything the path needs.
pub struct Desk {
    pub store: Store,
    pub vault: Vault,
    /// Our own look at who signed; `None`: the mail host's word is all there is.
    pub authenticator: Option<Authenticator>,
    pub rules: Arc<Rules>,
    /// Whether the mail host's word counts now (TB2).
    pub trust: Trust,
    pub composer: Composer,
    pub clock: Clock,
    /// Rung after every commit that may have left letters or timers.
    pub committed: Notify,
    pub in_hands: InHands,
    /// Whose private keys are at hand, asked of whoever names one.
    pub challenges: Challenges,
}

/// Letters in the hands of a worker of the outbox. Looked at and changed on the
/// store's thread when one is taken, so that no two workers take the same one,
/// and none is held while it is being handed over.
pub type InHands = Arc<Mutex<BTreeSet<u64>>>;

/// Why an input was not handled now. The mail stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// Nothing was committed; the same input later, as it is.
    #[error("nothing could be stored: {0}")]
    NotNow(String),
    /// Whether it was committed is unknown: exit with 3, start again and look.
    #[error("it is unknown whether the last decision was stored: {0}; start the desk again")]
    Unknown(String),
}

impl From<CommitError> for ProcessError {
    fn from(error: CommitError) -> ProcessError {
        match error {
            CommitError::DiskFull(_) | CommitError::Refused(_) => ProcessError::NotNow(error.to_string()),
            CommitError::Unknown(_) => ProcessError::Unknown(error.to_string()),
        }
    }
}

/// A mail after reading and sealing, ready to be decided upon.
pub struct Prepared {
    input: Input,
    text: Option<Vec<u8>>,
    original: Option<Vec<u8>>,
    /// Files for the staff, sealed.
    attachments: Vec<Vec<u8>>,
    secrets: Vec<String>,
    /// The bytes of its attachments, where its commands may send them.
    files: Vec<Vec<u8>>,
    read: Option<Read>,
    ours: Option<Ours>,
    /// It is not to stay in the mailbox as it came (TD5).
    redacted: bool,
}

/// A mail that the desk wrote itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ours {
    /// Filed, and nothing else (TB2).
    Canary,
    /// The redacted copy of a mail that was handled, put back by somebody (TD5): a
    /// duplicate, but for the one time that its original is let out of quarantine.
    Copy,
}

impl Prepared {
    /// The same mail for the quarantine, should deciding it fail.
    fn undecided(&self) -> Option<Prepared> {
        let Input::Mail(mail) = &self.input else { return None };
        let reason = Unreadable::NotDecided;
        let sha256 = Some(mail.original_sha256.clone());
        let unread = unread(mail.place.clone(), mail.received, reason, sha256, self.original.clone());
        Some(Prepared { redacted: self.redacted, ..unread })
    }
}

/// The redacted mail as it lies in the texts pack.
#[derive(Serialize)]
struct StoredText<'a> {
    from: Option<&'a str>,
    subject: &'a str,
    message_id: Option<&'a str>,
    text: &'a str,
    own_text: &'a str,
    attachments: &'a [crate::desk::mail::Attachment],
}

impl Desk {
    /// Reads one mail and seals its secrets and its original. Slow and
    /// blocking: called from many threads at once.
    pub fn prepare(&self, fetched: Fetched, in_hand: &Mutex<InHand>) -> Result<Prepared, ProcessError> {
        steps::reached(Step::MailFetched);
        let Fetched { place, received, bytes, size } = fetched;
        let Some(bytes) = bytes.map(Zeroizing::new) else {
            let reason =
                if size > self.rules.limits.message_bytes_max { Unreadable::TooBig } else { Unreadable::NotFetched };
            return Ok(unread(place, received, reason, None, None));
        };
        let sha256 = hex(&Sha256::digest(bytes.as_slice()));
        if self.composer.is_canary(&bytes, &self.rules.limits) {
            let unread = unread(place, received, Unreadable::NotDecided, Some(sha256), None);
            return Ok(Prepared { ours: Some(Ours::Canary), ..unread });
        }
        if let Some(original) = self.composer.copied(&bytes, &self.rules.limits) {
            return self.prepare_copy(place, received, bytes, original, in_hand);
        }
        let original = self.vault.seal_original(&bytes).map_err(not_now)?;
        // Attempts are counted before the attempt; after three the mail is
        // quarantined unparsed (R14). A panic that we survive counts as all.
        // Without a good canary these leave out the mail host's word.
        let rules = self.trust.rules();
        let prints = self.vault.prints();
        let read = self.in_hand(&place, in_hand, || input::understand(&bytes, received, &rules, &prints))?;
        let read = match read {
            Some(understood) => self.authenticated((understood, received), &rules, &place, &bytes, in_hand)?,
            None => None,
        };
        let Some(mut understood) = read else {
            return Ok(unread(place, received, Unreadable::CrashedReader, Some(sha256), Some(original)));
        };
        if understood.may_attach(&rules) {
            // Nothing is missing where this fails: the files are in the original.
            let found = self.in_hand(&place, in_hand, || understood.attachments(&bytes, &prints, &rules))?;
            understood.attached = found.unwrap_or_default();
        }
        steps::reached(Step::MailRead);
        let secrets = self.seal(&understood, &rules)?;
        let attachments = self.seal_attachments(&mut understood)?;
        steps::reached(Step::SecretSealed);
        let text = stored_text(&understood);
        let files = std::mem::take(&mut understood.files);
        let (redacted, in_prose) = (understood.is_secret(), understood.in_prose);
        let input = understood.into_input(place, received, secrets.clone(), sha256);
        let read = Some(Read { bytes, rules, prints: prints.additions(), in_prose, is_copy: false });
        let (text, original) = (Some(text), Some(original));
        Ok(Prepared { input, text, original, attachments, secrets, files, ours: None, redacted, read })
    }

    /// Our own look at who signed it. The name servers are asked while the mail
    /// is in nobody's hand: waiting for them kills no process.
    fn authenticated(
        &self,
        (understood, received): (Understood, Timestamp),
        rules: &Rules,
        place: &Place,
        bytes: &[u8],
        in_hand: &Mutex<InHand>,
    ) -> Result<Option<Understood>, ProcessError> {
        let (Some(authenticator), Some(wanted)) = (&self.authenticator, understood.wanted(received, rules)) else {
            return Ok(Some(understood));
        };
        let found = tokio::runtime::Handle::current().block_on(authenticator.look_up(&wanted));
        let checked = self.in_hand(place, in_hand, || authenticator.verify(bytes, &wanted, &found))?;
        Ok(checked.map(|checked| understood.with_checked(checked, rules)))
    }

    /// The mail is in hand for exactly as long as it is being read: a process
    /// that dies meanwhile leaves that behind for the next one, and a death at
    /// any other moment blames nobody. `None`: reading it fails every time.
    fn in_hand<T>(
        &self,
        place: &Place,
        in_hand: &Mutex<InHand>,
        read: impl Fn() -> T,
    ) -> Result<Option<T>, ProcessError> {
        let held = || in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |error: std::io::Error| ProcessError::NotNow(error.to_string());
        if held().attempts(place) >= CRASHES_MAX {
            return Ok(None);
        }
        held().begin(std::slice::from_ref(place)).map_err(failed)?;
        steps::reached(Step::MailInHand);
        let result = (0..CRASHES_MAX).find_map(|_| catch_unwind(AssertUnwindSafe(&read)).ok());
        held().done([place]).map_err(failed)?;
        Ok(result)
    }

    /// Whoever decides says whether they are kept.
    fn seal_attachments(&self, understood: &mut Understood) -> Result<Vec<Vec<u8>>, ProcessError> {
        let wanted = understood.attached.iter_mut().filter(|attached| attached.file.left_out.is_none());
        wanted
            .map(|attached| self.vault.seal_attachment(&std::mem::take(&mut attached.bytes)).map_err(not_now))
            .collect()
    }

    /// Decides and commits. The decision is queued when this is called, so
    /// callers keep the order of the mailbox by calling in that order.
    pub fn happened(
        self: &Arc<Self>,
        prepared: Prepared,
    ) -> impl Future<Output = Result<Receipt, ProcessError>> + Send + use<> {
        let desk = Arc::clone(self);
        let secrets = prepared.secrets.clone();
        let fallback = prepared.undecided();
        let now = self.clock.now();
        let deciding = Arc::clone(self);
        let commit = self.store.commit(move |view| deciding.commitment(prepared, view, now));
        async move {
            let receipt = match (commit.await, fallback) {
                // Our rules or we are at fault: the mail is kept for people and
                // the next one goes on.
                (Err(CommitError::Refused(why)), Some(fallback)) => {
                    tracing::error!(reason = %why, "a mail could not be decided; it is in quarantine");
                    let deciding = Arc::clone(&desk);
                    desk.store.commit(move |view| deciding.commitment(fallback, view, now)).await
                }
                (result, _) => result,
            };
            let receipt = receipt.map_err(ProcessError::from)?;
            desk.committed.notify_waiters();
            desk.drop_unused(secrets, &receipt);
            desk.destroy(&receipt.given_up).await;
            Ok(receipt)
        }
    }

    /// A timer, a delivery: an input without a mail.
    pub async fn decide_on(self: &Arc<Self>, input: Input) -> Result<Receipt, ProcessError> {
        self.happened(bare(input)).await
    }

    /// Runs on the store's thread, between the answer and the commit.
    fn commitment(&self, prepared: Prepared, view: &View<'_>, now: Timestamp) -> Result<Commitment, String> {
        let Prepared { input, text, original, attachments, files, ours, redacted, secrets, .. } =
            self.looked_again(prepared);
        let released = released_copy(&input, ours, view).map_err(|error| error.to_string())?;
        if let Some(ours) = ours.filter(|_| released.is_none()) {
            let outcome = if ours == Ours::Canary { OutcomeWord::Loop } else { OutcomeWord::Duplicate };
            return Ok(Commitment { at: now, body: Body::Nothing(outcome) });
        }
        let rules = view.rules();
        let mut known = view.look_up(&Ask::about(&input, rules), now).map_err(|error| error.to_string())?;
        known.token = self.composer.token(&input, &known);
        if let Some(undoing) = &mut known.undoing {
            let in_hands = self.in_hands.lock().unwrap_or_else(PoisonError::into_inner);
            undoing.letters.iter_mut().for_each(|letter| letter.waits &= !in_hands.contains(&letter.no));
        }
        if known.place_done {
            return Ok(Commitment { at: now, body: Body::Nothing(OutcomeWord::Duplicate) });
        }
        let decision = decide(&input, &known, now, rules);
        warn_of_gaps(&decision);
        let letters = self
            .composer
            .compose(&decision.letters, &files, known.next_letter, now, rules)
            .map_err(|error| error.to_string())?;
        let mut decided = decided(&input, decision, rules);
        // What is held comes back to be decided again, as it came.
        let waits = decided.quarantine.as_ref().is_some_and(|quarantined| quarantined.held.is_some());
        decided.redacted = redacted && !waits;
        // A copy has no original of its own: it is that of the mail that was kept.
        decided.original = released.and_then(|row| row.original);
        // What is held once more was kept when it was held first.
        let is_kept = known.held.is_some() && decided.outcome == OutcomeWord::Hold;
        let (text, original) = if is_kept { (None, None) } else { (text, original) };
        self.vault.keep(&decided.secrets);
        let prints = secrets.iter().filter_map(|id| self.vault.print_path(id));
        let beside = decided.secrets.iter().map(|id| self.vault.path(id)).chain(prints).collect();
        let attachments = if names_attachments(&decided) { attachments } else { Vec::new() };
        let body = Body::Decided { decided: Box::new(decided), letters, text, original, attachments, beside };
        Ok(Commitment { at: now, body })
    }
}

/// Whether the decision keeps the files of its mail for the staff.
fn names_attachments(decided: &Decided) -> bool {
    let mut events = decided.changes.iter().flat_map(|change| &change.events);
    events.any(|event| matches!(event, Event::AttachmentsSealed { .. }))
}

/// An alarm that found nobody on duty went on to the next level: that the rota
/// has a hole is for the operator.
fn warn_of_gaps(decision: &Decision) {
    for change in &decision.changes {
        for event in &change.events {
            if let Event::Alarmed { skipped, .. } = event
                && !skipped.is_empty()
            {
                let levels = skipped.join(", ");
                tracing::warn!(ticket = %change.ticket, %levels, "nobody was on duty; see `upgrade-desk rota show`");
            }
        }
    }
}

/// How often reading a mail may crash before it is quarantined unparsed.
const CRASHES_MAX: u32 = 3;

fn unread(
    place: Place,
    received: Timestamp,
    reason: Unreadable,
    original_sha256: Option<String>,
    original: Option<Vec<u8>>,
) -> Prepared {
    let input = Input::Unreadable { place, received, reason, original_sha256 };
    Prepared { original, ..bare(input) }
}

fn bare(input: Input) -> Prepared {
    let (secrets, files, attachments) = (Vec::new(), Vec::new(), Vec::new());
    Prepared { input, text: None, original: None, attachments, secrets, files, ours: None, redacted: false, read: None }
}

fn stored_text(understood: &Understood) -> Vec<u8> {
    let mail = &understood.mail;
    let stored = StoredText {
        from: mail.address(),
        subject: &mail.subject,
        message_id: mail.message_id.as_deref(),
        text: &mail.text,
        own_text: &mail.own_text,
        attachments: &mail.attachments,
    };
    // Strings and numbers only: this cannot fail, and an empty text is honest if it did.
    serde_json::to_vec(&stored).unwrap_or_default()
}

fn not_now(error: VaultError) -> ProcessError {
    ProcessError::NotNow(error.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Facts outside any input: the floor of a mailbox, an import, an attempt.
pub async fn plainly(desk: &Desk, what: Vec<What>) -> Result<Receipt, ProcessError> {
    let at = desk.clock.now();
    let commit = desk.store.commit(move |_| Ok(Commitment { at, body: Body::Plain(what) }));
    Ok(commit.await?)
}
