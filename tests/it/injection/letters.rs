//! Any text in every value of every letter: the letter stays one of ours.

use proptest::prelude::*;
use strum::VariantArray;
use upgrade_desk::desk::access::Recipient;
use upgrade_desk::desk::language::Language;
use upgrade_desk::desk::letter::Letter;
use upgrade_desk::desk::letter::compose::Composer;
use upgrade_desk::desk::letter::invite::{Invite, Progress};
use upgrade_desk::desk::letter::samples::samples;
use upgrade_desk::desk::letter::say::{AlarmFacts, FeedbackFacts, FieldLine, MissingItem, Say, Understood, UnitLine};
use upgrade_desk::desk::phrase::{Part, Phrase};
use upgrade_desk::desk::ticket::{Issue, Outcome, TicketId};

use crate::sample_rules::rules;
use crate::support::{hostile, letter};

/// Every value of a letter that is not a word of the desk itself, such as a
/// severity or a zone of the register. A new letter does not compile until it
/// stands here.
fn values(say: &mut Say) -> Vec<&mut String> {
    match say {
        Say::Acknowledgement { units, fields } => of_units(units).chain(of_understood(fields)).collect(),
        Say::Missing { items, fields, unreadable, .. } => {
            of_items(items).chain(of_understood(fields)).chain(unreadable).collect()
        }
        Say::Denial { fields, sentences, reason, .. } => {
            of_understood(fields).chain(sentences.iter_mut().flat_map(of_phrase)).chain([reason]).collect()
        }
        Say::NeutralNote {} | Say::NeutralProblemNote {} => Vec::new(),
        Say::ScheduleConfirmation { serial, version, feedback_to, agent, reading, .. } => {
            let reading = reading.iter_mut().map(|reading| &mut reading.written);
            reading.chain([serial, version, feedback_to, agent]).collect()
        }
        Say::Question { serial, text, .. } => of_phrase(text).chain([serial]).collect(),
        Say::Rescheduled { serial, version, reason, agent, shifted, clocks, .. } => {
            of_phrase(reason).chain(shifted).chain(clocks).chain([serial, version, agent]).collect()
        }
        Say::AsapAccepted { serial, version, feedback_to, .. } => vec![serial, version, feedback_to],
        Say::OutsideHours { serial, why, .. } | Say::Expired { serial, why } => {
            of_phrase(why).chain([serial]).collect()
        }
        Say::Cancelled { serial, words, .. } => of_phrase(words).chain([serial]).collect(),
        Say::Started { serial, words, agent, change, .. } => vec![serial, words, agent, change],
        Say::FeedbackSuccess { feedback } | Say::FeedbackIssues { feedback } | Say::FeedbackFailed { feedback } => {
            of_feedback(feedback)
        }
        Say::AgentReply { text, agent, handed_to, goes_on_as, files, .. } => {
            files.iter_mut().chain([text, agent, handed_to, goes_on_as]).collect()
        }
        Say::ChangeReport { serial, change, text, words, resolved, agent, .. } => {
            vec![serial, change, text, words, resolved, agent]
        }
        Say::CalendarQuestion { serial, by_other, .. } => vec![serial, by_other],
        Say::Reminder { serial, items, .. } => of_items(items).chain([serial]).collect(),
        Say::WindowReminder { serial, version, agent, .. } => vec![serial, version, agent],
        Say::Blocked { obstacles, .. } => vec![&mut obstacles.serial, &mut obstacles.agent],
        Say::NotStarted { serial, version, words, agent, .. } => vec![serial, version, words, agent],
        Say::TakingLonger { serial, reason, agent, .. } => vec![serial, reason, agent],
        Say::Confirm { who, serial_end, wish, .. } => of_phrase(wish).chain([who, serial_end]).collect(),
        Say::Supplement { serial, issues, agent, instead_of, copy_of, .. } => {
            issues.iter_mut().flat_map(of_issue).chain([serial, agent, instead_of, copy_of]).collect()
        }
        Say::PasswordReminder { serial, .. } => vec![serial],
        Say::ProblemReceived { serial, upgrade, items, question, by_other, .. } => {
            question.iter_mut().flat_map(of_phrase).chain(items).chain([serial, upgrade, by_other]).collect()
        }
        Say::Proposal { serial, version, why, text, agent, .. } => {
            of_phrase(why).chain([serial, version, text, agent]).collect()
        }
        Say::Alarm(facts) => {
            let AlarmFacts { company, serial, why, reporter, upgrade, since, extract, .. } = facts;
            let lists = [&mut facts.phones, &mut facts.tried, &mut facts.skipped, &mut facts.because];
            let lists = lists.into_iter().flat_map(|list| list.iter_mut());
            lists.chain([company, serial, why, reporter, upgrade, since, extract]).collect()
        }
        Say::TestAlarm { .. } => Vec::new(),
        Say::PersonHasIt { agent, serial, words, .. } => vec![agent, serial, words],
        Say::PassedOn { serial, .. } => vec![serial],
        Say::ToOperator { gaps, .. } => gaps.iter_mut().map(|gap| &mut gap.rota).collect(),
        Say::Resolved { serial, item, left, text, agent, .. } => {
            left.iter_mut().chain([serial, item, text, agent]).collect()
        }
        Say::Transcript { lines, possible, visible_to, usage, .. } => {
            let lines = lines.iter_mut().flat_map(|line| [&mut line.line, &mut line.text]);
            lines.chain(possible.iter_mut()).chain(visible_to.iter_mut()).chain(of_fields(usage)).collect()
        }
        Say::Undelivered { to, letter, subject, why, instead } => vec![to, letter, subject, why, instead],
        Say::Duty { subject, lines, ack, sections, commands } => {
            let sections = sections.iter_mut().flat_map(|part| part.lines.iter_mut().chain([&mut part.title]));
            lines.iter_mut().chain(sections).chain(of_fields(commands)).chain([subject, ack]).collect()
        }
        Say::News { version, notes } => vec![version, notes],
        Say::Subscription { .. } => Vec::new(),
        Say::HeadsUp { serial, by, .. } => vec![serial, by],
        Say::StaffNotice {
            headline, status, from, serial, agent, lights, fields, text, attachments, commands, ..
        } => {
            let lights = lights.iter_mut().flat_map(|light| [&mut light.name, &mut light.text]);
            let plain = [headline, status, from, serial, agent, text];
            let lines = lights.chain(of_fields(fields)).chain(attachments.iter_mut()).chain(of_fields(commands));
            lines.chain(plain).collect()
        }
    }
}

fn of_fields(fields: &mut [FieldLine]) -> impl Iterator<Item = &mut String> {
    fields.iter_mut().flat_map(|field| [&mut field.label, &mut field.value])
}

fn of_understood(fields: &mut [Understood]) -> impl Iterator<Item = &mut String> {
    fields.iter_mut().flat_map(|field| of_part(&mut field.value))
}

/// The English text, and what is filled into that of another language.
fn of_phrase(phrase: &mut Phrase) -> impl Iterator<Item = &mut String> {
    phrase.with.values_mut().flat_map(of_part).chain([&mut phrase.text]).collect::<Vec<_>>().into_iter()
}

fn of_part(part: &mut Part) -> Vec<&mut String> {
    match part {
        Part::Text(text) => vec![text],
        Part::Phrase(phrase) => of_phrase(phrase).collect(),
        Part::AllOf { all_of: parts } | Part::AnyOf { any_of: parts } => parts.iter_mut().flat_map(of_part).collect(),
        // Made by the desk itself.
        Part::Day { .. } | Part::At { .. } => Vec::new(),
    }
}

fn of_items(items: &mut [MissingItem]) -> impl Iterator<Item = &mut String> {
    items
        .iter_mut()
        .flat_map(|MissingItem { written, problem, example, .. }| of_phrase(problem).chain([written, example]))
}

fn of_units(units: &mut [UnitLine]) -> impl Iterator<Item = &mut String> {
    units.iter_mut().flat_map(|unit| {
        [&mut unit.ticket, &mut unit.serial]
            .into_iter()
            .chain(unit.details.iter_mut().flat_map(|detail| of_phrase(&mut detail.text)))
    })
}

fn of_feedback(facts: &mut FeedbackFacts) -> Vec<&mut String> {
    let FeedbackFacts { serial, version, issues, after, words, agent, problem, instead_of, copy_of, .. } = facts;
    let issues = issues.iter_mut().chain(after).flat_map(of_issue);
    issues.chain([serial, version, words, agent, problem, instead_of, copy_of]).collect()
}

fn of_issue(issue: &mut Issue) -> [&mut String; 4] {
    [&mut issue.text, &mut issue.effect, &mut issue.cure, &mut issue.open]
}

/// Every value of a calendar event that comes from a mail or from the register.
fn invite(next: &mut impl FnMut() -> String) -> Invite {
    let progress = [Progress::Confirmed, Progress::Cancelled, Progress::Completed(Outcome::RolledBack)];
    let serial = next();
    Invite {
        ticket: TicketId("UP-2026-00417".to_owned()),
        account: next(),
        version: next(),
        sequence: 3,
        start: "2026-12-03T18:00:00Z".parse().unwrap(),
        end: "2026-12-03T19:00:00Z".parse().unwrap(),
        progress: progress[serial.len() % progress.len()],
        answerable: serial.len().is_multiple_of(2),
        serial,
    }
}

/// Every letter that these languages have.
fn letters(languages: &[Language]) -> impl Iterator<Item = (Language, Say)> {
    let all = languages.iter().flat_map(|language| samples().into_iter().map(|say| (*language, say)));
    all.filter(|(language, say)| {
        rules().letters.contains_key(&format!("{}/{}", language.code(), say.template().name()))
    })
}

/// All letters of these languages with these texts in all their values, in turn.
fn write(composer: &Composer, languages: &[Language], texts: &[String]) -> Result<(), String> {
    let rules = rules();
    let mut texts = texts.iter().cycle();
    let mut next = || texts.next().cloned().unwrap_or_default();
    for (language, mut say) in letters(languages) {
        let mut put = 0;
        for value in values(&mut say) {
            *value = next();
            put += 1;
        }
        let name = format!("{}/{}", language.code(), say.template().name());
        let letter = Letter {
            to: Recipient::desk(rules),
            salutation: next(),
            say,
            language,
            ticket: Some(TicketId("UP-2026-00417".to_owned())),
            in_reply_to: Some(next()),
            references: vec![next(), "first@acme-tel.example".to_owned(), next()],
            invite: Some(invite(&mut next)),
            also: vec![TicketId("UP-2026-00418".to_owned())],
            besides: Vec::new(),
            files: Vec::new(),
        };
        let written = composer.compose(&[letter], &[], 7, "2026-12-03T18:00:00Z".parse().unwrap(), rules);
        let written = written.map_err(|error| format!("{name}: {error}"))?.remove(0);
        letter::fault(&written.bytes).map_err(|fault| format!("{name} with {put} values: {fault}"))?;
        if written.subject.chars().any(letter::is_harmful) {
            return Err(format!("{name}: the subject {:?} is remembered", written.subject));
        }
        let seen = format!("{}\n{}", written.subject, letter::text(&written.bytes));
        if seen.contains(hostile::SUM_DONE) {
            return Err(format!("{name}: a value was run as a template"));
        }
    }
    Ok(())
}

fn composer() -> Composer {
    Composer::new(rules(), vec![7; 32]).unwrap()
}

#[test]
fn chosen_texts_in_every_value_of_every_letter() {
    let composer = composer();
    for (place, text) in hostile::chosen().into_iter().enumerate() {
        let start: String = text.chars().take(40).collect();
        // A long text is long in any language: one is enough, and a second's work.
        let one = [Language::VARIANTS[place % Language::VARIANTS.len()]];
        let languages = if text.len() > 1_000 { &one } else { Language::VARIANTS };
        assert_eq!(write(&composer, languages, &[text]), Ok(()), "{start:?}");
    }
}

/// A value that looks like a template is shown as it is written (TF10).
#[test]
fn what_looks_like_a_template_is_shown_as_it_is() {
    let composer = composer();
    let mut shown = std::collections::BTreeMap::new();
    for (language, mut say) in letters(Language::VARIANTS) {
        values(&mut say).into_iter().for_each(|value| *value = hostile::SUM.to_owned());
        let (to, ticket) = (Recipient::desk(rules()), None);
        let letter = Letter {
            to,
            salutation: String::new(),
            say,
            language,
            ticket,
            in_reply_to: None,
            references: Vec::new(),
            invite: None,
            also: Vec::new(),
            besides: Vec::new(),
            files: Vec::new(),
        };
        let (subject, text) = composer.render(&letter, rules()).unwrap();
        let seen = format!("{subject}\n{text}");
        assert!(!seen.contains(hostile::SUM_DONE), "{seen}");
        *shown.entry(language).or_insert(0) += usize::from(seen.contains(hostile::SUM));
    }
    assert_eq!(shown.len(), Language::VARIANTS.len());
    for (language, count) in shown {
        assert!(count > 40, "only {count} letters in {} showed the value", language.code());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_every_value_of_every_letter(
        texts in proptest::collection::vec(hostile::text(), 1..8),
        language in proptest::sample::select(Language::VARIANTS),
    ) {
        let written = write(&composer(), &[language], &texts);
        prop_assert!(written.is_ok(), "{:?}", written);
    }
}
