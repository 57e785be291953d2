//! Several problems in one mail: the lines of a list become items, each
//! with its own severity; the ticket has the highest.

use crate::desk::decide::mail::Case;
use crate::desk::mail::Mail;
use crate::desk::ticket::Item;
use crate::desk::urgency::{self, Severity, Tone};

const ITEMS_MAX: usize = 20;
/// More of an item is read in the report itself.
const CHARS_MAX: usize = 200;

/// None where the mail has no list, or no point of it reads as a problem.
pub fn of(case: &Case<'_>) -> Vec<Item> {
    let mail = &case.input.mail;
    let points: Vec<String> = points(&mail.own_text);
    if points.len() < 2 || case.is_machine() {
        return Vec::new();
    }
    let mut any = false;
    let items = points.into_iter().map(|text| {
        let alone = Mail { own_text: text.clone(), subject: String::new(), ..mail.clone() };
        let reading = urgency::read(&alone, &case.rules.urgency);
        any |= reading.tone == Tone::Problem;
        // What is no problem by its words stands in a list of problems: a person looks.
        let severity = reading.problem().unwrap_or(Severity::P3);
        Item { text: text.chars().take(CHARS_MAX).collect(), severity, settled: false }
    });
    let items: Vec<Item> = items.collect();
    if any { items } else { Vec::new() }
}

/// The lines that begin with a number or a mark, each with the lines that go on.
fn points(text: &str) -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim) {
        match point(line) {
            Some(begins) if points.len() < ITEMS_MAX => {
                points.push(begins.to_owned());
                goes_on = true;
            }
            _ if line.is_empty() => goes_on = false,
            _ => {
                if let Some(last) = points.last_mut().filter(|_| goes_on) {
                    last.push(' ');
                    last.push_str(line);
                }
            }
        }
    }
    points
}

/// `1. text`, `2) text`, `- text`, `* text`.
fn point(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && line.len() - rest.len() <= 2;
    let rest = match numbered {
        true => rest.strip_prefix(['.', ')', ':'])?,
        false => line.strip_prefix(['-', '*', '\u{2022}'])?,
    };
    let text = rest.strip_prefix([' ', '\t'])?.trim();
    (!text.is_empty()).then_some(text)
}
