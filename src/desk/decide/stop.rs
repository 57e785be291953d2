//! TC11: a stop in a representative's name that nobody proved, or that only a tag
//! in the subject ties to the ticket. It pauses and calls people; it never ends
//! anything (decisions 14).

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::Case;
use crate::desk::decide::moving::words;
use crate::desk::decide::{Decision, answer, notice, warning};
use crate::desk::known::{FoundTicket, Tally};
use crate::desk::letter::say::Tried;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Cause, Event, NoteKind, Status, Ticket};

/// The first line of the own text says no more than a word of withdrawal,
/// perhaps with the number of the ticket.
pub fn is_one(case: &Case<'_>) -> bool {
    let line = case.first_line();
    let line = if line.is_empty() { case.input.mail.subject.to_lowercase() } else { line };
    let is_id = |word: &&str| {
        let word = word.trim_matches(['[', ']', ':', '.', ',', '!']);
        word.starts_with("up-") || word.starts_with("pr-")
    };
    let words: Vec<&str> = line.split_whitespace().filter(|word| !is_id(word)).collect();
    case.rules.classify.withdraw.contains(&words.join(" ").trim_end_matches(['.', '!', ',']).to_owned())
}

/// A withdrawal in a sentence; `Unclear`: it asks, denies or sets a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InWords {
    None,
    Clear,
    Unclear,
}

/// UT-30: "please cancel the upgrade, the office moves". Looked for in the first
/// sentences, where people say what they want.
pub fn in_words(case: &Case<'_>) -> InWords {
    const SENTENCES_MAX: usize = 6;
    let classify = &case.rules.classify;
    let text = words::plain(&case.input.mail.own_text);
    let sentences = text.split_inclusive(['.', '!', '?', ';']).take(SENTENCES_MAX);
    let says: Vec<&str> = sentences.filter(|sentence| words::has(sentence, &classify.cancels)).collect();
    let [said] = says.as_slice() else {
        return if says.is_empty() { InWords::None } else { InWords::Unclear };
    };
    // The words of the phrase itself ("please don't upgrade") make nothing unclear.
    let longest = classify.cancels.iter().filter(|phrase| words::has(said, std::slice::from_ref(phrase)));
    let phrase = longest.max_by_key(|phrase| phrase.len()).map_or("", String::as_str);
    let rest = said.replacen(phrase, " ", 1);
    // One word counts beside the phrase, several ("no cancelen") with it.
    let (several, one): (Vec<String>, Vec<String>) =
        classify.conditions.iter().cloned().partition(|words| words.contains(' '));
    let doubted = words::has(&rest, &one) || words::has(said, &several);
    let moves = words::has(&text, &classify.moves);
    if doubted || moves || text.contains('?') { InWords::Unclear } else { InWords::Clear }
}

/// The upgrade of the writer's company that a stop means: by the tag, or named
/// in its words.
pub fn meant<'a>(case: &Case<'a>) -> Option<&'a Ticket> {
    let company = case.author.representative.map(|row| &row.company)?;
    let of_company = |ticket: &&Ticket| ticket.company.as_ref() == Some(company) && ticket.problem.is_none();
    if let FoundTicket::ByTag(ticket) = &case.known.ticket {
        return Some(ticket.as_ref()).filter(of_company);
    }
    let mut named = case.known.named.values().filter(of_company);
    named.next().filter(|_| named.next().is_none())
}

/// Pauses what is planned, a few times a day; people call.
pub fn asked(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.input.mail.address().unwrap_or("unknown").to_owned();
    let proven = case.author.may_change(ticket);
    let kind = if proven { NoteKind::Customer } else { NoteKind::Unproven };
    draft.happen(Event::Noted { kind, by: by.clone(), text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    let max = case.rules.counts.unproven_stops_per_day_max;
    if case.known.tallies.of(Tally::Stop, &by) >= max {
        decision.why.push(Why::new("TC11", format!("{max} stops in this name in 24 hours: only noted")));
        decision.changes.push(draft.into_change());
        return Ok(decision);
    }
    let how = if proven { "without an answer to a letter of ours" } else { "not proven" };
    let pause = Event::Blocked { why: format!("{by} ({how}) asked to stop"), cause: Cause::Hold };
    let paused = draft.may(&pause);
    if paused {
        draft.happen(Event::HoldAsked { by: by.clone() })?;
        draft.happen(pause)?;
    }
    let running = matches!(ticket.status, Status::InProgress | Status::Verifying);
    let headline = match (paused, running) {
        (true, _) => format!("PAUSED: {by} ({how}) asked to stop; please call the customer"),
        (false, true) => format!("STOP asked during the work by {by} ({how}): call the customer now"),
        (false, false) => format!("{by} ({how}) asked to stop; nothing was cancelled: please call the customer"),
    };
    let people = answer::consenting(ticket, &case.world()).into_iter().chain(case.author.representative);
    let what = if paused { Tried::Paused } else { Tried::Stop };
    decision.letters = warning::letters(case, Some(ticket), people, what);
    decision.letters.push(notice::of(case, &draft, &headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("TC11", format!("a stop, {how}: a pause and a call, nothing is cancelled")));
    decision.count(Tally::Stop, &by);
    Ok(decision)
}
