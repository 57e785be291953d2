//! What to say: a letter's template with exactly the facts that it needs.
//! Facts are values without a language; the templates and the formatter word them.

mod facts;
mod template;

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::board::Section;
use crate::desk::phrase::Phrase;
use crate::desk::ticket::{Issue, Window};

pub use facts::*;

/// Everything we say, with its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Say {
    /// M-01: a person is looking; or several units; or we have this already.
    Acknowledgement {
        units: Vec<UnitLine>,
        fields: Vec<Understood>,
    },
    Missing {
        items: Vec<MissingItem>,
        fields: Vec<Understood>,
        /// Names of attachments that may hold a form and could not be read.
        unreadable: Vec<String>,
        offers: Vec<Timestamp>,
        zone: String,
    },
    Denial {
        fields: Vec<Understood>,
        sentences: Vec<Phrase>,
        reason: String,
        corrections_left: u32,
    },
    NeutralNote {},
    ScheduleConfirmation {
        serial: String,
        version: String,
        window: Window,
        minutes: i64,
        longer: bool,
        feedback_to: String,
        agent: String,
        /// What the written time was read as, when it could be read otherwise.
        reading: Option<Read>,
        password_tested: bool,
        /// Places whose clocks change on that day (S-11).
        clocks: Vec<String>,
        /// Who consented by telephone, and to which number; else empty (T2b).
        by_phone: String,
        /// What was agreed besides: the terms of a special arrangement (UT-18).
        terms: Vec<String>,
        /// What we ask to know, if it helps (T1b, T1c).
        unknown: Vec<Unknown>,
    },
    AsapAccepted {
        serial: String,
        version: String,
        first: Option<Timestamp>,
        zone: String,
        feedback_to: String,
        password_tested: bool,
        unknown: Vec<Unknown>,
    },
    Question {
        what: Unclear,
        serial: String,
        /// What is unclear, in a sentence; or empty.
        text: Phrase,
        /// The agreed window that stands meanwhile.
        standing: Option<Window>,
    },
    Rescheduled {
        serial: String,
        version: String,
        old: Window,
        window: Window,
        minutes: i64,
        longer: bool,
        reason: Phrase,
        reading: Option<Read>,
        agent: String,
        /// Places whose clocks change between the two times, and on the day itself.
        shifted: Vec<String>,
        clocks: Vec<String>,
    },
    OutsideHours {
        serial: String,
        wanted: Window,
        why: Phrase,
        offers: Vec<Timestamp>,
        /// Why a lead refused it (UT-19); else empty.
        refused: String,
    },
    Cancelled {
        serial: String,
        window: Option<Window>,
        by_customer: bool,
        words: Phrase,
    },
    Started {
        serial: String,
        /// `started`, `rollback` or `goes_on` (UT-35).
        news: String,
        /// The agent's, for the last two.
        words: String,
        /// The customer asked to stop.
        asked: bool,
        at: Timestamp,
        window: Window,
        agent: String,
        /// `rollback` or `patch` of a problem (PT-10); else empty.
        change: String,
    },
    /// What came of a rollback or patch (PT-11).
    ChangeReport {
        serial: String,
        change: String,
        /// What the customer agreed to.
        text: String,
        actual: Window,
        minutes: i64,
        result: String,
        words: String,
        /// How the problem is solved by it; empty: it is not yet.
        resolved: String,
        /// Business days until silence closes the problem.
        days: u32,
        agent: String,
    },
    FeedbackSuccess {
        feedback: FeedbackFacts,
    },
    FeedbackIssues {
        feedback: FeedbackFacts,
    },
    FeedbackFailed {
        feedback: FeedbackFacts,
    },
    AgentReply {
        text: String,
        agent: String,
        /// About a problem, not about an upgrade.
        problem: bool,
        /// An answer is waited for (PT-09).
        asks: bool,
        /// Whom it was handed to (PT-18); else empty.
        handed_to: String,
        /// The problem that this one was merged into; else empty.
        goes_on_as: String,
        /// Names of the files that go with it.
        files: Vec<String>,
    },
    CalendarQuestion {
        serial: String,
        what: CalendarAnswer,
        /// Who declined, when it was not the reader.
        by_other: String,
        window: Window,
        wish: Option<Window>,
        /// When it is cancelled without an answer.
        until: Option<Timestamp>,
    },
    Reminder {
        serial: String,
        items: Vec<MissingItem>,
        slots: Vec<Window>,
        /// Before the wished or offered time; else before the request ends.
        last_call: bool,
        /// S-05: does a waiting ASAP request still stand?
        asap: bool,
        ends: Timestamp,
        zone: String,
    },
    Expired {
        serial: String,
        why: Phrase,
    },
    WindowReminder {
        serial: String,
        version: String,
        window: Window,
        agent: String,
        password_tested: bool,
        /// It was tested too long before the window (T5f).
        password_old: bool,
        /// We have found the ports open.
        ports_open: bool,
        /// What stood in the way is settled (UT-27).
        cured: bool,
        /// The first word about a time for an ASAP request (S-04).
        heads_up: bool,
    },
    Blocked {
        obstacles: Obstructed,
        /// Until when it can be settled; `None`: there is no window yet.
        until: Option<Timestamp>,
    },
    NotStarted {
        serial: String,
        version: String,
        planned: Option<Window>,
        /// `ports`, `password`, `hold`, `customer` or `desk`.
        cause: String,
        words: String,
        ports: Vec<u16>,
        password_needed: bool,
        slots: Vec<Window>,
        until: Option<Timestamp>,
        zone: String,
        agent: String,
        #[serde(skip)]
        digest: String,
    },
    TakingLonger {
        serial: String,
        planned: Window,
        until: Option<Timestamp>,
        reason: String,
        /// The old version is being put back (UT-35).
        back: bool,
        next_update: Timestamp,
        agent: String,
    },
    Confirm {
        who: String,
        /// The last four characters of the serial number.
        serial_end: String,
        /// The wished time as written.
        wish: Phrase,
        arrived: Timestamp,
        until: Timestamp,
        zone: String,
        reminder: bool,
        /// Our staff brought it on its way: a call, or what they let pass.
        by_staff: bool,
        /// What the letter's token is bound to besides ticket and person.
        #[serde(skip)]
        digest: String,
    },
    Supplement {
        serial: String,
        feedback_at: Option<Timestamp>,
        issues: Vec<Issue>,
        agent: String,
        zone: String,
        /// The address that could not be reached (T6d); else empty.
        instead_of: String,
        /// To whom it went, when this is a copy; else empty.
        copy_of: String,
    },
    PasswordReminder {
        serial: String,
        /// When the work ended.
        ended: Option<Timestamp>,
        zone: String,
    },
    ProblemReceived {
        serial: String,
        upgrade: String,
        upgraded_at: Option<Timestamp>,
        severity: String,
        /// Several problems of one mail, the first is number 1.
        items: Vec<String>,
        question: Option<Phrase>,
        /// Somebody else reported it; empty: the reader himself.
        by_other: String,
        /// The desk opened it by itself, for its work left the unit degraded (UT-39).
        by_desk: bool,
        /// The writer's address is on file, but nobody vouches that he wrote it.
        unproven: bool,
        reopened: bool,
        password_seen: bool,
        zone: String,
    },
    NeutralProblemNote {},
    Proposal {
        serial: String,
        version: String,
        slots: Vec<Window>,
        why: Phrase,
        /// Rollback or patch on a problem (T2b); else empty.
        change: String,
        text: String,
        /// Terms of a special arrangement (UT-18); else empty.
        terms: String,
        /// The agreed window that stands until something else is agreed.
        standing: Option<Window>,
        until: Option<Timestamp>,
        zone: String,
        agent: String,
        #[serde(skip)]
        digest: String,
    },
    /// M-23.
    Alarm(AlarmFacts),
    /// M-23-test.
    TestAlarm {
        /// Until when an answer is awaited.
        until: Timestamp,
        zone: String,
    },
    PersonHasIt {
        agent: String,
        serial: String,
        severity: String,
        changed: bool,
        words: String,
        next_update: Option<Timestamp>,
        zone: String,
    },
    /// M-34: what the operator must hear of.
    ToOperator {
        /// A mail that arrived then was looked at so many minutes later.
        late: Option<Timestamp>,
        minutes: i64,
        gaps: Vec<GapLine>,
        zone: String,
    },
    /// M-33: somebody above has his words (2.8).
    PassedOn {
        problem: bool,
        serial: String,
    },
    Resolved {
        serial: String,
        /// One of several problems; empty: all of it.
        item: String,
        /// What is still open of them.
        left: Vec<String>,
        text: String,
        agent: String,
        days: u32,
    },
    Transcript {
        lines: Vec<TranscriptLine>,
        done: bool,
        status: String,
        possible: Vec<String>,
        visible_to: Vec<String>,
        /// Asked for by `#status`.
        lights: Vec<Light>,
        usage: Vec<FieldLine>,
    },
    Duty {
        subject: String,
        lines: Vec<String>,
        /// What is asked of the reader; empty: nothing.
        ack: String,
        sections: Vec<Section>,
        commands: Vec<FieldLine>,
    },
    News {
        version: String,
        notes: String,
    },
    /// F-14: news of releases begin or end for the reader.
    Subscription {
        on: bool,
    },
    Undelivered {
        to: String,
        letter: String,
        subject: String,
        why: String,
        /// Who gets the letter instead; empty: nobody.
        instead: String,
    },
    StaffNotice {
        headline: String,
        status: String,
        from: String,
        serial: String,
        window: Option<Window>,
        agent: String,
        lights: Vec<Light>,
        fields: Vec<FieldLine>,
        /// The writer's own words, secrets sealed.
        text: String,
        attachments: Vec<String>,
        /// What can be done with them, line by line.
        attachments_how: Vec<String>,
        /// Commands possible now, each with an example.
        commands: Vec<FieldLine>,
    },
    HeadsUp {
        what: Tried,
        serial: String,
        /// The address in whose name it was tried.
        by: String,
    },
}
