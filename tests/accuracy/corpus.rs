//! Mails of other projects with the answers that those projects state.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// One mail, and what its project says about it (the corpus README explains the keys).
pub struct Case {
    /// `source/file`, as it is named in lists.
    pub name: String,
    pub raw: Vec<u8>,
    pub expected: Value,
}

/// The cases of one source. `None`, with a line that says so: the corpus is not here.
pub fn cases(source: &str) -> Option<Vec<Case>> {
    let Some(corpus) = std::env::var_os("CORPUS").map(PathBuf::from) else {
        eprintln!("SKIPPED: {source} (set CORPUS=FOLDER to the folder of collected mails)");
        return None;
    };
    let folder = corpus.join(source);
    let list = folder.join("expectations.jsonl");
    let list = std::fs::read_to_string(&list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    let cases: Vec<Case> = list.lines().filter_map(|line| case(source, &folder, line)).collect();
    assert!(!cases.is_empty(), "{source} has no mail");
    Some(cases)
}

fn case(source: &str, folder: &Path, line: &str) -> Option<Case> {
    let expected: Value = serde_json::from_str(line).unwrap();
    let file = expected["file"].as_str().unwrap();
    if expected["not_a_mail"] == true {
        return None;
    }
    let path = folder.join(file);
    let raw = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(Case { name: format!("{source}/{file}"), raw, expected })
}
