//! T6: whatever happens, no ticket whose work was possible is closed without the
//! official feedback, nor without the supplement that a late issue asks for.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use upgrade_desk::desk::form::Form;
use upgrade_desk::desk::ticket::{
    Cause, Checked, Ending, Event, Issue, NoteKind, Outcome, Requester, Service, Status, Ticket, TicketId, Window,
    apply, next,
};

/// One of each event that may move an upgrade ticket.
fn events() -> Vec<Event> {
    let by = || "noa".to_owned();
    let start: Timestamp = "2026-12-08T18:30:00Z".parse().unwrap();
    let end = start.checked_add(SignedDuration::from_hours(1)).unwrap();
    let window = Window { start, end, zone: "UTC".to_owned() };
    let finished =
        |outcome| Event::Finished { outcome, issues: Vec::new(), words: String::new(), by: by(), service: Service::Up };
    vec![
        Event::Incomplete { faults: Default::default() },
        Event::Completed { received: start },
        Event::Lapsed,
        Event::Refused { denials: Vec::new(), reason: None, checked: Checked::default() },
        Event::Corrected,
        Event::OutsideHours { window: window.clone(), why: String::new() },
        Event::Proposed { slots: vec![window.clone()] },
        Event::Scheduled { window: window.clone(), by: by() },
        Event::Queued,
        Event::Readied,
        Event::Blocked { why: String::new(), cause: Cause::Ports },
        Event::NotStarted { why: String::new(), cause: Cause::Ports, slots: Vec::new() },
        Event::Cancelled { ending: Ending::Withdrawn, by: by(), words: String::new() },
        Event::Started { by: by() },
        Event::Overran,
        Event::StopAsked { by: by() },
        Event::IssueFound { issue: Issue::plain("the fax was dead"), by: by() },
        Event::Applied { by: by() },
        finished(Outcome::Success),
        finished(Outcome::RolledBack),
        finished(Outcome::FailedDegraded),
        Event::FeedbackWritten { text: String::new(), by: by() },
        Event::FeedbackSent { letter: 1 },
        Event::ResetAsked,
        Event::ResetConfirmed { by: by() },
        Event::WatchOver,
        Event::LateIssue { issue: Issue::plain("faxes were lost") },
        Event::OfferedAgain,
        Event::Noted { kind: NoteKind::Customer, by: by(), text: "thanks".to_owned() },
        Event::Undelivered { letter: 1, address: "dana@acme-tel.example".to_owned(), why: String::new() },
    ]
}

fn opened(id: &TicketId, at: Timestamp) -> Ticket {
    let requester = Requester {
        address: "dana@acme-tel.example".to_owned(),
        name: "Dana".to_owned(),
        on_file: true,
        language: None,
    };
    let form = Form::default();
    let opened = Event::Opened { requester, company: None, form, parent: None, received: at, attempt: None };
    apply(None, id, &opened, at).unwrap()
}

proptest! {
    #[test]
    fn nothing_is_closed_without_its_feedback(choices in prop::collection::vec(any::<prop::sample::Index>(), 1..300)) {
        let (id, mut at) = (TicketId("UP-2026-00001".to_owned()), "2026-12-07T17:00:00Z".parse::<Timestamp>().unwrap());
        let mut ticket = opened(&id, at);
        // What is owed since the work ended, or since a late issue was found.
        let mut owed = false;
        let all = events();
        for choice in choices {
            at = at.checked_add(SignedDuration::from_mins(1)).unwrap();
            let possible: Vec<&Event> =
                all.iter().filter(|event| next(ticket.kind(), ticket.status, event).is_some()).collect();
            let event = choice.get(&possible);
            owed |= matches!(event, Event::Started { .. } | Event::NotStarted { .. } | Event::LateIssue { .. });
            // UT-46 offers new times only with the feedback (M-18 carries them).
            owed &= !matches!(event, Event::FeedbackSent { .. } | Event::OfferedAgain);
            ticket = apply(Some(ticket), &id, event, at).unwrap();
            let ended = matches!(ticket.status, Status::Watch | Status::Closed | Status::Cancelled);
            prop_assert!(!(owed && ended), "{event:?} leads to {:?}, and the feedback is owed", ticket.status);
            prop_assert!(ticket.status != Status::Closed || ticket.feedback_sent_at.is_some());
        }
    }
}
