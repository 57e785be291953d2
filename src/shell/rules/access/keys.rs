//! The public keys of people in `access.toml`, and those that were revoked.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::desk::rules::{Revoked, Staff};
use crate::shell::rules::access::StaffText;
use crate::shell::toml_file::{FileFault, TomlFile};
use crate::shell::vault::Recipient;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokedText {
    key: Spanned<String>,
    since: Spanned<String>,
    why: Spanned<String>,
}

/// The public key of one person and of nobody else.
pub(super) fn of_person(
    file: &TomlFile,
    person: &StaffText,
    others: &[Staff],
    faults: &mut Vec<FileFault>,
) -> Option<String> {
    let written = person.key.as_ref()?;
    let (expected, way_out) = ("a public key (age1…)", "write the line that `upgrade-desk key new staff` prints");
    let key = match written.get_ref().parse::<Recipient>() {
        Ok(recipient) => recipient.to_string(),
        Err(fault) => {
            faults.push(file.fault(Some(&written.span()), "key", expected, &fault.to_string(), way_out));
            return None;
        }
    };
    if others.iter().any(|other| other.key.as_ref() == Some(&key)) {
        let way_out = "make one for each person with `upgrade-desk key new staff`: the journal says who looked";
        faults.push(file.fault(Some(&written.span()), "key", "a key of one person", "the key of two", way_out));
    }
    Some(key)
}

/// Keys that are left out of everything from now on.
pub(super) fn revoked(file: &TomlFile, written: &[RevokedText], faults: &mut Vec<FileFault>) -> Vec<Revoked> {
    let mut revoked: Vec<Revoked> = Vec::new();
    for one in written {
        let key = match one.key.get_ref().parse::<Recipient>() {
            Ok(key) => key.to_string(),
            Err(fault) => {
                let way_out = "write the public key that stood in access.toml or in the configuration";
                faults.push(file.fault(
                    Some(&one.key.span()),
                    "revoked.key",
                    "a public key (age1…)",
                    &fault.to_string(),
                    way_out,
                ));
                continue;
            }
        };
        let Ok(since) = one.since.get_ref().parse::<Date>() else {
            let found = format!("\"{}\"", one.since.get_ref());
            let way_out = "write the day from which on nobody may use it";
            faults.push(file.fault(
                Some(&one.since.span()),
                "revoked.since",
                "a day such as \"2026-11-27\"",
                &found,
                way_out,
            ));
            continue;
        };
        let why = one.why.get_ref().split_whitespace().collect::<Vec<&str>>().join(" ");
        if why.is_empty() {
            let way_out = "say it in a few words: whoever is refused reads it";
            faults.push(file.fault(Some(&one.why.span()), "revoked.why", "a reason", "none", way_out));
        }
        if revoked.iter().any(|other| other.key == key) {
            let way_out = "take one of them out";
            faults.push(file.fault(Some(&one.key.span()), "revoked.key", "each key once", "it a second time", way_out));
            continue;
        }
        revoked.push(Revoked { key, since, why });
    }
    revoked
}
