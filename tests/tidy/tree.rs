//! The source tree as text in memory, and what a check reports about it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use regex::Regex;

/// Folders that are not source: what builds and demos leave behind.
const NOT_SOURCE: &[&str] = &[".git", "target", "demo-desk", "fuzz/target", "fuzz/corpus", "fuzz/artifacts"];

/// Every file by its path from the top, `/` between the parts.
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// This crate as it lies on the disk. Bytes that are no UTF-8 are replaced.
    pub fn load() -> Tree {
        let mut files = BTreeMap::new();
        load_folder(&root(), "", &mut files);
        assert!(files.contains_key("src/lib.rs"), "no src/lib.rs under {}", root().display());
        Tree { files }
    }

    /// A tree for testing the checks themselves.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        Tree { files: files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect() }
    }

    /// The same tree with `path` replaced or added.
    pub fn with(mut self, path: &str, text: &str) -> Tree {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same tree without `path`.
    pub fn without(mut self, path: &str) -> Tree {
        assert!(self.files.remove(path).is_some(), "{path} is not in the tree");
        self
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Files whose path starts with `folder`, which ends with `/`.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.all().filter(move |(path, _)| path.starts_with(folder))
    }

    /// Rust files under `folder`, and the file beside it: `src/desk/` and `src/desk.rs`.
    pub fn rust<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let beside = format!("{}.rs", folder.trim_end_matches('/'));
        self.all().filter(move |(path, _)| *path == beside || (path.starts_with(folder) && path.ends_with(".rs")))
    }
}

/// The folder of Cargo.toml.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn load_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if NOT_SOURCE.contains(&path.as_str()) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            load_folder(&entry.path(), &format!("{path}/"), files);
        } else {
            let bytes = fs::read(entry.path()).unwrap_or_else(|error| panic!("{path}: {error}"));
            files.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// One violation: where, what, and how to be rid of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    pub wrong: String,
    pub cure: String,
}

impl Finding {
    pub fn new(file: &str, line: usize, wrong: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { file: file.to_owned(), line, wrong: wrong.into(), cure: cure.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    cure: {}", self.file, self.line, self.wrong, self.cure)
    }
}

/// The line, from 1, in which byte `offset` of `text` stands.
pub fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// A compiled pattern, kept: compiling is what takes the time here.
pub fn pattern(text: &str) -> &'static Regex {
    static KEPT: Mutex<BTreeMap<String, &'static Regex>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap();
    kept.entry(text.to_owned()).or_insert_with(|| Box::leak(Box::new(Regex::new(text).unwrap())))
}
