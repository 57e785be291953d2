//! The one list of rule files, with the copies built into the program.

use std::fs;
use std::path::Path;

use crate::shell::toml_file::{FileFault, TomlFile};

/// The files of one language's letters beside the English ones.
macro_rules! translated {
    ($language:literal: $($name:literal),* $(,)?) => {
        &[$((
            concat!("letters/", $language, "/", $name),
            include_str!(concat!("../../../rules/letters/", $language, "/", $name)),
        )),*]
    };
}

/// Letters that customers get, in every language but English.
macro_rules! of_language {
    ($language:literal) => {
        translated!(
            $language:
            "words.toml",
            "M-01.txt",
            "M-02-question.txt",
            "M-02.txt",
            "M-03.txt",
            "M-04-neutral.txt",
            "M-04.txt",
            "M-05.txt",
            "M-06.txt",
            "M-07.txt",
            "M-08.txt",
            "M-09.txt",
            "M-10.txt",
            "M-11.txt",
            "M-12.txt",
            "M-13.txt",
            "M-14.txt",
            "M-15.txt",
            "M-16.txt",
            "M-17.txt",
            "M-18-change.txt",
            "M-18-not-started.txt",
            "M-18.txt",
            "M-19.txt",
            "M-20.txt",
            "M-21-neutral.txt",
            "M-21.txt",
            "M-22.txt",
            "M-24.txt",
            "M-25-calendar.txt",
            "M-25.txt",
            "M-26.txt",
            "M-30.txt",
            "M-30-subscription.txt",
            "M-32.txt",
            "M-33.txt"
        )
    };
}

const TRANSLATED: [&[(&str, &str)]; 3] = [of_language!("es"), of_language!("de"), of_language!("fr")];

/// Every rule file, in the order in which their version is computed.
const BUILT_IN: &[(&str, &str)] = &[
    ("form.toml", include_str!("../../../rules/form.toml")),
    ("hours.toml", include_str!("../../../rules/hours.toml")),
    ("zones.toml", include_str!("../../../rules/zones.toml")),
    ("times.toml", include_str!("../../../rules/times.toml")),
    ("access.toml", include_str!("../../../rules/access.toml")),
    ("escalation.toml", include_str!("../../../rules/escalation.toml")),
    ("classify.toml", include_str!("../../../rules/classify.toml")),
    ("quotes.toml", include_str!("../../../rules/quotes.toml")),
    ("automatic.toml", include_str!("../../../rules/automatic.toml")),
    ("bounces.toml", include_str!("../../../rules/bounces.toml")),
    ("urgency.toml", include_str!("../../../rules/urgency.toml")),
    ("limits.toml", include_str!("../../../rules/limits.toml")),
    ("public_mail.toml", include_str!("../../../rules/public_mail.toml")),
    ("denials.toml", include_str!("../../../rules/denials.toml")),
    ("desk.toml", include_str!("../../../rules/desk.toml")),
    ("letters/en/words.toml", include_str!("../../../rules/letters/en/words.toml")),
    ("letters/en/key-facts.txt", include_str!("../../../rules/letters/en/key-facts.txt")),
    ("letters/en/M-01.txt", include_str!("../../../rules/letters/en/M-01.txt")),
    ("letters/en/M-02.txt", include_str!("../../../rules/letters/en/M-02.txt")),
    ("letters/en/M-02-question.txt", include_str!("../../../rules/letters/en/M-02-question.txt")),
    ("letters/en/M-03.txt", include_str!("../../../rules/letters/en/M-03.txt")),
    ("letters/en/M-04.txt", include_str!("../../../rules/letters/en/M-04.txt")),
    ("letters/en/M-04-neutral.txt", include_str!("../../../rules/letters/en/M-04-neutral.txt")),
    ("letters/en/M-05.txt", include_str!("../../../rules/letters/en/M-05.txt")),
    ("letters/en/M-06.txt", include_str!("../../../rules/letters/en/M-06.txt")),
    ("letters/en/M-07.txt", include_str!("../../../rules/letters/en/M-07.txt")),
    ("letters/en/M-08.txt", include_str!("../../../rules/letters/en/M-08.txt")),
    ("letters/en/M-09.txt", include_str!("../../../rules/letters/en/M-09.txt")),
    ("letters/en/M-11.txt", include_str!("../../../rules/letters/en/M-11.txt")),
    ("letters/en/M-10.txt", include_str!("../../../rules/letters/en/M-10.txt")),
    ("letters/en/M-12.txt", include_str!("../../../rules/letters/en/M-12.txt")),
    ("letters/en/M-13.txt", include_str!("../../../rules/letters/en/M-13.txt")),
    ("letters/en/M-14.txt", include_str!("../../../rules/letters/en/M-14.txt")),
    ("letters/en/M-15.txt", include_str!("../../../rules/letters/en/M-15.txt")),
    ("letters/en/M-16.txt", include_str!("../../../rules/letters/en/M-16.txt")),
    ("letters/en/M-17.txt", include_str!("../../../rules/letters/en/M-17.txt")),
    ("letters/en/M-18.txt", include_str!("../../../rules/letters/en/M-18.txt")),
    ("letters/en/M-18-change.txt", include_str!("../../../rules/letters/en/M-18-change.txt")),
    ("letters/en/M-18-not-started.txt", include_str!("../../../rules/letters/en/M-18-not-started.txt")),
    ("letters/en/M-19.txt", include_str!("../../../rules/letters/en/M-19.txt")),
    ("letters/en/M-20.txt", include_str!("../../../rules/letters/en/M-20.txt")),
    ("letters/en/M-21.txt", include_str!("../../../rules/letters/en/M-21.txt")),
    ("letters/en/M-21-neutral.txt", include_str!("../../../rules/letters/en/M-21-neutral.txt")),
    ("letters/en/M-22.txt", include_str!("../../../rules/letters/en/M-22.txt")),
    ("letters/en/M-23-test.txt", include_str!("../../../rules/letters/en/M-23-test.txt")),
    ("letters/en/M-23.txt", include_str!("../../../rules/letters/en/M-23.txt")),
    ("letters/en/M-24.txt", include_str!("../../../rules/letters/en/M-24.txt")),
    ("letters/en/M-25.txt", include_str!("../../../rules/letters/en/M-25.txt")),
    ("letters/en/M-25-calendar.txt", include_str!("../../../rules/letters/en/M-25-calendar.txt")),
    ("letters/en/M-26.txt", include_str!("../../../rules/letters/en/M-26.txt")),
    ("letters/en/M-27.txt", include_str!("../../../rules/letters/en/M-27.txt")),
    ("letters/en/M-28.txt", include_str!("../../../rules/letters/en/M-28.txt")),
    ("letters/en/M-29.txt", include_str!("../../../rules/letters/en/M-29.txt")),
    ("letters/en/M-30.txt", include_str!("../../../rules/letters/en/M-30.txt")),
    ("letters/en/M-30-subscription.txt", include_str!("../../../rules/letters/en/M-30-subscription.txt")),
    ("letters/en/M-31.txt", include_str!("../../../rules/letters/en/M-31.txt")),
    ("letters/en/M-32.txt", include_str!("../../../rules/letters/en/M-32.txt")),
    ("letters/en/M-33.txt", include_str!("../../../rules/letters/en/M-33.txt")),
    ("letters/en/M-34.txt", include_str!("../../../rules/letters/en/M-34.txt")),
];

/// The rule files as they were found, by their names in the folder.
pub struct Files(Vec<(String, TomlFile)>);

impl Files {
    pub fn toml(&self, name: &str) -> Option<&TomlFile> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, file)| file)
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &TomlFile)> {
        self.0.iter().map(|(name, file)| (name.as_str(), file))
    }
}

fn list() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    BUILT_IN.iter().chain(TRANSLATED.into_iter().flatten())
}

pub fn built_in() -> Files {
    let named = |(name, text): &(&str, &str)| ((*name).to_owned(), TomlFile::new(format!("rules/{name}"), *text));
    Files(list().map(named).collect())
}

/// Reads a folder. It must hold exactly what the built-in list holds: a missing
/// file is never replaced in silence, a misspelt one never ignored.
pub fn read_folder(folder: &Path, faults: &mut Vec<FileFault>) -> Files {
    let mut files = Vec::new();
    for (name, _) in list() {
        match TomlFile::open(&folder.join(name), "copy it from the rules/ that came with the program") {
            Ok(file) => files.push(((*name).to_owned(), file)),
            Err(fault) => faults.push(fault),
        }
    }
    find_leftovers(folder, "", faults);
    Files(files)
}

fn find_leftovers(folder: &Path, prefix: &str, faults: &mut Vec<FileFault>) {
    // A folder that cannot be listed has its files reported as missing already.
    let Ok(entries) = fs::read_dir(folder.join(prefix)) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.path().is_dir() {
            find_leftovers(folder, &name, faults);
        } else if (name.ends_with(".toml") || name.ends_with(".txt")) && !list().any(|(known, _)| *known == name) {
            faults.push(FileFault {
                file: entry.path().display().to_string(),
                line: None,
                key: String::new(),
                expected: "only files that are read".to_owned(),
                found: "one that nothing reads".to_owned(),
                way_out: "correct its name, or move it out of the folder".to_owned(),
            });
        }
    }
}
