//! `escalation.toml`: rotas, ladders and waits (2.8).

mod desk;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;
use toml::Spanned;

use crate::desk::escalation::{Absence, Clock, Escalation, Ladder, Level, Post, Rota, Swap, Waits, WorkWaits};
use crate::desk::moment::time_zone;
use crate::desk::rules::Access;
use crate::desk::urgency::Severity;
use crate::shell::rules::access::plain_address;
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationText {
    last_address: Spanned<String>,
    rota: Vec<RotaText>,
    #[serde(default)]
    swap: Vec<SwapText>,
    #[serde(default)]
    absence: Vec<AbsenceText>,
    #[serde(rename = "P1")]
    p1: LadderText,
    #[serde(rename = "P2")]
    p2: LadderText,
    waits: WaitsText,
    desk: desk::DeskText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotaText {
    name: Spanned<String>,
    zone: Spanned<String>,
    first_day: Spanned<String>,
    handoff: Spanned<String>,
    turn_days: Spanned<u32>,
    turns: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwapText {
    rota: Spanned<String>,
    who: Spanned<String>,
    from: Spanned<String>,
    until: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AbsenceText {
    who: Spanned<String>,
    from: Spanned<String>,
    until: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LadderText {
    clock: ClockText,
    levels: Spanned<Vec<LevelText>>,
    repeats: u32,
    repeat_minutes: Spanned<u32>,
    then_every_minutes: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockText {
    Always,
    BusinessHours,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelText {
    after_minutes: Spanned<u32>,
    to: Spanned<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitsText {
    looked_at_minutes: u32,
    untouched_business_minutes: u32,
    untouched_lead_business_minutes: u32,
    denied_days: u32,
    special_business_minutes: u32,
    unseen_p3_business_minutes: u32,
    unseen_p4_business_minutes: u32,
    update_p1_minutes: u32,
    update_p2_business_minutes: u32,
    silence_p1_minutes: u32,
    settle_business_days: u32,
    remind_business_days: Vec<u32>,
    lapse_business_days: u32,
    last_call_hours: u32,
    release_hours: u32,
    confirm_remind_business_days: u32,
    confirm_lapse_business_days: u32,
    before_window_minutes: Vec<u32>,
    progress_before_minutes: u32,
    overrun_every_minutes: Spanned<u32>,
    overrun_lead_minutes: u32,
    feedback_business_minutes: u32,
    feedback_failed_minutes: u32,
    feedback_lead_minutes: u32,
    feedback_manager_minutes: u32,
    work: Spanned<WorkWaits>,
}

/// `access` says who works here: a rota may name nobody else.
pub fn escalation(file: &TomlFile, access: Option<&Access>, faults: &mut Vec<FileFault>) -> Option<Escalation> {
    let text: EscalationText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    let reader = Reader { file, access };
    let last_address = match plain_address(text.last_address.get_ref()) {
        Some(address) => address,
        None => {
            let found = format!("\"{}\"", text.last_address.get_ref());
            let way_out = "write one plain address that always reaches somebody";
            let span = text.last_address.span();
            faults.push(file.fault(Some(&span), "last_address", "a mail address", &found, way_out));
            String::new()
        }
    };
    let mut rotas: Vec<Rota> = text.rota.iter().map(|rota| reader.rota(rota, faults)).collect();
    let ladders = BTreeMap::from([
        (Severity::P1, reader.ladder(&text.p1, &rotas, faults)),
        (Severity::P2, reader.ladder(&text.p2, &rotas, faults)),
    ]);
    for swap in &text.swap {
        reader.swap(swap, &mut rotas, faults);
    }
    let zone = rotas.first().map_or_else(|| "UTC".to_owned(), |rota| rota.zone.clone());
    let absences = text.absence.iter().map(|absence| reader.absence(absence, &zone, faults)).collect();
    let every = &text.waits.overrun_every_minutes;
    if *every.get_ref() == 0 {
        let way_out = "write a number, or the customer is told without end";
        faults.push(file.fault(Some(&every.span()), "overrun_every_minutes", "minutes above 0", "0", way_out));
    }
    let work = &text.waits.work;
    if work.get_ref().asap_again_business_days == 0 {
        let way_out = "write a number, or the customer is asked without end";
        faults.push(file.fault(Some(&work.span()), "asap_again_business_days", "days above 0", "0", way_out));
    }
    let desk = desk::times(file, &text.desk, faults);
    Some(Escalation { rotas, absences, ladders, last_address, waits: waits(text.waits), desk })
}

/// The file, and whom it may name.
struct Reader<'a> {
    file: &'a TomlFile,
    access: Option<&'a Access>,
}

impl Reader<'_> {
    fn rota(&self, text: &RotaText, faults: &mut Vec<FileFault>) -> Rota {
        let mut wrong = |span, key: &str, expected: &str, found: String, way_out: &str| {
            faults.push(self.file.fault(Some(&span), key, expected, &found, way_out));
        };
        let quoted = |written: &Spanned<String>| format!("\"{}\"", written.get_ref());
        if time_zone(text.zone.get_ref()).is_none() {
            let way_out = "write a city of the time zone database, for instance \"America/Los_Angeles\"";
            wrong(text.zone.span(), "zone", "a time zone", quoted(&text.zone), way_out);
        }
        let first_day = Date::strptime("%Y-%m-%d", text.first_day.get_ref()).unwrap_or_else(|_| {
            let way_out = "write the day of the first hand-off, for instance \"2026-01-05\"";
            wrong(text.first_day.span(), "first_day", "a day", quoted(&text.first_day), way_out);
            Date::constant(2026, 1, 5)
        });
        let handoff = Time::strptime("%H:%M", text.handoff.get_ref()).unwrap_or_else(|_| {
            let way_out = "write hours and minutes of 24, for instance \"09:00\"";
            wrong(text.handoff.span(), "handoff", "a time of day", quoted(&text.handoff), way_out);
            Time::midnight()
        });
        if *text.turn_days.get_ref() == 0 {
            wrong(text.turn_days.span(), "turn_days", "days above 0", "0".to_owned(), "write 7 for a week");
        }
        for who in text.turns.iter().filter(|who| !self.works_here(who.get_ref())) {
            wrong(who.span(), "turns", "ids of staff (access.toml)", quoted(who), "correct it, or add the person");
        }
        if text.turns.is_empty() {
            wrong(text.name.span(), "turns", "at least one id", "none".to_owned(), "write who takes turns");
        }
        Rota {
            name: text.name.get_ref().clone(),
            zone: text.zone.get_ref().clone(),
            first_day,
            handoff,
            turn_days: *text.turn_days.get_ref(),
            turns: text.turns.iter().map(|who| who.get_ref().clone()).collect(),
            swaps: Vec::new(),
        }
    }

    /// Without `access.toml`, whose own faults are told, everybody works here.
    fn works_here(&self, id: &str) -> bool {
        self.access.is_none_or(|access| access.staff_by_id(id).is_some())
    }

    fn person(&self, who: &Spanned<String>, faults: &mut Vec<FileFault>) -> String {
        if !self.works_here(who.get_ref()) {
            let found = format!("\"{}\"", who.get_ref());
            let way_out = "correct it, or add the person";
            faults.push(self.file.fault(Some(&who.span()), "who", "an id of staff (access.toml)", &found, way_out));
        }
        who.get_ref().clone()
    }

    fn moment(&self, key: &str, written: &Spanned<String>, zone: &str, faults: &mut Vec<FileFault>) -> Timestamp {
        let clock = DateTime::strptime("%Y-%m-%d %H:%M", written.get_ref()).ok();
        let at =
            clock.zip(time_zone(zone)).and_then(|(clock, zone)| zone.to_ambiguous_timestamp(clock).compatible().ok());
        at.unwrap_or_else(|| {
            let found = format!("\"{}\"", written.get_ref());
            let way_out = "write for instance \"2026-12-24 09:00\"";
            faults.push(self.file.fault(Some(&written.span()), key, "a day and a time", &found, way_out));
            Timestamp::UNIX_EPOCH
        })
    }

    fn in_order(&self, written: &Spanned<String>, from: Timestamp, until: Timestamp, faults: &mut Vec<FileFault>) {
        if until <= from && until != Timestamp::UNIX_EPOCH {
            let found = format!("\"{}\"", written.get_ref());
            let way_out = "write the later time as until";
            faults.push(self.file.fault(Some(&written.span()), "until", "a time after from", &found, way_out));
        }
    }

    fn swap(&self, text: &SwapText, rotas: &mut [Rota], faults: &mut Vec<FileFault>) {
        let who = self.person(&text.who, faults);
        let Some(rota) = rotas.iter_mut().find(|rota| rota.name == *text.rota.get_ref()) else {
            let found = format!("\"{}\"", text.rota.get_ref());
            let way_out = "write the name of a [[rota]]";
            faults.push(self.file.fault(Some(&text.rota.span()), "rota", "a rota", &found, way_out));
            return;
        };
        let from = self.moment("from", &text.from, &rota.zone, faults);
        let until = self.moment("until", &text.until, &rota.zone, faults);
        self.in_order(&text.until, from, until, faults);
        if rota.swaps.iter().any(|swap| swap.from < until && from < swap.until) {
            let found = format!("\"{}\", within another swap of this rota", text.from.get_ref());
            let way_out = "let one end where the other begins";
            faults.push(self.file.fault(Some(&text.from.span()), "from", "a time of its own", &found, way_out));
        }
        rota.swaps.push(Swap { who, from, until });
    }

    fn absence(&self, text: &AbsenceText, zone: &str, faults: &mut Vec<FileFault>) -> Absence {
        let who = self.person(&text.who, faults);
        let from = self.moment("from", &text.from, zone, faults);
        let until = self.moment("until", &text.until, zone, faults);
        self.in_order(&text.until, from, until, faults);
        Absence { who, from, until }
    }

    fn ladder(&self, text: &LadderText, rotas: &[Rota], faults: &mut Vec<FileFault>) -> Ladder {
        let mut levels: Vec<Level> = Vec::new();
        for level in text.levels.get_ref() {
            let minutes = *level.after_minutes.get_ref();
            let least = levels.last().map_or(0, |last| last.after_minutes.saturating_add(1));
            if minutes < least || (levels.is_empty() && minutes != 0) {
                let expected = if levels.is_empty() { "0 for the first level" } else { "more than the level before" };
                let span = level.after_minutes.span();
                let way_out = "write the levels in order";
                faults.push(self.file.fault(Some(&span), "after_minutes", expected, &minutes.to_string(), way_out));
            }
            levels.push(Level { after_minutes: minutes, to: self.posts(&level.to, rotas, faults) });
        }
        if levels.is_empty() {
            let way_out = "write who is called first";
            faults.push(self.file.fault(Some(&text.levels.span()), "levels", "at least one level", "none", way_out));
        }
        for (key, minutes) in
            [("repeat_minutes", &text.repeat_minutes), ("then_every_minutes", &text.then_every_minutes)]
        {
            if *minutes.get_ref() == 0 {
                let way_out = "write a number, or the alarm never pauses";
                faults.push(self.file.fault(Some(&minutes.span()), key, "minutes above 0", "0", way_out));
            }
        }
        Ladder {
            clock: match text.clock {
                ClockText::Always => Clock::Always,
                ClockText::BusinessHours => Clock::BusinessHours,
            },
            levels,
            repeats: text.repeats,
            repeat_minutes: *text.repeat_minutes.get_ref(),
            then_every_minutes: *text.then_every_minutes.get_ref(),
        }
    }

    fn posts(&self, to: &Spanned<Vec<String>>, rotas: &[Rota], faults: &mut Vec<FileFault>) -> Vec<Post> {
        let mut posts = Vec::new();
        for name in to.get_ref() {
            match name.as_str() {
                "leads" => posts.push(Post::Leads),
                "everyone" => posts.push(Post::Everyone),
                name if rotas.iter().any(|rota| rota.name == name) => posts.push(Post::Rota(name.to_owned())),
                name if self.works_here(name) => posts.push(Post::Person(name.to_owned())),
                name => {
                    let expected = "a rota, an id of staff, \"leads\" or \"everyone\"";
                    let way_out = "correct the name";
                    let found = format!("\"{name}\"");
                    faults.push(self.file.fault(Some(&to.span()), "to", expected, &found, way_out));
                }
            }
        }
        if posts.is_empty() {
            let way_out = "write who is called";
            faults.push(self.file.fault(Some(&to.span()), "to", "at least one name", "none", way_out));
        }
        posts
    }
}

fn waits(text: WaitsText) -> Waits {
    Waits {
        looked_at_minutes: text.looked_at_minutes,
        untouched_bm: text.untouched_business_minutes,
        untouched_lead_bm: text.untouched_lead_business_minutes,
        denied_days: text.denied_days,
        special_bm: text.special_business_minutes,
        unseen_p3_bm: text.unseen_p3_business_minutes,
        unseen_p4_bm: text.unseen_p4_business_minutes,
        update_p1_minutes: text.update_p1_minutes,
        update_p2_bm: text.update_p2_business_minutes,
        silence_p1_minutes: text.silence_p1_minutes,
        settle_bd: text.settle_business_days,
        remind_bd: text.remind_business_days,
        lapse_bd: text.lapse_business_days,
        last_call_hours: text.last_call_hours,
        release_hours: text.release_hours,
        confirm_remind_bd: text.confirm_remind_business_days,
        confirm_lapse_bd: text.confirm_lapse_business_days,
        before_window_minutes: text.before_window_minutes,
        progress_before_minutes: text.progress_before_minutes,
        overrun_every_minutes: text.overrun_every_minutes.into_inner(),
        overrun_lead_minutes: text.overrun_lead_minutes,
        feedback_bm: text.feedback_business_minutes,
        feedback_failed_minutes: text.feedback_failed_minutes,
        feedback_lead_minutes: text.feedback_lead_minutes,
        feedback_manager_minutes: text.feedback_manager_minutes,
        work: text.work.into_inner(),
    }
}
