//! `report --json`: one report over a period of whole days in the desk's zone.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::desk::letter::times::zone_of;
use crate::desk::register::Unit;
use crate::desk::report::{self, History, Kept, Name, Past, Period, Posted};
use crate::shell::store::View;
use crate::shell::store::state::StateError;

/// From the beginning of `from` to the end of `to`.
pub fn report(view: &View<'_>, name: Name, from: Date, to: Date) -> Result<Result<Value, String>, StateError> {
    let zone = zone_of(&view.rules().hours.zone);
    let begins = |day: Date| day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
    let (Ok(start), Ok(end)) = (begins(from), to.tomorrow().and_then(begins)) else {
        return Ok(Err(format!("expected days of the calendar, found {from} to {to}")));
    };
    if end <= start {
        return Ok(Err(format!("expected --to on or after --from, found {from} to {to}")));
    }
    let mut histories = Vec::new();
    for ticket in view.tickets()? {
        let events = view.events(&ticket.id)?;
        histories.push(History { ticket, events });
    }
    let posted = view.letters()?.into_iter().map(|row| {
        let state: &'static str = row.state.into();
        let letter = row.letter;
        let (no, at, for_staff) = (letter.no, row.committed_at, letter.for_staff);
        Posted { no, at, for_staff, template: letter.template, state: state.to_owned() }
    });
    let kept = view.quarantine()?.into_iter();
    let own = view.register()?.units.into_iter().filter(Unit::is_customised);
    let rows = report::rows(
        name,
        &Past {
            histories: &histories,
            posted: &posted.collect::<Vec<_>>(),
            kept: &kept.map(|row| Kept { no: row.no, at: row.at, reason: row.quarantined.reason }).collect::<Vec<_>>(),
            customised: &own.map(|unit| unit.serial).collect::<BTreeSet<String>>(),
            rules: view.rules(),
            period: Period { from: start, to: end },
        },
    );
    Ok(Ok(json!({ "report": name, "from": from, "to": to, "zone": view.rules().hours.zone, "rows": rows })))
}
