//! Letters become bytes: template, facts, thread, Message-ID.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use sha2::Sha256;

use crate::desk::canary;
use crate::desk::enclosed::Enclosure;
use crate::desk::input::Input;
use crate::desk::known::{FoundTicket, Known};
use crate::desk::language::Language;
use crate::desk::letter::header_text::HeaderText;
use crate::desk::letter::mime::{self, AutoSubmitted, copy};
use crate::desk::letter::wording::Wording;
use crate::desk::letter::{Letter, Outgoing, Template, layout};
use crate::desk::limits::Limits;
use crate::desk::rules::Rules;
use crate::desk::token::{self, Action, Asked, Brought, Claim, reply_address};

/// A letter could not be made: a fault in the rules or in us, never in a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("letter {template}: {text}")]
pub struct LetterError {
    pub template: String,
    pub text: String,
}

/// The template of the English copy of the key facts (3.1).
pub const KEY_FACTS: &str = "key-facts";

/// The name of a template among the rules: `es/M-05`.
pub fn file(language: Language, template: &str) -> String {
    format!("{}/{template}", language.code())
}

/// The templates, compiled once.
#[derive(Clone)]
pub struct Composer {
    templates: Environment<'static>,
    wording: Wording,
    /// Keys the tag in our Message-IDs: a guessed or forged id proves nothing.
    message_key: Vec<u8>,
}

impl Composer {
    pub fn new(rules: &Rules, message_key: Vec<u8>) -> Result<Composer, LetterError> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let plain_lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        let fail = |error: minijinja::Error| LetterError { template: "(all)".to_owned(), text: error.to_string() };
        templates.set_syntax(plain_lines.map_err(fail)?);
        let wording = Wording::new(rules);
        wording.clone().add_to(&mut templates);
        for (name, text) in &rules.letters {
            templates
                .add_template_owned(name.clone(), text.clone())
                .map_err(|error| LetterError { template: name.clone(), text: error.to_string() })?;
        }
        Ok(Composer { templates, wording, message_key })
    }

    /// Whether a mail is a canary that was sent with our key (TB2).
    pub fn is_canary(&self, raw: &[u8], limits: &Limits) -> bool {
        canary::marked(raw, limits, &self.message_key).is_some()
    }

    /// The SHA-256 of the original, if a mail is a redacted copy that was made
    /// with our key (TD5).
    pub fn copied(&self, raw: &[u8], limits: &Limits) -> Option<String> {
        copy::original(raw, limits, &self.message_key)
    }

    /// The mark of the redacted copy of the mail with this SHA-256, and the copy
    /// (TD5).
    ///
    /// # Errors
    /// Its text fits no encoding.
    pub fn copy(&self, original: &copy::Original<'_>) -> Result<(String, Vec<u8>), LetterError> {
        let fail = |error: mime::MimeError| LetterError { template: "(copy)".to_owned(), text: error.to_string() };
        let bytes = copy::write(original, &self.message_key).map_err(fail)?;
        Ok((copy::mark(original.sha256, &self.message_key), bytes))
    }

    /// All letters of one decision, numbered from `first_no`. `files` are the
    /// bytes of the attachments of the mail that it is about, in their order.
    pub fn compose(
        &self,
        letters: &[Letter],
        files: &[Vec<u8>],
        first_no: u64,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<Vec<Outgoing>, LetterError> {
        (first_no..).zip(letters).map(|(no, letter)| self.one(letter, files, no, now, rules)).collect()
    }

    /// Subject and text of a letter, without making a mail of it.
    pub fn render(&self, letter: &Letter, rules: &Rules) -> Result<(String, String), LetterError> {
        let name = letter.say.template().name();
        let fail = |text: String| LetterError { template: name.to_owned(), text };
        // A letter that a language does not have is better in English than not at all.
        let language = Some(letter.language).filter(|language| rules.letters.contains_key(&file(*language, name)));
        let language = language.unwrap_or_default();
        let text = self.written(&file(language, name), letter, language, rules).map_err(fail)?;
        let (subject, body) = text.split_once('\n').ok_or_else(|| fail("has a subject only".to_owned()))?;
        let subject = subject.trim().to_owned();
        let mut body =
            if letter.say.template().is_for_staff() { layout::tidy(body) } else { layout::folded(&layout::tidy(body)) };
        for sentence in &letter.besides {
            body.push_str(&layout::folded(&format!("\n{}\n", self.wording.phrase(language, sentence))));
        }
        if language == Language::En || !rules.letters.contains_key(&file(Language::En, KEY_FACTS)) {
            return Ok((subject, body));
        }
        let english = self.written(&file(Language::En, name), letter, Language::En, rules).map_err(fail)?;
        let facts = self.written(&file(Language::En, KEY_FACTS), letter, Language::En, rules).map_err(fail)?;
        let headline = english.lines().next().unwrap_or_default().trim();
        let facts = layout::folded(&layout::tidy(&format!("-- \nIn English: {headline}\n\n{facts}")));
        Ok((subject, format!("{body}\n{facts}")))
    }

    fn written(&self, file: &str, letter: &Letter, language: Language, rules: &Rules) -> Result<String, String> {
        let template = self.templates.get_template(file).map_err(|error| error.to_string())?;
        let context = minijinja::context! {
            ticket => letter.ticket.as_ref().map(|id| id.0.clone()).unwrap_or_default(),
            name => letter.salutation.clone(),
            also => letter.also.iter().map(|id| id.0.clone()).collect::<Vec<String>>(),
            desk => desk_facts(rules),
            hours => hours_facts(rules),
            language => language.code(),
            answer => self.wording.answers(language),
            ..minijinja::Value::from(Serde(&letter.say)),
        };
        template.render(context).map_err(|error| explain(&error))
    }

    fn one(
        &self,
        letter: &Letter,
        files: &[Vec<u8>],
        no: u64,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<Outgoing, LetterError> {
        let template = letter.say.template();
        let (subject, text) = self.render(letter, rules)?;
        let subject = HeaderText::new(&subject);
        let message_id = self.message_id(no, letter, rules);
        let auto_submitted = match (letter.say.is_by_a_person(), &letter.in_reply_to) {
            (true, _) => AutoSubmitted::No,
            (false, Some(_)) => AutoSubmitted::Replied,
            (false, None) => AutoSubmitted::Generated,
        };
        // Who answers a letter of no ticket begins anew.
        let answer_to = letter.ticket.as_ref().and_then(|_| reply_address::of(&rules.desk, no, &message_id));
        let bytes = mime::build(&mime::Draft {
            from_name: HeaderText::new(&rules.desk.name),
            from_address: rules.desk.address.clone(),
            reply_to: answer_to.unwrap_or_else(|| rules.desk.address.clone()),
            to_address: letter.to.address().to_owned(),
            subject: subject.clone(),
            date: now,
            message_id: message_id.clone(),
            in_reply_to: letter.in_reply_to.clone(),
            references: letter.references.clone(),
            auto_submitted,
            text,
            files: enclosed(letter, files)?,
            calendar: letter.invite.as_ref().map(|invite| invite.part(letter.to.address(), now, &rules.desk)),
        })
        .map_err(|error| LetterError { template: template.name().to_owned(), text: error.to_string() })?;
        Ok(Outgoing {
            no,
            template,
            to: letter.to.address().to_owned(),
            subject: subject.to_string(),
            message_id,
            ticket: letter.ticket.clone(),
            for_staff: letter.to.is_for_staff(),
            bytes,
        })
    }

    /// `UP-2026-00417.l12.<32 hex digits>@domain`: 128 bits over ticket and
    /// number; of a letter that asks for consent, its token.
    fn message_id(&self, no: u64, letter: &Letter, rules: &Rules) -> String {
        let domain = &rules.desk.message_id_domain;
        if let (Some(ticket), Some((action, digest, expires))) = (&letter.ticket, letter.say.token()) {
            let claim = Claim { ticket, person: letter.to.address(), action, digest, expires, letter: no };
            return format!("{}@{domain}", claim.mint(&self.message_key));
        }
        let ticket = letter.ticket.as_ref().map_or("desk", |id| id.0.as_str());
        let name = format!("{ticket}.l{no}");
        let tag = match Hmac::<Sha256>::new_from_slice(&self.message_key) {
            Ok(mut mac) => {
                mac.update(name.as_bytes());
                mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>()
            }
            // HMAC takes keys of every length.
            Err(_) => String::new(),
        };
        format!("{name}.{tag}@{domain}")
    }

    /// The token that a mail brings back; good only for its author and for the
    /// ticket as it stands.
    pub fn token(&self, input: &Input, known: &Known) -> Brought {
        let (Input::Mail(input), FoundTicket::ByReference(ticket)) = (input, &known.ticket) else {
            return Brought::None;
        };
        let Some(author) = input.mail.address() else { return Brought::None };
        let found = known.answered.iter().filter(|answered| answered.directly).find_map(|answered| {
            let letter = &answered.letter;
            let action = match letter.template.parse() {
                Ok(Template::Confirm) => Action::Confirm,
                Ok(Template::Proposal) if ticket.problem.is_some() => Action::Change,
                Ok(Template::Proposal | Template::NotStarted) => Action::Accept,
                _ => return None,
            };
            let (message_id, to, spent) = (letter.message_id.as_str(), letter.to.as_str(), letter.spent);
            let asked = Asked { action, message_id, to, spent };
            Some(token::brought(&self.message_key, &asked, author, input.received, ticket))
        });
        found.unwrap_or(Brought::None)
    }
}

/// The files of a letter with their bytes.
fn enclosed(letter: &Letter, files: &[Vec<u8>]) -> Result<Vec<mime::File>, LetterError> {
    let file = |file: &Enclosure| {
        let bytes = files.get(file.place).ok_or_else(|| LetterError {
            template: letter.say.template().name().to_owned(),
            text: format!("the bytes of {} are missing", file.name),
        })?;
        let (name, content_type) = (HeaderText::new(&file.name), file.content_type.clone());
        Ok(mime::File { name, content_type, bytes: bytes.clone() })
    };
    letter.files.iter().map(file).collect()
}

fn desk_facts(rules: &Rules) -> BTreeMap<&'static str, minijinja::Value> {
    let desk = &rules.desk;
    BTreeMap::from([
        ("name", desk.name.clone().into()),
        ("address", desk.address.clone().into()),
        ("phone", desk.emergency_phone.clone().into()),
        ("sources", desk.source_addresses.clone().into()),
    ])
}

fn hours_facts(rules: &Rules) -> BTreeMap<&'static str, minijinja::Value> {
    let hours = &rules.hours;
    BTreeMap::from([
        ("open", hours.open.strftime("%H:%M").to_string().into()),
        ("close", hours.close.strftime("%H:%M").to_string().into()),
        ("zone", hours.zone.clone().into()),
        ("notice", hours.notice_hours_min.into()),
        ("heads_up", hours.asap_heads_up_minutes.into()),
    ])
}

/// The cause of a template error stands behind it.
fn explain(error: &minijinja::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}
