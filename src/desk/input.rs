//! Everything that can happen, and what a mail is. What it is depends on the
//! mail and the rules alone; nothing is looked up here.

mod kind;
mod look;
mod unreadable;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::attached::{self, Attached};
use crate::desk::command::{self, Command, CommandLine};
use crate::desk::enclosed;
use crate::desk::form::origin::Origins;
use crate::desk::form::{self, FieldKey, Form, Named};
use crate::desk::input::kind::{classify, drop_notice, is_reply, reports_a_problem};
use crate::desk::mail::proof::own::{self, Checked, Wanted};
use crate::desk::mail::proof::{self, Checks, Trusted};
use crate::desk::mail::{self, AttachedFile, CONTENT_FIELD, Mail, Proof};
use crate::desk::office::DeskTimer;
use crate::desk::rules::Rules;
use crate::desk::seal::prints::{Prints, Writer};
use crate::desk::seal::{self, Secret, Taken};
use crate::desk::ticket::PortsTest;
use crate::desk::timers::Timer;
use crate::desk::token::reply_address;
use crate::desk::urgency::{self, Reading, Tone};
use crate::desk::writer::writer;

pub use look::{Look, Opening, OriginalsOf};
pub use unreadable::Unreadable;

/// Where a mail lies: its one name for ever (RFC 3501 2.3.1.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// `imap` or `folder`.
    pub source: String,
    /// `user@host/INBOX`, or the Maildir's path.
    pub mailbox: String,
    /// UIDVALIDITY; 0 for a Maildir.
    pub validity: u32,
    /// The UID in decimal, or the Maildir file's unique name.
    pub item: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}:{}", self.source, self.mailbox, self.validity, self.item)
    }
}

/// What a mail is, by the first that holds (`read --json` prints it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A failed or delayed delivery.
    Bounce,
    FeedbackReport,
    /// A calendar reply.
    Calendar,
    Automatic,
    Request,
    Reply,
    Problem,
    Question,
    Noise,
}

/// A mail with all that was read in it, secrets already taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailInput {
    pub place: Place,
    /// INTERNALDATE or the file's time (decisions 26).
    pub received: Timestamp,
    pub mail: Mail,
    pub proof: Proof,
    /// What our own look at its signatures found, where we looked.
    pub checked: Option<Checked>,
    pub kind: Kind,
    pub forms: Vec<Form>,
    /// The units that this mail itself names, in its forms or in words.
    pub units: Named,
    pub commands: Vec<CommandLine>,
    /// How it reads: a problem, thanks, a nudge; and how urgent (4.4).
    pub urgency: Reading,
    /// Ids of the sealed secrets, in the order of `form::Value::Sealed`.
    pub secrets: Vec<String>,
    /// SHA-256 of the bytes as fetched.
    pub original_sha256: String,
    /// Its files, where a proven sender may report a problem with them.
    pub attached: Vec<AttachedFile>,
    /// The customer's mail that one of the staff forwarded; nothing vouches for it.
    pub forwarded: Option<Box<MailInput>>,
}

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Mail(Box<MailInput>),
    /// Could not be read (too big, or it made the reader panic three times).
    Unreadable {
        place: Place,
        received: Timestamp,
        reason: Unreadable,
        original_sha256: Option<String>,
    },
    Due(Timer),
    /// A timer of the desk as a whole.
    DeskDue(DeskTimer),
    /// The desk starts, maybe under other rules than before (S-09).
    Started,
    /// A release is announced at the console (M-30).
    Announce {
        version: String,
        notes: String,
        by: String,
    },
    /// A test of a unit's ports has ended.
    Ports(PortsTest),
    /// Somebody wants to see a sealed password, at the console.
    Reveal(Look),
    /// Somebody of the staff wants to open sealed attachments, at the console: of the
    /// mails that were decided in these records.
    OpenAttachments(Look, Vec<u64>),
    /// Somebody wants to open sealed originals, at the console.
    OpenOriginals(Opening),
    /// The mail server took the letter.
    Delivered {
        letter: u64,
        response: String,
    },
    /// The mail server refused the letter for good (5xx), or a report said so.
    Undelivered {
        letter: u64,
        address: String,
        why: String,
    },
}

/// All that was read in one mail, its secrets apart: they go to the vault alone.
pub struct Understood {
    pub mail: Mail,
    pub proof: Proof,
    /// What our own look at its signatures found, where we looked.
    pub checked: Option<Checked>,
    pub kind: Kind,
    pub forms: Vec<Form>,
    /// Where the values of each form stood.
    pub origins: Vec<Origins>,
    pub units: Named,
    pub commands: Vec<CommandLine>,
    pub urgency: Reading,
    pub secrets: Vec<Secret>,
    /// Whether anything was taken out of it: a secret, or one sealed before.
    pub redacted: bool,
    /// Whether a secret stood in a sentence, and may be a piece of another.
    pub in_prose: bool,
    pub forwarded: Option<Forwarded>,
    /// The bytes of a staff mail's attachments, where its commands may send them.
    pub files: Vec<Vec<u8>>,
    /// What [`Understood::attachments`] found, once it was asked.
    pub attached: Vec<Attached>,
}

/// What stands in a mail that somebody of the staff forwarded.
pub struct Forwarded {
    pub mail: Mail,
    pub meaning: Meaning,
}

/// What the words of a mail are.
pub struct Meaning {
    pub kind: Kind,
    pub forms: Vec<Form>,
    pub origins: Vec<Origins>,
    pub units: Named,
    pub commands: Vec<CommandLine>,
    pub urgency: Reading,
}

impl Understood {
    /// Whether the mail as it came is not to stay in the mailbox (TD5): a secret
    /// was taken out of it, or may stand in what was not read.
    pub fn is_secret(&self) -> bool {
        self.redacted || self.mail.has_unread()
    }

    /// What our own look has to find out; `None`: the mail host's word is enough,
    /// or nobody can vouch for a mail like this.
    pub fn wanted(&self, received: Timestamp, rules: &Rules) -> Option<Wanted> {
        match rules.access.checks {
            Checks::Host => None,
            Checks::Own | Checks::Both => own::wanted(&self.mail, received, rules.lookups.signatures_max),
        }
    }

    /// The same, proven anew on what our own look found.
    #[must_use]
    pub fn with_checked(self, checked: Checked, rules: &Rules) -> Understood {
        let proof = weigh(&self.mail, rules, Some(&checked));
        Understood { proof, checked: Some(checked), ..self }
    }

    /// Whether it may bring files that staff may open: a proven sender's, where the
    /// mail may be about a problem.
    pub fn may_attach(&self, rules: &Rules) -> bool {
        let may_report = matches!(self.kind, Kind::Problem | Kind::Reply | Kind::Question);
        let by_staff = self.mail.address().is_some_and(|address| rules.access.staff_by_address(address).is_some());
        may_report && self.proof.is_pass() && !by_staff && !self.mail.attachments.is_empty()
    }

    /// These files, from the bytes of the mail.
    pub fn attachments(&self, raw: &[u8], prints: &Prints, rules: &Rules) -> Vec<Attached> {
        if self.may_attach(rules) { attached::read(raw, &self.mail, &self.secrets, prints, rules) } else { Vec::new() }
    }

    /// What is decided about. `secrets` are the ids under which its own were kept.
    pub fn into_input(self, place: Place, received: Timestamp, secrets: Vec<String>, original_sha256: String) -> Input {
        let Understood { mail, proof, checked, kind, forms, units, commands, urgency, forwarded, attached, .. } = self;
        let attached = attached.into_iter().map(|attached| attached.file).collect();
        let forwarded = forwarded.map(|Forwarded { mail, meaning }| {
            let Meaning { kind, forms, units, urgency, .. } = meaning;
            Box::new(MailInput {
                place: place.clone(),
                received,
                mail,
                proof: Proof::None,
                checked: None,
                kind,
                forms,
                units,
                commands: Vec::new(),
                urgency,
                secrets: secrets.clone(),
                original_sha256: original_sha256.clone(),
                attached: Vec::new(),
                forwarded: None,
            })
        });
        Input::Mail(Box::new(MailInput {
            place,
            received,
            mail,
            proof,
            checked,
            kind,
            forms,
            units,
            commands,
            urgency,
            secrets,
            original_sha256,
            attached,
            forwarded,
        }))
    }
}

/// A mail without its secrets, these, and who vouches for it. `prints` are those of
/// the secrets that were sealed before.
pub fn redacted(raw: &[u8], rules: &Rules, prints: &Prints) -> (Mail, Taken, Proof) {
    taken_out(mail::read(raw, &rules.limits, &rules.classify.marks), rules, prints)
}

fn taken_out(mut mail: Mail, rules: &Rules, prints: &Prints) -> (Mail, Taken, Proof) {
    let proof = weigh(&mail, rules, None);
    form::table::unfold(&mut mail.attached, &rules.form);
    let address = mail.address().map(str::to_owned);
    let looking = prints.looking(Writer { address: address.as_deref(), ..writer(&mail, &proof, rules) });
    let taken = seal::take(&mut mail, &rules.form, looking.as_ref());
    mail.reply_tags = reply_address::take(&mut mail, &rules.desk);
    (mail, taken, proof)
}

/// Like [`understand`], of a redacted copy that stands for its original, whose
/// secrets are marks in it (TD5): as many empty ones stand for them.
pub fn understand_copy(raw: &[u8], received: Timestamp, rules: &Rules) -> Understood {
    let mut mail = mail::read(raw, &rules.limits, &rules.classify.marks);
    let content = mail::field(raw, &rules.limits, &CONTENT_FIELD.to_ascii_lowercase()).unwrap_or_default();
    mail.content_fields = content.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let proof = weigh(&mail, rules, None);
    let secrets = (0..seal::marks(&mail.text)).map(|_| Secret::new(String::new())).collect();
    mail.part_copy(&rules.classify.marks.quotes);
    mail.reply_tags = reply_address::take(&mut mail, &rules.desk);
    let read = (mail, Taken { secrets, redacted: true, in_prose: false }, proof);
    understood(raw, read, received, rules, &Prints::default())
}

/// Like [`understand`], of a redacted copy that was let out of quarantine (TD5): it
/// is read as what it is. Our marks in it name nothing, and nobody vouches for it:
/// what was signed is not there any more.
pub fn understand_released(raw: &[u8], received: Timestamp, rules: &Rules, prints: &Prints) -> Understood {
    let mut mail = mail::read(raw, &rules.limits, &rules.classify.marks);
    mail.part_copy(&rules.classify.marks.quotes);
    let (mail, taken, _) = taken_out(mail, rules, prints);
    understood(raw, (mail, taken, Proof::None), received, rules, prints)
}

/// Bytes to meaning: read, take the secrets out, see who vouches, find forms
/// and commands, name the kind. Total; nothing is looked up. `prints` are those of
/// the secrets that were sealed before.
pub fn understand(raw: &[u8], received: Timestamp, rules: &Rules, prints: &Prints) -> Understood {
    understood(raw, redacted(raw, rules, prints), received, rules, prints)
}

fn understood(
    raw: &[u8],
    read: (Mail, Taken, Proof),
    received: Timestamp,
    rules: &Rules,
    prints: &Prints,
) -> Understood {
    let (mut mail, Taken { secrets, redacted, in_prose }, proof) = read;
    // What a report of a problem or of a delivery carries was written for another day.
    let reports = |mail: &Mail| mail.report.is_some() || urgency::read(mail, &rules.urgency).problem().is_some();
    if !mail.attached.is_empty() && reports(&mail) {
        mail.attached.clear();
    }
    let Meaning { kind, forms, origins, units, commands, urgency } = meaning(&mail, received, rules);
    mail.attached.clear();
    let by_staff = mail.address().is_some_and(|address| rules.access.staff_by_address(address).is_some());
    let inner = mail.inner(&rules.classify.marks.quotes).filter(|_| by_staff);
    let forwarded = inner.map(|mail| Forwarded { meaning: meaning(&mail, received, rules), mail });
    let speaks = |line: &CommandLine| matches!(line.read, Ok(Command::Reply { .. } | Command::Ask { .. }));
    let sends = by_staff && commands.iter().any(speaks);
    let files = if sends { enclosed::read(raw, &mut mail, &secrets, prints, rules) } else { Vec::new() };
    let (checked, attached) = (None, Vec::new());
    Understood {
        mail,
        proof,
        checked,
        kind,
        urgency,
        forms,
        origins,
        units,
        commands,
        secrets,
        redacted,
        in_prose,
        forwarded,
        files,
        attached,
    }
}

/// Forms, commands and the kind of a mail.
fn meaning(mail: &Mail, received: Timestamp, rules: &Rules) -> Meaning {
    let zone = &rules.hours.zone;
    let mut forms = form::explained(mail, &rules.form, &rules.zones, zone, received);
    let commands = command::read(&mail.own_text, &rules.zones, zone, received);
    let urgency = urgency::read(mail, &rules.urgency);
    drop_notice(&mut forms, mail, &rules.urgency);
    let whole_form = !forms.is_empty();
    let answers = if !whole_form && is_reply(mail) {
        form::read_reply(mail, &rules.form, &rules.zones, zone, received)
    } else {
        None
    };
    let reports = commands.is_empty() && reports_a_problem(mail, &urgency, whole_form, answers.is_some());
    let kind = classify(mail, whole_form, reports, &rules.classify);
    if matches!(kind, Kind::Reply | Kind::Problem) {
        forms.extend(answers);
    }
    if kind == Kind::Request && forms.is_empty() {
        // Asked for in words: what they do not say is asked for at once.
        forms.push(form::read_prose(mail, &rules.form));
    }
    // A request names units by its form; where words are all there is, a number in
    // them may be one.
    let in_words = kind != Kind::Request && urgency.tone != Tone::Plain;
    let units = if in_words { form::units_in(mail, &rules.form) } else { Named::default() };
    let (forms, origins): (Vec<Form>, Vec<Origins>) = forms.into_iter().unzip();
    Meaning { kind, units: named(&forms).and(units), forms, origins, commands, urgency }
}

fn weigh(mail: &Mail, rules: &Rules, checked: Option<&Checked>) -> Proof {
    let access = &rules.access;
    let authserv_id = access.authserv_id.as_deref();
    proof::weigh(mail, Trusted { checks: access.checks, authserv_id, host: access.mail_host }, checked)
}

/// Who wrote, as far as the header says, and whether our mail host vouches for
/// him. Good for a place in the queue and for nothing else.
pub fn first_look(header: &[u8], rules: &Rules) -> (Option<String>, bool) {
    let mail = mail::read_header(header, &rules.limits);
    let proof = mail::proof::judge(&mail, rules.access.authserv_id.as_deref(), rules.access.mail_host);
    (mail.address().map(str::to_lowercase), proof.is_pass())
}

fn named(forms: &[Form]) -> Named {
    let texts = |key| forms.iter().filter_map(|form| form.text(key)).map(str::to_owned).collect();
    Named {
        serials: texts(FieldKey::UnitSerial),
        macs: texts(FieldKey::UnitMac),
        ips: forms.iter().filter_map(Form::ip).collect(),
    }
}
