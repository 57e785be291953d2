//! `ticket original` and `quarantine original`: mails as they came, opened with the
//! evidence key; `ticket attachments`: files of a problem, opened with a staff key.
//! Recorded before anything is opened.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::desk::input::OriginalsOf;
use crate::desk::record::PackPlace;
use crate::desk::ticket::TicketId;
use crate::shell::cli::Asking;
use crate::shell::cli::commands::print_json;
use crate::shell::cli::commands::reveal::prove;
use crate::shell::cli::page::{Page, Style, bad, good};
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::who::who;
use crate::shell::original::{Chest, Original, OriginalError, attachments, find};
use crate::shell::run::Failure;
use crate::shell::steps::{Step, reached};
use crate::shell::store::pack::PackFault;
use crate::shell::view::Request;

/// Mails of a ticket.
#[derive(Debug, Args)]
pub struct OfTicket {
    /// The ticket, such as UP-2026-00417
    id: String,
    /// Only its first, second … mail
    #[arg(long, value_name = "NUMBER")]
    mail: Option<usize>,
    #[command(flatten)]
    opening: Wanted,
}

/// A mail of the quarantine.
#[derive(Debug, Args)]
pub struct OfKept {
    /// Its number in the list
    no: u64,
    #[command(flatten)]
    opening: Wanted,
}

/// Files of a problem.
#[derive(Debug, Args)]
pub struct OfProblem {
    /// The problem, such as PR-2026-00088
    id: String,
    #[command(flatten)]
    opening: Wanted,
}

/// With which key, where to, and why.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The private key's file
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// The folder for the files; made for you alone if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Why; kept for ever, and told to the leads
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    asking: Asking,
}

pub async fn of_ticket(wanted: OfTicket) -> Result<(), Failure> {
    let OfTicket { id, mail, opening } = wanted;
    let desk = reach::find(&opening.asking.which)?;
    // Asked first, so that what is not there is told in the desk's words.
    reach::ask(&desk, Request::Ticket { id: id.clone() }).await?;
    let id = TicketId(id.trim().to_ascii_uppercase());
    let of = OriginalsOf::Ticket(id.clone());
    let all = found(&desk, &of, None)?;
    let count = all.len();
    let wanted: Vec<Original> =
        all.into_iter().filter(|original| mail.is_none_or(|number| number == original.number)).collect();
    if wanted.is_empty() {
        return Err(Failure::Work(match mail {
            Some(number) => format!("{id}: expected mail 1 to {count}, found {number}; leave --mail out for all"),
            None => format!("{id} has no mail: it was opened at the desk, and nobody has written since"),
        }));
    }
    open(&desk, &wanted, &opening, originals(of, &opening)).await
}

pub async fn of_kept(wanted: OfKept) -> Result<(), Failure> {
    let OfKept { no, opening } = wanted;
    let desk = reach::find(&opening.asking.which)?;
    let kept = reach::ask(&desk, Request::Quarantined { no }).await?;
    let place: Option<PackPlace> = kept.get("original").cloned().and_then(|place| serde_json::from_value(place).ok());
    let Some(place) = place else {
        return Err(Failure::Work(format!("quarantine {no} was never fetched: its original is in the mailbox alone")));
    };
    let of = OriginalsOf::Kept(no);
    let all = found(&desk, &of, Some(&place))?;
    open(&desk, &all, &opening, originals(of, &opening)).await
}

pub async fn of_problem(wanted: OfProblem) -> Result<(), Failure> {
    let OfProblem { id, opening } = wanted;
    let desk = reach::find(&opening.asking.which)?;
    reach::ask(&desk, Request::Ticket { id: id.clone() }).await?;
    let id = TicketId(id.trim().to_ascii_uppercase());
    let mut progress = |records| eprintln!("reading the journal: {records} records so far");
    let all = attachments(&desk.data, &id, &mut progress).map_err(|error| Failure::Work(error.to_string()))?;
    if all.is_empty() {
        let text = "no file is sealed to staff: only those of a proven person's report of a problem are; \
                    `ticket original` opens the mails themselves, with the evidence key";
        return Err(Failure::Work(format!("{id}: {text}")));
    }
    let (key, answer) = prove(&desk, &opening.identity).await?;
    let (reason, by) = (opening.reason.clone(), who());
    let request = |records| Request::OpenAttachments { id: id.0.clone(), key, answer, records, reason, by };
    open(&desk, &all, &opening, request).await
}

fn found(desk: &Reached, of: &OriginalsOf, kept: Option<&PackPlace>) -> Result<Vec<Original>, Failure> {
    let mut progress = |records| eprintln!("reading the journal: {records} records so far");
    find(&desk.data, of, kept, &mut progress).map_err(|error| Failure::Work(error.to_string()))
}

fn originals(of: OriginalsOf, how: &Wanted) -> impl FnOnce(Vec<u64>) -> Request {
    let (reason, by) = (how.reason.clone(), who());
    move |records| Request::OpenOriginals { of, records, reason, by }
}

/// First whether it can be done, then the record, then the mails.
async fn open(
    desk: &Reached,
    wanted: &[Original],
    how: &Wanted,
    request: impl FnOnce(Vec<u64>) -> Request,
) -> Result<(), Failure> {
    let failed = |error: OriginalError| Failure::Work(error.to_string());
    let chest = Chest::new(&desk.data, &how.identity, &how.out).map_err(failed)?;
    let mut there = Vec::new();
    let mut gone = Vec::new();
    for original in wanted {
        match chest.look(original) {
            Ok(()) => there.push(original),
            Err(OriginalError::Pack {
                fault: fault @ (PackFault::Expired { .. } | PackFault::Missing { .. }), ..
            }) => {
                gone.push((original, fault));
            }
            Err(error) => return Err(failed(error)),
        }
    }
    if there.is_empty() {
        let why = gone.first().map(|(original, fault)| format!("record {}: {fault}", original.record));
        return Err(Failure::Work(why.unwrap_or_else(|| "no original was found".to_owned())));
    }
    let mut records: Vec<u64> = there.iter().map(|original| original.record).collect();
    records.dedup();
    let answer = reach::ask(desk, request(records)).await?;
    reached(Step::OriginalRecorded);
    let mut told = Vec::new();
    for (original, fault) in &gone {
        told.push(Told { original, file: None, why: Some(fault.to_string()) });
    }
    for original in there {
        let file = chest.open(original).map_err(failed)?;
        let why = file.is_none().then(|| "what was opened has another SHA-256; it was not written".to_owned());
        told.push(Told { original, file, why });
    }
    told.sort_by_key(|told| told.original.number);
    let differ = told.iter().filter(|told| told.why.is_some()).count();
    tell(desk, how.asking.form.json, &answer, &told)?;
    match differ {
        0 => Ok(()),
        differ => Err(Failure::Work(format!("{differ} of {} could not be opened as recorded", told.len()))),
    }
}

/// What became of one mail.
struct Told<'a> {
    original: &'a Original,
    file: Option<PathBuf>,
    why: Option<String>,
}

fn tell(desk: &Reached, is_json: bool, answer: &Value, told: &[Told<'_>]) -> Result<(), Failure> {
    if is_json {
        let opened: Vec<Value> = told
            .iter()
            .map(|Told { original, file, why }| {
                json!({
                    "number": original.number, "record": original.record, "at": original.at,
                    "sha256": original.sha256, "name": original.name,
                    "file": file, "agrees": file.is_some(), "why": why,
                })
            })
            .collect();
        return print_json(&json!({ "record": answer.get("record"), "opened": opened }));
    }
    let mut page = Page::new(Style::here(&desk.rules.hours.zone));
    for Told { original, file, why } in told {
        let Original { number, record, at, sha256, .. } = original;
        let at = page.moment(*at);
        match (file, why) {
            (Some(file), _) => page.line(good(format!("{}", file.display()))),
            (None, why) => page.line(bad(format!("number {number}: {}", why.clone().unwrap_or_default()))),
        }
        page.line(match file {
            Some(_) => format!("    SHA-256 {sha256}, as in record {record} of {at}"),
            None => format!("    SHA-256 {sha256} in record {record} of {at}"),
        });
    }
    let record = answer.get("record").and_then(Value::as_u64).unwrap_or_default();
    page.line(format!("That they were opened is record {record}; the leads are told."));
    page.print()
}
