//! TC9: a command counts when its mail brings back a notice of the ticket that
//! went to this person or to the desk's list. Nobody can guess its Message-ID or
//! its reply address, and a tag in the subject is no proof of having seen it.

use crate::desk::decide::mail::Case;
use crate::desk::known::LetterKnown;
use crate::desk::letter::Template;
use crate::desk::ticket::{Ticket, subject_tag};

/// `Err`: what is missing, in the agent's words.
pub fn is_brought(case: &Case<'_>, ticket: &Ticket) -> Result<(), String> {
    let named = subject_tag(&case.input.mail.subject).filter(|named| *named != ticket.id);
    if let Some(named) = named {
        return Err(format!("the subject names {named}, but the notice that you answer is about {}", ticket.id));
    }
    let answered = || case.known.answered.iter().map(|answered| &answered.letter).filter(|letter| letter.for_staff);
    if answered().any(|letter| letter.ticket.as_ref() == Some(&ticket.id) && is_his(case, letter)) {
        return Ok(());
    }
    let way_out = format!("reply to a notice of {} that went to you or to {}", ticket.id, desk(case));
    Err(match answered().next() {
        Some(other) if other.ticket.as_ref() != Some(&ticket.id) => {
            format!("the notice that you answer is about another ticket; {way_out}")
        }
        Some(other) => format!("the notice that you answer went to {}; {way_out}", other.to),
        None => format!("your mail answers no notice; {way_out}"),
    })
}

/// The same for a notice about a mail that belongs to no ticket.
pub fn is_of_no_ticket(case: &Case<'_>) -> bool {
    let answered = case.known.answered.iter().map(|answered| &answered.letter);
    answered.into_iter().any(|letter| letter.for_staff && letter.ticket.is_none() && is_his(case, letter))
}

/// Forwarded notices of colleagues are not his: whoever forwards one does not
/// hand over his place.
fn is_his(case: &Case<'_>, letter: &LetterKnown) -> bool {
    let own = case.author.staff.map(|staff| staff.address.as_str());
    let lists = [desk(case), case.rules.escalation.last_address.as_str()];
    own.into_iter().chain(lists).any(|address| address.eq_ignore_ascii_case(&letter.to))
}

fn desk<'a>(case: &'a Case<'_>) -> &'a str {
    &case.rules.access.desk_address
}

/// For what changes the desk and no ticket: any notice to him or the list will do,
/// so that nobody who only writes in his name can (TC9).
pub fn some_notice_is_brought(case: &Case<'_>) -> Result<(), String> {
    let mut notices = case.known.answered.iter().map(|answered| &answered.letter).filter(|letter| letter.for_staff);
    if notices.any(|letter| is_his(case, letter)) {
        return Ok(());
    }
    let desk = desk(case);
    Err(format!("your mail answers no notice; send #rota or #board, and answer what comes, or a mail to {desk}"))
}

/// Numbers of the letters of this kind about the desk, to him or the list, that he
/// answers.
pub fn desk_letters(case: &Case<'_>, template: Template) -> Vec<u64> {
    let letters = case.known.answered.iter().map(|answered| &answered.letter);
    let is_one = |letter: &&LetterKnown| letter.template == template.name() && is_his(case, letter);
    letters.filter(is_one).map(|letter| letter.no).collect()
}
