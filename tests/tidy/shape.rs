//! How long things may be, what every file starts with, and what is never
//! written.

use crate::code::{code_only, end_of_item, production};
use crate::direction::order;
use crate::tree::{Finding, Tree, line_of, pattern};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARACTERS_MAX: usize = 120;

/// What stands at the top of the project, and why.
pub const TOP_LEVEL: &[(&str, &str)] = &[
    ("src", "the program: `desk` decides, `shell` carries out"),
    ("rules", "what an operator edits: form, hours, people, sentences, letters"),
    ("fixtures", "mails and stories with their right answers, a sample register"),
    ("tests", "what holds all of it together; `make test` runs everything"),
    ("deploy", "what runs it: configuration, systemd unit, container, runbook"),
    ("benches", "how fast mails are read"),
    ("fuzz", "what may be thrown at the readers: mail, form, time, command, report"),
    ("README.md", ""),
    ("ARCHITECTURE.md", ""),
    ("CHANGELOG.md", ""),
    ("LICENSE-MIT", ""),
    ("LICENSE-APACHE", ""),
    ("Cargo.toml", ""),
    ("Cargo.lock", ""),
    ("Makefile", ""),
    ("clippy.toml", ""),
    ("rustfmt.toml", ""),
    ("deny.toml", ""),
    (".ci", ""),
    (".gitignore", ""),
];

pub fn check_top_level(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_new = |entry: &str| TOP_LEVEL.iter().all(|(name, _)| *name != entry);
    let mut entries: Vec<&str> = tree.all().map(|(path, _)| path.split('/').next().unwrap_or(path)).collect();
    entries.dedup();
    for entry in entries.into_iter().filter(|entry| is_new(entry)) {
        let cure = "put it into one of the folders there are, or argue for it in tests/tidy/shape.rs";
        findings.push(Finding::new(entry, 0, "not one of the agreed entries at the top", cure));
    }
    findings
}

pub fn check_lengths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.all().filter(|(path, _)| path.ends_with(".rs")) {
        for (index, line) in text.lines().enumerate() {
            let length = line.chars().count();
            if length > LINE_CHARACTERS_MAX {
                let wrong = format!("a line of {length} characters, at most {LINE_CHARACTERS_MAX} fit");
                findings.push(Finding::new(path, index + 1, wrong, "break it; `cargo fmt` does most of that"));
            }
        }
        if path.starts_with("src/") {
            findings.extend(file_length(path, text));
            findings.extend(function_lengths(path, text));
        }
    }
    findings
}

fn file_length(path: &str, text: &str) -> Option<Finding> {
    let code = production(text);
    let last = code.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).last();
    let lines = last.map_or(0, |(index, _)| index + 1);
    (lines > FILE_LINES_MAX).then(|| {
        let wrong = format!("{lines} lines before its tests, at most {FILE_LINES_MAX} fit an afternoon");
        Finding::new(path, lines, wrong, "move a part that has a name of its own into a file of its own")
    })
}

fn function_lengths(path: &str, text: &str) -> Vec<Finding> {
    let code = production(text);
    let function = pattern(r"\bfn\s+(\w+)");
    let mut findings = Vec::new();
    for found in function.captures_iter(&code) {
        let start = found.get(0).map_or(0, |all| all.start());
        let first = line_of(&code, start);
        let lines = line_of(&code, end_of_item(&code, start)) - first + 1;
        if lines > FUNCTION_LINES_MAX {
            let wrong = format!("`{}` has {lines} lines, a screen shows {FUNCTION_LINES_MAX}", &found[1]);
            findings.push(Finding::new(path, first, wrong, "keep the steps here, move each step into a helper below"));
        }
    }
    findings
}

pub fn check_headers(tree: &Tree) -> Vec<Finding> {
    let rust = tree.all().filter(|(path, _)| path.ends_with(".rs"));
    let mut findings = Vec::new();
    for (path, text) in rust {
        if !text.starts_with("//! ") {
            let wrong = "the file does not start with what it is";
            findings.push(Finding::new(path, 1, wrong, "start it with `//! ` and one or two lines"));
        }
    }
    findings
}

/// A file that no `mod` line names is not compiled, so it proves and breaks nothing.
pub fn check_orphans(tree: &Tree) -> Vec<Finding> {
    let roots = ["src/main.rs", "src/lib.rs"];
    let sources = tree.under("src/").filter(|(path, _)| path.ends_with(".rs") && !roots.contains(path));
    let mut findings = Vec::new();
    for (path, _) in sources {
        let (folder, name) = path.trim_end_matches(".rs").rsplit_once('/').unwrap_or_default();
        let parent = if folder == "src" { "src/lib.rs".to_owned() } else { format!("{folder}.rs") };
        let is_named = tree.text(&parent).is_some_and(|text| order(text).iter().any(|module| module == name));
        if !is_named {
            let wrong = format!("{parent} has no line `mod {name};`");
            findings.push(Finding::new(path, 0, wrong, "add the line, or delete the file"));
        }
    }
    findings
}

/// Written nowhere in Rust: pattern, what it is, cure.
const NOWHERE: &[(&str, &str, &str)] = &[
    (r"#!?\[allow\b", "a lint is silenced", "use `#[expect(…, reason = \"…\")]`, or do what the lint says"),
    (r"#!?\[expect\((?:[^\]r]|r[^e]|re[^a])*\]", "an `expect` without a reason", "add `reason = \"…\"`"),
    (r"#\[ignore\s*\]", "a test is ignored without a reason", "write `#[ignore = \"needs …\"]`"),
    (r"\b(todo|unimplemented)!", "something is left open", "do it now, or refuse it with an error that says so"),
    (r"\bdbg!", "a debugging aid was left behind", "remove it"),
];

/// Not written in what is shipped.
const NOT_IN_SRC: &[(&str, &str, &str)] = &[
    (r"\.\s*unwrap\s*\(\s*\)", "`unwrap` can panic on input", "handle the other case, or return an error"),
    (r"\.\s*unwrap_err\s*\(\s*\)", "`unwrap_err` can panic", "handle the other case"),
    (r"\.\s*expect\s*\(", "`expect` can panic on input", "handle the other case, or return an error"),
    (
        r"#!?\[expect\([^\]]*clippy::(indexing_slicing|string_slice)",
        "indexing or slicing can panic on input",
        "use `get`, `first`, `split_once` and the like",
    ),
    (r"\b(panic|unreachable)!", "a panic on purpose", "return an error, or make the case unwritable"),
];

pub fn check_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.all().filter(|(path, _)| path.ends_with(".rs")) {
        findings.extend(written(path, &code_only(text), NOWHERE));
        if path.starts_with("src/") {
            findings.extend(written(path, &production(text), NOT_IN_SRC));
        }
    }
    findings
}

fn written(path: &str, code: &str, patterns: &[(&str, &str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (written, wrong, cure) in patterns {
        for found in pattern(written).find_iter(code) {
            findings.push(Finding::new(path, line_of(code, found.start()), *wrong, *cure));
        }
    }
    findings
}
