//! In `src/desk/` a module uses only modules that stand above it in
//! `src/desk.rs`, and none of them knows the shell.

use crate::code::production;
use crate::tree::{Finding, Tree, line_of, pattern};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let order = order(tree.text("src/desk.rs").unwrap_or_default());
    let mut findings = Vec::new();
    for (path, text) in tree.under("src/desk/").filter(|(path, _)| path.ends_with(".rs")) {
        let code = production(text);
        let owner = owner(path);
        match order.iter().position(|name| name == owner) {
            Some(place) => findings.extend(uses_below(path, &code, &order, place)),
            None => findings.push(Finding::new(
                path,
                0,
                format!("`{owner}` is not listed in src/desk.rs"),
                "add `pub mod …;` there, below everything it uses, or delete the file",
            )),
        }
        findings.extend(ways_around(path, &code));
    }
    findings
}

/// The modules as `src/desk.rs` lists them.
pub fn order(text: &str) -> Vec<String> {
    let module = pattern(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?mod (\w+);");
    module.captures_iter(&production(text)).map(|found| found[1].to_owned()).collect()
}

/// The module of `src/desk.rs` that a file belongs to.
fn owner(path: &str) -> &str {
    let rest = path.trim_start_matches("src/desk/");
    rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs")
}

fn uses_below(path: &str, code: &str, order: &[String], place: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let start = pattern(r"crate\s*::\s*desk\s*::\s*");
    for found in start.find_iter(code) {
        for name in names_at(&code[found.end()..]) {
            let wrong = match order.iter().position(|other| *other == name) {
                Some(other) if other <= place => continue,
                Some(_) => format!("`{}` uses `{name}`, which stands below it in src/desk.rs", order[place]),
                None => format!("`{name}` is no module of src/desk.rs"),
            };
            let cure = "move what is shared up into a module above both, or pass it in as a value";
            findings.push(Finding::new(path, line_of(code, found.start()), wrong, cure));
        }
    }
    findings
}

/// The first names of a path or of a `{…}` group: `ticket`, or each of
/// `{form::Form, ticket::{Event, next}}`.
fn names_at(rest: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || "_*".contains(*c)).collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(word(item.trim()));
                item.clear();
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    names.push(word(item.trim()));
    names.retain(|name| !name.is_empty());
    names
}

/// Paths that would hide a direction from this test, and the shell.
fn ways_around(path: &str, code: &str) -> Vec<Finding> {
    let depth = path.trim_start_matches("src/desk/").split('/').count();
    let supers = format!(r"\b(?:super\s*::\s*){{{depth},}}");
    let around = [
        (r"\bcrate\s*::\s*shell\b", "the desk does not know the shell", "find it out in the shell, pass it as a value"),
        (r"\bcrate\s*::\s*\{", "a `use` that starts inside `crate::{…}`", "write each path out: `use crate::desk::…;`"),
        (&supers, "`super::` leads to the list of all modules", "write the path out: `crate::desk::…`"),
    ];
    let mut findings = Vec::new();
    for (written, wrong, cure) in around {
        for found in pattern(written).find_iter(code) {
            findings.push(Finding::new(path, line_of(code, found.start()), wrong, cure));
        }
    }
    findings
}

#[test]
fn groups_are_read_as_names() {
    assert_eq!(names_at("ticket::{Event, next};"), ["ticket"]);
    assert_eq!(names_at("{form::Form, ticket::{Event, next}, hours};"), ["form", "ticket", "hours"]);
    assert_eq!(names_at("*;"), ["*"]);
}
