//! `form.toml`: the fields of the vendor's form and how people label them.

use std::collections::{BTreeMap, BTreeSet};

use regex::RegexBuilder;
use serde::Deserialize;
use strum::VariantArray;
use toml::Spanned;

use crate::desk::form::{FieldKey, FieldRule, PartRule, Spec, TimePart};
use crate::shell::rules::by_language::{self, ByLanguage};
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormText {
    labels_min: Spanned<usize>,
    serial_pattern: Spanned<String>,
    phone_country: Spanned<String>,
    not_a_password: ByLanguage,
    not_in_prose: ByLanguage,
    says: ByLanguage,
    shared: ByLanguage,
    yes: ByLanguage,
    no: ByLanguage,
    asap: ByLanguage,
    unit_heads: ByLanguage,
    legal_forms: ByLanguage,
    question_marks: ByLanguage,
    fields: Vec<FieldText>,
    parts: Vec<PartText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    key: Spanned<FieldKey>,
    label: Spanned<String>,
    required: bool,
    example: String,
    hint: String,
    labels: ByLanguage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartText {
    part: Spanned<String>,
    labels: ByLanguage,
}

pub fn read(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Spec> {
    let text: FormText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    check_values(file, &text, faults);
    check_fields(file, &text.fields, faults);
    let parts = parts(file, &text.parts, faults);
    check_labels(file, &text, faults);
    let lower = by_language::lower;
    let spec = Spec {
        not_a_password: lower(file, "not_a_password", &text.not_a_password, faults),
        not_in_prose: lower(file, "not_in_prose", &text.not_in_prose, faults),
        says: lower(file, "says", &text.says, faults),
        shared: lower(file, "shared", &text.shared, faults),
        yes: lower(file, "yes", &text.yes, faults),
        no: lower(file, "no", &text.no, faults),
        asap: lower(file, "asap", &text.asap, faults),
        unit_heads: lower(file, "unit_heads", &text.unit_heads, faults),
        legal_forms: legal_forms(file, &text.legal_forms, faults),
        question_marks: by_language::as_written(file, "question_marks", &text.question_marks, faults),
        fields: text.fields.into_iter().map(field_rule).collect(),
        parts,
        labels_min: text.labels_min.into_inner(),
        serial_pattern: text.serial_pattern.into_inner(),
        phone_country: text.phone_country.into_inner(),
        ..Spec::default()
    };
    Some(spec.ready())
}

/// Each way to write a legal form, with the form's name.
fn legal_forms(file: &TomlFile, forms: &ByLanguage, faults: &mut Vec<FileFault>) -> Vec<(String, String)> {
    by_language::check(file, "legal_forms", forms, faults);
    let written =
        forms.iter().flat_map(|(name, ways)| ways.iter().map(move |way| (way.get_ref().clone(), name.clone())));
    written.collect()
}

fn check_values(file: &TomlFile, text: &FormText, faults: &mut Vec<FileFault>) {
    let pattern = &text.serial_pattern;
    if let Err(error) = RegexBuilder::new(pattern.get_ref()).size_limit(1 << 20).build() {
        let found = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        let way_out = "correct the pattern, for instance '^[A-Z]{2}[0-9]{6}[A-Z]$'";
        faults.push(file.fault(Some(&pattern.span()), "serial_pattern", "a regular expression", &found, way_out));
    }
    let country = &text.phone_country;
    if country.get_ref().is_empty() || !country.get_ref().bytes().all(|byte| byte.is_ascii_digit()) {
        let found = format!("\"{}\"", country.get_ref());
        let way_out = "write it without a plus sign, for instance \"1\"";
        faults.push(file.fault(Some(&country.span()), "phone_country", "a country's calling code", &found, way_out));
    }
    if !(1..=FieldKey::VARIANTS.len()).contains(text.labels_min.get_ref()) {
        let expected = format!("a number from 1 to {}", FieldKey::VARIANTS.len());
        let found = text.labels_min.get_ref().to_string();
        let span = text.labels_min.span();
        faults.push(file.fault(Some(&span), "labels_min", &expected, &found, "3 is a good start"));
    }
    for word in text.no.values().flatten() {
        if text.yes.values().flatten().any(|yes| yes.get_ref().to_lowercase() == word.get_ref().to_lowercase()) {
            let found = format!("\"{}\" in both", word.get_ref());
            let span = word.span();
            faults.push(file.fault(Some(&span), "no", "words that do not mean yes", &found, "take it out of one list"));
        }
    }
}

/// Every field once.
fn check_fields(file: &TomlFile, fields: &[FieldText], faults: &mut Vec<FileFault>) {
    for key in FieldKey::VARIANTS {
        let mut entries = fields.iter().filter(|field| field.key.get_ref() == key);
        if entries.next().is_none() {
            let expected = format!("[[fields]] with key = \"{}\"", key.key());
            let way_out = "add it: every field of the form needs its labels";
            faults.push(file.fault(None, "fields", &expected, "none", way_out));
        }
        for again in entries {
            let found = format!("\"{}\" a second time", key.key());
            let way_out = "put all labels into one entry";
            faults.push(file.fault(Some(&again.key.span()), "key", "each field once", &found, way_out));
        }
    }
}

/// The pieces of the upgrade time, each at most once.
fn parts(file: &TomlFile, parts: &[PartText], faults: &mut Vec<FileFault>) -> Vec<PartRule> {
    let mut rules: Vec<PartRule> = Vec::new();
    for text in parts {
        let written = text.part.get_ref();
        match written.parse::<TimePart>() {
            Ok(part) if rules.iter().all(|rule| rule.part != part) => {
                let labels = by_language::as_written(file, "labels", &text.labels, faults);
                rules.push(PartRule { part, labels });
            }
            found => {
                let what = if found.is_ok() { "a second time" } else { "which is none" };
                let names: Vec<&str> = TimePart::VARIANTS.iter().map(|part| (*part).into()).collect();
                let expected = format!("one of {}, each once", names.join(", "));
                let found = format!("\"{written}\", {what}");
                faults.push(file.fault(Some(&text.part.span()), "part", &expected, &found, "correct the name"));
            }
        }
    }
    rules
}

/// A label names one thing only, or the same line would be read as two.
fn check_labels(file: &TomlFile, text: &FormText, faults: &mut Vec<FileFault>) {
    let of_fields = text.fields.iter().flat_map(|field| {
        let labels = std::iter::once(&field.label).chain(field.labels.values().flatten());
        labels.map(|label| (label, field.key.get_ref().key()))
    });
    let of_parts = text
        .parts
        .iter()
        .flat_map(|part| part.labels.values().flatten().map(|label| (label, part.part.get_ref().as_str())));
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (label, owner) in of_fields.chain(of_parts) {
        let plain = plain(label.get_ref());
        if plain.is_empty() {
            let way_out = "take it out: it would match every line";
            faults.push(file.fault(Some(&label.span()), "labels", "a label with a letter or digit", "none", way_out));
        }
        match seen.get(&plain) {
            Some(other) if *other != owner => {
                let found = format!("\"{}\", which {other} has too", label.get_ref());
                let way_out = "keep it where people mean it";
                faults.push(file.fault(Some(&label.span()), "labels", "a label of one field only", &found, way_out));
            }
            _ => {
                seen.insert(plain, owner);
            }
        }
    }
}

/// Labels are compared without regard to capitals, punctuation and spaces.
fn plain(label: &str) -> String {
    let words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

fn field_rule(text: FieldText) -> FieldRule {
    let label = text.label.into_inner();
    let mut labels = vec![label.clone()];
    let mut known = BTreeSet::from([plain(&label)]);
    labels.extend(
        text.labels.into_values().flatten().map(Spanned::into_inner).filter(|other| known.insert(plain(other))),
    );
    FieldRule {
        key: text.key.into_inner(),
        label,
        labels,
        required: text.required,
        example: text.example,
        hint: text.hint,
    }
}
