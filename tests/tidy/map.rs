//! The parts of ARCHITECTURE.md that are made from the code: the tree and the
//! life-cycle.

use std::fs;

use strum::VariantArray;
use upgrade_desk::desk::ticket::{EventKind, PROBLEM_ROWS, ROWS, Row, Status};

use crate::direction::order;
use crate::shape::TOP_LEVEL;
use crate::tree::{Finding, Tree, line_of, pattern, root};

const FILE: &str = "ARCHITECTURE.md";

/// A generated part: its name in the markers, and its text.
type Part = (&'static str, fn(&Tree) -> String);
const PARTS: &[Part] = &[("tree", listing), ("life-cycle", life_cycle)];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(FILE) else {
        return vec![Finding::new(FILE, 0, "the map is missing", "write it")];
    };
    let mut findings = Vec::new();
    for (name, generate) in PARTS {
        let cure = "run `UPDATE=1 cargo test --test tidy`, and read what it changed";
        match part(text, name) {
            None => {
                let wrong = format!("the markers `{}` and `{}` are missing", opening(name), closing(name));
                findings.push(Finding::new(FILE, 0, wrong, "put them where the part belongs"));
            }
            Some((start, end)) if text[start..end] != generate(tree) => {
                let wrong = format!("the part `{name}` is not what the code says");
                findings.push(Finding::new(FILE, line_of(text, start), wrong, cure));
            }
            Some(_) => {}
        }
    }
    findings
}

/// Writes every part anew.
pub fn update() {
    let tree = Tree::load();
    let mut text = tree.text(FILE).expect("ARCHITECTURE.md is there").to_owned();
    for (name, generate) in PARTS {
        if let Some((start, end)) = part(&text, name) {
            text.replace_range(start..end, &generate(&tree));
        }
    }
    fs::write(root().join(FILE), text).unwrap();
}

fn opening(name: &str) -> String {
    format!("<!-- {name} -->\n")
}

fn closing(name: &str) -> String {
    format!("<!-- /{name} -->")
}

/// What lies between the markers.
fn part(text: &str, name: &str) -> Option<(usize, usize)> {
    let start = text.find(&opening(name))? + opening(name).len();
    let end = start + text[start..].find(&closing(name))?;
    Some((start, end))
}

/// The folders at the top, and every module with the first sentence of its file.
pub fn listing(tree: &Tree) -> String {
    let mut lines = vec!["```text".to_owned()];
    lines.extend(["src/main.rs", "src/lib.rs"].map(|path| entry(tree, path, path)));
    for half in ["desk", "shell"] {
        lines.push(entry(tree, &format!("src/{half}.rs"), &format!("src/{half}.rs")));
        for module in order(tree.text(&format!("src/{half}.rs")).unwrap_or_default()) {
            let own = format!("src/{half}/{module}.rs");
            lines.push(entry(tree, &own, &format!("  {module}")));
            let inner = format!("src/{half}/{module}/");
            for (path, _) in tree.under(&inner) {
                let name = path.trim_start_matches(inner.as_str()).trim_end_matches(".rs");
                lines.push(entry(tree, path, &format!("    {name}")));
            }
        }
    }
    let folders = TOP_LEVEL.iter().filter(|(name, what)| *name != "src" && !what.is_empty());
    lines.extend(folders.map(|(name, what)| format!("{:<22} {what}", format!("{name}/"))));
    lines.push("```\n".to_owned());
    lines.join("\n")
}

fn entry(tree: &Tree, path: &str, name: &str) -> String {
    format!("{name:<22} {}", first_sentence(tree.text(path).unwrap_or_default()))
}

/// A first sentence longer than this is cut at a pause.
const SENTENCE_CHARACTERS_MAX: usize = 110;

/// The first sentence of the `//!` lines a file starts with.
fn first_sentence(text: &str) -> String {
    let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
    let head = head.join(" ").replace("[`", "`").replace("`]", "`");
    let end = pattern(r"[.?!] |\.$").find(&head).map_or(head.len(), |found| found.start());
    let sentence = &head[..end];
    let pause = pattern("[;:] ").find(sentence).filter(|_| sentence.chars().count() > SENTENCE_CHARACTERS_MAX);
    sentence[..pause.map_or(sentence.len(), |found| found.start())].to_owned()
}

/// `ROWS` as a table.
pub fn life_cycle(_tree: &Tree) -> String {
    format!("Upgrades:\n\n{}\nProblems:\n\n{}", rows(ROWS), rows(PROBLEM_ROWS))
}

fn rows(rows: &[Row]) -> String {
    let all: Vec<Status> = Status::VARIANTS.iter().copied().filter(|status| is_met(rows, *status)).collect();
    let mut table = "| id | in | happens | then |\n|---|---|---|---|\n".to_owned();
    for Row { ids, from, event, to } in rows {
        let stays = if *event == EventKind::Undone { "(as before)" } else { "(stays)" };
        let event: &str = event.into();
        let to = to.map_or(stays, Status::name);
        table.push_str(&format!("| {ids} | {} | `{event}` | {to} |\n", states(from, &all)));
    }
    table
}

/// Whether a ticket of this kind can be in the state at all.
fn is_met(rows: &[Row], status: Status) -> bool {
    rows.iter().any(|row| row.from.contains(&status) || row.to == Some(status))
}

/// The states by name, or those that are missing when these are fewer.
fn states(from: &[Status], all: &[Status]) -> String {
    let names = |list: Vec<&Status>| list.into_iter().map(|status| status.name()).collect::<Vec<_>>().join(", ");
    let others: Vec<&Status> = all.iter().filter(|status| !from.contains(status)).collect();
    match others.len() {
        0 => "any".to_owned(),
        few if few < from.len() => format!("any but {}", names(others)),
        _ => names(from.iter().collect()),
    }
}

#[test]
fn a_first_sentence_ends_at_its_full_stop() {
    assert_eq!(first_sentence("//! One. Two.\n\nuse x;"), "One");
    assert_eq!(first_sentence("//! One\n//! goes on.\nuse x;"), "One goes on");
    assert_eq!(first_sentence("//! Makes a [`Form`] of it? Yes.\nuse x;"), "Makes a `Form` of it");
    let long = format!("//! One: two; {}.", "three ".repeat(30));
    assert_eq!(first_sentence(&long), "One");
    assert_eq!(first_sentence("use x;"), "");
}
