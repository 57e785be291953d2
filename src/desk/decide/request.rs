//! A request form: a ticket for each unit, weighed, answered by one letter.

use crate::desk::access::Actor;
use crate::desk::bookings::Booking;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::mail::{Case, neutral_note, unknown_sender};
use crate::desk::decide::weigh::{Verdict, weigh};
use crate::desk::decide::{Decision, answer, attempt, challenge, language, notice, ticket_id};
use crate::desk::form::{FieldKey, Form, Value};
use crate::desk::known::{FoundTicket, Tally, UnitKnown};
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::ticket::{Event, NoteKind, Requester, Status, Ticket, TicketId, TicketKind};

/// A ticket of this mail with what became of it.
pub struct Weighed {
    pub draft: Draft,
    pub verdict: Verdict,
}

pub fn decide(case: &Case<'_>) -> Result<Decision, NotNow> {
    if let Some(ticket) = already_open(case) {
        return again(case, ticket);
    }
    let is_on_file = case.author.representative.is_some();
    if !is_on_file && !names_a_known_unit(case) {
        return Ok(unknown_sender(case));
    }
    let mut why = Vec::new();
    let mut weighed = Vec::new();
    // F-17: what one unit gets, the next one cannot have.
    let mut agreed: Vec<Booking> = Vec::new();
    for (number, form) in (case.known.next_ticket..).zip(&case.input.forms) {
        let mut draft = open(case, form, number)?;
        let beside = Case { agreed: &agreed, ..case.again() };
        let verdict = weigh(&beside, &mut draft, &mut why)?;
        draft.settle(case.rules)?;
        agreed.extend(Booking::of(&draft.ticket));
        weighed.push(Weighed { draft, verdict });
    }
    let mut decision = Decision::new(outcome(&weighed), case.author.actor.clone());
    let one_only = weighed.len() == 1;
    if !one_only {
        decision.letters = answer::summary(case, &weighed).into_iter().collect();
    }
    let mut notices = Vec::new();
    for Weighed { mut draft, verdict } in weighed {
        count_try(&mut decision, &draft, &verdict, case);
        let (letters, headline) = follow(case, &mut draft, &verdict, &mut why)?;
        let headline = headline + &beside(case, &draft.ticket);
        // Of several units one letter tells all (F-17), but each is confirmed.
        let asks = |letter: &Letter| matches!(letter.say, Say::Confirm { .. });
        let nobody_asked = matches!(verdict, Verdict::RepCheck { .. }) && !letters.iter().any(asks);
        decision.letters.extend(letters.into_iter().filter(|letter| one_only || asks(letter)));
        if nobody_asked && !notice::tells_again(case, &mut decision, whose_name(case)) {
            continue;
        }
        notices.push(notice::of(case, &draft, &headline));
        decision.changes.push(draft.into_change());
    }
    if decision.changes.is_empty() {
        return Ok(too_many(case, decision));
    }
    decision.letters.extend(neutral_note(case));
    decision.letters.extend(notices);
    decision.why.splice(..0, why);
    Ok(decision)
}

/// TE3: in this name people were asked, and then told, as often as a day allows.
/// Further requests that nobody vouches for wait where staff can release them,
/// and fill neither the store nor the list of tickets.
fn too_many(case: &Case<'_>, decision: Decision) -> Decision {
    let detail = format!("more unproven requests in the name of {} than a day allows", whose_name(case));
    let why = Why::new("TE3", "nobody can be asked to confirm it today, and staff were told often enough");
    let mut kept = Decision::quarantine(decision.actor, "too_many_unproven", detail, why);
    kept.letters = decision.letters;
    kept.letters.extend(neutral_note(case));
    kept.why.splice(..0, decision.why);
    kept
}

/// In whose name an unproven request comes: of those on file whom it concerns. A
/// flood of them is told to staff a few times, not ten thousand (TE3).
fn whose_name<'a>(case: &'a Case<'_>) -> &'a str {
    let row = case.author.representative.or(case.known.representatives.first());
    row.map_or("", |row| row.address.as_str())
}

/// The letters about one ticket, and the first line of the notice to staff. A
/// request that nobody proved is put to the people on file (UT-10); who gets
/// that letter gets no other one (decisions 9).
pub fn follow(
    case: &Case<'_>,
    draft: &mut Draft,
    verdict: &Verdict,
    why: &mut Vec<Why>,
) -> Result<(Vec<Letter>, String), NotNow> {
    if !matches!(verdict, Verdict::RepCheck { .. }) {
        return Ok((answer::of_one(case, draft, verdict), headline(verdict).to_owned()));
    }
    let mut letters = challenge::ask(case, draft, why)?;
    let headline = challenge::headline(&letters, case.rules);
    let asked = |letter: &Letter| letters.iter().any(|ask| ask.to == letter.to);
    let others: Vec<Letter> =
        answer::of_one(case, draft, verdict).into_iter().filter(|letter| !asked(letter)).collect();
    letters.extend(others);
    Ok((letters, headline))
}

/// TD1: data that did not agree is counted for the company that sent it.
pub fn count_try(decision: &mut Decision, draft: &Draft, verdict: &Verdict, case: &Case<'_>) {
    let company = case.author.proven_representative().map(|row| row.company.clone()).or(draft.ticket.company.clone());
    if let (Verdict::Denied { .. }, Some(company)) = (verdict, company) {
        decision.count(Tally::DataTry, &company);
        decision.count(Tally::UnitTry, draft.ticket.serial());
    }
}

pub fn open(case: &Case<'_>, form: &Form, number: u64) -> Result<Draft, NotNow> {
    // UT-47: a whole form in answer to the feedback of work that missed its aim.
    let before = match &case.known.ticket {
        FoundTicket::ByReference(ticket) if form.text(FieldKey::UnitSerial) == Some(ticket.serial()) => {
            attempt::of(ticket)
        }
        _ => None,
    };
    open_as(case, form, number, before)
}

/// The same as another attempt of an upgrade before.
pub fn open_as(case: &Case<'_>, form: &Form, number: u64, attempt: Option<(TicketId, u32)>) -> Result<Draft, NotNow> {
    let id = ticket_id(TicketKind::Upgrade, number, case.now, case.rules);
    let first = ticket_id(TicketKind::Upgrade, case.known.next_ticket, case.now, case.rules);
    let identity = case.input.mail.identity.as_ref().ok();
    let opened = Event::Opened {
        requester: Requester {
            address: identity.map(|identity| identity.address.clone()).unwrap_or_default(),
            name: identity.map(|identity| identity.name.clone()).unwrap_or_default(),
            on_file: case.author.representative.is_some(),
            language: language::written(&case.input.mail, case.rules),
        },
        company: case.author.proven_representative().map(|row| row.company.clone()),
        form: form.clone(),
        parent: (id != first).then_some(first),
        received: case.input.received,
        attempt,
    };
    let mut draft = Draft::open(&id, opened, case.now)?;
    let denied = earlier(case, &draft.ticket).find(|other| other.status == Status::Denied);
    if let Some(denied) = denied {
        draft.happen(Event::Resubmitted { of: denied.id.clone() })?;
    }
    keep_secret(case, form, &mut draft)?;
    Ok(draft)
}

/// Requests of the same proven company for the same unit, before their start.
fn earlier<'a>(case: &Case<'a>, ticket: &Ticket) -> impl Iterator<Item = &'a Ticket> {
    let (company, serial) = (ticket.company.clone(), ticket.serial().to_owned());
    let is_one = move |other: &&Ticket| company.is_some() && other.company == company && other.serial() == serial;
    case.known.same_unit.iter().filter(is_one)
}

/// UT-16 and UT-44: what staff should know of other requests for the unit.
fn beside(case: &Case<'_>, ticket: &Ticket) -> String {
    let of = ticket.resubmission_of.as_ref().map(|of| format!("; resubmission of {of}")).unwrap_or_default();
    let open = earlier(case, ticket).find(|other| other.status != Status::Denied && other.id != ticket.id);
    let twice = open.map(|other| format!("; the same request as {0}? Then: #merge {0}", other.id)).unwrap_or_default();
    of + &twice
}

/// The sealed password of this mail now belongs to the ticket.
pub fn keep_secret(case: &Case<'_>, form: &Form, draft: &mut Draft) -> Result<(), NotNow> {
    let Some(Value::Sealed(index)) = form.value(FieldKey::ManagerPassword) else { return Ok(()) };
    let Some(secret) = case.input.secrets.get(*index) else { return Ok(()) };
    draft.happen(Event::SecretKept { secret: secret.clone() })
}

/// the same request once more, by another Message-ID.
fn already_open<'a>(case: &Case<'a>) -> Option<&'a Ticket> {
    let row = case.author.proven_representative()?;
    let [form] = case.input.forms.as_slice() else { return None };
    case.known.same_unit.iter().find(|ticket| {
        ticket.company.as_ref() == Some(&row.company)
            && ticket.status.is_before_start()
            && same_wish(&ticket.form, form)
    })
}

fn same_wish(one: &Form, other: &Form) -> bool {
    use FieldKey::{Asap, UnitIp, UnitMac, UnitSerial, UnitVersion, UpgradeTime};
    [UnitSerial, UnitMac, UnitIp, UnitVersion, UpgradeTime, Asap].iter().all(|key| one.value(*key) == other.value(*key))
}

fn again(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.author.actor.name().to_owned();
    draft.happen(Event::Noted { kind: NoteKind::Customer, by, text: "the same request was sent again".to_owned() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.letters.extend(answer::already_open(case, &draft));
    decision.changes.push(draft.into_change());
    decision.why.push(Why::new("R-31", format!("the same wish for this unit is open as {}", ticket.id)));
    Ok(decision)
}

fn names_a_known_unit(case: &Case<'_>) -> bool {
    let mut named = case.input.units.serials.iter().filter_map(|serial| case.known.units.get(serial));
    named.any(|unit| matches!(unit, UnitKnown::Of(_)))
}

/// TG6: an empty register denies nobody. The request waits, staff are told.
pub fn register_is_empty(case: &Case<'_>) -> Result<Decision, NotNow> {
    let mut decision = Decision::new(OutcomeWord::Hold, Actor::Unknown);
    for (number, form) in (case.known.next_ticket..).zip(&case.input.forms) {
        let mut draft = open(case, form, number)?;
        draft.happen(Event::Unproven { because: vec!["the register is empty".to_owned()] })?;
        decision.letters.push(notice::of(case, &draft, "The register is empty: nobody can be checked"));
        decision.changes.push(draft.into_change());
    }
    if decision.changes.is_empty() {
        let why = Why::new("TG6", "the register is empty: the sender cannot be looked up");
        let mut kept = Decision::quarantine(Actor::Unknown, "register_is_empty", "import the register", why);
        kept.letters.push(notice::without_ticket(case, "The register is empty: nobody can be checked"));
        return Ok(kept);
    }
    decision.why.push(Why::new("TG6", "the register is empty: nobody is denied, the request waits"));
    Ok(decision)
}

/// With several units the first one's word; each ticket has its own state.
fn outcome(weighed: &[Weighed]) -> OutcomeWord {
    weighed.first().map_or(OutcomeWord::New, |one| word(&one.verdict))
}

pub fn word(verdict: &Verdict) -> OutcomeWord {
    match verdict {
        Verdict::Missing { .. } => OutcomeWord::NeedsInfo,
        Verdict::RepCheck { .. } => OutcomeWord::RepCheck,
        Verdict::Held { .. } => OutcomeWord::Hold,
        Verdict::Denied { .. } => OutcomeWord::Denied,
        Verdict::Scheduled { .. } => OutcomeWord::Scheduled,
        Verdict::Asap => OutcomeWord::QueuedAsap,
        Verdict::Outside { .. } => OutcomeWord::SpecialReview,
        Verdict::Offered { .. } => OutcomeWord::Offered,
    }
}

/// The first line of the staff notice.
pub fn headline(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Missing { .. } => "Request with open points; the customer was asked",
        Verdict::Held { .. } => "HELD: too many wrong serials, MACs or IPs of this company today; #remind or call",
        Verdict::RepCheck { .. } => "Request that waits for proof; the writer is not confirmed",
        Verdict::Denied { .. } => "Request denied by the checks; the customer was told",
        Verdict::Scheduled { .. } => "Checked request, scheduled; please take it",
        Verdict::Asap => "Checked request, as soon as possible; please take it and schedule it",
        Verdict::Outside { .. } => "Checked request outside business hours; special arrangement needed",
        Verdict::Offered { .. } => "Checked request whose time is not possible; other times were offered",
    }
}
