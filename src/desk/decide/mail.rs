//! A mail: who wrote it comes first, then what it is.

use jiff::Timestamp;

use crate::desk::access::{Actor, Author, Recipient, author};
use crate::desk::bookings::Booking;
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::problem::{self, link};
use crate::desk::decide::{
    Decision, World, bounce, calendar, caps, contact, escalate, hold, likeness, notice, office, own, page, released,
    reply, request, staff, stop, warning,
};
use crate::desk::input::{Kind, MailInput};
use crate::desk::known::{Duplicate, FoundTicket, Known};
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::Say;
use crate::desk::mail::proof::own::Policy;
use crate::desk::mail::{AutomaticSign, IdentityFault, Mail, Proof};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::rules::Rules;
use crate::desk::ticket::{Event, NoteKind, Status, Ticket, TicketKind};
use crate::desk::token::{Brought, reply_address};
use crate::desk::urgency::Tone;

/// All that a decision about one mail stands on.
pub struct Case<'a> {
    pub input: &'a MailInput,
    pub known: &'a Known,
    pub rules: &'a Rules,
    pub now: Timestamp,
    pub author: Author<'a>,
    /// A representative on file has confirmed the request (UT-11).
    pub confirmed: bool,
    /// Windows that this very mail agrees to (F-17).
    pub agreed: &'a [Booking],
}

impl<'a> Case<'a> {
    pub fn world(&self) -> World<'a> {
        World { known: self.known, now: self.now, rules: self.rules, agreed: self.agreed }
    }

    /// The same, to be changed.
    pub fn again(&self) -> Case<'a> {
        Case { author: self.author.clone(), ..*self }
    }

    /// The first own line in lower case, without marks at its end.
    pub fn first_line(&self) -> String {
        let lines = self.input.mail.own_text.lines().map(str::trim);
        let first = lines.into_iter().find(|line| !line.is_empty()).unwrap_or("");
        first.trim_end_matches(['.', '!', ',']).trim().to_lowercase()
    }

    pub fn says_yes(&self) -> bool {
        self.rules.classify.yes.contains(&self.first_line()) && !self.is_doubted()
    }

    /// What stands below the first own line may take it back (TC5): "yes", and
    /// then "but not on Friday".
    pub fn is_doubted(&self) -> bool {
        let mut lines = self.input.mail.own_text.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
        lines.any(|line| {
            let line = line.to_lowercase().replace('\u{2019}', "'");
            let plain = |text: String, courtesy: &String| text.replace(courtesy.as_str(), " ");
            let line = self.rules.classify.courtesies.iter().fold(line, plain);
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '\'');
            line.contains('?') || words.any(|word| self.rules.classify.doubt.iter().any(|doubt| doubt == word))
        })
    }

    /// T5e: "done" as the answer to M-20.
    pub fn says_done(&self) -> bool {
        self.rules.classify.done.contains(&self.first_line())
    }

    pub fn says_no(&self) -> bool {
        self.rules.classify.no.contains(&self.first_line())
    }

    /// Proven to be a machine's. A list header alone does not make a proven
    /// representative's mail one (decisions 16).
    pub fn is_machine(&self) -> bool {
        let signs = &self.input.mail.automatic_because;
        let only_bulk = signs.iter().all(|sign| *sign == AutomaticSign::Bulk);
        let person = only_bulk && self.author.proven_representative().is_some();
        !signs.is_empty() && !person
    }
}

pub fn decide(input: &MailInput, known: &Known, now: Timestamp, rules: &Rules) -> Decision {
    let author = author(input, known, rules, now);
    // Whoever let a mail out of quarantine says that it is worth a look, and no more.
    let author = if known.pass.is_some() { author.unproven() } else { author };
    let case = Case { input, known, rules, now, author, confirmed: false, agreed: &[] };
    let actor = case.author.actor.clone();
    let mut decision = by_sender(&case).unwrap_or_else(|refused| {
        // The life-cycle refused what this module tried: a fault of ours, kept for people.
        let fact = format!("{} is not possible in {}", refused.event, refused.status.name());
        Decision::quarantine(actor, "not_possible_now", fact.clone(), Why::new("2.2", fact))
    });
    office::news::subscribed(&case, &mut decision);
    if let (Brought::OfAnother { person, .. }, FoundTicket::ByReference(ticket), OutcomeWord::Note) =
        (&known.token, &known.ticket, decision.outcome)
        && known.pass.is_none()
        && !case.is_machine()
    {
        decision.letters.extend(warning::token_of_another(&case, ticket, person));
        decision.why.push(Why::new("TC4", format!("the token went to {person}; it stays unused")));
    }
    decision = hold::called(&case, decision);
    escalate::asked(&case, &mut decision);
    likeness::warn(&case, &mut decision);
    notice::offer_release(&mut decision);
    if known.another_had_its_id() {
        decision.why.push(Why::new("TC8", "another mail had this Message-ID; both are handled"));
    }
    if case.author.staff.is_none() {
        caps::apply(&case, &mut decision);
    }
    if case.is_machine() {
        // The one place where answers to machines are dropped (decisions 16).
        let address = input.mail.address().unwrap_or("");
        decision.letters.retain(|letter| !letter.to.address().eq_ignore_ascii_case(address));
    }
    decision
}

fn by_sender(case: &Case<'_>) -> Result<Decision, NotNow> {
    if let Some(pass) = &case.known.pass {
        return released::decide(case, pass);
    }
    let mail = &case.input.mail;
    let actor = &case.author.actor;
    // The bytes of a held mail are known, and yet to be decided about.
    let is_held = case.known.held.is_some();
    if let Some(duplicate) = case.known.duplicate.filter(|how| !(is_held && *how == Duplicate::SameBytes)) {
        return Ok(Decision::duplicate(actor.clone(), duplicate));
    }
    if let Some(report) = mail.report.as_ref().filter(|_| case.input.kind == Kind::Bounce) {
        return bounce::decide(case, report);
    }
    if let Err(fault) = mail.identity {
        return Ok(page::called(case, nobody(mail, fault)));
    }
    if mail.address().is_some_and(|address| reply_address::is_ours(address, &case.rules.desk)) {
        let why = Why::new("TE2", "the mail says that we wrote it ourselves");
        return Ok(Decision::quarantine(actor.clone(), "our_own_address", "From is our own mailbox", why));
    }
    // A forged command is worth an alarm inside; everything else forged is silent (TC9).
    let commands = case.author.staff.is_some() && !case.input.commands.is_empty();
    if case.input.proof == Proof::Fail && !commands {
        let why = Why::new("UT-02", "the sender's domain says that this mail is forged");
        return Ok(page::called(
            case,
            Decision::quarantine(Actor::Unknown, "authentication_failed", forged(case), why),
        ));
    }
    if hold::waits(case) {
        return Ok(hold::decide(case));
    }
    if let Some(decision) = calendar::decide(case).filter(|_| case.author.staff.is_none()) {
        return decision;
    }
    if case.is_machine() {
        return automatic(case);
    }
    if case.author.staff.is_some() {
        return staff::decide(case);
    }
    if office::news::is_unsubscribing(case) {
        return Ok(office::news::unsubscribed(case));
    }
    if case.known.register_is_empty {
        return request::register_is_empty(case);
    }
    if let Some(ticket) = own::of(case).filter(|_| !contact::is_asked(case)) {
        return own::decide(case, ticket);
    }
    match (&case.known.ticket, case.input.kind) {
        (FoundTicket::ByReference(ticket), _) if contact::is_asked(case) => contact::asked(case, Some(ticket)),
        (_, _) if contact::is_asked(case) => contact::asked(case, None),
        (FoundTicket::ByReference(ticket), _) => on_ticket(case, ticket),
        // A stranger's tag proves nothing (TC1); a representative's own company
        // is heard, though not believed: a stop must not be overheard (TC11).
        (FoundTicket::ByTag(ticket), _) if is_of_the_company(case, ticket) => on_ticket(case, ticket),
        (FoundTicket::ByTag(_) | FoundTicket::None, Kind::Reply | Kind::Question | Kind::Noise)
            if stop::is_one(case) && stop::meant(case).is_some() =>
        {
            stop::meant(case).map_or_else(|| Ok(unclassified(case)), |ticket| reply::decide(case, ticket))
        }
        (_, Kind::Problem) => problem::decide(case, None),
        (_, Kind::Request) => with_problem(case, request::decide(case)?),
        _ => loose(case),
    }
}

/// There is no author to speak of.
fn nobody(mail: &Mail, fault: IdentityFault) -> Decision {
    let name: &'static str = fault.into();
    let (id, fact) = match fault {
        IdentityFault::OverLimit => ("security 2.2", format!("more than is read: {}", mail.limits.join(", "))),
        _ => ("TA1-TA7", format!("the From line is not one plain address: {name}")),
    };
    Decision::quarantine(Actor::Unknown, name, fact.clone(), Why::new(id, fact))
}

/// Whose look found that the author's domain disowns the mail.
fn forged(case: &Case<'_>) -> &'static str {
    let own = case.input.checked.as_ref().map(|checked| checked.policy);
    match own {
        Some(Policy::Quarantine | Policy::Reject) => {
            "DMARC: no signature of the domain is good, which its policy demands"
        }
        _ => "DMARC failed at our mail host",
    }
}

fn on_ticket(case: &Case<'_>, ticket: &Ticket) -> Result<Decision, NotNow> {
    // 2.6: what was merged goes on in the other problem.
    if let (Status::Merged, Some(other)) = (ticket.status, &case.known.continued)
        && other.status != Status::Merged
    {
        return on_ticket(case, other);
    }
    match (ticket.kind(), case.input.kind) {
        (TicketKind::Problem, Kind::Request) => with_problem(case, request::decide(case)?),
        (TicketKind::Problem, _) => problem::reply::decide(case, ticket),
        (TicketKind::Upgrade, Kind::Problem) => problem::decide(case, Some(ticket)),
        (TicketKind::Upgrade, Kind::Request) => with_problem(case, reply::decide(case, ticket)?),
        (TicketKind::Upgrade, _) => reply::decide(case, ticket),
    }
}

/// PT-01: a request that also reports something urgent is both; who gets a
/// letter about the request gets no second one (decisions 9).
pub fn with_problem(case: &Case<'_>, mut decision: Decision) -> Result<Decision, NotNow> {
    if !case.input.urgency.alarms() {
        return Ok(decision);
    }
    let problem = problem::decide(case, None)?;
    let told =
        |letter: &Letter| !letter.to.is_for_staff() && decision.letters.iter().any(|other| other.to == letter.to);
    let letters: Vec<Letter> = problem.letters.into_iter().filter(|letter| !told(letter)).collect();
    decision.letters.extend(letters);
    decision.changes.extend(problem.changes);
    decision.why.extend(problem.why);
    Ok(decision)
}

/// A new mail without a form: "still waiting", "works again" or thanks belong
/// to the company's open problem, when there is one only.
fn loose(case: &Case<'_>) -> Result<Decision, NotNow> {
    let tone = case.input.urgency.tone;
    if case.author.proven_representative().is_none() || tone == Tone::Plain {
        return Ok(unclassified(case));
    }
    let open = link::place(case, None).and_then(|place| link::open_problem(case, &place));
    match open {
        Some(ticket) => problem::reply::decide(case, ticket),
        // thanks wake nobody.
        None if tone == Tone::Thanks => {
            let why = Why::new("Q-05", "thanks that belong to no open problem");
            Ok(Decision::quarantine(case.author.actor.clone(), "thanks", "kept for staff", why))
        }
        None => Ok(unclassified(case)),
    }
}

fn is_of_the_company(case: &Case<'_>, ticket: &Ticket) -> bool {
    let company = case.author.representative.map(|row| &row.company);
    case.author.may_change(ticket) || (company.is_some() && company == ticket.company.as_ref())
}

/// Read, filed, never answered, and nothing changes its state by it (UT-43).
fn automatic(case: &Case<'_>) -> Result<Decision, NotNow> {
    let actor = case.author.actor.clone();
    let signs: Vec<&'static str> = case.input.mail.automatic_because.iter().map(|sign| sign.into()).collect();
    let why = Why::new("RFC 3834", format!("automatic mail: {}", signs.join(", ")));
    if let Some(decision) = machine_report(case) {
        let mut decision = decision?;
        decision.why.push(why);
        return Ok(decision);
    }
    let FoundTicket::ByReference(ticket) = &case.known.ticket else {
        let mut decision = Decision::quarantine(actor, "automatic_mail", signs.join(", "), why);
        decision.outcome = OutcomeWord::Loop;
        return Ok(decision);
    };
    let mut decision = note(case, ticket, NoteKind::Automatic)?;
    decision.outcome = OutcomeWord::Loop;
    decision.why.push(why);
    Ok(decision)
}

/// Decisions 16: a machine that reports P1 or P2 about a unit it names opens or
/// joins a problem; its all-clear is noted and closes nothing.
fn machine_report(case: &Case<'_>) -> Option<Result<Decision, NotNow>> {
    let reading = &case.input.urgency;
    // What answers a letter of ours, or comes from the null sender, speaks of our
    // letter and not of a unit, whatever it quotes.
    let null_sender = case.input.mail.automatic_because.contains(&AutomaticSign::NullReturnPath);
    if null_sender || matches!(case.known.ticket, FoundTicket::ByReference(_)) {
        return None;
    }
    let place = link::place(case, None)?;
    if !place.link.unit_named {
        return None;
    }
    match reading.tone {
        Tone::Problem if reading.alarms() => Some(problem::decide(case, None)),
        Tone::Restored => {
            let ticket = link::open_problem(case, &place)?;
            Some(note(case, ticket, NoteKind::Automatic))
        }
        _ => None,
    }
}

/// The mail becomes a note on the ticket; nothing else changes.
pub fn note(case: &Case<'_>, ticket: &Ticket, kind: NoteKind) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, case.now);
    let by = case.input.mail.address().unwrap_or("unknown").to_owned();
    draft.happen(Event::Noted { kind, by, text: case.input.mail.own_text.clone() })?;
    let mut decision = Decision::new(OutcomeWord::Note, case.author.actor.clone());
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// No form, no ticket, not staff: nobody is left without a reader.
fn unclassified(case: &Case<'_>) -> Decision {
    let actor = case.author.actor.clone();
    if case.author.proven_representative().is_some() {
        let why = Why::new("R-11", "a representative wrote, but no form and no ticket was recognised");
        let mut decision =
            Decision::quarantine(actor, "unclassified", "a representative's mail for a person to read", why);
        decision.letters.push(notice::without_ticket(case, "A representative wrote; no form was recognised"));
        return decision;
    }
    unknown_sender(case)
}

/// Decisions 12: a proven author gets the neutral note, at most so often a day;
/// anybody else gets nothing.
pub fn unknown_sender(case: &Case<'_>) -> Decision {
    let why = Why::new("T4c", "the sender is not a representative on file");
    let actor = case.author.actor.clone();
    let mut decision = Decision::quarantine(actor, "unknown_sender", "not on file as a representative", why);
    decision.letters.extend(neutral_note(case));
    decision
}

pub fn neutral_note(case: &Case<'_>) -> Option<Letter> {
    let identity = case.input.mail.identity.as_ref().ok()?;
    let few = case.known.neutral_notes_today < case.rules.counts.neutral_notes_per_day_max;
    // A representative's own address is on file, proven or not: never a stranger.
    let stranger = matches!(case.author.actor, Actor::Stranger { .. });
    let to = Recipient::proven_author(identity, &case.input.proof).filter(|_| few && stranger)?;
    Some(Letter {
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
        to,
        salutation: String::new(),
        say: Say::NeutralNote {},
        language: Language::default(),
        ticket: None,
        in_reply_to: case.input.mail.message_id.clone(),
        references: Vec::new(),
    })
}
