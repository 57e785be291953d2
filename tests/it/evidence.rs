//! The evidence page of every ticket of every story: each of its lines is proven
//! from the record that it names, by other means than the page's own, and nothing
//! that happened is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;
use sha2::{Digest, Sha256};
use upgrade_desk::desk::ticket::TicketId;
use upgrade_desk::shell::cli::evidence::{Evidence, evidence, html};

const ZONE: &str = "America/Los_Angeles";

/// The raw lines of the journal, by the number of their record.
fn raw(data: &Path) -> BTreeMap<u64, String> {
    let mut files: Vec<_> = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let lines: Vec<String> = files
        .iter()
        .flat_map(|file| fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    (1..).zip(lines).collect()
}

/// What of a line can be looked up word for word: addresses, tickets, hashes.
fn facts(text: &str) -> BTreeSet<String> {
    let pattern = r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]|\b(?:UP|PR)-\d{4}-\d{5}\b|\b[0-9a-f]{64}\b";
    Regex::new(pattern).unwrap().find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// Every ticket of the desk in `data`: its page is made and held against the journal.
/// The pages stay in `target/tmp/evidence/`, named after `story`, for people's eyes.
pub fn assert_pages_are_proven(story: &str, data: &Path) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evidence");
    fs::create_dir_all(&folder).unwrap();
    let raw = raw(data);
    let hash = |line: &str| -> String {
        Sha256::digest(format!("{line}\n").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let imports: String = raw.values().filter(|line| line.contains("\"kind\":\"imported\"")).cloned().collect();
    let tickets: BTreeSet<String> = raw.values().flat_map(|line| changed(line)).map(|(ticket, _)| ticket).collect();
    for id in &tickets {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let page = evidence(data, &TicketId(id.clone()), ZONE, now, &mut |_| {}).unwrap();
        let page = page.unwrap_or_else(|| panic!("{id} has no page"));
        for row in &page.rows {
            let line = &raw[&row.record];
            assert_eq!(row.record_sha256, hash(line), "{id}, record {}", row.record);
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["at"].as_str().unwrap().parse::<Timestamp>().unwrap(), row.at, "{id}: {row:?}");
            // What was written is not of the record but of the mail that it names.
            let shown = row.detail.iter().filter(|line| !line.starts_with('|'));
            let shown: String = std::iter::once(&row.text).chain(shown).cloned().collect::<Vec<_>>().join("\n");
            for fact in facts(&shown) {
                assert!(line.contains(&fact) || imports.contains(&fact), "{id}, record {}: {fact}", row.record);
            }
        }
        assert_nothing_is_left_out(id, &page, &raw);
        let html = html(&page, ZONE, "Upgrade Desk");
        fs::write(folder.join(format!("{story}-{id}.html")), &html).unwrap();
        assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"), "{id}");
    }
}

/// Tickets that a record changes, with what happened to each.
fn changed(line: &str) -> Vec<(String, Vec<String>)> {
    let value: Value = serde_json::from_str(line).unwrap();
    let changes = value["what"]["changes"].as_array().cloned().unwrap_or_default();
    let events = |change: &Value| -> Vec<String> {
        change["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    };
    changes.iter().map(|change| (change["ticket"].as_str().unwrap().to_owned(), events(change))).collect()
}

/// Every event but the firing of a timer, whose letter stands there, has its line.
fn assert_nothing_is_left_out(id: &str, page: &Evidence, raw: &BTreeMap<u64, String>) {
    for (record, line) in raw {
        let events = changed(line).into_iter().filter(|(ticket, _)| ticket == id).flat_map(|(_, events)| events);
        let expected = events.filter(|event| event != "reminded").count();
        let letters = |row: &&upgrade_desk::shell::cli::evidence::Row| {
            row.text.starts_with("Letter ") || row.text.starts_with("The mail server took letter ")
        };
        let other =
            |row: &&upgrade_desk::shell::cli::evidence::Row| row.text.starts_with("PR-") && !row.text.starts_with(id);
        let rows = page.rows.iter().filter(|row| row.record == *record);
        let found = rows.filter(|row| !letters(row) && !other(row)).count();
        assert_eq!(found, expected, "{id}, record {record}: {line}");
    }
}
