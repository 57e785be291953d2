//! A desk in a folder whose clock the test moves, and mails in somebody's name.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use upgrade_desk::desk::known::Tally;
use upgrade_desk::desk::record::{Decided, OutcomeWord, What};
use upgrade_desk::desk::register::Register;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::story::script::Step;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

/// How the mail host proved the author.
#[derive(Clone, Copy)]
pub enum Proof {
    /// Signed by his domain, all fields covered.
    Signed,
    Spf,
    None,
    DmarcFail,
}

pub struct Desk {
    pub stage: Stage,
    pub rules: Arc<Rules>,
    folder: tempfile::TempDir,
    mails: u32,
    seen: BTreeSet<PathBuf>,
}

/// What came of one mail.
pub struct Came {
    pub decided: Vec<Decided>,
}

impl Came {
    pub fn outcome(&self) -> OutcomeWord {
        self.decided[0].outcome
    }

    /// `M-02 dana@acme-tel.example` for every letter.
    pub fn letters(&self) -> Vec<String> {
        let letters = self.decided.iter().flat_map(|decided| &decided.letters);
        letters.map(|letter| format!("{} {}", letter.template, letter.to)).collect()
    }

    pub fn has_letter(&self, name: &str) -> bool {
        self.letters().iter().any(|letter| letter == name)
    }

    /// Letters to people who do not work here.
    pub fn outside(&self) -> Vec<String> {
        self.letters().into_iter().filter(|letter| !letter.ends_with("@vendor.example")).collect()
    }

    pub fn because(&self, rule: &str) -> bool {
        self.decided.iter().flat_map(|decided| &decided.why).any(|why| why.rule == rule)
    }

    pub fn counted(&self, what: Tally) -> bool {
        self.decided.iter().flat_map(|decided| &decided.counted).any(|counted| counted.what == what)
    }

    pub fn message_id(&self, template: &str) -> String {
        let mut letters = self.decided.iter().flat_map(|decided| &decided.letters);
        letters.find(|letter| letter.template == template).unwrap().message_id.clone()
    }
}

/// A mail that a test writes.
pub struct Mail<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub proof: Proof,
    pub subject: &'a str,
    /// More header lines, each with its end.
    pub fields: String,
    pub body: String,
}

impl<'a> Mail<'a> {
    pub fn new(from: &'a str, subject: &'a str, body: &str) -> Mail<'a> {
        let (to, proof, body) = ("upgrade@vendor.example", Proof::Signed, body.to_owned());
        Mail { from, to, proof, subject, fields: String::new(), body }
    }

    pub fn proof(self, proof: Proof) -> Mail<'a> {
        Mail { proof, ..self }
    }

    pub fn answers(self, message_id: &str) -> Mail<'a> {
        Mail { fields: format!("In-Reply-To: <{message_id}>\nReferences: <{message_id}>\n"), ..self }
    }

    pub fn text(&self, number: u32) -> String {
        let Mail { from, to, subject, fields, body, .. } = self;
        let domain = from.rsplit_once('@').unwrap().1;
        let results = match self.proof {
            Proof::Signed => format!(
                "Authentication-Results: mx.vendor.example;\n\tdkim=pass header.d={domain} header.b=Zk{number:06};\n\
                 \tdmarc=pass header.from={domain}\n\
                 DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=m1;\n\
                 \th=from:to:subject:date:message-id:in-reply-to:references:mime-version:content-type;\n\
                 \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=Zk{number:06}cmQ2v8yE1kq0\n"
            ),
            Proof::Spf => format!(
                "Authentication-Results: mx.vendor.example; spf=pass smtp.mailfrom={from};\n\
                 \tdmarc=pass header.from={domain}\n"
            ),
            Proof::DmarcFail => {
                format!("Authentication-Results: mx.vendor.example; dmarc=fail header.from={domain}\n")
            }
            Proof::None => String::new(),
        };
        let id = if fields.contains("Message-ID:") {
            String::new()
        } else {
            format!("Message-ID: <authority.{number}@{domain}>\n")
        };
        format!(
            "Return-Path: <{from}>\n{results}Date: {{{{now}}}}\nFrom: {from}\nTo: {to}\nSubject: {subject}\n\
             {id}{fields}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
        )
    }
}

impl Desk {
    pub async fn open() -> Desk {
        Desk::with(|_| {}).await
    }

    /// A desk whose rules the test changes.
    pub async fn with(change: impl FnOnce(&mut Rules)) -> Desk {
        Desk::of(change, |_| {}).await
    }

    /// A desk whose rules and register the test changes.
    pub async fn of(change: impl FnOnce(&mut Rules), fill: impl FnOnce(&mut Register)) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let staff = vec![new_pair(&folder.path().join("staff.key")).unwrap()];
        let keys = Keys { staff, evidence: new_pair(&folder.path().join("evidence.key")).unwrap() };
        let mut rules = Rules::clone(&rules::load(None).unwrap());
        change(&mut rules);
        let rules = Arc::new(rules);
        let mut register = sample_register().unwrap();
        fill(&mut register);
        let monday = "2026-12-07".parse().unwrap();
        let path = folder.path().join("desk");
        let stage = Stage::build(&path, monday, &keys, Arc::clone(&rules), register).await.unwrap();
        Desk { stage, rules, folder, mails: 0, seen: BTreeSet::new() }
    }

    /// The mail arrives at this moment of the first week.
    pub async fn mail(&mut self, at: &str, mail: &Mail<'_>) -> Came {
        self.mails += 1;
        let text = mail.text(self.mails);
        self.raw(at, &text).await
    }

    /// The mail lies there, arrived at `received`, when the next one comes.
    pub fn beforehand(&mut self, received: Timestamp, mail: &Mail<'_>) {
        self.mails += 1;
        let date = received.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let text = mail.text(self.mails).replace("{{now}}", &date).replace('\n', "\r\n");
        let path = Stage::mailbox(&self.folder.path().join("desk")).join("new").join(mail_name(self.mails));
        fs::write(&path, text).unwrap();
        let time = SystemTime::from(received);
        fs::File::open(&path).unwrap().set_modified(time).unwrap();
    }

    /// Where it keeps everything.
    pub fn data(&self) -> PathBuf {
        Stage::data(&self.folder.path().join("desk"))
    }

    pub async fn raw(&mut self, at: &str, text: &str) -> Came {
        self.mails += 1;
        let step = Step { says: mail_name(self.mails), mail: Some(mail_name(self.mails)), ..Step::at(at) };
        let told = self.stage.play(&step, Some(text)).await.unwrap();
        let mails = told.records.into_iter().filter_map(|record| match record.what {
            What::Decided(decided) => Some(*decided),
            _ => None,
        });
        let (mails, others): (Vec<Decided>, Vec<Decided>) =
            mails.partition(|decided| matches!(decided.cause, upgrade_desk::desk::record::Cause::Mail { .. }));
        Came { decided: mails.into_iter().chain(others).collect() }
    }

    /// The letters that left since it was last asked, as bytes.
    pub fn left(&mut self) -> Vec<Vec<u8>> {
        let folder = Stage::postman(&self.folder.path().join("desk")).join("new");
        // It is made with the first letter.
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| self.seen.insert(path.clone()));
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// The journal has these tickets in these states.
    pub async fn states(&self) -> Vec<String> {
        let tickets = self.stage.desk.store.read(|view| view.tickets()).await.unwrap();
        tickets.iter().map(|ticket| format!("{} {}", ticket.id, ticket.status.name())).collect()
    }
}

fn mail_name(number: u32) -> String {
    format!("{number:05}.eml")
}

pub const DANA: &str = "dana@acme-tel.example";
pub const UNIT: &str = "SM-0417-22A";

/// Dana's whole form for her first unit.
pub fn form(serial: &str, mac: &str, ip: &str) -> String {
    format!(
        "Admin Name: Dana Ruiz\nCompany Name: Acme Telephone, Inc.\nAdmin Email: {DANA}\n\
         Admin Phone: +1 312 555 0101\n\nUnit Serial Number: {serial}\nUnit Version: 7.2.1\n\
         Unit MAC Address: {mac}\nUnit IP Address: {ip}\nManager Password: heron 44 Rock\nPassword tested: yes\n\n\
         Upgrade Time: {{{{thu %Y-%m-%d}}}} 10:00\nTime Zone: America/Los_Angeles\n"
    )
}

pub fn right_form() -> String {
    form(UNIT, "00:00:5E:00:53:0A", "203.0.113.10")
}
