//! Lists that stand twice, in code and in `rules/`, are one list.

use std::collections::BTreeSet;

use strum::VariantArray;
use upgrade_desk::desk::denial::Denial;
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::letter::Template;
use upgrade_desk::desk::letter::compose::KEY_FACTS;
use upgrade_desk::desk::ticket::{EventKind, PROBLEM_ROWS, ROWS};

use crate::tree::{Finding, Tree};

pub fn check_denials(tree: &Tree) -> Vec<Finding> {
    let file = "rules/denials.toml";
    let codes = Denial::VARIANTS.iter().map(|denial| denial.code().to_owned()).collect();
    match table(tree, file) {
        Ok(table) => compare(file, "sentence", codes, table.keys().cloned().collect(), "desk/denial.rs"),
        Err(finding) => vec![*finding],
    }
}

pub fn check_letters(tree: &Tree) -> Vec<Finding> {
    let folder = "rules/letters/en/";
    let names = Template::VARIANTS.iter().map(|template| template.name().to_owned()).collect();
    let files = tree.under(folder).map(|(path, _)| path.trim_start_matches(folder));
    // What every letter is made of besides its own text.
    let of_all = [format!("{KEY_FACTS}.txt"), "words.toml".to_owned()];
    let letters = files.filter(|name| !of_all.iter().any(|other| other == name));
    let written = letters.map(|name| name.strip_suffix(".txt").unwrap_or(name).to_owned()).collect();
    compare(folder, "letter", names, written, "desk/letter.rs")
}

pub fn check_fields(tree: &Tree) -> Vec<Finding> {
    let file = "rules/form.toml";
    let keys = FieldKey::VARIANTS.iter().map(|field| field.key().to_owned()).collect();
    let table = match table(tree, file) {
        Ok(table) => table,
        Err(finding) => return vec![*finding],
    };
    let fields = table.get("fields").and_then(|fields| fields.as_array()).cloned().unwrap_or_default();
    let written = fields.iter().filter_map(|field| field.get("key")?.as_str().map(str::to_owned)).collect();
    compare(file, "field", keys, written, "desk/form.rs")
}

/// What deny.toml bans is not in Cargo.lock, whether or not cargo-deny is installed.
pub fn check_banned(tree: &Tree) -> Vec<Finding> {
    let (deny, lock) = match (table(tree, "deny.toml"), table(tree, "Cargo.lock")) {
        (Ok(deny), Ok(lock)) => (deny, lock),
        (deny, lock) => return [deny.err(), lock.err()].into_iter().flatten().map(|finding| *finding).collect(),
    };
    let list = |table: &toml::Table, key: &str, name: &str| -> BTreeSet<String> {
        let entries = table.get(key).and_then(|value| value.as_array()).cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry.get(name)?.as_str().map(str::to_owned)).collect()
    };
    let bans = deny.get("bans").and_then(|bans| bans.as_table()).cloned().unwrap_or_default();
    let banned = list(&bans, "deny", "crate");
    if banned.is_empty() {
        return vec![Finding::new("deny.toml", 0, "nothing is banned", "list the crates under `[bans] deny`")];
    }
    let cure = "switch off the default feature that brings it in: `cargo tree -e features -i` shows which";
    let used = list(&lock, "package", "name");
    banned.intersection(&used).map(|name| Finding::new("Cargo.lock", 0, format!("`{name}` is banned"), cure)).collect()
}

/// An event without a row is refused always: it could never happen. The first
/// event of a ticket needs none.
pub fn check_life_cycle(tree: &Tree) -> Vec<Finding> {
    let file = "src/desk/ticket/table.rs";
    assert!(tree.text(file).is_some(), "{file} is gone: tell tests/tidy/rules.rs where the life-cycle is");
    let first = |kind: &EventKind| matches!(kind, EventKind::Opened | EventKind::Reported);
    let with_row = |kind: &EventKind| first(kind) || ROWS.iter().chain(PROBLEM_ROWS).any(|row| row.event == *kind);
    let without = EventKind::VARIANTS.iter().filter(|kind| !with_row(kind));
    without.map(|kind| missing_row(file, (*kind).into())).collect()
}

fn missing_row(file: &str, kind: &str) -> Finding {
    let cure = "add a row that says in which states it may happen, or delete the event";
    Finding::new(file, 0, format!("the event `{kind}` has no row: it is refused always"), cure)
}

fn table(tree: &Tree, file: &str) -> Result<toml::Table, Box<Finding>> {
    let Some(text) = tree.text(file) else {
        return Err(Box::new(Finding::new(file, 0, "the file is missing", "write it")));
    };
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| crate::tree::line_of(text, span.start));
        Box::new(Finding::new(file, line, format!("no TOML: {}", error.message()), "mend the line"))
    })
}

/// What is in one list and not in the other.
pub fn compare(
    place: &str,
    what: &str,
    in_code: BTreeSet<String>,
    written: BTreeSet<String>,
    code: &str,
) -> Vec<Finding> {
    let lacking = in_code.difference(&written).map(|name| {
        let wrong = format!("no {what} for `{name}` of src/{code}");
        Finding::new(place, 0, wrong, format!("add the {what}, or remove the variant"))
    });
    let left_over = written.difference(&in_code).map(|name| {
        let wrong = format!("a {what} for `{name}`, which src/{code} does not know");
        Finding::new(place, 0, wrong, format!("delete the {what}, or add the variant"))
    });
    lacking.chain(left_over).collect()
}
