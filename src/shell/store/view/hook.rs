//! What the alarm hook is to be told, and what it is told of an alarm.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::office::Office;
use crate::desk::register::{Company, Representative};
use crate::desk::ticket::Ticket;
use crate::shell::store::apply::hook::{row_key, waiting_key};
use crate::shell::store::rows::HookRow;
use crate::shell::store::state::{StateError, Tree, key};
use crate::shell::store::view::View;

/// Lines of the report that the hook gets.
const LINES_MAX: usize = 6;

impl View<'_> {
    /// Alarms that the hook was not told of yet, the oldest first.
    pub fn hooks_waiting(&self) -> Result<Vec<HookRow>, StateError> {
        let mut rows = Vec::new();
        let mut letters: Vec<u64> = self.state.values(Tree::Index, &key(&[b"hook waits", b""]))?;
        letters.sort_unstable();
        for letter in letters {
            rows.extend(self.hook(letter)?);
        }
        Ok(rows)
    }

    /// How far the hook is with an alarm letter; `None`: that letter is no alarm.
    pub fn hook(&self, letter: u64) -> Result<Option<HookRow>, StateError> {
        self.state.get(Tree::Index, &row_key(letter))
    }

    /// Whether the hook has still to be told of that letter.
    pub fn hook_waits(&self, letter: u64) -> Result<bool, StateError> {
        self.state.has(Tree::Index, &waiting_key(letter))
    }

    /// Letters of the last test of level 1 of which the hook could not be told.
    pub(super) fn hook_failed(&self, office: &Office) -> Result<Vec<(u64, String)>, StateError> {
        let mut failed = Vec::new();
        for letter in office.self_test.iter().flat_map(|test| &test.letters) {
            let row = self.hook(*letter)?.filter(|row| row.done && !row.ok);
            failed.extend(row.map(|row| (row.letter, row.result)));
        }
        Ok(failed)
    }

    /// What the hook is told. `None`: somebody answered meanwhile, and nobody is
    /// to be called.
    pub fn hook_facts(&self, row: &HookRow, now: Timestamp) -> Result<Option<Value>, StateError> {
        let Some(letter) = self.letter(row.letter)? else { return Ok(None) };
        let ticket = row.ticket.as_ref().map(|id| self.ticket(id)).transpose()?.flatten();
        let mut facts = json!({
            "test": row.ticket.is_none(),
            "alarm": letter.letter.message_id,
            "ticket": row.ticket,
            "who": letter.letter.to,
            "name": self.rules().access.staff_by_address(&letter.letter.to).map(|staff| &staff.name),
            "subject": letter.letter.subject,
            "at": row.committed_at,
            "sent_at": now,
        });
        let Some(problem) = ticket.as_ref().and_then(|ticket| ticket.problem.as_ref()) else {
            return Ok(row.ticket.is_none().then_some(facts));
        };
        let Some(alarm) = &problem.alarm else { return Ok(None) };
        let step = self.rules().escalation.ladder(problem.severity).map(|ladder| ladder.step(row.step, alarm.since));
        let text = problem.extract.lines().take(LINES_MAX).collect::<Vec<&str>>().join("\n");
        if let (Some(facts), Some(ticket)) = (facts.as_object_mut(), &ticket) {
            facts.insert("severity".to_owned(), json!(problem.severity));
            facts.insert("level".to_owned(), json!(step.as_ref().map(|step| step.level)));
            facts.insert("levels".to_owned(), json!(step.as_ref().map(|step| step.levels)));
            facts.insert("last_address".to_owned(), json!(step.is_some_and(|step| step.to.is_empty())));
            facts.insert("text".to_owned(), json!(text));
            facts.insert("customer".to_owned(), json!(self.company_name(ticket)?));
            facts.insert("phones".to_owned(), json!(self.phones(ticket)?));
        }
        Ok(Some(facts))
    }

    fn company_name(&self, ticket: &Ticket) -> Result<Option<String>, StateError> {
        let Some(company) = &ticket.company else { return Ok(None) };
        let row: Option<Company> = self.state.get(Tree::Register, &key(&[b"company", company.as_bytes()]))?;
        Ok(row.map(|row| row.name))
    }

    /// Of whoever reported it, where he is on file; else of those who may consent.
    fn phones(&self, ticket: &Ticket) -> Result<Vec<Value>, StateError> {
        let Some(company) = &ticket.company else { return Ok(Vec::new()) };
        let addresses: Vec<String> = self.state.values(Tree::Register, &key(&[b"people", company.as_bytes(), b""]))?;
        let mut people: Vec<Representative> = Vec::new();
        for address in addresses {
            people.extend(self.state.get(Tree::Register, &key(&[b"person", address.as_bytes()]))?);
        }
        people.retain(|row| !row.retired);
        let reported = |row: &Representative| row.address.eq_ignore_ascii_case(&ticket.requester.address);
        let is_known = people.iter().any(reported);
        people.retain(|row| if is_known { reported(row) } else { row.may_consent() });
        let numbers =
            people.iter().flat_map(|row| row.phones.iter().map(|phone| json!({ "name": row.name, "phone": phone })));
        Ok(numbers.collect())
    }
}
