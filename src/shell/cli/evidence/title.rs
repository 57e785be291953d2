//! Where an event stands on the page, and what it is called there.

use crate::desk::ticket::{Event, NoteKind};
use crate::shell::cli::evidence::Section;
use crate::shell::cli::evidence::Section::{
    Asked, Consent, Feedback, Letters, Password, People, Problems, Register, Time,
};

/// `None`: it has no line of its own. The firing of a timer has none: its letter has.
pub fn title(event: &Event) -> Option<(Section, &'static str)> {
    let found = of_the_request(event).or_else(|| of_the_work(event)).or_else(|| of_a_problem(event));
    let other = || (People, "Something else happened");
    (!matches!(event, Event::Reminded { .. })).then(|| found.unwrap_or_else(other))
}

/// Until the work begins.
#[rustfmt::skip]
fn of_the_request(event: &Event) -> Option<(Section, &'static str)> {
    Some(match event {
        Event::Opened { .. } => (Asked, "The request arrived"),
        Event::SetAside { .. } => (Asked, "It was set aside"),
        Event::Accepted => (Asked, "A person accepted it"),
        Event::Spam => (Asked, "A person called it spam"),
        Event::Incomplete { .. } => (Asked, "The customer was asked"),
        Event::Answered { .. } => (Asked, "An answer came"),
        Event::Completed { .. } => (Asked, "It was complete"),
        Event::Lapsed => (Asked, "No answer came in time"),
        Event::Unproven { .. } => (Asked, "It was not sure who asked"),
        Event::Challenged { .. } => (Asked, "People on file were asked to confirm"),
        Event::Confirmed { .. } => (Asked, "It was confirmed"),
        Event::Disowned { .. } => (Asked, "It was not confirmed"),
        Event::Approved { .. } => (Asked, "A lead accepted who asked"),
        Event::WrittenDown { .. } => (Asked, "A call was written down"),
        Event::Resubmitted { .. } => (Asked, "It follows another request"),
        Event::Absorbed { .. } => (Asked, "Another request goes on here"),
        Event::Merged { .. } => (Asked, "It goes on in another ticket"),
        Event::Refused { .. } => (Register, "It was denied"),
        Event::Corrected => (Register, "Corrected data came"),
        Event::OverrideAsked { .. } => (Register, "One person asked to let a difference pass"),
        Event::Overridden { .. } => (Register, "Two persons let a difference pass"),
        Event::Matched { .. } => (Register, "Serial, MAC, IP and person were compared"),
        Event::OutsideHours { .. } => (Consent, "The wish was outside business hours"),
        Event::TermsOffered { .. } => (Consent, "Terms of a special arrangement were offered"),
        Event::TermsRefused { .. } => (Consent, "A special arrangement was refused"),
        Event::Consented { .. } => (Consent, "Consent was recorded"),
        Event::Cancelled { .. } => (Consent, "It was cancelled, and the consent ended"),
        Event::HoldAsked { .. } => (Consent, "The customer asked to wait"),
        Event::HoldEnded { .. } => (Consent, "The waiting ended"),
        Event::Declined { .. } => (Consent, "The invitation was declined"),
        Event::Resumed { .. } => (Consent, "The time is kept after all"),
        Event::AskedAgain => (Consent, "The customer was asked whether it still stands"),
        Event::StopAsked { .. } => (Consent, "The customer asked to stop"),
        _ => return None,
    })
}

/// The work, who did it, and what came of it.
#[rustfmt::skip]
fn of_the_work(event: &Event) -> Option<(Section, &'static str)> {
    Some(match event {
        Event::Proposed { .. } => (Time, "Times were offered"),
        Event::OffersEnded => (Time, "The offer ended"),
        Event::OfferedAgain => (Time, "New times are offered"),
        Event::Scheduled { .. } => (Time, "A time was agreed"),
        Event::Queued => (Time, "It waits for the next free time in business hours"),
        Event::SlotFound { .. } => (Time, "It got its time"),
        Event::Readied => (Time, "Everything was ready to begin"),
        Event::Blocked { .. } => (Time, "It could not begin"),
        Event::NotStarted { .. } => (Time, "It was not begun"),
        Event::Started { .. } => (Time, "The work began"),
        Event::StartLate => (Time, "Nobody had begun in time"),
        Event::Extended { .. } => (Time, "More time was needed"),
        Event::Overran => (Time, "The planned end passed"),
        Event::RollbackBegun { .. } => (Time, "The old version is put back"),
        Event::WentOn { .. } => (Time, "The work went on after the stop"),
        Event::Stopped { .. } => (Time, "The work ended without the new version"),
        Event::Applied { .. } => (Time, "The new version was put on"),
        Event::Finished { .. } => (Time, "The work ended"),
        Event::Taken { .. } => (People, "An agent took it"),
        Event::Prechecked { .. } => (People, "The ports were tested"),
        Event::PortsAsked { .. } => (People, "The desk was to test the ports"),
        Event::PortsFound { .. } => (People, "The desk tested the ports"),
        Event::PortsUntested { .. } => (People, "The ports could not be tested"),
        Event::Assigned { .. } => (People, "It was given to an agent"),
        Event::Released { .. } => (People, "The agent gave it back"),
        Event::HandedOver { .. } => (People, "A colleague was asked to take it"),
        Event::Copied { .. } => (People, "Who gets copies was changed"),
        Event::Snoozed { .. } => (People, "Reminders to staff rest"),
        Event::Undone { .. } => (People, "Commands were taken back"),
        Event::Noted { kind: NoteKind::Reply, .. } => (People, "Staff wrote"),
        Event::Noted { kind: NoteKind::Staff, .. } => (People, "Internal note"),
        Event::Noted { .. } => (People, "Words on the ticket"),
        Event::Escalated { .. } => (People, "Somebody above was asked for"),
        Event::PasswordFailed { .. } => (Password, "The password did not open the unit"),
        Event::SecretKept { .. } => (Password, "A password arrived"),
        Event::Revealed { .. } => (Password, "The password was shown"),
        Event::AttachmentsSealed { .. } => (Problems, "Files came with it"),
        Event::AttachmentsOpened { .. } => (People, "Sealed attachments were opened"),
        Event::OriginalsOpened { .. } => (People, "Sealed original mails were opened"),
        Event::ResetAsked => (Password, "The customer was asked to set a new password"),
        Event::ResetConfirmed { .. } => (Password, "A new password is set, says the customer"),
        Event::SecretsDestroyed { .. } => (Password, "The sealed password was removed"),
        Event::IssueFound { .. } => (Feedback, "An issue was found"),
        Event::LateIssue { .. } => (Feedback, "An issue was found after the end"),
        Event::FeedbackWritten { .. } => (Feedback, "Words for the feedback"),
        Event::FeedbackSent { .. } => (Feedback, "The official feedback was accepted by the mail server"),
        Event::WatchOver => (Feedback, "The time of watching ended"),
        Event::Undelivered { .. } => (Letters, "A letter could not be delivered"),
        _ => return None,
    })
}

/// Problems (2.6).
#[rustfmt::skip]
fn of_a_problem(event: &Event) -> Option<(Section, &'static str)> {
    Some(match event {
        Event::Reported { .. } => (Problems, "A problem was reported"),
        Event::Nudged { .. } => (Problems, "The customer asked how it stands"),
        Event::SinceSaid { .. } => (Problems, "The customer said since when it is so"),
        Event::ItemSettled { .. } => (Problems, "One of several problems is solved"),
        Event::Unsure { .. } => (Problems, "It is not sure which unit is meant"),
        Event::AlarmRaised { .. } => (Problems, "An alarm was raised"),
        Event::Alarmed { .. } => (Problems, "People were called"),
        Event::Acknowledged { .. } => (Problems, "A person has it"),
        Event::WorkBegun { .. } => (Problems, "Work on it began"),
        Event::Asked { .. } => (Problems, "The customer was asked"),
        Event::CustomerAnswered { .. } => (Problems, "The customer answered"),
        Event::ChangeProposed { .. } => (Problems, "A change was proposed"),
        Event::ChangeAgreed { .. } => (Problems, "The change was agreed to"),
        Event::ChangeStarted { .. } => (Problems, "The change began"),
        Event::ChangeEnded { .. } => (Problems, "The change ended"),
        Event::Resolved { .. } => (Problems, "It is solved, says the desk"),
        Event::Settled { .. } => (Problems, "It was closed"),
        Event::Reopened { .. } => (Problems, "It was opened again"),
        Event::SeveritySet { .. } => (Problems, "How urgent it is was changed"),
        Event::Linked { .. } => (Problems, "It was linked"),
        Event::Transferred { .. } => (Problems, "It was handed on"),
        _ => return None,
    })
}
