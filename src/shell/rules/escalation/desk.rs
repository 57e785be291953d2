//! `[desk]` of `escalation.toml`: when staff are told of the desk as a whole.

use jiff::civil::Time;
use serde::Deserialize;
use toml::Spanned;

use crate::desk::escalation::{DeskTimes, SelfTestTimes};
use crate::shell::rules::time;
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskText {
    handover: bool,
    handover_remind_minutes: Spanned<u32>,
    digest: Option<Spanned<String>>,
    gap_warning: Option<Spanned<String>>,
    self_test: SelfTestText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SelfTestText {
    on: bool,
    weekday: Spanned<String>,
    time: Spanned<String>,
    answer_business_minutes: Spanned<u32>,
}

pub(super) fn times(file: &TomlFile, text: &DeskText, faults: &mut Vec<FileFault>) -> DeskTimes {
    let mut daily = |key, written: &Option<Spanned<String>>| {
        written.as_ref().and_then(|written| time_of_day(file, key, written, faults))
    };
    let (digest, gap_warning) = (daily("digest", &text.digest), daily("gap_warning", &text.gap_warning));
    let minutes = &text.handover_remind_minutes;
    if *minutes.get_ref() == 0 {
        let way_out = "write after how many minutes he is asked again";
        faults.push(file.fault(Some(&minutes.span()), "handover_remind_minutes", "minutes above 0", "0", way_out));
    }
    let self_test = self_test(file, &text.self_test, faults).filter(|_| text.self_test.on);
    DeskTimes { handover: text.handover, handover_remind_minutes: *minutes.get_ref(), digest, gap_warning, self_test }
}

fn time_of_day(file: &TomlFile, key: &str, written: &Spanned<String>, faults: &mut Vec<FileFault>) -> Option<Time> {
    let time = Time::strptime("%H:%M", written.get_ref()).ok();
    if time.is_none() {
        let way_out = "write hours and minutes of 24, for instance \"08:45\", or leave the key out";
        let found = format!("\"{}\"", written.get_ref());
        faults.push(file.fault(Some(&written.span()), key, "a time of day", &found, way_out));
    }
    time
}

fn self_test(file: &TomlFile, text: &SelfTestText, faults: &mut Vec<FileFault>) -> Option<SelfTestTimes> {
    let weekday = time::weekday(text.weekday.get_ref());
    if weekday.is_none() {
        let found = format!("\"{}\"", text.weekday.get_ref());
        let way_out = "write for instance \"tuesday\"";
        faults.push(file.fault(Some(&text.weekday.span()), "weekday", "a day of the week in English", &found, way_out));
    }
    let minutes = &text.answer_business_minutes;
    if *minutes.get_ref() == 0 {
        let way_out = "write how long an answer may take; on = false switches the test off";
        faults.push(file.fault(Some(&minutes.span()), "answer_business_minutes", "minutes above 0", "0", way_out));
    }
    let time = time::time(file, "time", &text.time, faults);
    Some(SelfTestTimes { weekday: weekday?, time: time?, answer_bm: *minutes.get_ref() })
}
