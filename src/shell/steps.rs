//! A hook for the crash test: the process stops dead at a named step. Set
//! `UPGRADE_DESK_CRASH_AT=journal_written:3` before the start and it aborts when
//! that step is reached for the third time. Unset, a step costs one look at a
//! value read once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The instants between which a crash must lose or double nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    MailFetched,
    /// Reading has begun: the attempt is counted, and this mail is the suspect.
    MailInHand,
    MailRead,
    SecretSealed,
    /// Store: text, letters and original are written, not yet synced.
    PackWritten,
    PackSynced,
    JournalWritten,
    /// Store: from here on the group of decisions holds for ever.
    JournalSynced,
    SledApplied,
    /// Store: that days of sealed mails are deleted is on disk, and their files are there.
    SegmentsRecorded,
    /// Store: everybody who waited for the group has been answered.
    Answered,
    MovedOnServer,
    /// The redacted copy of a mail lies in its folder, and the original in the inbox.
    CopyPut,
    /// IMAP: the original is flagged as deleted, and not yet expunged.
    OriginalFlagged,
    /// Outbox: the attempt is counted, the letter not yet handed over.
    LetterTrying,
    /// Outbox: the mail server took the letter, and we have not noted it yet.
    LetterSent,
    LetterMarked,
    /// That a password is shown is on disk, and it is not shown yet.
    RevealRecorded,
    /// That originals are opened is on disk, and none is opened yet.
    OriginalRecorded,
}

const VARIABLE: &str = "UPGRADE_DESK_CRASH_AT";

struct CrashAt {
    step: Step,
    remaining: AtomicU64,
}

static CRASH_AT: OnceLock<Option<CrashAt>> = OnceLock::new();

/// Says that `step` is reached; never returns when the crash test asked for it.
pub fn reached(step: Step) {
    let Some(crash) = CRASH_AT.get_or_init(|| std::env::var(VARIABLE).ok().as_deref().and_then(read)) else { return };
    if crash.step == step && crash.remaining.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}

/// `step:n`; anything else is no crash, since this is a test's hook only.
fn read(text: &str) -> Option<CrashAt> {
    let (step, times) = text.split_once(':')?;
    Some(CrashAt { step: step.parse().ok()?, remaining: AtomicU64::new(times.parse().ok()?) })
}
