//! Facts of records in the words of the page.

use crate::desk::access::Actor;
use crate::desk::form::compact;
use crate::desk::mail::proof::own::{Checked, Verdict};
use crate::desk::record::{Cause, Decided};
use crate::desk::register::Register;
use crate::desk::ticket::{Checked as Rows, Consent, ConsentChannel, Scope};
use crate::shell::cli::page::Page;
use crate::shell::cli::people::words;

/// Who caused a decision, as far as it was proven.
pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::System => "the desk program".to_owned(),
        Actor::Staff { id } => format!("{id} of the vendor's staff"),
        Actor::Representative { address, company, .. } => format!("{address}, a representative of {company} on file"),
        Actor::Claimed { address } => format!("somebody in the name of {address}, not proven"),
        Actor::Stranger { address } => format!("{address}, not on file"),
        Actor::Unknown => "nobody who could be named".to_owned(),
    }
}

/// Who vouched for the author of the mail, and each signature on it.
pub fn proof(decided: &Decided) -> Vec<String> {
    let Some(evidence) = &decided.evidence else { return Vec::new() };
    let mut lines = vec![words::proof(&evidence.proof)];
    lines.extend(evidence.checked.iter().flat_map(signatures));
    lines
}

fn signatures(checked: &Checked) -> Vec<String> {
    let one = |signed: &crate::desk::mail::proof::own::Signed| {
        let verdict = match signed.verdict {
            Verdict::Pass => "verified".to_owned(),
            Verdict::Failed(failure) => format!("failed: {}", <&'static str>::from(failure)),
            Verdict::Ignored(flaw) => format!("ignored: {}", <&'static str>::from(flaw)),
            Verdict::Temporary => "could not be looked up".to_owned(),
        };
        let covers = signed.covers.join(", ");
        format!("signature of {} (key {}): {verdict}; it covers {covers}", signed.domain, signed.selector)
    };
    checked.signatures.iter().map(one).collect()
}

/// The mail behind a decision, so that the original can be found.
pub fn mail(decided: &Decided) -> Vec<String> {
    let Cause::Mail { message_id, sha256, .. } = &decided.cause else { return Vec::new() };
    let mut lines = Vec::new();
    lines.extend(message_id.as_ref().map(|id| format!("Message-ID {id}")));
    lines.extend(sha256.as_ref().map(|sha256| format!("SHA-256 of the mail as it came {sha256}")));
    lines
}

/// What a mail said itself, without what it quoted: each line marked as said.
pub fn said(kept: &str) -> Vec<String> {
    let own = serde_json::from_str::<Kept>(kept).map(|kept| kept.own_text);
    let text = own.as_deref().unwrap_or(kept);
    text.lines().map(|line| format!("| {line}").trim_end().to_owned()).collect()
}

/// What is kept of a mail that can be read, as far as it is shown here.
#[derive(serde::Deserialize)]
struct Kept {
    own_text: String,
}

/// The rows of the register that were compared, with what stood in them.
pub fn rows(rows: &Rows, serial: &str, requester: &str, registers: &[(u64, Register)], before: u64) -> Vec<String> {
    let Some((_, register)) = registers.iter().rev().find(|(seq, _)| *seq < before) else { return Vec::new() };
    let mut lines = Vec::new();
    let unit = register.units.iter().find(|unit| compact(&unit.serial) == compact(serial));
    if let (Some(row), Some(unit)) = (rows.unit_row, unit) {
        let ips: Vec<String> = unit.ips.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "unit, row {row}: serial {}, MAC {}, IP {}, of {}",
            unit.serial,
            unit.mac,
            ips.join(" or "),
            unit.company
        ));
    }
    let person = register.representatives.iter().find(|person| person.address == requester);
    if let (Some(row), Some(person)) = (rows.representative_row, person) {
        lines.push(format!("person, row {row}: {} <{}>, of {}", person.name, person.address, person.company));
    }
    let company = person.and_then(|person| register.companies.iter().find(|company| company.id == person.company));
    if let (Some(row), Some(company)) = (rows.company_row, company) {
        lines.push(format!("company, row {row}: {} ({})", company.name, company.id));
    }
    lines
}

/// A consent with everything that it covers.
pub fn consent(page: &Page, consent: &Consent) -> Vec<String> {
    let scope = match &consent.scope {
        Scope::Window { start, end } => page.span(*start, *end),
        Scope::AnyBusinessHours => "any time in business hours".to_owned(),
        Scope::AtOnce => "at once".to_owned(),
    };
    let channel = match consent.channel {
        ConsentChannel::Request => "by the request itself",
        ConsentChannel::Reply => "by a reply",
        ConsentChannel::Token => "by an answer to the letter that asked for it",
        ConsentChannel::Phone => "by telephone",
    };
    let mut lines = vec![format!("{channel}; for unit {}; time: {scope}", consent.serial)];
    // Of a problem the change is agreed to: a rollback or a patch, and no version.
    let to = if consent.id.starts_with("PR-") { "change:" } else { "to version" };
    let versions = [("from version", &consent.from_version), (to, &consent.version)];
    let versions: Vec<String> =
        versions.iter().filter_map(|(name, version)| Some(format!("{name} {}", version.as_ref()?))).collect();
    if !versions.is_empty() {
        lines.push(versions.join(", "));
    }
    lines.extend(consent.extras.iter().map(|extra| format!("with these terms: {extra}")));
    lines.push(format!("wording of our terms: version {}", consent.terms_version));
    lines.push(words::proof(&consent.proof));
    if let Some(call) = &consent.call {
        lines.push(format!("{} called {}: {}", call.agent, call.number, call.words));
    }
    lines.extend(consent.message_id.as_ref().map(|id| format!("Message-ID {id}")));
    lines.push(format!("SHA-256 of the mail as it came {}", consent.mail_sha256));
    lines
}
