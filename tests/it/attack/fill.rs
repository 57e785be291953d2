//! A template and what is filled into it become the bytes of a mail.
//!
//! Beside what stories fill in (`{{now}}`, `{{wed %Y-%m-%d}}`, `{{letter M-15 dana}}`):
//! `{{id}}` names this mail of this case, `{{put NAME}}` is written in the step
//! (`{{maybe NAME}}` may be missing),
//! `{{part FILE}}` is a text of `fixtures/attack/parts/`, `{{reply M-15 dana}}`
//! the reply address of a letter, `{{repeat 5000 "x\r\n"}}` a text many times and
//! `{{byte 0d 00}}` bytes that no file of text can hold.

use std::fs;

use upgrade_desk::desk::rules::Desk;
use upgrade_desk::desk::token::reply_address;
use upgrade_desk::shell::story::script::{Answerable, Filling};

use super::case::{Case, Step, folder};

const DEPTH_MAX: usize = 8;

/// All that can be filled in.
pub struct Filler<'a> {
    pub filling: Filling<'a>,
    pub case: &'a Case,
    pub step: &'a Step,
    /// The number of the step, from 1.
    pub number: usize,
    /// The Reply-To address of a letter of ours by its Message-ID.
    pub reply_to: &'a dyn Fn(&str) -> Option<String>,
}

impl Filler<'_> {
    /// The mail as its sender hands it over, line ends as mail has them.
    pub fn mail(&self) -> Vec<u8> {
        let own = folder().join(&self.case.name).join(&self.step.mail);
        let mut bytes = Vec::new();
        match fs::read_to_string(own) {
            Ok(text) => self.expand(&text, 0, &mut bytes),
            Err(_) => self.expand(&self.part(&self.step.mail), 0, &mut bytes),
        }
        for sign in &self.step.sign {
            let mut signed = sign.field(&String::from_utf8_lossy(&bytes)).into_bytes();
            signed.append(&mut bytes);
            bytes = signed;
        }
        let mut mail = Vec::new();
        self.expand(&self.step.then_top, 0, &mut mail);
        mail.append(&mut bytes);
        self.expand(&self.step.then_below, 0, &mut mail);
        mail
    }

    fn expand(&self, text: &str, depth: usize, bytes: &mut Vec<u8>) {
        assert!(depth < DEPTH_MAX, "{}: what is filled in fills in itself", self.place());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (token, tail) =
                after.split_once("}}").unwrap_or_else(|| panic!("{}: \"{{{{\" without \"}}}}\"", self.place()));
            bytes.extend_from_slice(with_line_ends(before).as_bytes());
            self.token(token.trim(), depth, bytes);
            rest = tail;
        }
        bytes.extend_from_slice(with_line_ends(rest).as_bytes());
    }

    fn token(&self, token: &str, depth: usize, bytes: &mut Vec<u8>) {
        let (word, rest) = token.split_once(' ').unwrap_or((token, ""));
        match word {
            "id" => bytes.extend_from_slice(format!("{}-{}", self.case.name, self.number).as_bytes()),
            "put" => {
                let text =
                    self.step.put.get(rest).unwrap_or_else(|| panic!("{}: nothing to put for {rest}", self.place()));
                self.expand(text, depth + 1, bytes);
            }
            "maybe" => {
                let text = self.step.put.get(rest).cloned().unwrap_or_default();
                self.expand(&text, depth + 1, bytes);
            }
            "part" => {
                let text = self.part(rest);
                self.expand(text.strip_suffix('\n').unwrap_or(&text), depth + 1, bytes);
            }
            "repeat" => {
                let (times, text) = rest.split_once(' ').unwrap_or_else(|| panic!("{}: {token}", self.place()));
                let text: String =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", self.place()));
                bytes.extend_from_slice(text.repeat(times.parse().unwrap()).as_bytes());
            }
            "byte" => bytes.extend(rest.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap())),
            "reply" => bytes.extend_from_slice(self.reply(rest).as_bytes()),
            _ => {
                let filled = self.filling.fill(&format!("{{{{{token}}}}}"));
                let filled = filled.unwrap_or_else(|error| panic!("{}: {error}", self.place()));
                bytes.extend_from_slice(filled.as_bytes());
            }
        }
    }

    fn part(&self, name: &str) -> String {
        let path = folder().join("parts").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {}: {error}", self.place(), path.display()))
    }

    fn reply(&self, which: &str) -> String {
        let id = self.filling.fill(&format!("{{{{letter {which}}}}}"));
        let id = id.unwrap_or_else(|error| panic!("{}: {error}", self.place()));
        let id = id.trim_matches(['<', '>']);
        (self.reply_to)(id).unwrap_or_else(|| panic!("{}: letter {which} has no reply address", self.place()))
    }

    fn place(&self) -> String {
        format!("{}, step {} ({})", self.case.name, self.number, self.step.mail)
    }
}

/// Files have LF, mails CR LF; a CR that was put stays alone.
fn with_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// What a decision's letters are to somebody who answers them.
pub fn answerable(letters: &[upgrade_desk::desk::record::LetterRow]) -> impl Iterator<Item = Answerable> + '_ {
    let desk = Desk { address: "upgrade@vendor.example".to_owned(), plus_addressing: true, ..Desk::default() };
    letters.iter().map(move |letter| Answerable {
        template: letter.template.clone(),
        to: letter.to.clone(),
        subject: letter.subject.clone(),
        message_id: letter.message_id.clone(),
        reply_to: reply_address::of(&desk, letter.no, &letter.message_id).unwrap_or_default(),
    })
}
