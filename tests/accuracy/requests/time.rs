//! When an upgrade is wanted, as nine languages write it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::moment;

use super::chance::Chance;
use super::field::{Field, Want};
use super::labels::Language;
use super::words::words;

/// When every mail was written: a Wednesday.
pub const WRITTEN: &str = "2026-11-25T18:00:00Z";

/// A zone: as it is written and by the name of its rules.
type Zone = (&'static str, &'static str);

const ZONES: [&[Zone]; 9] = [
    &[("PST", "America/Los_Angeles"), ("EST", "America/New_York"), ("Central", "America/Chicago"), ("UTC", "UTC")],
    &[("CET", "Europe/Madrid"), ("hora de Madrid", "Europe/Madrid"), ("UTC-5", "Etc/GMT+5")],
    &[("MEZ", "Europe/Berlin"), ("CET", "Europe/Berlin"), ("Berliner Zeit", "Europe/Berlin")],
    &[("CET", "Europe/Paris"), ("heure de Paris", "Europe/Paris"), ("UTC+1", "Etc/GMT-1")],
    &[("CET", "Europe/Rome"), ("ora di Roma", "Europe/Rome"), ("UTC+1", "Etc/GMT-1")],
    &[("hora de Lisboa", "Europe/Lisbon"), ("UTC-3", "Etc/GMT+3"), ("horário de Brasília", "America/Sao_Paulo")],
    &[("МСК", "Europe/Moscow"), ("по московскому времени", "Europe/Moscow"), ("UTC+3", "Etc/GMT-3")],
    &[("北京时间", "Asia/Shanghai"), ("UTC+8", "Etc/GMT-8"), ("中国时间", "Asia/Shanghai")],
    &[("JST", "Asia/Tokyo"), ("日本時間", "Asia/Tokyo"), ("UTC+9", "Etc/GMT-9")],
];

const MONTHS: [[&str; 4]; 7] = [
    ["December", "January", "February", "March"],
    ["diciembre", "enero", "febrero", "marzo"],
    ["Dezember", "Januar", "Februar", "März"],
    ["décembre", "janvier", "février", "mars"],
    ["dicembre", "gennaio", "febbraio", "marzo"],
    ["dezembro", "janeiro", "fevereiro", "março"],
    ["декабря", "января", "февраля", "марта"],
];

const TOMORROW: [&str; 9] = ["tomorrow", "mañana", "morgen", "demain", "domani", "amanhã", "завтра", "明天", "明日"];

/// The labels of year, month, day and hour.
const PARTS: [[&str; 4]; 9] = [
    ["Year", "Month", "Day", "Hour"],
    ["Año", "Mes", "Día", "Hora"],
    ["Jahr", "Monat", "Tag", "Stunde"],
    ["Année", "Mois", "Jour", "Heure"],
    ["Anno", "Mese", "Giorno", "Ora"],
    ["Ano", "Mês", "Dia", "Hora"],
    ["Год", "Месяц", "День", "Час"],
    ["年", "月", "日", "时"],
    ["年", "月", "日", "時"],
];

/// How it is asked for.
pub enum Wish {
    /// One line with date, time and zone.
    Whole,
    /// Date and time, and a line for the zone.
    Apart,
    /// A line for each piece (F-10).
    Pieces,
    Asap,
    /// Where it depends on the day on which it was written.
    Tomorrow,
    /// Nobody can tell which day or zone is meant.
    Unclear,
}

pub fn any(chance: &mut Chance, language: Language) -> Vec<Field> {
    let wish = match chance.below(10) {
        0 | 1 => Wish::Apart,
        2 => Wish::Pieces,
        3 => Wish::Asap,
        _ => Wish::Whole,
    };
    fields(chance, language, &wish)
}

pub fn fields(chance: &mut Chance, language: Language, wish: &Wish) -> Vec<Field> {
    let zone = chance.choose(ZONES[language as usize]);
    let at = moment(chance);
    let instant = |at: DateTime| {
        let zone = moment::time_zone(zone.1).unwrap();
        at.to_zoned(zone).unwrap().timestamp()
    };
    match wish {
        Wish::Whole => vec![time(format!("{} {}", local(chance, language, at), named(zone.0, language)), instant(at))],
        Wish::Apart => {
            vec![time(local(chance, language, at), instant(at)), piece(FieldKey::TimeZone, None, zone.0.to_owned())]
        }
        Wish::Pieces => {
            let [year, month, day, hour] = PARTS[language as usize];
            let at = at.date().at(at.hour(), 0, 0, 0);
            vec![
                piece(FieldKey::UpgradeTime, Some(year), at.year().to_string()),
                piece(FieldKey::UpgradeTime, Some(month), at.month().to_string()),
                piece(FieldKey::UpgradeTime, Some(day), at.day().to_string()),
                Field { label: Some(hour), ..time(at.hour().to_string(), instant(at)) },
                piece(FieldKey::TimeZone, None, zone.0.to_owned()),
            ]
        }
        Wish::Asap => {
            let want = Want::is("true");
            let text = chance.pick(words(language).asap);
            let in_time = chance.one_in(2);
            let mut field = Field::new(FieldKey::Asap, text, want);
            if in_time {
                field.label = Some(super::labels::formal(FieldKey::UpgradeTime, language));
            } else {
                field.text = chance.pick(words(language).yes).to_owned();
            }
            vec![field]
        }
        Wish::Tomorrow => {
            let written: Timestamp = WRITTEN.parse().unwrap();
            let there = written.to_zoned(moment::time_zone(zone.1).unwrap());
            let at = there.date().tomorrow().unwrap().at(at.hour(), 0, 0, 0);
            let word = TOMORROW[language as usize];
            let text = format!("{word} {} {}", clock(language, at), named(zone.0, language));
            vec![time(text, instant(at))]
        }
        Wish::Unclear => {
            let text = chance.pick(&["2027-02-30 10:00 UTC", "2026-12-03 25:00 UTC", "next month, we will see"]);
            let want = Want::nothing().or_fault("time_*").or_fault("zone_*");
            vec![Field::new(FieldKey::UpgradeTime, text, want)]
        }
    }
}

/// A working hour of the coming winter; its day is none of a month's first twelve.
fn moment(chance: &mut Chance) -> DateTime {
    let (year, month) = chance.choose(&[(2026, 12), (2027, 1), (2027, 2), (2027, 3)]);
    let day = i8::try_from(13 + chance.below(13)).unwrap();
    let hour = i8::try_from(9 + chance.below(8)).unwrap();
    date(year, month, day).at(hour, chance.choose(&[0, 0, 30]), 0, 0)
}

fn time(text: String, at: Timestamp) -> Field {
    Field::new(FieldKey::UpgradeTime, text, Want::is(at.to_string()))
}

fn piece(key: FieldKey, label: Option<&'static str>, text: String) -> Field {
    Field { key, label, text, want: None }
}

fn named(zone: &str, language: Language) -> String {
    match language {
        Language::Zh | Language::Ja => format!("（{zone}）"),
        _ if zone.contains(' ') && !zone.starts_with("по ") => format!("({zone})"),
        _ => zone.to_owned(),
    }
}

/// The time of day.
fn clock(language: Language, at: DateTime) -> String {
    let (hour, minute) = (at.hour(), at.minute());
    match (language, minute) {
        (Language::De, 0) => format!("{hour} Uhr"),
        (Language::Fr, _) => format!("à {hour}h{minute:02}"),
        (Language::Pt, 0) => format!("às {hour}h"),
        (Language::Zh, 0) => format!("{hour}点"),
        (Language::Ja, 0) => format!("{hour}時"),
        _ => format!("{hour}:{minute:02}"),
    }
}

/// Date and time of day, without the zone.
fn local(chance: &mut Chance, language: Language, at: DateTime) -> String {
    let day = at.date();
    if chance.one_in(4) {
        return format!("{day} {:02}:{:02}", at.hour(), at.minute());
    }
    let clock = clock(language, at);
    match language {
        Language::En if chance.one_in(2) => {
            let half = if at.hour() < 12 { "AM" } else { "PM" };
            let hour = (at.hour() + 11) % 12 + 1;
            format!("{} {}, {} at {hour}:{:02} {half}", month(language, day), day.day(), day.year(), at.minute())
        }
        Language::De | Language::Ru if chance.one_in(2) => {
            format!("{:02}.{:02}.{} {clock}", day.day(), day.month(), day.year())
        }
        Language::Es | Language::Fr | Language::It | Language::Pt if chance.one_in(2) => {
            format!("{:02}/{:02}/{} {clock}", day.day(), day.month(), day.year())
        }
        Language::En | Language::Fr | Language::It | Language::Ru => {
            format!("{} {} {} {clock}", day.day(), month(language, day), day.year())
        }
        Language::De => format!("{}. {} {}, {clock}", day.day(), month(language, day), day.year()),
        Language::Es | Language::Pt => format!("{} de {} de {}, {clock}", day.day(), month(language, day), day.year()),
        Language::Zh | Language::Ja => format!("{}年{}月{}日 {clock}", day.year(), day.month(), day.day()),
    }
}

fn month(language: Language, day: Date) -> &'static str {
    let place = usize::try_from(day.month() % 12).unwrap();
    MONTHS[language as usize][place]
}
