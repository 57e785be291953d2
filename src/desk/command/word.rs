//! The words of commands: each with its usage, and the nearest to a wrong one.

use strum::VariantArray;

use crate::desk::command::CommandFault;
use crate::desk::moment::shown;

/// Every command, in the order of the work: one is added here and the compiler
/// names the places that must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Word {
    Take,
    Note,
    Reply,
    Schedule,
    Precheck,
    Deny,
    Start,
    Notstarted,
    Continue,
    Rollback,
    Applied,
    Done,
    Partial,
    Rolledback,
    Failed,
    Feedback,
    Issue,
    Lateissue,
    Cancel,
    Offer,
    Extend,
    Remind,
    Ack,
    Work,
    Escalate,
    Ask,
    Sev,
    Link,
    Propose,
    Resolved,
    Transfer,
    Merge,
    Close,
    Assign,
    Release,
    Handover,
    Cc,
    Snooze,
    Status,
    Override,
    Accept,
    Spam,
    Reopen,
    Split,
    New,
    Special,
    Approve,
    Consent,
    Board,
    Rota,
    Swap,
    Holiday,
    Undo,
    Help,
}

/// More letters off than this is another word.
const LETTERS_OFF_MAX: usize = 2;

impl Word {
    /// The command called `name` (lower case).
    ///
    /// # Errors
    ///
    /// Names the command that was probably meant.
    pub(super) fn called(name: &str) -> Result<Word, CommandFault> {
        name.parse().map_err(|_| {
            let nearest = Word::VARIANTS.iter().min_by_key(|word| difference(name, word.name()));
            let near = nearest.filter(|word| difference(name, word.name()) <= LETTERS_OFF_MAX);
            let way_out = match near {
                Some(word) => format!("did you mean #{}?", word.name()),
                None => "#help lists them all".to_owned(),
            };
            CommandFault { text: format!("there is no command #{}; {way_out}", shown(name)) }
        })
    }

    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the words of a command go on in the lines below it.
    pub(super) fn takes_lines(self) -> bool {
        match self {
            Word::Note | Word::Reply | Word::Deny | Word::Feedback => true,
            Word::Partial | Word::Rolledback | Word::Failed => true,
            Word::Escalate | Word::Ask | Word::Propose | Word::Resolved | Word::Close => true,
            Word::Notstarted | Word::Continue | Word::Rollback => true,
            Word::Offer | Word::Extend | Word::Remind | Word::Ack | Word::Work => false,
            Word::Sev | Word::Link | Word::Transfer | Word::Merge => false,
            Word::Take | Word::Schedule | Word::Precheck | Word::Start | Word::Applied => false,
            Word::Done | Word::Cancel | Word::Help | Word::Issue | Word::Lateissue => false,
            Word::Handover | Word::Split | Word::New | Word::Override | Word::Reopen => true,
            Word::Accept | Word::Spam => false,
            Word::Special | Word::Approve | Word::Consent => true,
            Word::Assign | Word::Release | Word::Cc | Word::Snooze | Word::Status => false,
            Word::Board | Word::Rota | Word::Swap | Word::Holiday | Word::Undo => false,
        }
    }

    /// How it is written, and what it does.
    pub(super) fn usage(self) -> (&'static str, &'static str) {
        match self {
            Word::Schedule | Word::Precheck | Word::Start | Word::Notstarted | Word::Continue | Word::Applied => {
                self.usage_of_work()
            }
            Word::Take => ("#take", "you have this ticket"),
            Word::Note => ("#note <text>", "an internal note; the customer never sees it"),
            Word::Reply => ("#reply <text>", "your words to the customer"),
            Word::Deny => ("#deny D-MAC <reason>", "says no; the reason goes to the customer"),
            Word::Done => ("#done, or #done issues: one; two", "ends with success; the official feedback goes out"),
            Word::Partial => ("#partial <words>", "part of it could not be done; the words go to the customer"),
            Word::Rolledback => ("#rolledback <words>", "the old version is back; the words go to the customer"),
            Word::Failed => (
                "#failed <words>, or #failed down <words>",
                "service is degraded, or down; the words go to the customer, a P1 problem opens",
            ),
            Word::Feedback => ("#feedback <words>", "the words of the official feedback"),
            Word::Issue => (
                "#issue during <text>; effect: <what>; cure: <how>; open: no, or #issue after <text>",
                "an issue for the official feedback",
            ),
            Word::Lateissue => {
                ("#lateissue <text>; effect: <what>; open: until Friday", "a supplement to the feedback goes out")
            }
            Word::Cancel => ("#cancel <reason>", "ends it before the work; the reason goes to the customer"),
            Word::Offer => (
                "#offer, or #offer 2026-12-03 10:00 America/Los_Angeles; 2026-12-04 10:00 America/Los_Angeles",
                "offers times to choose from; nothing is set before a yes",
            ),
            Word::Extend => ("#extend 30 <reason>", "the work takes longer; the reason goes to the customer"),
            Word::Remind => ("#remind", "asks the customer once more for what is open"),
            Word::Ack => ("#ack", "you have this problem; the alarm stops, the customer is told (ack alone does, too)"),
            Word::Work => ("#work", "you are looking into it"),
            Word::Escalate => {
                ("#escalate <reason>", "calls the next level, or a lead, at once; the customer never sees it")
            }
            Word::Ask => ("#ask <text>", "a question to the customer; the clock waits for the answer"),
            Word::Sev => ("#sev 2 <reason>", "how severe the problem is: 1 urgent to 4 a question"),
            Word::Link => ("#link UP-2026-00417, or #link none", "which upgrade the problem is about"),
            Word::Propose => (
                "#propose rollback <text>, or #propose patch 2026-12-03 22:00 America/Los_Angeles; <text>",
                "asks the customer's consent to a change, at once or at that time",
            ),
            Word::Resolved => (
                "#resolved <text>, or #resolved 2 <text>",
                "what was done; the customer is asked to confirm; a number is one of several problems",
            ),
            Word::Transfer => ("#transfer <where>", "not about the upgrade: handed on; the customer is told"),
            Word::Merge => {
                ("#merge PR-2026-00088, or #merge UP-2026-00417", "the same problem, or the same request, as that one")
            }
            Word::Special => (
                "#special approve <terms>, or #special refuse <reason>",
                "a lead's word on a time outside business hours; the customer reads it",
            ),
            Word::Approve => ("#approve <reason>", "a lead accepts who asked; consent is asked of the contact on file"),
            Word::Consent => (
                "#consent phone \"Dana Ruiz\" +13125550101 <what was said>",
                "a consent by telephone to the one time that is offered; it is asked for in writing, too",
            ),
            Word::Close => {
                ("#close <reason>, or #close upgrade: <issue>", "ends it; an issue of the upgrade is reported")
            }
            _ => self.usage_of_tickets(),
        }
    }

    /// The same of what staff arrange about a ticket, and of `#help`.
    fn usage_of_tickets(self) -> (&'static str, &'static str) {
        match self {
            Word::Assign => ("#assign sam", "a colleague has this ticket; he is told"),
            Word::Release => ("#release", "you no longer have this ticket; the desk is told"),
            Word::Handover => {
                ("#handover sam <text>", "asks a colleague to take it; until his #take or #ack it stays yours")
            }
            Word::Cc => (
                "#cc add dana@acme.example, or #cc remove dana@acme.example",
                "somebody on file of the company gets the customer's letters of this ticket, too",
            ),
            Word::Snooze => (
                "#snooze 2026-12-03 10:00 America/Los_Angeles",
                "reminders to staff about this ticket rest until then; alarms never do",
            ),
            Word::Override => (
                "#override D-IP <reason>",
                "a lead lets a denied request go on; what identifies the unit needs a second colleague",
            ),
            Word::Accept => ("#accept", "a mail in quarantine is read after all, as one that proves nothing"),
            Word::Spam => ("#spam", "it is nothing for us; nobody outside is told"),
            Word::Reopen => ("#reopen <reason>", "it goes on; a request is put to the customer once more"),
            Word::Split => (
                "#split P3 <the second problem>, or #split",
                "two matters, two tickets; of a request the other unit's form lines stand below",
            ),
            Word::New => (
                "#new request, or #new problem dana@acme.example <text>",
                "a ticket after a call, for somebody on file; the form lines stand below",
            ),
            Word::Board => ("#board", "how all stands: duty, problems, windows, what waits for whom"),
            Word::Status => ("#status", "how this ticket stands; without a ticket, the desk in short"),
            Word::Rota => ("#rota", "who is on duty in the next four weeks, and when nobody is"),
            Word::Swap => (
                "#swap sam 2026-12-24, or #swap sam 2026-12-24 2026-12-27",
                "the duty of these days goes to him, once he or a lead says so; answer a board or rota letter",
            ),
            Word::Holiday => (
                "#holiday 2026-12-24 <name>, or #holiday 2026-12-24 until 12:00 <name>",
                "a lead adds a day without work, or with less of it; answer a board or rota letter",
            ),
            Word::Undo => ("#undo", "within five minutes: takes back your last commands here, if no letter has left"),
            _ => ("#help", "this list"),
        }
    }

    /// From the window to the end of the work.
    fn usage_of_work(self) -> (&'static str, &'static str) {
        match self {
            Word::Schedule => (
                "#schedule 2026-12-03 10:00 America/Los_Angeles [90m], or #schedule now",
                "sets the window within the customer's consent",
            ),
            Word::Precheck => (
                "#precheck, or #precheck ok, or #precheck fail 8081 22, or #precheck password",
                "the desk tests the ports; or whether they are open, or the password does not open the unit",
            ),
            Word::Start => ("#start", "work begins now; the customer is told"),
            Word::Notstarted => (
                "#notstarted ports <words>",
                "nothing was begun: ports, password, customer or desk; he reads the words, gets new times",
            ),
            Word::Rollback => ("#rollback <why>", "the old version is put back now; the customer reads why"),
            Word::Continue => (
                "#continue <why>",
                "it goes on in spite of a hold or a stop of the customer; during the work he reads why",
            ),
            Word::Applied => ("#applied", "the upgrade is on the unit; tests begin"),
            _ => ("", ""),
        }
    }
}

/// Letters to insert, drop or change (Levenshtein). Words are short: a longer
/// one is as far off as its length.
pub fn difference(one: &str, other: &str) -> usize {
    const LETTERS_MAX: usize = 40;
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (count, letter) in (1..).zip(one.chars().take(LETTERS_MAX)) {
        let mut left = count;
        let mut next = vec![count];
        for ((diagonal, above), known) in row.iter().zip(row.iter().skip(1)).zip(&other) {
            let changed = diagonal + usize::from(letter != *known);
            left = changed.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
