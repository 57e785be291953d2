//! TA13: "from now on use boss@…". Contacts are never changed by mail: the register
//! stays, people verify it, and everybody on file is told.

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::{Decision, notice, warning};
use crate::desk::input::Kind;
use crate::desk::letter::say::Tried;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{NoteKind, Ticket};

const HEADLINE: &str = "TASK: another contact was asked for. The register is unchanged: verify it by the phone on file";

/// Words of somebody on file that ask for another contact.
pub fn is_asked(case: &Case<'_>) -> bool {
    let words = matches!(case.input.kind, Kind::Reply | Kind::Question);
    let text = case.input.mail.own_text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase();
    let asks = || case.rules.classify.contact.iter().any(|phrase| text.contains(phrase.as_str()));
    words && case.author.representative.is_some() && asks()
}

/// A task for staff; `ticket`: the one that the mail answers.
pub fn asked(case: &Case<'_>, ticket: Option<&Ticket>) -> Result<Decision, NotNow> {
    let why = Why::new("TA13", "contacts are never changed by mail");
    let mut decision = match ticket {
        Some(ticket) => {
            let proven = case.author.may_change(ticket);
            let mut decision = note(case, ticket, if proven { NoteKind::Customer } else { NoteKind::Unproven })?;
            let draft = Draft::of(ticket, case.now);
            decision.letters.push(notice::alert(case, &draft, HEADLINE));
            decision.why.push(why);
            decision
        }
        None => {
            let actor = case.author.actor.clone();
            // It waits there until somebody has dealt with it.
            let mut kept = Decision::quarantine(actor, "contact_change", "another contact was asked for", why);
            kept.outcome = OutcomeWord::Note;
            kept.letters.push(notice::without_ticket(case, HEADLINE));
            kept
        }
    };
    if let Some(row) = case.author.proven_representative() {
        let colleagues = case.known.representatives.iter().filter(|other| other.company == row.company);
        decision.letters.extend(warning::letters(case, None, colleagues, Tried::Contact));
    }
    Ok(decision)
}
