//! `audit verify`: whether what was kept is as it was written.

use serde_json::Value;

use crate::shell::audit::{self, Audited, Kept, Witness};
use crate::shell::cli::commands::print_json;
use crate::shell::cli::page::{Cell, Page, Style, bad, good};
use crate::shell::cli::{Asking, reach};
use crate::shell::run::Failure;
use crate::shell::store::journal::Head;
use crate::shell::view::Request;

pub async fn verify(asking: &Asking, told: Vec<Head>) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    // First who has applied the last record, then the records: meanwhile there
    // may be more of them, never fewer.
    let status = reach::ask(&reached, Request::Status).await?;
    let of_store = status.get("journal").and_then(head).into_iter();
    let of_store = of_store.map(|head| Witness { head, name: "the ticket store".to_owned() });
    let told = told.into_iter().map(|head| Witness { name: format!("the hash given for record {}", head.seq), head });
    let witnesses: Vec<Witness> = of_store.chain(told).collect();
    let mut progress = |records| eprintln!("verifying the journal: {records} records so far");
    let audited = audit::audit(&reached.data, &witnesses, &mut progress);
    let audited = audited.map_err(|error| Failure::Work(error.to_string()))?;
    if asking.form.json {
        print_json(&serde_json::to_value(&audited).map_err(|error| Failure::Work(error.to_string()))?)?;
    } else {
        let mut page = Page::new(Style::here(&reached.rules.hours.zone));
        show(&mut page, &audited);
        page.print()?;
    }
    match audited.damaged.len() {
        0 => Ok(()),
        1 => Err(Failure::Work("what was kept is not what its record says".to_owned())),
        count => Err(Failure::Work(format!("what was kept is not what the records say: {count} things are wrong"))),
    }
}

fn head(journal: &Value) -> Option<Head> {
    let hash = journal.get("head")?.as_str()?.to_owned();
    Some(Head { seq: journal.get("records")?.as_u64()?, hash })
}

fn show(page: &mut Page, audited: &Audited) {
    let since = audited.first_at.zip(audited.last_at);
    let since = since.map(|(first, last)| format!(", {} to {}", page.moment(first), page.moment(last)));
    let files = if audited.files == 1 { "1 file".to_owned() } else { format!("{} files", audited.files) };
    let records = format!("{} records in {files}{}", audited.records, since.unwrap_or_default());
    let unfinished = if audited.unfinished { "not whole: it was being written, or was torn by a stop" } else { "" };
    page.facts(vec![
        ("Journal", Cell::from(records)),
        ("Chain", good("unbroken")),
        ("Last line", Cell::from(unfinished)),
        ("Head", Cell::from(format!("{}:{}", audited.records, audited.head))),
        ("Confirmed by", Cell::from(audited.witnesses.join(", "))),
        ("Texts", kept(audited.texts)),
        ("Letters", kept(audited.letters)),
        ("Originals", kept(audited.originals)),
        ("Attachments", kept(audited.attachments)),
    ]);
    for damaged in &audited.damaged {
        page.line(bad(damaged.as_str()));
    }
}

fn kept(kept: Kept) -> Cell {
    match kept.expired {
        0 => Cell::from(format!("{} whole", kept.whole)),
        expired => Cell::from(format!("{} whole, {expired} expired", kept.whole)),
    }
}
