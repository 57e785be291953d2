//! Whole mails and what the desk reads in them: `fixtures/form/*.eml` beside the
//! right answer in `.txt`. `UPDATE=1` writes the answers anew, to be read by a person.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use upgrade_desk::desk::form::{FieldKey, Value};
use upgrade_desk::desk::input::{self, Understood};
use upgrade_desk::desk::seal::prints::Prints;

use crate::sample_rules;

fn mails() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/form");
    let mut mails: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    mails.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    mails.sort();
    mails
}

fn understand(raw: &[u8]) -> Understood {
    input::understand(raw, "2026-11-25T18:00:30Z".parse().unwrap(), sample_rules::rules(), &Prints::default())
}

/// What was read, for a person; the secrets are named by their lengths alone.
fn tell(read: &Understood) -> String {
    let mut told = format!("{:?}\n", read.kind);
    for secret in &read.secrets {
        let value = secret.expose();
        let blank = if value.ends_with(' ') { ", ends with a blank" } else { "" };
        writeln!(told, "secret of {} characters{blank}", value.chars().count()).unwrap();
    }
    for form in &read.forms {
        told.push('\n');
        for (key, slot) in &form.fields {
            write!(told, "{}: {}", key.key(), slot.written).unwrap();
            match &slot.read {
                Ok(Value::Time(when)) => {
                    for reading in when.readings() {
                        write!(told, "\n  = {} ({})", reading.at, reading.said).unwrap();
                    }
                }
                Ok(Value::Ip(ip)) => write!(told, "\n  = {ip}").unwrap(),
                Ok(Value::YesNo(yes)) => write!(told, "\n  = {yes}").unwrap(),
                Ok(Value::Sealed(n)) => write!(told, "\n  = secret {n}").unwrap(),
                Ok(_) => write!(told, "\n  = {}", form.text(*key).unwrap()).unwrap(),
                Err(fault) => write!(told, "\n  ! {}: {}", fault.name, fault.text).unwrap(),
            }
            told.push('\n');
        }
        for line in &form.rest {
            writeln!(told, "rest: {}", line.replace('\n', " / ")).unwrap();
        }
    }
    told
}

#[test]
fn every_mail_is_read_as_its_answer_says() {
    let mails = mails();
    assert!(mails.len() >= 20, "only {} mails were found", mails.len());
    let mut different = Vec::new();
    for path in mails {
        let raw = fs::read_to_string(&path).unwrap();
        assert!(!raw.contains('\r'), "{}: fixtures have LF", path.display());
        let told = tell(&understand(raw.as_bytes()));
        // The same mail as it travels.
        assert_eq!(tell(&understand(raw.replace('\n', "\r\n").as_bytes())), told, "{} with CRLF", path.display());
        let answer = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&answer, &told).unwrap();
        } else if fs::read_to_string(&answer).unwrap_or_default() != told {
            different.push(format!("{}:\n{told}", path.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn no_password_is_left_in_what_was_read() {
    let mut met = 0;
    for path in mails() {
        let read = understand(&fs::read(&path).unwrap());
        let mail = &read.mail;
        let texts = [&mail.text, &mail.html_text, &mail.own_text, &mail.quoted_text, &mail.signature, &mail.subject]
            .map(String::as_str);
        let forms = serde_json::to_string(&read.forms).unwrap();
        for value in read.secrets.iter().map(|secret| secret.expose().trim()).filter(|value| value.len() > 3) {
            met += 1;
            for text in texts.into_iter().chain([forms.as_str()]) {
                assert!(!text.contains(value), "{}: {text}", path.display());
            }
        }
        // A form names only secrets that exist.
        for form in &read.forms {
            if let Some(Value::Sealed(n)) = form.value(FieldKey::ManagerPassword) {
                assert!(*n < read.secrets.len(), "{}", path.display());
            }
        }
    }
    assert!(met > 10, "only {met} passwords were met");
}
