//! `read --json`: what the desk reads in one mail.

use serde_json::{Map, Value, json};

use crate::desk::form::origin::{Origin, Origins, Part};
use crate::desk::form::{Form, Value as FieldValue};
use crate::desk::input::{Understood, understand};
use crate::desk::mail::proof::own::Checked;
use crate::desk::mail::{Mail, Proof, Report};
use crate::desk::rules::Rules;
use crate::desk::seal::prints::Prints;
use crate::desk::token::reply_address;
use crate::desk::urgency::Reading;
use crate::shell::authenticate::Authenticator;

/// Reads one mail and shows all that was read, secrets sealed.
pub fn read(bytes: &[u8], received: jiff::Timestamp, rules: &Rules) -> Value {
    understood(&understand(bytes, received, rules, &Prints::default()))
}

/// The same with our own look at its signatures. `None`: that failed.
pub async fn looked_at(
    bytes: &[u8],
    received: jiff::Timestamp,
    rules: &Rules,
    authenticator: &Authenticator,
) -> Option<Value> {
    let read = understand(bytes, received, rules, &Prints::default());
    authenticator.with_own_look(bytes, read, received, rules).await.as_ref().map(understood)
}

/// What was read, with the field names of cli.md.
pub fn understood(read: &Understood) -> Value {
    let mail = &read.mail;
    let explained = read.forms.iter().zip(&read.origins);
    let forms: Vec<Value> = explained.map(|(form, origins)| self::form(form, origins, mail)).collect();
    let fault: Option<&'static str> = mail.identity.as_ref().err().map(|fault| fault.into());
    json!({
        "kind": read.kind,
        "automatic": mail.is_automatic(),
        "automatic_because": mail.automatic_because,
        "identity": {
            "address": mail.address(),
            "name": mail.identity.as_ref().map(|identity| identity.name.clone()).unwrap_or_default(),
            "fault": fault,
        },
        "proof": proof(&read.proof, read.checked.as_ref()),
        "to": mail.to,
        "cc": mail.cc,
        "reply_to": mail.reply_to,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "delivered_to": mail.delivered_to,
        "reply_tags": mail.reply_tags.len(),
        "in_reply_to": without_tags(&mail.in_reply_to),
        "references": without_tags(&mail.references),
        "date": mail.date,
        "text": mail.text,
        "own_text": mail.own_text,
        "quoted_text": mail.quoted_text,
        "signature": mail.signature,
        "attachments": mail.attachments,
        "report": report(mail.report.as_ref()),
        "forms": forms,
        "commands": read.commands.iter().map(command).collect::<Vec<Value>>(),
        "urgency": urgency(&read.urgency),
        "secrets": read.secrets.len(),
        "limits": mail.limits,
    })
}

/// Ids of our letters carry their tokens.
fn without_tags(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| reply_address::blanked(id).unwrap_or_else(|| id.clone())).collect()
}

fn report(report: Option<&Report>) -> Value {
    let mut report = report.cloned();
    if let Some(id) = report.as_mut().and_then(|report| report.original_message_id.as_mut())
        && let Some(blanked) = reply_address::blanked(id)
    {
        *id = blanked;
    }
    json!(report)
}

/// `null` for a mail that reports nothing.
fn urgency(reading: &Reading) -> Value {
    // Words alone, where people are shown that they are quoted.
    let since = reading.since.as_deref().map(|since| since.trim_matches('"'));
    let told = |severity| json!({ "severity": severity, "because": reading.because, "since": since });
    reading.problem().map_or(Value::Null, told)
}

/// Who vouches, and the facts of our own look: null where none was taken.
pub fn proof(proof: &Proof, checked: Option<&Checked>) -> Value {
    json!({ "result": proof, "consent_level": proof.is_consent_level(), "checked": checked })
}

fn command(line: &crate::desk::command::CommandLine) -> Value {
    json!({
        "line": line.line,
        "command": line.read.as_ref().ok(),
        "fault": line.read.as_ref().err().map(|fault| fault.text.to_string()),
    })
}

fn form(form: &Form, origins: &Origins, mail: &Mail) -> Value {
    let mut fields = fields(form);
    for (key, stood) in origins {
        let stood: Vec<Value> = stood.iter().map(|origin| self::stood(origin, mail)).collect();
        if let Some(field) = fields.get_mut(key.key()).and_then(Value::as_object_mut) {
            field.insert("stood".to_owned(), json!(stood));
        }
    }
    json!({ "fields": fields, "rest": form.rest })
}

/// Where a value stood, and which rule read it.
fn stood(origin: &Origin, mail: &Mail) -> Value {
    let place = origin.place;
    let (part, file) = match place.part {
        Part::Subject => ("subject", None),
        Part::Text => ("text", None),
        Part::Html => ("html", None),
        Part::Attachment(place) => ("attachment", mail.attachments.get(place).map(|file| file.name.as_str())),
    };
    json!({
        "part": part,
        "file": file,
        "line": Some(place.line).filter(|line| *line > 0),
        "span": origin.span,
        "rule": origin.rule,
    })
}

/// Each field: as written, as understood, or what is wrong.
pub fn fields(form: &Form) -> Value {
    let mut fields = Map::new();
    for (key, slot) in &form.fields {
        let fault = slot.read.as_ref().err();
        let shown = json!({
            "written": slot.written,
            "value": slot.read.as_ref().ok().map(value),
            "fault": fault.map(|fault| fault.name.clone()),
            "fault_text": fault.map(|fault| fault.text.to_string()),
        });
        fields.insert(key.key().to_owned(), shown);
    }
    Value::Object(fields)
}

fn value(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) | FieldValue::Address(text) | FieldValue::Phone(text) => json!(text),
        FieldValue::Serial(text) | FieldValue::Mac(text) | FieldValue::Zone(text) => json!(text),
        FieldValue::Ip(ip) => json!(ip),
        FieldValue::Sealed(_) => json!("[sealed]"),
        FieldValue::YesNo(answer) => json!(answer),
        FieldValue::Time(when) => json!({
            "utc": when.first().at,
            "zone": when.first().zone,
            "readings": when.readings().map(|reading| reading.said.clone()).collect::<Vec<String>>(),
        }),
    }
}
