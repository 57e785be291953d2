//! Every letter with its sample facts, in every language that has it: for `check`,
//! for the tests, and for people who read them all.

use strum::VariantArray;

use crate::desk::access::Recipient;
use crate::desk::language::Language;
use crate::desk::letter::compose::{Composer, LetterError, file};
use crate::desk::letter::samples::samples;
use crate::desk::letter::{Letter, Template};
use crate::desk::rules::Rules;
use crate::desk::ticket::TicketId;

/// One letter as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub template: Template,
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
        for say in samples() {
            let template = say.template();
            if !rules.letters.contains_key(&file(*language, template.name())) {
                continue;
            }
            let letter = Letter {
                to: Recipient::desk(rules),
                salutation: "Dana Ruiz".to_owned(),
                say,
                language: *language,
                ticket: Some(TicketId("UP-2026-00417".to_owned())),
                in_reply_to: None,
                references: Vec::new(),
                invite: None,
                also: Vec::new(),
            };
            let (subject, text) = composer.render(&letter, rules)?;
            shown.push(Shown { template, language: *language, subject, text });
        }
    }
    Ok(shown)
}
