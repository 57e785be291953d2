//! A fixture that nothing reads proves nothing. Each folder says here how its
//! files are used; a folder that is not listed is refused.

use crate::tree::{Finding, Tree};

/// How the files of a folder are used.
enum Use {
    /// A case is an input and its right answer under the same name. The test
    /// that reads the folder names it, and takes whatever lies in it.
    Cases { input: &'static str, answers: &'static [&'static str] },
    /// A folder a story: `story.toml` names its mails, `story.txt` is the
    /// transcript that must come out.
    Stories,
    /// A folder a case: `case.toml` names its mails and says what must come of
    /// them; `parts` holds what mails of several cases are made of.
    Attacks,
    /// A folder a language: each letter as its reader sees it, `tests/it/letters.rs`.
    Letters,
    /// Each file is named by a test, by the program or by another fixture.
    Named,
}

const FOLDERS: &[(&str, Use)] = &[
    ("fixtures/accuracy/", Use::Named),
    ("fixtures/answers/", Use::Named),
    ("fixtures/mail/", Use::Cases { input: "eml", answers: &["json", "txt"] }),
    ("fixtures/bounces/", Use::Cases { input: "eml", answers: &["txt"] }),
    ("fixtures/form/", Use::Cases { input: "eml", answers: &["txt"] }),
    ("fixtures/stories/", Use::Stories),
    ("fixtures/attack/keys/", Use::Named),
    ("fixtures/attack/", Use::Attacks),
    ("fixtures/letters/", Use::Letters),
    ("fixtures/board/", Use::Cases { input: "json", answers: &["html"] }),
    ("fixtures/found/", Use::Named),
    ("fixtures/own-text/", Use::Named),
    ("fixtures/ports/", Use::Named),
    ("fixtures/register/", Use::Named),
    ("fixtures/reports/", Use::Named),
    ("fixtures/times/", Use::Named),
    ("fixtures/urgency/", Use::Named),
];

fn letter(tree: &Tree, path: &str, folder: &str) -> Option<Finding> {
    let name = path.strip_prefix(folder).unwrap_or(path);
    let is_there = tree.text(&format!("rules/letters/{name}")).is_some();
    (!is_there).then(|| Finding::new(path, 0, "no letter has this name", "delete it, or correct its name"))
}

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, _) in tree.under("fixtures/") {
        match FOLDERS.iter().find(|(folder, _)| path.starts_with(folder)) {
            Some((folder, Use::Cases { input, answers })) => findings.extend(case(tree, path, folder, input, answers)),
            Some((_, Use::Stories)) => findings.extend(story(tree, path)),
            Some((_, Use::Attacks)) => findings.extend(attack(tree, path)),
            Some((folder, Use::Letters)) => findings.extend(letter(tree, path, folder)),
            Some((_, Use::Named)) => findings.extend(named(tree, path)),
            None => findings.push(Finding::new(
                path,
                0,
                "no test is known to read this folder",
                "say in tests/tidy/fixtures.rs how its files are used, or move the file",
            )),
        }
    }
    findings
}

fn case(tree: &Tree, path: &str, folder: &str, input: &str, answers: &[&str]) -> Option<Finding> {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    let has = |extension: &str| tree.text(&format!("{stem}.{extension}")).is_some();
    let finding = |wrong: String, cure: &str| Some(Finding::new(path, 0, wrong, cure));
    if extension == input && !answers.iter().any(|answer| has(answer)) {
        let wanted: Vec<String> = answers.iter().map(|answer| format!("{stem}.{answer}")).collect();
        return finding(format!("it has no answer: {} is missing", wanted.join(" or ")), "write the right answer down");
    }
    if answers.contains(&extension) && !has(input) {
        return finding(
            format!("an answer without a question: {stem}.{input} is missing"),
            "delete it, or add the mail",
        );
    }
    if extension != input && !answers.contains(&extension) {
        return finding(format!("nothing reads a .{extension} here"), "delete it, or give it the name that is read");
    }
    let reader = folder.trim_end_matches('/');
    let is_read = tree.under("tests/it/").any(|(_, text)| text.contains(reader));
    if is_read { None } else { finding(format!("no test names {reader}"), "write the test that reads the folder") }
}

fn story(tree: &Tree, path: &str) -> Option<Finding> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let plan = tree.text(&format!("{folder}/story.toml"));
    let finding = |wrong: &str, cure: &str| Some(Finding::new(path, 0, wrong, cure));
    match (name, plan) {
        ("story.toml", _) if tree.text(&format!("{folder}/story.txt")).is_none() => {
            finding("the story has no transcript", "write story.txt: what came, what was decided, what left")
        }
        ("story.toml" | "story.txt", Some(_)) => {
            let is_read = tree.under("tests/it/").any(|(_, text)| text.contains("fixtures/stories"));
            if is_read { None } else { finding("no test names fixtures/stories", "write the test that plays them") }
        }
        (_, None) => finding("no story.toml stands beside it", "write one, or move the file"),
        (_, Some(plan)) if !plan.contains(name) => {
            finding("story.toml does not name it", "tell of it there, or delete it")
        }
        (_, Some(_)) => None,
    }
}

fn attack(tree: &Tree, path: &str) -> Option<Finding> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let finding = |wrong: &str, cure: &str| Some(Finding::new(path, 0, wrong, cure));
    if folder == "fixtures/attack/parts" {
        let mut others = tree.under("fixtures/attack/").filter(|(other, _)| *other != path);
        let is_used = others.any(|(_, text)| text.contains(name));
        return if is_used { None } else { finding("no case is made of it", "use it in a case, or delete it") };
    }
    let case = tree.text(&format!("{folder}/case.toml"));
    match case {
        None => finding("no case.toml stands beside it", "write one, or move the file"),
        Some(_) if name == "case.toml" => {
            let is_read = tree.under("tests/it/").any(|(_, text)| text.contains("fixtures/attack"));
            if is_read { None } else { finding("no test names fixtures/attack", "write the test that plays them") }
        }
        Some(case) if !case.contains(name) => finding("case.toml does not name it", "deliver it there, or delete it"),
        Some(_) => None,
    }
}

fn named(tree: &Tree, path: &str) -> Option<Finding> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let readers = ["tests/it/", "tests/accuracy/", "src/", "fixtures/stories/", "benches/", "deploy/"];
    let is_named = readers.iter().any(|folder| tree.under(folder).any(|(_, text)| text.contains(name)));
    let finding = || Finding::new(path, 0, "nothing names this file", "use it in a test, or delete it");
    (!is_named).then(finding)
}
