//! What no letter to a customer may say: promises, and lines that a mail client
//! breaks.

use crate::desk::language::Language;
use crate::desk::letter::gallery::Shown;
use crate::desk::letter::layout::{COLUMNS_MAX, width};

/// Words that promise, with the ways to say that nothing is promised.
type Promises = (&'static [&'static str], &'static [&'static str]);

fn promises(language: Language) -> Promises {
    match language {
        Language::En => (
            &["guarantee", "will be back by", "we promise"],
            &["cannot be guaranteed", "not guaranteed", "no guarantee"],
        ),
        Language::Es => (&["garantiza", "prometemos", "estará listo a"], &["no se puede garantizar", "no garantiza"]),
        Language::De => {
            (&["garantie", "versprechen", "wird fertig sein um"], &["nicht garantiert", "nicht zu garantieren"])
        }
        Language::Fr => (
            &["garanti", "nous promettons", "sera rétabli à"],
            &["pas être garanti", "pas être garantie", "pas garanti"],
        ),
    }
}

/// What is wrong with a letter, each with its file; nothing in a staff letter.
pub fn faults(shown: &Shown) -> Vec<String> {
    if shown.template.is_for_staff() {
        return Vec::new();
    }
    let file = format!("letters/{}/{}.txt", shown.language.code(), shown.template.name());
    let mut faults = Vec::new();
    let (forbidden, allowed) = promises(shown.language);
    let whole = format!("{} {}", shown.subject, shown.text).to_lowercase();
    let mut plain = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    for denial in allowed {
        plain = plain.replace(denial, "");
    }
    for word in forbidden.iter().filter(|word| plain.contains(**word)) {
        faults.push(format!(
            "{file}: expected no promise, found \"{word}\"; say what is planned, and that it cannot be guaranteed"
        ));
    }
    for line in shown.text.lines().filter(|line| width(line) > COLUMNS_MAX && line.trim().contains(' ')) {
        faults.push(format!("{file}: expected at most {COLUMNS_MAX} columns, found {}: \"{line}\"", width(line)));
    }
    faults
}
