//! A mail that belongs to a ticket: an answer, a correction, a withdrawal, or words.

use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, note};
use crate::desk::decide::moving::words::Wish;
use crate::desk::decide::request::{keep_secret, word};
use crate::desk::decide::stop::InWords;
use crate::desk::decide::weigh::{Verdict, weigh};
use crate::desk::decide::{
    Decision, answer, attempt, calendar, challenge, consent, gates, moving, notice, offer, pause, question, ready,
    request, stop,
};
use crate::desk::form::{self, FieldKey, Form};
use crate::desk::input::Kind;
use crate::desk::known::FoundTicket;
use crate::desk::letter::say::{Say, Unclear};
use crate::desk::phrase::Phrase;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Precheck;
use crate::desk::ticket::{ConsentChannel, Ending, Event, NoteKind, Status, Ticket};
use crate::desk::token::Brought;
use crate::desk::urgency::Tone;
use crate::phrase;

pub fn decide(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    if let Some(decision) = challenge::answered(case, ticket) {
        return decision;
    }
    let by_reference = matches!(case.known.ticket, FoundTicket::ByReference(_));
    let may_change = case.author.may_change(ticket);
    if stop::is_one(case) && claims_to_belong(case, ticket) && !(may_change && by_reference) {
        return stop::asked(case, ticket);
    }
    if !may_change {
        return another_time(case, ticket).unwrap_or_else(|| held(case, ticket));
    }
    if stop::is_one(case) {
        return withdraw(case, ticket);
    }
    if pause::is_asked(case, ticket) {
        return pause::asked(case, ticket);
    }
    if pause::still_stands(case, ticket) {
        return pause::consented_again(case, ticket);
    }
    if pause::is_ended(case, ticket) {
        return pause::ended(case, ticket);
    }
    if let Some(slot) = offer::picked(case, ticket) {
        return offer::accepted(case, ticket, slot);
    }
    if let Some(decision) = calendar::kept(case, ticket) {
        return decision;
    }
    if let Some(decision) = in_words(case, ticket) {
        return decision;
    }
    match case.input.forms.as_slice() {
        // a whole form for another unit, or after the work.
        _ if case.input.kind == Kind::Request && is_another(case, ticket) => request::decide(case),
        [form] => answered(case, ticket, form),
        _ if case.says_done() && draft_may_confirm(case, ticket) => reset_confirmed(case, ticket),
        // UT-43: thanks after the work need no reader and change nothing.
        _ if case.input.urgency.tone == Tone::Thanks && ticket.status.has_ended() => {
            note(case, ticket, NoteKind::Customer)
        }
        _ if case.says_yes() && matches!(case.known.token, Brought::Expired(_)) => too_late(case, ticket),
        _ if case.says_yes() || case.says_no() => {
            words(case, ticket, "The customer says yes or no, but no question is open here")
        }
        _ if ticket.status == Status::Blocked && !ticket.work.closed_ports.is_empty() => {
            let headline = match case.rules.desk.precheck {
                Precheck::ByDesk => "The customer answers about the closed ports: #precheck tests them again",
                _ => "The customer answers about the closed ports: please test again, #precheck ok or fail",
            };
            words(case, ticket, headline)
        }
        _ => words(case, ticket, "The customer wrote"),
    }
}

/// What a sentence asks for: nothing of it is guessed (0.3).
fn in_words(case: &Case<'_>, ticket: &Ticket) -> Option<Result<Decision, NotNow>> {
    // Lines that look like commands are text of a customer, and unclear at that (5.1).
    let commands = !case.input.commands.is_empty();
    if commands || case.input.kind == Kind::Request || !case.input.forms.is_empty() || ticket.status.has_ended() {
        return None;
    }
    match stop::in_words(case) {
        InWords::Clear => return Some(withdraw(case, ticket)),
        InWords::Unclear if ticket.status.is_before_start() => {
            // "Can't make it Tuesday, no need to cancel, Thursday 10:00?" is a wish.
            let wish = moving::asked(case, ticket).filter(|_| !offer::is_mixed(case, ticket));
            return Some(wish.unwrap_or_else(|| {
                question::ask(case, ticket, Unclear::Cancel, &crate::desk::phrase::Phrase::default())
            }));
        }
        InWords::Unclear | InWords::None => {}
    }
    if offer::is_mixed(case, ticket) {
        return Some(offer::unclear(case, ticket));
    }
    if case.says_yes() && confirms_a_call(case, ticket) {
        return Some(in_writing(case, ticket));
    }
    if let Some(decision) = moving::asked(case, ticket) {
        return Some(decision);
    }
    // Another wish in place of an offer or of a special time (UT-19, UT-20), or of
    // one that was refused.
    let asked = ticket.faults.contains_key(&FieldKey::UpgradeTime);
    let no_time = ticket.status == Status::NeedsInfo && asked;
    let waits = no_time || matches!(ticket.status, Status::SpecialReview | Status::AwaitingConsent);
    match moving::words::read(case, ticket).filter(|_| waits)? {
        Wish::Time { when, written, .. } => Some(answered(case, ticket, &moving::of_time(written, &when))),
        Wish::Unclear { text } => Some(question::ask(case, ticket, Unclear::Time, &text)),
        Wish::Day { .. } | Wish::Another { .. } => None,
    }
}

/// T2b: the written form of a consent that was given by telephone.
fn confirms_a_call(case: &Case<'_>, ticket: &Ticket) -> bool {
    let by_phone = ticket.consent().is_some_and(|consent| consent.channel == ConsentChannel::Phone);
    by_phone && case.author.consents() && ticket.status.is_before_start()
}

fn in_writing(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    if let (Some(row), Some(earlier)) = (case.author.proven_representative(), ticket.consent()) {
        let mut given = consent::recorded(case, ticket, row, ConsentChannel::Reply, earlier.scope.clone());
        given.extras = earlier.extras.clone();
        draft.happen(Event::Consented { consent: Box::new(given) })?;
    }
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters.push(notice::of(case, &draft, "The consent by telephone is confirmed in writing"));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("T2b", "the consent by telephone is confirmed in writing"));
    Ok(decision)
}

/// 2.3: who is on file of the company for the feedback only may ask for another
/// time; who may consent is asked. He changes nothing else.
fn another_time(case: &Case<'_>, ticket: &Ticket) -> Option<Result<Decision, NotNow>> {
    let row = case.author.proven_representative()?;
    if ticket.company.as_ref() != Some(&row.company) || !moving::can_move(ticket) || !case.input.commands.is_empty() {
        return None;
    }
    match case.input.forms.as_slice() {
        [] => moving::asked(case, ticket),
        [form] => {
            let only_time = form.fields.keys().all(|key| matches!(key, FieldKey::UpgradeTime | FieldKey::TimeZone));
            let wishes = only_time && form.fields.contains_key(&FieldKey::UpgradeTime);
            wishes.then(|| moving::by_form(case, ticket, &with_whole_time(case, ticket, form)))
        }
        _ => None,
    }
}

/// TC2: the right reference and the wrong sender change nothing; staff see it.
fn held(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.input.mail.address().unwrap_or("unknown").to_owned();
    let text = case.input.mail.own_text.clone();
    draft.happen(Event::Noted { kind: NoteKind::Unproven, by: by.clone(), text })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.why.push(Why::new("TC2", "the writer is not proven to be a representative of the ticket's company"));
    if notice::tells_again(case, &mut decision, &by) {
        let headline = "Somebody who may not act on this ticket wrote; nothing was changed";
        decision.letters.push(notice::of(case, &draft, headline));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}

fn draft_may_confirm(case: &Case<'_>, ticket: &Ticket) -> bool {
    let confirmed = Event::ResetConfirmed { by: String::new() };
    ticket.ended_at.is_some() && Draft::of(ticket, case.now).may(&confirmed)
}

/// T5e: recorded, and nobody need read it, unless there is more to read.
fn reset_confirmed(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted { kind: NoteKind::Customer, by: by.clone(), text: case.input.mail.own_text.clone() })?;
    draft.happen(Event::ResetConfirmed { by })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.why.push(Why::new("T5e", "the customer says that a new manager password is set"));
    if case.is_doubted() {
        decision.letters.push(notice::of(case, &draft, "The customer has set a new password, and wrote more"));
    }
    decision.changes.push(draft.into_change());
    Ok(decision)
}

fn claims_to_belong(case: &Case<'_>, ticket: &Ticket) -> bool {
    case.author.representative.is_some_and(|row| ticket.company.as_ref() == Some(&row.company))
}

/// T2e: consent is withdrawn at any time before the start, at once.
fn withdraw(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    let words = case.input.mail.own_text.clone();
    let mut decision = Decision::new(OutcomeWord::Cancelled, case.author.actor.clone());
    if ticket.status.is_before_start() {
        draft.happen(Event::Cancelled { ending: Ending::Withdrawn, by, words: words.clone() })?;
        let say = Say::Cancelled {
            serial: answer::serial(&ticket.form),
            window: answer::agreed_window(ticket, &case.world()),
            by_customer: true,
            words: Phrase::default(),
        };
        let people = answer::concerned(&draft.ticket, &case.world(), case.author.representative);
        decision.letters =
            people.into_iter().map(|row| answer::letter(row, &draft.ticket, say.clone(), case)).collect();
        decision.letters.push(notice::of(case, &draft, "WITHDRAWN by the customer: do not touch the unit"));
    } else {
        let stop = Event::StopAsked { by: by.clone() };
        decision.outcome = OutcomeWord::Note;
        let running = draft.may(&stop);
        draft.happen(if running { stop } else { Event::Noted { kind: NoteKind::Customer, by, text: words } })?;
        let headline = if running {
            "STOP asked during the work: decide at once, #rollback <why> or #continue <why>"
        } else {
            "The customer asked to stop, but the work has ended"
        };
        decision.letters.push(notice::of(case, &draft, headline));
    }
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("T2e", "the customer withdrew in his first line"));
    Ok(decision)
}

/// TC4: a yes after the day that its letter named.
fn too_late(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut decision = words(case, ticket, "The customer said yes too late; please see what he wants now")?;
    if let Some(row) = case.author.proven_representative().filter(|_| ticket.status.has_ended()) {
        let say = challenge::ended(
            ticket,
            phrase!("ended_too_late", "your answer came after the time that our letter named"),
        );
        decision.letters.insert(0, answer::letter(row, ticket, say, case));
    }
    Ok(decision)
}

/// Values came: only the fields that were answered change (UT-05, UT-13).
fn answered(case: &Case<'_>, ticket: &Ticket, form: &Form) -> Result<Decision, NotNow> {
    match ticket.status {
        // What stands in an unproven request is nobody's word: a proven person
        // confirms it only by saying all of it himself (TB6, TC13).
        Status::RepCheck if !gates::faults(form, case.rules).is_empty() => {
            return words(
                case,
                ticket,
                "A representative wrote about a request that is not proven; nothing was confirmed",
            );
        }
        // T5g: a new password is no other wish.
        Status::AwaitingConsent if only_password(form) => return new_password(case, ticket, form),
        Status::NeedsInfo | Status::RepCheck | Status::SpecialReview | Status::AwaitingConsent => {}
        Status::Denied if ticket.corrections < case.rules.counts.corrections_max => {}
        Status::Denied => return words(case, ticket, "Corrected once more; the automatic tries are used up"),
        Status::Scheduled | Status::QueuedAsap | Status::Ready | Status::Blocked if only_password(form) => {
            return new_password(case, ticket, form);
        }
        _ if moving::can_move(ticket) && form.fields.contains_key(&FieldKey::UpgradeTime) => {
            return moving::by_form(case, ticket, &with_whole_time(case, ticket, form));
        }
        _ if attempt::is_asked(ticket, form) => {
            return attempt::again(case, ticket, &with_whole_time(case, ticket, form));
        }
        _ => return words(case, ticket, "The customer sent values; nothing was changed by itself"),
    }
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Answered { form: with_whole_time(case, ticket, form), by: by.clone() })?;
    keep_secret(case, form, &mut draft)?;
    match ticket.status {
        Status::Denied => draft.happen(Event::Corrected)?,
        Status::RepCheck => {
            let row = case.author.proven_representative();
            draft.happen(Event::Confirmed { by, company: row.map(|row| row.company.clone()).unwrap_or_default() })?;
        }
        _ => {}
    }
    weighed(case, draft, Vec::new())
}

/// What follows from a draft that goes through its gates anew.
pub fn weighed(case: &Case<'_>, mut draft: Draft, mut why: Vec<Why>) -> Result<Decision, NotNow> {
    let verdict = weigh(case, &mut draft, &mut why)?;
    draft.settle(case.rules)?;
    let mut decision = Decision::new(word(&verdict), case.author.actor.clone());
    request::count_try(&mut decision, &draft, &verdict, case);
    let (letters, headline) = request::follow(case, &mut draft, &verdict, &mut why)?;
    decision.letters = letters;
    // Whoever had the work that did not reach its aim hears that it goes on (UT-47).
    let again = draft.ticket.work.attempt.is_some();
    if again || !matches!(verdict, Verdict::Missing { .. } | Verdict::Offered { .. }) {
        decision.letters.push(notice::of(case, &draft, &headline));
    }
    decision.changes.push(draft.into_change());
    decision.why = why;
    Ok(decision)
}

/// A time and its zone may come in different mails: they are read together, each
/// against the day on which it was written.
fn with_whole_time(case: &Case<'_>, ticket: &Ticket, form: &Form) -> Form {
    let mut form = form.clone();
    let rules = case.rules;
    form::settle(&mut form, &ticket.form, &rules.zones, &rules.hours.zone, ticket.opened_at, case.input.received);
    form
}

/// T5g: a new password is taken at any time before the start.
fn new_password(case: &Case<'_>, ticket: &Ticket, form: &Form) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Answered { form: form.clone(), by })?;
    keep_secret(case, form, &mut draft)?;
    draft.settle(case.rules)?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters = ready::cured(ticket.status, &draft, &case.world());
    let is_new = form.fields.contains_key(&FieldKey::ManagerPassword);
    let (headline, why) = if is_new {
        ("The customer sent a new manager password; it is sealed", "a new manager password replaced the old one")
    } else {
        ("The customer has said again whether the password was tested", "a new word about the test of the password")
    };
    decision.letters.push(notice::of(case, &draft, headline));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new(if is_new { "T5g" } else { "T5f" }, why));
    Ok(decision)
}

fn only_password(form: &Form) -> bool {
    let keys: Vec<FieldKey> = form.fields.keys().copied().collect();
    let about_it = |key: &FieldKey| matches!(key, FieldKey::ManagerPassword | FieldKey::PasswordTested);
    !keys.is_empty() && keys.iter().all(about_it)
}

fn words(case: &Case<'_>, ticket: &Ticket, headline: &str) -> Result<Decision, NotNow> {
    let mut decision = note(case, ticket, NoteKind::Customer)?;
    let draft = Draft::of(ticket, case.now);
    decision.letters.push(notice::of(case, &draft, headline));
    decision.why.push(Why::new("2.3", "words on an open ticket: staff read them"));
    Ok(decision)
}

/// A form that is no answer here: of another unit, or when the work is over.
fn is_another(case: &Case<'_>, ticket: &Ticket) -> bool {
    let whole = case.input.forms.iter().any(|form| form.fields.contains_key(&FieldKey::UnitSerial));
    (whole && ticket.status.has_ended()) || is_another_unit(case, ticket)
}

fn is_another_unit(case: &Case<'_>, ticket: &Ticket) -> bool {
    let named = case.input.forms.iter().filter_map(|form| form.text(FieldKey::UnitSerial));
    let mut serials = named.peekable();
    // A correction of a denied or unclear serial is not another unit.
    let corrects = matches!(ticket.status, Status::Denied | Status::NeedsInfo | Status::RepCheck);
    serials.peek().is_some() && !corrects && serials.all(|serial| serial != ticket.serial())
}
