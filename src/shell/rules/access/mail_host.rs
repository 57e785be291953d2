//! Whose word about senders counts, where it stands, and how it must be tried.

use serde::Deserialize;

use crate::desk::mail::MailHost;
use crate::desk::rules::Canary;
use crate::shell::rules::access::AccessText;
use crate::shell::toml_file::{FileFault, TomlFile};

/// Fields of more own hosts than this above it: then it is not our own host's.
const BELOW_MAX: usize = 9;
const DAYS: u32 = 14;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Name {
    Postfix,
    Google,
    Microsoft365,
    Custom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CanaryWord {
    Required,
    Warn,
    Off,
}

/// Where the field stands: a place goes with a name, and a name with a place.
pub(super) fn mail_host(file: &TomlFile, text: &AccessText, faults: &mut Vec<FileFault>) -> MailHost {
    let id = text.authserv_id.as_ref();
    let Some(written) = &text.mail_host else {
        if let Some(id) = id {
            let expected = "where the mail host of `authserv_id` writes its field";
            let way_out = "write \"postfix\", \"google\", \"microsoft365\" or \"custom\"; see the README";
            faults.push(file.fault(Some(&id.span()), "mail_host", expected, "no such line", way_out));
        }
        return MailHost::default();
    };
    let name = *written.get_ref();
    let mut fault = |key: &str, expected: &str, found: &str, way_out: &str| {
        faults.push(file.fault(Some(&written.span()), key, expected, found, way_out));
    };
    match (name, id.map(|id| id.get_ref().as_str())) {
        (Name::Google, Some(id)) if !id.eq_ignore_ascii_case("mx.google.com") => {
            let way_out = "write authserv_id = \"mx.google.com\", as Google does";
            fault("authserv_id", "\"mx.google.com\" with mail_host = \"google\"", &format!("\"{id}\""), way_out);
        }
        (Name::Microsoft365, Some(id)) => {
            let way_out = "take authserv_id out: Microsoft 365 writes none, so its word can only say no";
            fault("authserv_id", "no such line with mail_host = \"microsoft365\"", &format!("\"{id}\""), way_out);
        }
        _ => {}
    }
    match (name, &text.below_received) {
        (Name::Custom, Some(below)) if *below.get_ref() <= BELOW_MAX => return MailHost::Below(*below.get_ref()),
        (Name::Custom, below) => {
            let expected = format!("a number from 0 to {BELOW_MAX}");
            let found = below.as_ref().map_or("no such line".to_owned(), |below| below.get_ref().to_string());
            let way_out = "count the Received fields above your own host's Authentication-Results: 0 if it is on top";
            fault("below_received", &expected, &found, way_out);
        }
        (_, Some(_)) => {
            let expected = "no such line without mail_host = \"custom\"";
            fault("below_received", expected, "one", "take it out, or write \"custom\"");
        }
        (_, None) => {}
    }
    match name {
        Name::Postfix | Name::Custom => MailHost::POSTFIX,
        Name::Google => MailHost::Google,
        Name::Microsoft365 => MailHost::Microsoft365,
    }
}

/// Believed only after a try, unless the operator says otherwise.
pub(super) fn canary(file: &TomlFile, text: &AccessText, faults: &mut Vec<FileFault>) -> Canary {
    if let Some(days) = text.canary_days_max.as_ref().filter(|days| !(1..=366).contains(days.get_ref())) {
        let found = days.get_ref().to_string();
        let way_out = "14 is a good start: hosts change";
        faults.push(file.fault(Some(&days.span()), "canary_days_max", "days from 1 to 366", &found, way_out));
    }
    let days_max = text.canary_days_max.as_ref().map_or(DAYS, |days| *days.get_ref());
    match text.canary.unwrap_or(CanaryWord::Required) {
        CanaryWord::Required => Canary::Required { days_max },
        CanaryWord::Warn => Canary::Warn { days_max },
        CanaryWord::Off => Canary::Off,
    }
}
