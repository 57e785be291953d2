//! `rota show --json`: who is on duty when, and whom alarms call.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::desk::escalation::{Ladder, Post, Shift, Takeover};
use crate::desk::office::Office;
use crate::desk::rules::Rules;
use crate::desk::urgency::Severity;

/// The rotas from `now` on for so many weeks, and the ladders as they stand.
pub fn rota(rules: &Rules, office: &Office, now: Timestamp, weeks: u32) -> Value {
    let (takeovers, duty) = (&office.takeovers, &office.duty());
    let until = now.checked_add(SignedDuration::from_hours(i64::from(weeks) * 7 * 24)).unwrap_or(Timestamp::MAX);
    let escalation = &rules.escalation;
    let rotas = escalation.rotas.iter().map(|rota| {
        let shifts = rota.shifts(now, until, &escalation.absences, takeovers);
        json!({
            "name": rota.name,
            "zone": rota.zone,
            "now": person(rules, escalation.on_duty(&rota.name, now, duty)),
            "shifts": shifts.iter().map(|shift| row(rules, shift)).collect::<Vec<Value>>(),
        })
    });
    let ladder = |severity: Severity| escalation.ladders.get(&severity).map(|ladder| levels(rules, duty, ladder, now));
    json!({
        "at": now,
        "rotas": rotas.collect::<Vec<Value>>(),
        "ladders": { "P1": ladder(Severity::P1), "P2": ladder(Severity::P2) },
        "last_address": escalation.last_address,
    })
}

fn row(rules: &Rules, shift: &Shift) -> Value {
    json!({ "from": shift.from, "until": shift.until, "who": person(rules, shift.who.as_deref()) })
}

fn person(rules: &Rules, id: Option<&str>) -> Value {
    let staff = id.and_then(|id| rules.access.staff_by_id(id));
    staff.map_or(Value::Null, |staff| json!({ "id": staff.id, "name": staff.name, "address": staff.address }))
}

fn levels(rules: &Rules, takeovers: &[Takeover], ladder: &Ladder, now: Timestamp) -> Value {
    let of_level = |level: &crate::desk::escalation::Level| {
        let who: Vec<String> = level.to.iter().map(|post| named(rules, takeovers, post, now)).collect();
        json!({ "after_minutes": level.after_minutes, "to": who })
    };
    json!({
        "levels": ladder.levels.iter().map(of_level).collect::<Vec<Value>>(),
        "repeats": ladder.repeats,
        "repeat_minutes": ladder.repeat_minutes,
        "then_every_minutes": ladder.then_every_minutes,
    })
}

fn named(rules: &Rules, takeovers: &[Takeover], post: &Post, now: Timestamp) -> String {
    let name = |id: &str| rules.access.staff_by_id(id).map_or_else(|| id.to_owned(), |staff| staff.name.clone());
    match post {
        Post::Rota(rota) => {
            let who = rules.escalation.on_duty(rota, now, takeovers).map_or_else(|| "NOBODY".to_owned(), name);
            format!("{who} ({rota})")
        }
        Post::Leads => rules.access.leads().map(|lead| lead.name.clone()).collect::<Vec<String>>().join(", "),
        Post::Everyone => "everyone".to_owned(),
        Post::Person(id) => name(id),
    }
}

/// How far ahead gaps are looked for (2.8).
const GAPS_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Times with nobody on duty in the next two weeks (2.8).
pub fn gaps(rules: &Rules, takeovers: &[Takeover], now: Timestamp) -> Vec<Value> {
    let until = now.checked_add(GAPS_AHEAD).unwrap_or(Timestamp::MAX);
    let gaps = rules.escalation.gaps(now, until, takeovers);
    gaps.into_iter().map(|(rota, gap)| json!({ "rota": rota, "from": gap.from, "until": gap.until })).collect()
}
