//! M-31: staff are told, one thread a ticket, with what they can do now.

mod of_problem;

use crate::desk::access::Recipient;
use crate::desk::decide::draft::Draft;
use crate::desk::decide::mail::Case;
use crate::desk::decide::problem::attached;
use crate::desk::decide::{Decision, answer, gates};
use crate::desk::form::FieldKey;
use crate::desk::known::{Known, Tally};
use crate::desk::language::Language;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{FieldLine, Light, Say};
use crate::desk::letter::times::point;
use crate::desk::ports::Found;
use crate::desk::record::Why;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Status, Ticket};
use crate::desk::token::Brought;

/// The notice about a ticket that a mail opened or changed.
pub fn of(case: &Case<'_>, draft: &Draft, headline: &str) -> Letter {
    let mail = &case.input.mail;
    let (names, how) = attached::told(case, draft);
    let headline = with_token(case, headline);
    let mut letter = about(&draft.ticket, draft, &headline, case.rules, case.known);
    if let Say::StaffNotice { text, attachments, attachments_how, from, .. } = &mut letter.say {
        *text = mail.own_text.clone();
        *attachments = names;
        *attachments_how = how;
        *from = who(case);
    }
    letter
}

/// The same to everybody at the desk, whoever has the ticket.
pub fn alert(case: &Case<'_>, draft: &Draft, headline: &str) -> Letter {
    Letter { to: Recipient::desk(case.rules), ..of(case, draft, headline) }
}

/// Whether staff are told once more about a mail that may do nothing; it is
/// counted, and for the last time they are told that it is the last.
pub fn tells_again(case: &Case<'_>, decision: &mut Decision, by: &str) -> bool {
    let max = case.rules.counts.unproven_notices_per_day_max;
    let told = case.known.tallies.of(Tally::Notice, by);
    if told >= max {
        decision.why.push(Why::new("TE2", format!("{max} notices about mail of {by} in 24 hours: only noted")));
        return false;
    }
    decision.count(Tally::Notice, by);
    true
}

/// TC4: what became of the letter's token, when it was meant to be used.
fn with_token(case: &Case<'_>, headline: &str) -> String {
    let answers = case.says_yes() || case.says_no() || case.first_line().parse::<u32>().is_ok();
    match &case.known.token {
        Brought::OfAnother { person, .. } => {
            format!("WARNING: answered with the token that went to {person}, which stays unused. {headline}")
        }
        Brought::Used(_) if answers => format!("The token of this answer was used before. {headline}"),
        Brought::Expired(_) if answers => format!("The token of this answer has expired. {headline}"),
        Brought::Changed(_) if answers => format!("The request was changed after it was asked about. {headline}"),
        _ => headline.to_owned(),
    }
}

/// The notice about a ticket without a mail: a timer, a failed delivery.
pub fn about(ticket: &Ticket, draft: &Draft, headline: &str, rules: &Rules, known: &Known) -> Letter {
    let to = agent(ticket, rules);
    let thread: Vec<String> = ticket
        .letters
        .iter()
        .filter(|letter| letter.for_staff && letter.template == "M-31")
        .map(|letter| letter.message_id.clone())
        .collect();
    let say = Say::StaffNotice {
        headline: headline.to_owned(),
        status: ticket.status.name().to_owned(),
        from: ticket.requester.address.clone(),
        serial: answer::serial(&ticket.form),
        window: ticket.window.clone(),
        agent: answer::agent_name(ticket, rules),
        lights: lights_of(ticket, rules, known),
        fields: if ticket.problem.is_some() { Vec::new() } else { understood(ticket, rules) },
        text: String::new(),
        attachments: Vec::new(),
        attachments_how: Vec::new(),
        commands: possible(draft, rules),
    };
    Letter {
        to,
        salutation: String::new(),
        say,
        language: Language::default(),
        ticket: Some(ticket.id.clone()),
        in_reply_to: thread.first().cloned(),
        references: thread,
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
    }
}

/// How a ticket stands, check by check.
pub fn lights_of(ticket: &Ticket, rules: &Rules, known: &Known) -> Vec<Light> {
    match &ticket.problem {
        Some(problem) => of_problem::lights(ticket, problem, known),
        None => lights(ticket, rules, known),
    }
}

/// UT-03: what can be done by answering the notice of a mail in quarantine.
pub fn offer_release(decision: &mut Decision) {
    let is_kept = decision.quarantine.as_ref().is_some_and(|kept| kept.held.is_none());
    let line = |(label, value): (&str, &str)| FieldLine { label: label.to_owned(), value: value.to_owned() };
    for letter in decision.letters.iter_mut().filter(|letter| is_kept && letter.ticket.is_none()) {
        if let Say::StaffNotice { commands, .. } = &mut letter.say {
            *commands = [
                ("#accept", "read it after all, as a mail that nobody vouches for"),
                ("#spam", "it is nothing for us; nobody outside is told"),
            ]
            .map(line)
            .into();
        }
    }
}

/// A mail that belongs to no ticket, for a person to read.
pub fn without_ticket(case: &Case<'_>, headline: &str) -> Letter {
    let mail = &case.input.mail;
    Letter {
        to: Recipient::desk(case.rules),
        salutation: String::new(),
        say: Say::StaffNotice {
            headline: headline.to_owned(),
            status: String::new(),
            from: who(case),
            serial: String::new(),
            window: None,
            agent: String::new(),
            lights: Vec::new(),
            fields: Vec::new(),
            text: mail.own_text.clone(),
            attachments: Vec::new(),
            attachments_how: Vec::new(),
            commands: Vec::new(),
        },
        language: Language::default(),
        ticket: None,
        in_reply_to: None,
        references: Vec::new(),
        invite: None,
        also: Vec::new(),
        besides: Vec::new(),
        files: Vec::new(),
    }
}

/// The agent who has the ticket, else the desk's list.
fn agent(ticket: &Ticket, rules: &Rules) -> Recipient {
    let staff = ticket.agent.as_deref().and_then(|id| rules.access.staff_by_id(id));
    staff.map_or_else(|| Recipient::desk(rules), Recipient::staff)
}

/// The writer, how he is proven, and what is odd about the mail (TC8).
fn who(case: &Case<'_>) -> String {
    let address = case.input.mail.address().unwrap_or("unknown");
    let proof = proof_in_words(case);
    let odd = if case.known.another_had_its_id() { "; ANOTHER mail had the same Message-ID" } else { "" };
    format!("{address} ({proof}{odd})")
}

fn proof_in_words(case: &Case<'_>) -> &'static str {
    if case.author.shared && case.input.proof.is_pass() {
        "only the mail provider is proven, not the person"
    } else if case.input.proof.is_consent_level() {
        "proven, the signature covers the request"
    } else if case.input.proof.is_pass() {
        "proven, but not for consent"
    } else {
        "NOT proven"
    }
}

/// The checklist of gates, each with what it stands on.
fn lights(ticket: &Ticket, rules: &Rules, known: &Known) -> Vec<Light> {
    let light = |name: &str, green: bool, text: String| Light { name: name.to_owned(), green, text };
    let matched = ticket.company.is_some() && ticket.checked.is_some() && ticket.denials.is_empty();
    let unit = if ticket.denials.is_empty() {
        if matched { "serial, MAC and IP agree".to_owned() } else { "not checked yet".to_owned() }
    } else {
        let codes: Vec<&str> = ticket.denials.iter().map(|denial| denial.code()).collect();
        format!("denied: {}", codes.join(", "))
    };
    let person = if ticket.unproven.is_empty() { ticket.requester.address.clone() } else { ticket.unproven.join("; ") };
    let consent = match ticket.consent() {
        Some(consent) => format!("given by {}", consent.given_by),
        None => "none recorded".to_owned(),
    };
    let data = match ticket.faults.len() {
        0 => "complete".to_owned(),
        open => format!("{open} points open"),
    };
    let ports = match (rules.desk.precheck, ticket.precheck_ok) {
        (Precheck::Off, _) => "not checked by the desk".to_owned(),
        (_, Some(_)) if ticket.work.ports_found.is_some() => ports_found(ticket, rules),
        (_, Some(true)) => "22, 80 and 8081 open".to_owned(),
        (_, Some(false)) => "closed ports found".to_owned(),
        (_, None) => "not checked yet".to_owned(),
    };
    let company = ticket.company.as_deref().and_then(|id| known.companies.get(id));
    let who = company.map(|company| format!("{} of {}", person, company.name)).unwrap_or(person);
    vec![
        light("Person", ticket.unproven.is_empty() && ticket.company.is_some(), who),
        light("Data", ticket.faults.is_empty(), data),
        light("Unit", matched, unit),
        light("Consent", ticket.consent().is_some(), consent),
        light(
            "Password",
            ticket.secret.is_some(),
            if ticket.secret.is_some() { "sealed" } else { "missing" }.to_owned(),
        ),
        light("Ports", rules.desk.precheck == Precheck::Off || ticket.precheck_ok == Some(true), ports),
        light("Agent", ticket.agent.is_some(), agent_or_nobody(ticket, rules)),
    ]
}

fn agent_or_nobody(ticket: &Ticket, rules: &Rules) -> String {
    if ticket.agent.is_some() { answer::agent_name(ticket, rules) } else { "nobody yet".to_owned() }
}

/// What the desk itself found.
fn ports_found(ticket: &Ticket, rules: &Rules) -> String {
    let found = ticket.work.ports_found.as_ref();
    let said = |found: &Found| format!("{} ({})", found.said(), point(found.tested, &rules.hours.zone));
    found.map(said).unwrap_or_default()
}

/// The form as written, for staff: label and what was read or is wrong.
fn understood(ticket: &Ticket, rules: &Rules) -> Vec<FieldLine> {
    let mut lines: Vec<FieldLine> = gates::understood(&ticket.form, &rules.form)
        .into_iter()
        .map(|(key, value)| FieldLine { label: rules.form.label(key).to_owned(), value: value.to_string() })
        .collect();
    for (key, problem) in &ticket.faults {
        let written = ticket.form.fields.get(key).map(|slot| slot.written.as_str()).unwrap_or("");
        let value = if *key == FieldKey::ManagerPassword || written.is_empty() {
            format!("? {problem}")
        } else {
            format!("? {written} ({problem})")
        };
        lines.push(FieldLine { label: rules.form.label(*key).to_owned(), value });
    }
    lines.extend(ticket.form.rest.iter().map(|line| FieldLine { label: "Remark".to_owned(), value: line.clone() }));
    lines
}

/// 5.3: what can be done about who has it.
fn handing(ticket: &Ticket) -> Vec<(&'static str, &'static str)> {
    match (&ticket.hands.to, &ticket.agent) {
        (Some(_), _) => vec![("#ack", "you take over what was handed to you (#take does, too)")],
        (None, Some(_)) if !ticket.status.is_final() => {
            vec![("#handover sam <text>", "ask a colleague to take it; until he does it stays yours")]
        }
        _ => Vec::new(),
    }
}

const ISSUE: (&str, &str) =
    ("#issue during <text>; effect: <what>; cure: <how>; open: no", "an issue for the official feedback");

/// In spite of a stop during the work, or when a hold has ended.
fn going_on(ticket: &Ticket) -> Option<(&'static str, &'static str)> {
    let stopped = ("#continue <why>", "the work goes on in spite of his stop; the customer reads why");
    let held = ("#continue <why>", "the customer says that it may go on");
    let asked = ticket.work.stop_asked_at.map(|_| stopped);
    asked.or(ticket.work.held_by.as_ref().map(|_| held))
}

/// The commands that make sense in this state, each with an example.
pub fn possible(draft: &Draft, rules: &Rules) -> Vec<FieldLine> {
    let ticket = &draft.ticket;
    let line = |(label, value): &(&str, &str)| FieldLine { label: (*label).to_owned(), value: (*value).to_owned() };
    if let Some(problem) = &ticket.problem {
        return of_problem::possible(ticket, problem).iter().chain(&handing(ticket)).map(line).collect();
    }
    let mut commands: Vec<(&str, &str)> = Vec::new();
    if ticket.agent.is_none() && !ticket.status.is_final() {
        commands.push(("#take", "you do this upgrade"));
    }
    let ports_open = ticket.precheck_ok == Some(true) || rules.desk.precheck == Precheck::Off;
    match ticket.status {
        Status::QueuedAsap => commands.push(("#schedule 2026-12-03 10:00 America/Los_Angeles", "set the window")),
        Status::Scheduled | Status::Blocked if !ports_open && rules.desk.precheck == Precheck::ByDesk => {
            commands.push(("#precheck", "the desk tests the ports now (or you: #precheck ok, #precheck fail 8081)"));
        }
        Status::Scheduled | Status::Blocked if !ports_open => {
            commands.push(("#precheck ok", "ports 22, 80 and 8081 are open (or: #precheck fail 8081)"));
        }
        Status::Ready => {
            commands.push(("#start", "work begins now; the customer is told"));
            commands.push(("#precheck password", "before #start: the password does not open the unit"));
        }
        Status::InProgress => {
            commands.push(("#applied", "the upgrade is on the unit; tests begin"));
            commands.push(("#extend 30 <reason>", "it takes longer; the customer reads the reason"));
            commands.push(("#rollback <why>", "the old version is put back; the customer reads why"));
            commands.push(ISSUE);
        }
        Status::SpecialReview => {
            commands.push(("#special approve <terms>", "a lead offers the time on these terms"));
            commands.push(("#special refuse <reason>", "a lead says no; the customer gets regular times"));
            commands.push(("#offer", "offer regular times"));
        }
        Status::RepCheck => commands.push(("#approve <reason>", "a lead accepts who asked; consent is asked for")),
        Status::AwaitingConsent => {
            commands.push(("#consent phone \"<name>\" +1… <what was said>", "he agreed by telephone"));
            commands.push(("#offer 2026-12-03 10:00 America/Los_Angeles; <another>", "offer times; or #offer alone"));
        }
        Status::Verifying => {
            commands.push(("#done", "all is well (or: #done issues: what happened; what else)"));
            commands.push(ISSUE);
            commands
                .push(("#partial / #rolledback / #failed <words>", "it ended otherwise; the words go to the customer"));
        }
        Status::FeedbackDue => {
            commands.push(("#feedback <words>", "the words of the official feedback"));
            commands.push(("#issue after <text>; effect: <what>; cure: <how>; open: no", "an issue for it"));
        }
        Status::Watch | Status::Closed => {
            commands.push(("#lateissue <text>; effect: <what>; cure: <how>; open: no", "a supplement to the feedback"));
        }
        _ => {}
    }
    commands.extend(going_on(ticket));
    if matches!(ticket.status, Status::Ready | Status::Blocked) {
        commands.push(("#notstarted desk <words>", "when the window has opened: password, ports, customer or desk"));
    }
    if matches!(ticket.status, Status::NeedsInfo | Status::AwaitingConsent | Status::RepCheck) {
        commands.push(("#remind", "ask once more for what is open"));
    }
    if ticket.status.is_before_start() && ticket.status != Status::Denied {
        commands.push(("#deny D-MAC <reason>", "say no; the reason goes to the customer"));
        commands.push(("#cancel <reason>", "end it before the work; the customer is told"));
    }
    commands.push(("#reply <text>", "your words to the customer"));
    commands.push(("#help", "all commands"));
    commands.iter().chain(&handing(ticket)).map(line).collect()
}
