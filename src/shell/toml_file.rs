//! Reads TOML files that a person wrote; whatever is wrong is named with its
//! file, its line, what was expected, what was found, and the way out.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// As the operator knows it: a path, or `rules/hours.toml` for the built-in copy.
    pub file: String,
    /// From 1; `None` when the file as a whole is meant.
    pub line: Option<usize>,
    pub key: String,
    pub expected: String,
    pub found: String,
    pub way_out: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": `{}`", self.key)?;
        }
        write!(f, ": expected {}, found {}; {}", self.expected, self.found, self.way_out)
    }
}

/// The faults of one loading, one a line.
pub fn list(faults: &[FileFault]) -> String {
    faults.iter().map(FileFault::to_string).collect::<Vec<_>>().join("\n")
}

/// The text of one file with its name.
#[derive(Debug, Clone)]
pub struct TomlFile {
    pub name: String,
    pub text: String,
}

/// A place in a file, as `toml::Spanned` reports it.
pub type Span = Range<usize>;

impl TomlFile {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> TomlFile {
        TomlFile { name: name.into(), text: text.into() }
    }

    pub fn open(path: &Path, way_out: &str) -> Result<TomlFile, FileFault> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(TomlFile { name, text }),
            Err(error) => Err(FileFault {
                file: name,
                line: None,
                key: String::new(),
                expected: "a readable text file".to_owned(),
                found: error.to_string(),
                way_out: way_out.to_owned(),
            }),
        }
    }

    /// The file as `T`; the types that are read refuse unknown keys.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, FileFault> {
        toml::from_str(&self.text).map_err(|error| self.not_readable(&error))
    }

    /// Our fault from the parser's: its message already says what it expected.
    fn not_readable(&self, error: &toml::de::Error) -> FileFault {
        let message = error.message().trim_end_matches('.').replace('\n', ", ");
        let span = error.span();
        let line_text = span.as_ref().map_or("", |span| self.line_text(span));
        let way_out = if message.contains("unknown field `password`") {
            "write the password into a file that only the desk can read and name it with `password_file`, \
             or name an environment variable with `password_env`"
        } else if message.contains("missing field") {
            "add the line"
        } else if message.contains("unknown field") {
            "write one of the expected names, or take the line out"
        } else {
            "correct the line"
        };
        let (expected, found) = match message.split_once(", expected ") {
            Some((found, expected)) => (expected.to_owned(), found.to_owned()),
            None => ("a file that can be read".to_owned(), message),
        };
        FileFault {
            file: self.name.clone(),
            line: span.map(|span| self.line(&span)),
            key: key_of(line_text).to_owned(),
            expected,
            found,
            way_out: way_out.to_owned(),
        }
    }

    /// The line, from 1, on which `span` begins.
    pub fn line(&self, span: &Span) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    fn line_text(&self, span: &Span) -> &str {
        self.text.lines().nth(self.line(span).saturating_sub(1)).unwrap_or("")
    }

    /// A fault at a place; without a place the file as a whole is meant.
    pub fn fault(&self, span: Option<&Span>, key: &str, expected: &str, found: &str, way_out: &str) -> FileFault {
        FileFault {
            file: self.name.clone(),
            line: span.map(|span| self.line(span)),
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            way_out: way_out.to_owned(),
        }
    }
}

/// `port` of `port = "143"`, `[carrier]` of a table's head. A value is never
/// repeated: it may be a credential in the wrong place.
fn key_of(line: &str) -> &str {
    match line.split_once('=') {
        Some((key, _)) => key.trim(),
        None if line.trim_start().starts_with('[') => line.trim(),
        None => "",
    }
}
