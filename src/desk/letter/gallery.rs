//! Every letter with its sample facts, in every language that has it: for `check`,
//! for the tests, and for people who read them all.

use std::collections::BTreeMap;

use strum::VariantArray;

use crate::desk::access::Recipient;
use crate::desk::language::Language;
use crate::desk::letter::compose::{Composer, LetterError, file};
use crate::desk::letter::samples::samples;
use crate::desk::letter::{Letter, Say, Template};
use crate::desk::rules::Rules;
use crate::desk::ticket::TicketId;

/// One letter as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub template: Template,
    /// Which of the template's samples it is, from 0.
    pub sample: usize,
    pub language: Language,
    pub subject: String,
    pub text: String,
}

/// All of them, in the order of the samples, language after language.
///
/// # Errors
///
/// The first letter that cannot be written, with the reason.
pub fn all(rules: &Rules) -> Result<Vec<Shown>, LetterError> {
    let composer = Composer::new(rules, vec![0; 32])?;
    let mut shown = Vec::new();
    for language in Language::VARIANTS {
        let mut counts: BTreeMap<Template, usize> = BTreeMap::new();
        for say in samples() {
            let template = say.template();
            let count = counts.entry(template).or_default();
            let sample = *count;
            *count += 1;
            if !rules.letters.contains_key(&file(*language, template.name())) {
                continue;
            }
            let letter = Letter {
                to: Recipient::desk(rules),
                salutation: "Dana Ruiz".to_owned(),
                ticket: Some(TicketId(
                    if is_of_a_problem(&say) { "PR-2026-00088" } else { "UP-2026-00417" }.to_owned(),
                )),
                say,
                language: *language,
                in_reply_to: None,
                references: Vec::new(),
                invite: None,
                also: Vec::new(),
                besides: Vec::new(),
                files: Vec::new(),
            };
            let (subject, text) = composer.render(&letter, rules)?;
            shown.push(Shown { template, sample, language: *language, subject, text });
        }
    }
    Ok(shown)
}

/// Whether the sample belongs to a problem's ticket, not to an upgrade's.
fn is_of_a_problem(say: &Say) -> bool {
    match say {
        Say::AgentReply { problem, .. } | Say::PassedOn { problem, .. } => *problem,
        Say::Proposal { change, .. } | Say::Started { change, .. } => !change.is_empty(),
        Say::ProblemReceived { .. }
        | Say::PersonHasIt { .. }
        | Say::Resolved { .. }
        | Say::ChangeReport { .. }
        | Say::Alarm { .. } => true,
        _ => false,
    }
}
