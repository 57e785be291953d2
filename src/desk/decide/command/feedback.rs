//! Commands about the official feedback: its words, its issues, and the letters
//! that follow from all commands of a mail together (T6).

use super::{Effects, Refusal, me, own};
use crate::desk::decide::draft::Draft;
use crate::desk::decide::feedback;
use crate::desk::decide::mail::Case;
use crate::desk::ticket::{Event, Issue, Outcome, Status, Ticket};

/// `#feedback`.
pub(super) fn words(case: &Case<'_>, draft: &mut Draft, text: &str) -> Result<String, Refusal> {
    own(case, draft)?;
    if text.trim().is_empty() {
        return Err(Refusal("there is no text".to_owned()));
    }
    if draft.ticket.has_feedback_letter() {
        return Err(Refusal("the official feedback has been sent already; use #reply, or #lateissue".to_owned()));
    }
    draft.happen(Event::FeedbackWritten { text: text.trim().to_owned(), by: me(case) })?;
    Ok("the words stand in the official feedback".to_owned())
}

/// `#issue`. What is found when the feedback has been written is a late one.
pub(super) fn issue(case: &Case<'_>, draft: &mut Draft, issue: &Issue) -> Result<String, Refusal> {
    if draft.ticket.status.has_ended() || draft.ticket.has_feedback_letter() {
        return late(draft, &Issue { late: true, ..issue.clone() });
    }
    draft.happen(Event::IssueFound { issue: issue.clone(), by: me(case) })?;
    Ok("the issue stands in the official feedback".to_owned())
}

/// `#lateissue` (UT-42): also when the ticket is closed.
pub(super) fn late(draft: &mut Draft, issue: &Issue) -> Result<String, Refusal> {
    if draft.ticket.status == Status::FeedbackDue && !draft.ticket.has_feedback_letter() {
        let way_out = "the official feedback has not been written yet: #issue after <text> puts it there";
        return Err(Refusal(way_out.to_owned()));
    }
    draft.happen(Event::LateIssue { issue: issue.clone() })?;
    Ok("the customer gets a supplement to the official feedback".to_owned())
}

/// PT-19: a problem that the upgrade caused. Whom the supplement goes to.
pub(super) fn late_of_problem(
    case: &Case<'_>,
    upgrade: &Ticket,
    effects: &mut Effects,
    issue: &Issue,
) -> Result<String, Refusal> {
    if upgrade.issues.iter().any(|told| told.text == issue.text) {
        return Err(Refusal(format!("the official feedback of {} tells this issue already", upgrade.id)));
    }
    let mut linked = Draft::of(upgrade, case.now);
    late(&mut linked, &Issue { after: true, late: true, ..issue.clone() })
        .map_err(|Refusal(text)| Refusal(format!("{}: {text}", upgrade.id)))?;
    let to = supplement(case, effects, &linked)?;
    effects.changes.push(linked.into_change());
    Ok(to)
}

/// One supplement for all late issues of this mail (decisions 9).
fn supplement(case: &Case<'_>, effects: &mut Effects, draft: &Draft) -> Result<String, Refusal> {
    let late = draft.events().iter().filter_map(|event| match event {
        Event::LateIssue { issue } => Some(issue.clone()),
        _ => None,
    });
    let letters = feedback::supplement(&draft.ticket, late.collect(), &case.world());
    let to = letters.first().map(|letter| letter.to.address().to_owned());
    let to = to.ok_or_else(|| Refusal("nobody on file can get the official feedback".to_owned()))?;
    effects.letters.extend(letters);
    Ok(to)
}

impl Effects {
    /// What follows from all commands together: the official feedback, once,
    /// when the work has ended and its words are there (T6, UT-38).
    pub fn conclude(&mut self, case: &Case<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        self.report_change(case, draft);
        if draft.events().iter().any(|event| matches!(event, Event::LateIssue { .. })) {
            return supplement(case, self, draft).map(|_| ());
        }
        let ticket = &draft.ticket;
        let touched =
            draft.events().iter().any(|event| matches!(event, Event::Finished { .. } | Event::FeedbackWritten { .. }));
        let Some(outcome) = ticket.outcome.filter(|_| touched && ticket.status == Status::FeedbackDue) else {
            return Ok(());
        };
        let needs_words = !matches!(outcome, Outcome::Success | Outcome::SuccessWithIssues);
        if ticket.has_feedback_letter() || (needs_words && ticket.closing_words.is_empty()) {
            return Ok(());
        }
        // UT-39: the problem that this work opened in the same mail.
        let problem = self.changes.iter().find(|change| change.ticket.0.starts_with("PR-"));
        let problem = problem.map(|change| change.ticket.0.clone()).unwrap_or_default();
        let letters = feedback::letters(ticket, &problem, &case.world());
        if letters.is_empty() {
            let way_out = "nobody on file can get the official feedback; the register must name a contact first";
            return Err(Refusal(way_out.to_owned()));
        }
        self.letters.extend(letters);
        Ok(())
    }
}
