//! Facts become words of the reader's language: the filters of the templates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, State};
use serde::de::DeserializeOwned;

use crate::desk::form::{FieldKey, Spec};
use crate::desk::language::Language;
use crate::desk::letter::{layout, times};
use crate::desk::phrase::{Part, Phrase};
use crate::desk::rules::{Rules, Words};
use crate::desk::ticket::Window;

/// Everything that wording needs, ready for every language.
#[derive(Clone)]
pub(super) struct Wording {
    words: BTreeMap<Language, Words>,
    desk_zone: String,
}

impl Wording {
    pub(super) fn new(rules: &Rules) -> Wording {
        let mut words = rules.words.clone();
        // The form's own labels and hints are the English ones.
        let english = words.entry(Language::En).or_default();
        english.labels.extend(of_form(&rules.form, |rule| rule.label.clone()));
        english.hints.extend(of_form(&rules.form, |rule| rule.hint.clone()));
        Wording { words, desk_zone: rules.hours.zone.clone() }
    }

    /// What letters of `language` ask to be answered with, by its meaning.
    pub(super) fn answers(&self, language: Language) -> BTreeMap<String, String> {
        self.words.get(&language).map(|words| words.answers.clone()).unwrap_or_default()
    }

    fn label(&self, language: Language, field: FieldKey) -> String {
        self.field(language, field, |words| &words.labels).unwrap_or_else(|| field.key().to_owned())
    }

    fn hint(&self, language: Language, field: FieldKey) -> String {
        self.field(language, field, |words| &words.hints).unwrap_or_default()
    }

    /// In the language, else in English.
    fn field(
        &self,
        language: Language,
        field: FieldKey,
        of: impl Fn(&Words) -> &BTreeMap<FieldKey, String>,
    ) -> Option<String> {
        let mut found = [language, Language::En].into_iter().filter_map(|one| of(self.words.get(&one)?).get(&field));
        found.next().cloned()
    }

    fn part(&self, language: Language, part: &Part) -> String {
        let all = |parts: &[Part]| parts.iter().map(|part| self.part(language, part)).collect::<Vec<String>>();
        match part {
            Part::Text(text) => text.clone(),
            Part::Day { day } => language.day(*day),
            Part::At { at, zone, .. } => times::point_in(language, *at, zone),
            Part::AllOf { all_of } => language.all_of(&all(all_of)),
            Part::AnyOf { any_of } => language.any_of(&all(any_of)),
            Part::Phrase(phrase) => self.phrase(language, phrase),
        }
    }

    /// The sentence of the language with its places filled; the English one where
    /// the language has none.
    pub(super) fn phrase(&self, language: Language, phrase: &Phrase) -> String {
        let Some(pattern) = self.words.get(&language).and_then(|words| words.phrases.get(&phrase.code)) else {
            return phrase.text.clone();
        };
        filled(pattern, |name| phrase.with.get(name).map(|part| self.part(language, part)))
    }

    pub(super) fn add_to(self, templates: &mut Environment<'static>) {
        let wording = self.clone();
        templates.add_filter("say", move |state: &State<'_, '_>, value: Value| match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => fact::<Part>(&value).map(|part| wording.part(language_of(state), &part)),
        });
        let wording = self.clone();
        templates.add_filter("label", move |state: &State<'_, '_>, field: Serde<FieldKey>| {
            wording.label(language_of(state), field.0)
        });
        let wording = self.clone();
        templates.add_filter("hint", move |state: &State<'_, '_>, field: Serde<FieldKey>| {
            wording.hint(language_of(state), field.0)
        });
        templates.add_filter("all", |state: &State<'_, '_>, items: Vec<String>| language_of(state).all_of(&items));
        templates.add_filter("point", |state: &State<'_, '_>, at: String, zone: String| {
            Ok::<_, minijinja::Error>(times::point_in(language_of(state), moment(&at)?, &zone))
        });
        let wording = self.clone();
        templates.add_filter("word", move |state: &State<'_, '_>, word: String| {
            let words = wording.words.get(&language_of(state));
            words.and_then(|words| words.phrases.get(&format!("word_{word}"))).cloned().unwrap_or(word)
        });
        let zone = self.desk_zone.clone();
        templates.add_filter("when", move |state: &State<'_, '_>, at: String, customer: String| {
            let (at, language) = (moment(&at)?, language_of(state));
            let zones = times::zones(&customer, &zone);
            let lines: Vec<String> = zones.iter().map(|zone| times::point_in(language, at, zone)).collect();
            Ok::<_, minijinja::Error>(in_zones(&lines))
        });
        let zone = self.desk_zone;
        templates.add_filter("window", move |state: &State<'_, '_>, window: Serde<Window>| {
            let (Window { start, end, zone: customer }, language) = (window.0, language_of(state));
            let zones = times::zones(&customer, &zone);
            let lines: Vec<String> = zones.iter().map(|zone| times::span_in(language, start, end, zone)).collect();
            in_zones(&lines)
        });
    }
}

/// Marked for the layout, which knows where the first line will stand.
fn in_zones(lines: &[String]) -> String {
    format!("{}{}", layout::ZONES, lines.join(&format!("\n{}", layout::ZONES)))
}

fn of_form<'a>(
    form: &'a Spec,
    what: impl Fn(&crate::desk::form::FieldRule) -> String + 'a,
) -> impl Iterator<Item = (FieldKey, String)> + 'a {
    form.fields.iter().map(move |rule| (rule.key, what(rule)))
}

/// The letter's language; English where a template is rendered without one.
fn language_of(state: &State<'_, '_>) -> Language {
    let language = state.lookup("language").and_then(|value| value.as_str().map(str::to_owned));
    language.and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// `{name}` becomes what `value` says; what it does not know stays.
fn filled(pattern: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        match behind.split_once('}').and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                text.push_str(&value);
                rest = behind;
            }
            None => {
                text.push('{');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}

/// A fact of a letter as it was before it went into the template.
fn fact<T: DeserializeOwned>(value: &Value) -> Result<T, minijinja::Error> {
    let json = serde_json::to_value(value);
    json.and_then(serde_json::from_value).map_err(|error| wrong(format!("{value} cannot be worded: {error}")))
}

fn moment(text: &str) -> Result<Timestamp, minijinja::Error> {
    text.parse().map_err(|error| wrong(format!("{text}: {error}")))
}

fn wrong(text: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, text)
}
