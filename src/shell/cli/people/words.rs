//! Names of the desk in plain words.

use jiff::Timestamp;
use regex::{Captures, Regex};

use crate::desk::mail::{Coverage, How, Proof};
use crate::desk::record::OutcomeWord;
use crate::desk::timers::TimerName;
use crate::shell::cli::page::Page;

/// What was decided, as a sentence.
pub fn outcome(word: OutcomeWord) -> &'static str {
    match word {
        OutcomeWord::New => "A ticket was opened",
        OutcomeWord::NeedsInfo => "More was asked for",
        OutcomeWord::RepCheck => "People were asked to check who wrote it",
        OutcomeWord::Denied => "It was denied",
        OutcomeWord::Scheduled => "It was scheduled",
        OutcomeWord::QueuedAsap => "It was queued: as soon as possible",
        OutcomeWord::SpecialReview => "People were asked to review it",
        OutcomeWord::Offered => "Other times were offered",
        OutcomeWord::Problem => "A problem is open",
        OutcomeWord::Closed => "A ticket was closed",
        OutcomeWord::Consent => "Consent was asked for or given",
        OutcomeWord::Cancelled => "It was cancelled",
        OutcomeWord::Commands => "Commands of staff were done",
        OutcomeWord::Refused => "Commands of staff were refused",
        OutcomeWord::Note => "It was noted",
        OutcomeWord::Quarantine => "It was kept in quarantine",
        OutcomeWord::Loop => "It is automatic mail: filed, not answered",
        OutcomeWord::Duplicate => "It was handled before",
        OutcomeWord::Hold => "It was held for people",
        OutcomeWord::Park => "It was set aside unread",
        OutcomeWord::Timer => "Its time had come",
        OutcomeWord::PortsTested => "The ports were tested",
        OutcomeWord::NoLongerDue => "It no longer applied",
        OutcomeWord::Delivered => "The mail server took the letter",
        OutcomeWord::Undelivered => "A letter could not be delivered",
        OutcomeWord::Revealed => "A password was shown",
        OutcomeWord::OriginalsOpened => "Sealed original mails were opened",
        OutcomeWord::AttachmentsOpened => "Sealed attachments were opened",
        OutcomeWord::Announced => "A release was announced",
        OutcomeWord::Unsubscribed => "Somebody gets no more news of releases",
    }
}

/// What comes due.
pub fn timer(name: TimerName) -> &'static str {
    match name {
        TimerName::Ports => "test of the ports (T5b)",
        TimerName::ReadyCheck => "readiness check (UT-25)",
        TimerName::Grace => "end of the time to cure what blocks (UT-28)",
        TimerName::StartLate => "start check (UT-33)",
        TimerName::Untouched => "nobody has touched the request (W-02)",
        TimerName::UntouchedLead => "a lead hears that nobody has touched it (W-02)",
        TimerName::Uncorrected => "end without a correction (W-07)",
        TimerName::Special => "nobody has arranged the special time (W-08)",
        TimerName::StartLateLead => "word to a lead that nobody began (UT-33)",
        TimerName::NoShow => "word to the customer that nobody began (UT-33)",
        TimerName::AsapAged => "question whether an ASAP request still stands (S-05)",
        TimerName::StopUnanswered => "a stop that nobody decided about (UT-35)",
        TimerName::Verifying => "tests take long (W-11)",
        TimerName::Alarm => "next call of the alarm (W-03)",
        TimerName::Unseen => "nobody has looked (W-04)",
        TimerName::Remind => "reminder to the customer (W-05)",
        TimerName::LastCall => "last call before the time (W-05)",
        TimerName::Release => "offered times are given up (W-05)",
        TimerName::Lapse => "end without an answer (W-05)",
        TimerName::ConfirmRemind => "reminder to confirm (W-06)",
        TimerName::ConfirmLapse => "end without confirmation (W-06)",
        TimerName::BeforeWindow => "reminder before the window (W-09)",
        TimerName::Progress => "question before the planned end (W-10)",
        TimerName::Overrun => "word to the customer after the planned end (W-10)",
        TimerName::OverrunLead => "word to a lead after the planned end (W-10)",
        TimerName::Feedback => "official feedback is owed (W-12)",
        TimerName::FeedbackLead => "official feedback is late (W-12)",
        TimerName::Reset => "new manager password? (W-16)",
        TimerName::Destroy => "sealed password destroyed (W-18)",
        TimerName::FeedbackManager => "official feedback is very late (W-12)",
        TimerName::Update => "the customer should hear from us (W-13)",
        TimerName::Declined => "end of a declined invitation (UT-30)",
        TimerName::Silence => "nothing happens (W-14)",
        TimerName::Settle => "end of waiting for a confirmation (W-15)",
        TimerName::WatchOver => "end of the watch period (W-17)",
    }
}

/// Who vouches for the author, and for how much.
pub fn proof(proof: &Proof) -> String {
    let (how, domain, coverage) = match proof {
        Proof::Pass { how, domain, coverage } => (how, domain, coverage),
        Proof::None => return "nobody vouches for the sender".to_owned(),
        Proof::Fail => return "forged: the owner of the domain says it is not his mail".to_owned(),
        Proof::Temporary => return "could not be found out now".to_owned(),
        Proof::Ambiguous => return "the mail host's results contradict each other".to_owned(),
    };
    let how = match how {
        How::TrustedDkim => "DKIM, as the mail host reports",
        How::TrustedSpf => "SPF, as the mail host reports",
        How::OwnDkim => "DKIM, checked here",
        How::Token => "a confirmed token",
    };
    let covers = match coverage {
        Coverage::Unknown => "what the signature covers is unknown".to_owned(),
        Coverage::Consent => "the signature covers the request".to_owned(),
        Coverage::Lacks(fields) => format!("the signature leaves out {}", fields.join(", ")),
    };
    let enough = if proof.is_consent_level() { "enough for consent" } else { "not enough for consent" };
    format!("{domain} vouches for the sender ({how}); {covers}: {enough}")
}

/// The UTC instants in a recorded fact, in the desk's zone.
pub fn local_times(page: &Page, fact: &str) -> String {
    // The pattern is fixed; if it were wrong, the instants would stay.
    let Ok(instant) = Regex::new(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z") else { return fact.to_owned() };
    let local = |found: &Captures<'_>| {
        let written = found.get(0).map_or("", |all| all.as_str());
        written.parse::<Timestamp>().map_or_else(|_| written.to_owned(), |at| page.moment(at))
    };
    instant.replace_all(fact, local).into_owned()
}
