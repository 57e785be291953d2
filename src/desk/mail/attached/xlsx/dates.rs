//! Dates in a workbook: they are numbers of days, and only the look of a cell tells
//! that it is one (ECMA-376 18.8.30).

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::desk::mail::attached::xml::{self, Met};

/// How a cell shows its number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Look {
    #[default]
    Number,
    Day,
}

/// Formats of numbers that are dates, times or both, without their own text.
fn is_date(format: u32) -> bool {
    matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// The looks of the cells of one workbook.
#[derive(Default)]
pub(super) struct Dates {
    looks: Vec<Look>,
    since_1904: bool,
}

impl Dates {
    /// From the styles of the workbook. `None`: damaged.
    pub(super) fn read(styles: &str, since_1904: bool) -> Option<Dates> {
        let mut own = std::collections::BTreeMap::new();
        let mut looks = Vec::new();
        let mut in_cells = false;
        xml::walk(styles, |met| {
            match met {
                Met::Open(element) => match element.name() {
                    "numFmt" => {
                        own.insert(element.get("numFmtId"), names_a_day(&element.get("formatCode")));
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        let id = element.get("numFmtId");
                        let known = id.parse().is_ok_and(is_date);
                        let is_day = own.get(&id).copied().unwrap_or(known);
                        looks.push(if is_day { Look::Day } else { Look::Number });
                    }
                    _ => {}
                },
                Met::Close("cellXfs") => in_cells = false,
                Met::Close(_) | Met::Text(_) => {}
            }
            true
        })?;
        Some(Dates { looks, since_1904 })
    }

    /// Of a cell with this style.
    pub(super) fn look(&self, style: &str) -> Look {
        style.parse().ok().and_then(|style: usize| self.looks.get(style)).copied().unwrap_or_default()
    }

    /// A number as its cell shows it; a day as `2026-12-03 09:00`.
    pub(super) fn shown(&self, written: &str, look: Look) -> String {
        let written = written.trim();
        let Ok(number) = written.parse::<f64>() else { return written.to_owned() };
        match look {
            Look::Day => self.day(number).unwrap_or_else(|| written.to_owned()),
            // 5.13 is kept as 5.1299999999999999.
            Look::Number if number.is_finite() => number.to_string(),
            Look::Number => written.to_owned(),
        }
    }

    fn day(&self, number: f64) -> Option<String> {
        const MINUTES_A_DAY: f64 = 1440.0;
        let minutes = (number * MINUTES_A_DAY).round();
        // Up to the year 9999, with which the calendar of spreadsheets ends.
        let minutes = (0.0..4.3e9).contains(&minutes).then_some(minutes)?;
        let first = if self.since_1904 { Date::constant(1904, 1, 1) } else { Date::constant(1899, 12, 30) };
        #[expect(clippy::cast_possible_truncation, reason = "it was looked at above")]
        let at = first.at(0, 0, 0, 0).checked_add((minutes as i64).minutes()).ok()?;
        let shown = match (number >= 1.0, (at.hour(), at.minute())) {
            (false, _) => at.strftime("%H:%M"),
            (true, (0, 0)) => at.strftime("%Y-%m-%d"),
            (true, _) => at.strftime("%Y-%m-%d %H:%M"),
        };
        Some(shown.to_string())
    }
}

/// Whether a format of one's own shows days or times: letters of theirs that
/// stand neither in quotes nor in brackets nor behind a backslash.
fn names_a_day(format: &str) -> bool {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    format.chars().any(|c| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
        !quoted && !bracket && matches!(c, 'd' | 'D' | 'y' | 'Y' | 'h' | 'H' | 'm' | 'M')
    })
}
