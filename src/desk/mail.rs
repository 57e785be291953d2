//! Bytes become a [`Mail`]: what was read, total, and nothing in it believed.

mod attached;
mod attachment;
mod automatic;
mod body;
mod charset;
mod clean;
mod copied;
mod forwarded;
mod guard;
mod header;
mod html;
mod identity;
mod parse;
mod phrases;
pub mod proof;
mod quotes;
mod read;
mod report;
mod signature;
mod structure;
mod trace;
mod unread;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::calendar;

pub use attached::Opener;
pub(in crate::desk) use attachment::safe_name;
pub use attachment::{AttachedFile, LeftOut, Stays, files};
pub use automatic::NoteWords;
pub(in crate::desk) use body::heads_mail;
pub use copied::{ATTACHED_BELOW, COPY_ABOVE, HTML_BELOW};
pub use forwarded::Forwarded;
pub use quotes::{Around, HeadLabel, Quotes};
pub use read::{field, fields, read, read_header};
pub use report::{BounceWords, Reason, Report, ReportKind, ReportRecipient};
pub use unread::CONTENT_FIELD;

/// What was read in one mail. Prints itself without its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Who the mail says wrote it, if it says so plainly (TA1 to TA7).
    pub identity: Result<Identity, IdentityFault>,
    /// What stands in the topmost From of a mail without a plain author: only
    /// to warn of likenesses (TA6).
    pub from_text: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub reply_to: Vec<String>,
    /// `Delivered-To` and `X-Original-To`: where it really went.
    pub delivered_to: Vec<String>,
    /// The reply addresses of ours that it came to; blanked everywhere else.
    pub reply_tags: Vec<ReplyTag>,
    /// Decoded, control and bidi characters removed.
    pub subject: String,
    /// Ids without angle brackets, only printable ASCII.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// Shown, never used for a decision but the sender's "tomorrow".
    pub date: Option<Timestamp>,
    /// The whole readable text: the plain part, or the HTML part as text.
    pub text: String,
    /// The HTML part as text where the mail has both (R-03, mail 32); else empty.
    pub html_text: String,
    /// What this person wrote now, without quoted text and signature.
    pub own_text: String,
    pub quoted_text: String,
    pub signature: String,
    pub attachments: Vec<Attachment>,
    /// What stands in attached files, pages and mails, as far as it can be read; for
    /// secrets and forms, kept nowhere.
    pub attached: Vec<AttachedText>,
    /// Why the mail counts as automatic (RFC 3834, decisions 16); empty: a person.
    pub automatic_because: Vec<AutomaticSign>,
    pub report: Option<Report>,
    /// The answer of somebody's calendar to an invitation (RFC 5546).
    pub calendar: Option<calendar::read::Answer>,
    /// A mail that this one carries on.
    pub forwarded: Option<Forwarded>,
    /// What mail hosts put on top, topmost first; it proves nothing by itself.
    pub trace: Vec<TraceField>,
    /// Every `DKIM-Signature`, topmost first.
    pub signatures: Vec<SignatureField>,
    /// Names (lower case) of the content fields the mail has, for coverage
    /// (decisions 11): content-type, mime-version, content-transfer-encoding.
    pub content_fields: BTreeSet<String>,
    /// Names (lower case) of fields that may stand once and stand more often:
    /// a signature covers one of them, and readers disagree which (mail 8).
    pub duplicated_fields: BTreeSet<String>,
    /// SHA-256 over the decoded readable text and attachment digests (decisions 21).
    pub body_sha256: String,
    /// Names of limits of `rules/limits.toml` that were exceeded.
    pub limits: Vec<String>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("message_id", &self.message_id)
            .field("identity", &self.identity.as_ref().map(|_| "(plain)"))
            .field("automatic", &self.is_automatic())
            .finish_non_exhaustive()
    }
}

impl Mail {
    pub fn is_automatic(&self) -> bool {
        !self.automatic_because.is_empty()
    }

    /// The one plain address of the From line, if there is one.
    pub fn address(&self) -> Option<&str> {
        self.identity.as_ref().ok().map(|identity| identity.address.as_str())
    }
}

/// A field that a mail host puts on top of what came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceField {
    /// `by`: the host that wrote it, in lower case. A step inside one host names
    /// no client, a step from outside does: `from …`.
    Received { by: String, names_client: bool },
    /// The value of an `Authentication-Results`, unfolded.
    Results(String),
}

/// Where our mail host writes its `Authentication-Results` (TB1): configured,
/// tried with a mail of our own (TB2), never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailHost {
    /// At the top, or below at most so many `Received`: our own host's.
    Below(usize),
    /// Google Workspace.
    Google,
    /// Exchange Online names nobody in its field: it can deny, and prove nobody.
    Microsoft365,
}

impl MailHost {
    /// A mail exchanger of our own: Postfix writes one `Received`, the LMTP
    /// server behind it another; filters write above or below these.
    pub const POSTFIX: MailHost = MailHost::Below(2);
}

impl Default for MailHost {
    fn default() -> MailHost {
        MailHost::POSTFIX
    }
}

/// A reply address of ours as written: which letter it says it answers, and the
/// tag that only readers of that letter know. Prints itself without the tag.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyTag {
    pub letter: u64,
    /// Lower case.
    pub tag: String,
}

impl fmt::Debug for ReplyTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyTag").field("letter", &self.letter).finish_non_exhaustive()
    }
}

/// Marks in mails that no standard names: of automatic mail beyond RFC 3834
/// (`classify.toml`), lower case, and of quoted text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Absence notes and what else machines write (`automatic.toml`).
    pub notes: NoteWords,
    /// Local parts of robots: `mailer-daemon`, `no-reply` …
    pub robots: Vec<String>,
    /// Words in local parts that no person has in his: `smtp`, `daemon` …
    pub robot_words: Vec<String>,
    /// The words of delivery reports (`bounces.toml`).
    pub bounces: BounceWords,
    /// Our own mailbox, which our letters name in `X-Loop`.
    pub ours: String,
    pub quotes: Arc<Quotes>,
}

/// One From field with one plain ASCII mailbox. The domain is lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub address: String,
    /// Cleaned for showing; never used for a decision (TA8).
    pub name: String,
}

impl Identity {
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Why a mail has no plain author. Each has its name in the quarantine list.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum IdentityFault {
    NoFrom,
    TwoFromFields,
    SeveralMailboxes,
    Group,
    NotPlain,
    NotAscii,
    BadDomain,
    HeaderDamaged,
    /// The mail is over a limit of its header or structure (`Mail::limits`).
    OverLimit,
    /// Plain to us, but another reader sees another author or none.
    ReadersDisagree,
    /// A field that may stand once stands twice, and differs (RFC 5322 3.6).
    FieldsDisagree,
}

/// What was read in one attached file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttachedText {
    /// Which of [`Mail::attachments`].
    pub place: usize,
    pub text: String,
    /// Of each line the line or row of the file, counted from 1; empty: they are
    /// the file's own.
    pub rows: Vec<usize>,
}

/// A listed attachment; its bytes live only in the sealed original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Cleaned: no path, no control or bidi characters, at most 100 characters.
    pub name: String,
    pub content_type: String,
    pub size: u64,
    pub sha256: String,
    /// `None`: nothing speaks against sending it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<Stays>,
    /// Whether it may hold a form, and nothing of it could be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// One sign that a mail was written by a machine.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AutomaticSign {
    NullReturnPath,
    AutoSubmitted,
    Report,
    Absence,
    Robot,
    /// `X-Loop` of our own letters: a program sends them back.
    OurLoop,
    /// `Precedence` or `List-*`: alone not proof for a proven representative.
    Bulk,
}

/// What a `DKIM-Signature` field claims; it proves nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureField {
    /// `d=`, lower case.
    pub domain: String,
    /// `s=`, lower case; empty where there is none.
    pub selector: String,
    /// `a=`, lower case; empty where there is none.
    pub algorithm: String,
    /// `b=` without white space.
    pub signature: String,
    /// `h=` names, lower case.
    pub covers: BTreeSet<String>,
    /// `l=` is present: covers only a prefix of the body (TB5).
    pub partial_body: bool,
    /// The domain of `i=`, lower case.
    pub agent: Option<String>,
    /// `t=` and `x=`, in seconds since 1970; 0 where they are no numbers.
    pub signed_at: Option<i64>,
    pub expires: Option<i64>,
}

/// Who vouches that the From line is true, and for how much of the mail.
/// The value that decisions are made on; "none" never grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Proof {
    Pass {
        how: How,
        domain: String,
        coverage: Coverage,
    },
    None,
    /// The domain's owner says this is forged (DMARC fail).
    Fail,
    /// Could not be found out now.
    Temporary,
    /// Sources disagree.
    Ambiguous,
}

/// How an author was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// An aligned DKIM pass reported by the trusted mail host.
    TrustedDkim,
    /// An aligned SPF pass reported by the trusted mail host: never consent.
    TrustedSpf,
    /// Our own DKIM check.
    OwnDkim,
    /// A confirmed single-use token.
    Token,
}

/// What the proof covers of the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    Unknown,
    /// Every field that consent needs (decisions 11) is signed.
    Consent,
    /// Signed, but these fields are not.
    Lacks(Vec<String>),
}

impl Proof {
    pub fn is_pass(&self) -> bool {
        matches!(self, Proof::Pass { .. })
    }

    /// Strong enough for a request to be consent (decisions 11).
    pub fn is_consent_level(&self) -> bool {
        match self {
            Proof::Pass { how: How::Token, .. } => true,
            Proof::Pass { how: How::TrustedDkim | How::OwnDkim, coverage, .. } => *coverage == Coverage::Consent,
            Proof::Pass { how: How::TrustedSpf, .. } => false,
            Proof::None | Proof::Fail | Proof::Temporary | Proof::Ambiguous => false,
        }
    }

    /// Strong enough to answer an address that is not on file (decisions 12).
    pub fn is_dkim_pass(&self) -> bool {
        matches!(self, Proof::Pass { how: How::TrustedDkim | How::OwnDkim, .. })
    }
}
