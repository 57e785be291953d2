//! `#accept` and `#spam` about a mail in quarantine, as the answer to its notice
//! (UT-03). Accepted, it is read as one that proves nothing; nothing else can be
//! done with it by mail.

use super::{to_author, token, transcript_of_one};
use crate::desk::command::{Command, CommandLine};
use crate::desk::decide::Decision;
use crate::desk::decide::mail::Case;
use crate::desk::record::{Did, OutcomeWord, Why};

pub fn is_meant(case: &Case<'_>, line: &CommandLine) -> bool {
    case.known.kept.is_some() && matches!(line.read, Ok(Command::Accept | Command::Spam))
}

pub fn decide(case: &Case<'_>, line: &CommandLine) -> Decision {
    let done = did(case, line);
    let outcome = if done.is_ok() { OutcomeWord::Commands } else { OutcomeWord::Refused };
    let mut decision = Decision::new(outcome, case.author.actor.clone());
    let (is_done, text) = match done {
        Ok((did, text)) => {
            decision.did.push(did);
            (true, text)
        }
        Err(text) => (false, text),
    };
    decision.why.push(Why::new("UT-03", format!("{}: {text}", line.line)));
    let say = transcript_of_one(line, is_done, text);
    decision.letters.push(to_author(case, say, None));
    decision
}

fn did(case: &Case<'_>, line: &CommandLine) -> Result<(Did, String), String> {
    let kept = case.known.kept.as_ref().ok_or("this answers no notice of a mail in quarantine")?;
    let no = kept.no;
    if !token::is_of_no_ticket(case) {
        return Err("the notice that you answer went to somebody else".to_owned());
    }
    if !kept.is_open {
        return Err(format!("quarantine {no} is dealt with already"));
    }
    match (&line.read, &kept.sha256) {
        (Ok(Command::Accept), Some(sha256)) => {
            let did = Did::Released { kept: no, sha256: sha256.clone(), reason: "#accept".to_owned() };
            Ok((did, format!("quarantine {no} is read once more, as a mail that nobody vouches for")))
        }
        (Ok(Command::Accept), None) => Err(format!("quarantine {no} was never read: an operator must look at it")),
        _ => {
            let did = Did::Dropped { kept: no, reason: "#spam".to_owned() };
            Ok((did, format!("quarantine {no} is dropped; nobody outside is told")))
        }
    }
}
