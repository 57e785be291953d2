//! Numbers of reports: counts, shares, times, and rows made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desk::report::Row;

/// A value in minutes, and whose.
pub type Measured = (i64, String);

/// Minutes from one instant to a later one.
pub fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs() / 60
}

pub fn count(group: &str, what: impl Into<String>, ids: Vec<String>) -> Row {
    Row { group: group.to_owned(), what: what.into(), value: ids.len().to_string(), unit: String::new(), ids }
}

/// One row for each name that occurs, in the order of the names.
pub fn counts(group: &str, named: impl IntoIterator<Item = (String, String)>) -> Vec<Row> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, id) in named {
        by_name.entry(name).or_default().push(id);
    }
    by_name.into_iter().map(|(name, ids)| count(group, name, ids)).collect()
}

/// How many percent `ids` are of `of`; nothing of nothing is no number.
pub fn share(group: &str, what: impl Into<String>, ids: Vec<String>, of: usize) -> Row {
    Row { value: ratio(ids.len().saturating_mul(100), of), unit: "%".to_owned(), ..count(group, what, ids) }
}

/// One decimal, rounded down.
pub fn ratio(number: usize, of: usize) -> String {
    match number.saturating_mul(10).checked_div(of) {
        Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
        None => String::new(),
    }
}

/// Rows for a set of times.
pub fn times(group: &str, values: Vec<Measured>, wanted: &[&str]) -> Vec<Row> {
    let ids: Vec<String> = values.iter().map(|(_, id)| id.clone()).collect();
    let mut sorted: Vec<i64> = values.iter().map(|(value, _)| *value).collect();
    sorted.sort_unstable();
    let row = |what: &&str| {
        let value = match *what {
            "median" => median(&sorted),
            "mean" => i64::try_from(sorted.len()).ok().and_then(|count| sorted.iter().sum::<i64>().checked_div(count)),
            "p90" => percentile(&sorted, 90),
            "p95" => percentile(&sorted, 95),
            _ => sorted.last().copied(),
        };
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        Row { group: group.to_owned(), what: (*what).to_owned(), value, unit: "min".to_owned(), ids: ids.clone() }
    };
    wanted.iter().map(row).collect()
}

pub fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if !sorted.len().is_multiple_of(2) {
        return Some(upper);
    }
    let lower = *sorted.get((sorted.len() / 2).saturating_sub(1))?;
    Some(lower.midpoint(upper))
}

/// Nearest rank.
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}
