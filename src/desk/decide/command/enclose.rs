//! `#reply` and `#ask` carry the files of the agent's own mail to the customer
//! (5.2): all of them or none, and the transcript names each.

use crate::desk::decide::command::{Effects, Refusal};
use crate::desk::decide::mail::Case;
use crate::desk::enclosed;
use crate::desk::letter::Letter;
use crate::desk::letter::say::{Say, TranscriptLine};

impl Effects {
    /// The letter with the files of this mail, and the words of the transcript
    /// about them. Of several letters the first has them.
    pub fn enclosing(&mut self, case: &Case<'_>, mut letter: Letter) -> Result<(Letter, String), Refusal> {
        let mail = &case.input.mail;
        let going = enclosed::chosen(mail, &case.rules.reply_files).map_err(Refusal)?;
        if std::mem::replace(&mut self.enclosed, true) {
            let with = if going.is_empty() { "" } else { ", without your files: they go with the words above" };
            return Ok((letter, with.to_owned()));
        }
        let mut with = String::new();
        if !going.is_empty() {
            let names: Vec<String> = going.iter().map(enclosed::shown).collect();
            with = format!(", with {}", names.join(", "));
        }
        let left = enclosed::left_out(mail);
        if !left.is_empty() {
            with = format!("{with}; not sent: {}", left.join(", "));
        }
        if let Say::AgentReply { files, .. } = &mut letter.say {
            *files = going.iter().map(|file| file.name.clone()).collect();
        }
        letter.files = going;
        Ok((letter, with))
    }

    /// Files of a mail whose commands write to the customer, but carry none: who
    /// attached them must not believe that they were sent.
    pub fn kept_files(&self, case: &Case<'_>) -> Option<TranscriptLine> {
        let wrote = self.letters.iter().any(|letter| !letter.to.is_for_staff());
        let files = case.input.mail.attachments.iter().filter(|file| file.stays.is_none());
        let names: Vec<&str> = files.map(|file| file.name.as_str()).collect();
        if self.enclosed || !wrote || names.is_empty() {
            return None;
        }
        let text = format!("{} was NOT sent: only #reply and #ask carry files to the customer", names.join(", "));
        Some(TranscriptLine { line: "(your files)".to_owned(), done: true, text })
    }
}
