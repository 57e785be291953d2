//! Hostile texts on the whole way: from the header of a mail through the reader,
//! the decision and the outbox into the letters that leave.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use upgrade_desk::desk::record::What;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::story::script::Step;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

use crate::support::{hostile, letter};

const MONDAY: &str = "2026-12-07";
const BOUNDARY: &str = "part-of-the-test";

/// How a text is written into a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As it is: what it breaks, the reader must notice.
    Raw,
    /// In one encoded word, which may hold anything (RFC 2047).
    Encoded,
}

impl Written {
    fn word(self, text: &str) -> String {
        match self {
            Written::Raw => text.to_owned(),
            Written::Encoded => format!("=?utf-8?B?{}?=", STANDARD.encode(text)),
        }
    }
}

/// The hostile values of one mail, one for each place that a customer fills.
#[derive(Debug, Clone)]
struct Values {
    written: Written,
    name: String,
    subject: String,
    id: String,
    references: String,
    to: String,
    reply_to: String,
    file: String,
    company: String,
    contact: String,
    version: String,
    words: String,
}

impl Values {
    fn new(written: Written, texts: &[String]) -> Values {
        let mut texts = texts.iter().cycle().cloned();
        let mut next = || texts.next().unwrap_or_default();
        Values {
            written,
            name: next(),
            subject: next(),
            id: next(),
            references: next(),
            to: next(),
            reply_to: next(),
            file: next(),
            company: next(),
            contact: next(),
            version: next(),
            words: next(),
        }
    }

    fn plain() -> Values {
        Values::new(Written::Encoded, &["plain".to_owned()])
    }

    /// A form for this unit, with the values where the customer writes freely.
    fn form(&self, unit: &Unit) -> String {
        self.form_of(unit, &self.company, &self.contact)
    }

    /// The same, from a contact that agrees with the register.
    fn right_form(&self, unit: &Unit) -> String {
        self.form_of(unit, unit.company, unit.name)
    }

    fn form_of(&self, unit: &Unit, company: &str, contact: &str) -> String {
        let Unit { address, phone, serial, mac, ip, .. } = unit;
        let Values { version, words, .. } = self;
        format!(
            "Admin Name: {contact}\nCompany Name: {company}\nAdmin Email: {address}\nAdmin Phone: {phone}\n\n\
             Unit Serial Number: {serial}\nUnit Version: {version}\nUnit MAC Address: {mac}\nUnit IP Address: {ip}\n\
             Manager Password: nobody reads this\nASAP: yes\nRemarks: {words}\n\n{words}\n"
        )
    }
}

struct Unit {
    company: &'static str,
    name: &'static str,
    address: &'static str,
    phone: &'static str,
    serial: &'static str,
    mac: &'static str,
    ip: &'static str,
}

const DANA: Unit = Unit {
    company: "Acme Telephone, Inc.",
    name: "Dana Ruiz",
    address: "dana@acme-tel.example",
    phone: "+1 312 555 0101",
    serial: "SM-0417-22A",
    mac: "00:00:5E:00:53:0A",
    ip: "203.0.113.10",
};
const DANA_NEXT: Unit = Unit { serial: "SM-0419-22A", mac: "00:00:5E:00:53:0C", ip: "203.0.113.12", ..DANA };
/// Her MAC address is missing.
const JANA: Unit = Unit {
    company: "Nordwind Telefonie GmbH",
    name: "Jana Vogt",
    address: "jana@nordwind.example",
    phone: "+49 30 555 0131",
    serial: "SM-0501-10B",
    mac: "",
    ip: "198.51.100.21",
};
const IVO: Unit = Unit {
    company: "Cobalt Voice B.V.",
    name: "Ivo Maas",
    address: "ivo@cobalt.example",
    phone: "+31 20 555 0151",
    serial: "SM-0601-07C",
    mac: "00:00:5E:00:53:31",
    ip: "192.0.2.31",
};
const STRANGER: &str = "max@elsewhere.example";
const OTHER_STRANGER: &str = "ned@elsewhere.example";

/// A mail with these values in every place of its header.
struct Mail<'a> {
    from: &'a str,
    proven: bool,
    /// Our letter that it answers, without brackets.
    answers: Option<&'a str>,
    text: String,
    values: &'a Values,
}

impl Mail<'_> {
    fn bytes(&self, number: usize) -> Vec<u8> {
        let Mail { from, proven, values, .. } = self;
        let domain = from.rsplit_once('@').unwrap().1;
        let pass = if *proven { "pass" } else { "none" };
        let word = |text: &str| values.written.word(text);
        let answers = self.answers.map(|id| format!("In-Reply-To: <{id}>\r\n")).unwrap_or_default();
        let head = format!(
            "Authentication-Results: mx.vendor.example; dkim={pass} header.d={domain} header.b=Zk3Inject;\r\n\
             \tdmarc={pass} header.from={domain}\r\n\
             DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=m1; b=Zk3InjectQ2v8;\r\n\
             \th=from:to:subject:date:message-id:mime-version:content-type; bh=47DEQpj8\r\n\
             Date: Mon, 7 Dec 2026 09:00:00 -0800\r\nFrom: {name} <{from}>\r\n\
             To: {to} <upgrade@vendor.example>\r\nReply-To: {reply} <eve@attacker.example>\r\n\
             Cc: eve@attacker.example\r\nSubject: {subject}\r\nMessage-ID: <{id}.{number}@{domain}>\r\n{answers}\
             References: <{references}> <r{number}@{domain}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n",
            name = word(&values.name),
            to = word(&values.to),
            reply = word(&values.reply_to),
            subject = word(&values.subject),
            // An id cannot be an encoded word; it is put there as it is.
            id = values.id,
            references = values.references,
        );
        let percent: String = values.file.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let parts = format!(
            "--{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             {}\r\n--{BOUNDARY}\r\nContent-Type: application/octet-stream; name=\"{}\"\r\n\
             Content-Disposition: attachment; filename*=utf-8''{percent}\r\n\r\nxyz\r\n--{BOUNDARY}--\r\n",
            STANDARD.encode(&self.text),
            word(&values.file),
        );
        format!("{head}{parts}").into_bytes()
    }
}

/// A desk with an open ticket of each kind, and the letters that can be answered.
struct World {
    folder: tempfile::TempDir,
    stage: Stage,
    /// Template and Message-ID.
    written: Vec<(String, String)>,
    mails: usize,
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let staff = vec![new_pair(&folder.path().join("staff.key")).unwrap()];
        let keys = Keys { staff, evidence: new_pair(&folder.path().join("evidence.key")).unwrap() };
        let rules = rules::load(None).unwrap();
        let desk = folder.path().join("desk");
        let register = sample_register().unwrap();
        let stage = Stage::build(&desk, MONDAY.parse().unwrap(), &keys, rules, register).await.unwrap();
        let mut world = World { folder, stage, written: Vec::new(), mails: 0 };
        let values = Values::plain();
        let mail = |from, proven, text: String| Mail { from, proven, answers: None, text, values: &values };
        let first = [
            mail(DANA.address, true, values.right_form(&DANA)),
            mail(JANA.address, true, values.right_form(&JANA)),
            mail(IVO.address, false, values.right_form(&IVO)),
            mail("luz@tamarind.example", true, "Nobody can call. It is unit SM-0701-31D.\n".to_owned()),
        ];
        for (mail, minute) in first.iter().zip(1..) {
            world.put(mail);
            world.happen(&format!("mon 09:0{minute}")).await;
        }
        world
    }

    fn put(&mut self, mail: &Mail<'_>) {
        self.mails += 1;
        let bytes = mail.bytes(self.mails);
        let path = Stage::mailbox(&self.folder.path().join("desk")).join("new").join(format!("{:04}", self.mails));
        fs::write(&path, bytes).unwrap();
        // Long before the story's clock: what is read in a mail, and not when, is looked at.
        let arrived = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_661_000);
        fs::File::options().write(true).open(&path).unwrap().set_modified(arrived).unwrap();
    }

    /// Lets the desk do all that it can at that time.
    async fn happen(&mut self, at: &str) {
        let step = Step::at(at);
        let told = self.stage.play(&step, None).await.unwrap();
        for record in told.records {
            let What::Decided(decided) = record.what else { continue };
            self.written.extend(decided.letters.into_iter().map(|letter| (letter.template, letter.message_id)));
        }
    }

    fn letter(&self, template: &str) -> String {
        let found = self.written.iter().find(|(name, _)| name == template);
        found.unwrap_or_else(|| panic!("no {template} in {:?}", self.written)).1.clone()
    }

    fn postman(&self) -> Vec<Vec<u8>> {
        let folder = Stage::postman(&self.folder.path().join("desk")).join("new");
        fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
    }

    /// Mails of every kind with these values.
    fn put_all(&mut self, values: &Values) {
        let (m02, m06, m15) = (self.letter("M-02"), self.letter("M-06"), self.letter("M-15"));
        let (m21, m23, m31) = (self.letter("M-21"), self.letter("M-23"), self.letter("M-31"));
        let words = &values.words;
        let mail = |from, proven, answers, text: String| Mail { from, proven, answers, text, values };
        let bounce = format!(
            "Final-Recipient: rfc822; dana@acme-tel.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 {words}\r\n"
        );
        let all = [
            mail(DANA.address, true, None, values.form(&DANA_NEXT)),
            mail(DANA.address, true, None, values.right_form(&DANA_NEXT)),
            mail("bob@acme-tel.example", false, None, values.form(&DANA_NEXT)),
            mail(STRANGER, true, None, values.form(&DANA)),
            mail(OTHER_STRANGER, true, None, format!("Nobody can call us, unit SM-0702-31D. {words}\n")),
            mail(STRANGER, true, None, format!("Hello {words}\n")),
            mail("tess@cobalt.example", true, None, format!("Nobody can call. Unit SM-0602-07C. {words}\n")),
            mail("ramon@tamarind.example", true, None, format!("A word about {words}\n")),
            mail(JANA.address, true, Some(&m02), format!("Unit MAC Address: {words}\n")),
            mail(JANA.address, true, Some(&m02), format!("Unit MAC Address: 00:00:5E:00:53:01\n{words}\n")),
            mail(DANA.address, true, Some(&m06), format!("{words}\n")),
            mail(IVO.address, true, Some(&m15), format!("yes {words}\n")),
            mail("luz@tamarind.example", true, Some(&m21), format!("Still nobody can call. {words}\n")),
            mail("noa@vendor.example", true, Some(&m23), format!("ack\n{words}\n")),
            mail("noa@vendor.example", true, Some(&m31), format!("#take\n#reply\n{words}\n")),
            mail("noa@vendor.example", true, Some(&m31), format!("#{words}\n")),
            mail("mailer-daemon@mx.acme-tel.example", false, Some(&m06), bounce),
        ];
        all.iter().for_each(|mail| self.put(mail));
    }
}

fn may_get_letters() -> BTreeSet<String> {
    let register = sample_register().unwrap();
    let rules = rules::load(None).unwrap();
    let staff = rules.access.staff.iter().map(|staff| staff.address.clone());
    let people = register.representatives.iter().map(|row| row.address.clone());
    let strangers = [STRANGER, OTHER_STRANGER].map(str::to_owned);
    let fixed = [rules.access.desk_address.clone(), rules.escalation.last_address.clone()];
    staff.chain(people).chain(fixed).chain(strangers).collect()
}

/// One desk, mails of every kind with these values; the templates of the letters
/// that left, one for each.
fn through_the_desk(all: &[Values]) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new().await;
        let before = world.written.len();
        all.iter().for_each(|values| world.put_all(values));
        world.happen("mon 09:30").await;
        let letters = world.postman();
        let allowed = may_get_letters();
        for bytes in &letters {
            check(bytes, &allowed)?;
        }
        let left = fs::read_dir(Stage::mailbox(&world.folder.path().join("desk")).join("new")).unwrap().count();
        if left > 0 {
            return Err(format!("{left} mails are left in the mailbox"));
        }
        only_our_files(world.folder.path())?;
        world.stage.close().await;
        Ok(world.written.split_off(before).into_iter().map(|(template, _)| template).collect())
    })
}

fn check(bytes: &[u8], allowed: &BTreeSet<String>) -> Result<(), String> {
    let parts = letter::parts(bytes)?;
    let named = format!("{:?} to {:?}", parts.field("Subject"), parts.field("To"));
    letter::fault(bytes).map_err(|fault| format!("{named}: {fault}"))?;
    if parts.field("To").is_none_or(|to| !allowed.contains(to)) {
        return Err(format!("{named}: nobody on file"));
    }
    let raw = String::from_utf8_lossy(bytes);
    let text = letter::text(bytes);
    if text.contains(hostile::SUM_DONE) {
        return Err(format!("{named}: a value was run as a template"));
    }
    // The attacker's address may stand in a staff notice as text, never in a header.
    let (head, _) = raw.split_once("\r\n\r\n").unwrap_or((&raw, ""));
    if head.contains("attacker.example") {
        return Err(format!("{named}: the attacker's address in the header"));
    }
    Ok(())
}

/// TF8: no name of a customer becomes the name of a file.
fn only_our_files(folder: &Path) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:,=@".contains(&byte));
        if !plain || name.len() > 120 {
            return Err(format!("a file of the name {name:?}"));
        }
        if path.is_dir() {
            only_our_files(&path)?;
        }
    }
    Ok(())
}

/// Letters that quote a customer or an agent, and those that strangers get.
const EXPECTED: [&str; 10] =
    ["M-02", "M-04-neutral", "M-06", "M-15", "M-21", "M-21-neutral", "M-23", "M-25", "M-27", "M-31"];

#[test]
fn chosen_texts_on_the_whole_way() {
    let all: Vec<Values> = hostile::chosen()
        .into_iter()
        .flat_map(|text| {
            [Written::Raw, Written::Encoded].map(|written| Values::new(written, std::slice::from_ref(&text)))
        })
        .collect();
    let mut letters: BTreeMap<String, usize> = BTreeMap::new();
    for some in all.chunks(22) {
        for template in through_the_desk(some).unwrap_or_else(|fault| panic!("{fault}")) {
            *letters.entry(template).or_default() += 1;
        }
    }
    println!("{} mails with chosen texts, letters with exactly our headers: {letters:?}", all.len() * 17);
    let expected = EXPECTED.iter().find(|template| !letters.contains_key(**template));
    assert_eq!(expected, None, "no such letter was written: {letters:?}");
}

#[test]
fn any_text_on_the_whole_way() {
    let values = (any::<bool>(), proptest::collection::vec(hostile::text(), 1..12)).prop_map(|(raw, texts)| {
        let written = if raw { Written::Raw } else { Written::Encoded };
        Values::new(written, &texts)
    });
    let config = ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() };
    let run = TestRunner::new(config).run(&proptest::collection::vec(values, 8), |all| {
        let letters = through_the_desk(&all);
        prop_assert!(letters.is_ok(), "{:?}", letters);
        Ok(())
    });
    // The fault says enough; the texts themselves may be hundreds of kilobytes long.
    if let Err(TestError::Fail(fault, _) | TestError::Abort(fault)) = run {
        panic!("{fault}");
    }
}

/// A line break in a name, a subject or a file's name begins no line of a letter.
#[test]
fn what_should_be_one_line_stays_one() {
    let breaks = ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}", "\0\n"];
    let all: Vec<Values> = breaks
        .iter()
        .map(|end| {
            let forged = format!("Dana{end}FORGED: line");
            let words = "please".to_owned();
            Values { words, ..Values::new(Written::Encoded, &[forged]) }
        })
        .map(|values| Values { id: "one".to_owned(), references: "two".to_owned(), ..values })
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new().await;
        all.iter().for_each(|values| world.put_all(values));
        world.happen("mon 09:30").await;
        let mut seen = 0;
        for bytes in world.postman() {
            let text = letter::text(&bytes);
            seen += usize::from(text.contains("FORGED"));
            let forged = text.split(['\n', '\r', '\u{85}', '\u{2028}']).find(|line| line.trim().starts_with("FORGED"));
            assert_eq!(forged, None, "{text}");
        }
        assert!(seen > 5, "only {seen} letters showed the value at all");
        world.stage.close().await;
    });
}
