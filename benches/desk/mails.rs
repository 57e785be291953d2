//! The mails, the same at every run but for their dates: forms in several
//! shapes, reports with an attachment, replies to letters of ours, absence notes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, time};
use jiff::{ToSpan, Zoned};
use upgrade_desk::desk::hours::Hours;
use upgrade_desk::desk::moment::time_zone;

use crate::people::{COMPANIES, Representative, UNITS_EACH, Unit, representative, unit};

/// Units whose forms come before those that are timed.
const UNITS_BEFORE: usize = 2;
/// Of 20 forms that are timed the last.
const LACKS_PASSWORD: usize = 19;
/// Of 20 forms those that name a time; the others want it as soon as possible. All
/// are decided alike, but an agreed time stays booked, and each decision looks at
/// all bookings: were every time agreed to, the bench would be one of more open
/// bookings than any desk has.
const NAME_A_TIME: [usize; 5] = [0, 5, 10, 18, LACKS_PASSWORD];
/// Days of work on which the wished times lie: the units of one company each have
/// a day of their own, for they are never out of service together (S-08).
const DAYS: usize = 40;
const DAYS_APART: usize = DAYS / UNITS_EACH;
/// Of the wished times; the last one is half past three.
const FIRST_HOUR: usize = 9;
const HOURS: usize = 7;
/// Random bytes of an attachment; in the mail they are a third more.
const ATTACHMENT_BYTES: std::ops::Range<u64> = 20_000..200_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Form,
    Report,
    Reply,
    Automatic,
}

/// Of 20 mails in a row: 60 % forms, 20 % reports, 15 % replies, 5 % automatic.
pub fn kind(number: usize) -> Kind {
    match number % 20 {
        3 | 8 | 13 | 18 => Kind::Report,
        5 | 11 | 17 => Kind::Reply,
        19 => Kind::Automatic,
        _ => Kind::Form,
    }
}

/// A letter of ours that a customer answers.
pub struct Letter {
    pub message_id: String,
    pub subject: String,
    /// The address of a representative.
    pub to: String,
    /// It asked for the password.
    pub asks: bool,
}

/// When the mails are written, and the days that they wish for.
pub struct Dates {
    pub now: Zoned,
    days: Vec<Date>,
}

impl Dates {
    /// Only days on which all of the wished times lie in business hours, and none
    /// before three days have passed: whatever today is, holidays and notice
    /// decide nothing here.
    pub fn new(now: Zoned, hours: &Hours) -> Dates {
        let zone = time_zone(&hours.zone).unwrap_or_else(|| panic!("no such zone: {}", hours.zone));
        let is_open = |day: &Date| {
            [time(9, 0, 0, 0), time(15, 30, 0, 0)].into_iter().all(|at| {
                let start = zone.to_timestamp(day.to_datetime(at));
                start.is_ok_and(|start| hours.judge(start, hours.window_minutes).is_ok())
            })
        };
        let days = (3..).map_while(|days: i64| now.date().checked_add(days.days()).ok());
        let days = days.filter(is_open).take(DAYS).collect();
        Dates { now, days }
    }

    /// As a customer writes it.
    fn wish(&self, company: usize, place: usize) -> String {
        let day = self.days[(company + place * DAYS_APART) % self.days.len()];
        format!("{day} {:02}:{:02}", FIRST_HOUR + company % HOURS, company / DAYS % 2 * 30)
    }
}

/// The form number `number` of those before: every other lacks its password.
pub fn form_before(number: usize, dates: &Dates) -> String {
    let (company, round) = (number % COMPANIES, number / COMPANIES);
    let place = UNITS_EACH - UNITS_BEFORE + round % UNITS_BEFORE;
    let mut form = Form::of(company, place, number, dates);
    if !number.is_multiple_of(2) {
        form.password = String::new();
    }
    plain(&Head::new(company, &format!("before{number}"), "Upgrade request", &dates.now), &form.lines())
}

/// The `count`-th form of those that are timed, from 0.
pub fn form(count: usize, dates: &Dates) -> String {
    let (company, place) = (count % COMPANIES, count / COMPANIES % (UNITS_EACH - UNITS_BEFORE));
    let mut form = Form::of(company, place, count, dates);
    let subject = format!("Upgrade request {}", form.unit.serial);
    let head = Head::new(company, &format!("form{count}"), &subject, &dates.now);
    match count % 20 {
        0..=8 | 17 => plain(&head, &form.lines()),
        9..=13 => alternative(&head, &form),
        14..=16 => html(&head, &form),
        18 => {
            // Another unit's: denied.
            form.unit.mac = unit(company, (place + 1) % UNITS_EACH).mac;
            plain(&head, &form.lines())
        }
        _ => {
            form.password = String::new();
            plain(&head, &form.lines())
        }
    }
}

/// The `count`-th of the forms that are timed and have a password.
pub fn form_with_password(count: usize, dates: &Dates) -> String {
    form(count / LACKS_PASSWORD * 20 + count % LACKS_PASSWORD, dates)
}

/// A report of trouble with a log or a picture attached.
pub fn report(count: usize, now: &Zoned) -> String {
    let company = count % COMPANIES;
    let head = Head::new(company, &format!("report{count}"), "Unit restarts by itself", now);
    let mut chance = Chance(count as u64 + 1);
    let span = ATTACHMENT_BYTES.end - ATTACHMENT_BYTES.start;
    let length = usize::try_from(ATTACHMENT_BYTES.start + chance.next() % span).unwrap_or(0);
    let bytes: Vec<u8> = std::iter::repeat_with(|| chance.next().to_be_bytes()).flatten().take(length).collect();
    let (kind, name) =
        if count.is_multiple_of(2) { ("application/gzip", "unit-log.gz") } else { ("image/png", "screen.png") };
    let serial = unit(company, 0).serial;
    format!(
        "{}Content-Type: multipart/mixed; boundary=\"part-{count}\"\n\n--part-{count}\n\
         Content-Type: text/plain; charset=utf-8\n\nHello,\n\nsince this morning our unit {serial} restarts every \
         hour and drops all calls.\nThe error code on its screen is E-{count}. Please see the attachment.\n\n\
         Best regards\n{}\n--part-{count}\nContent-Type: {kind}; name=\"{name}\"\n\
         Content-Disposition: attachment; filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{}\n\
         --part-{count}--\n",
        head.fields(""),
        head.person.name,
        wrapped(&STANDARD.encode(bytes)),
    )
}

/// An answer to a letter of ours: the missing line, or words of thanks.
pub fn reply(count: usize, letter: &Letter, now: &Zoned) -> String {
    let company = company_of(&letter.to);
    let head = Head::new(company, &format!("reply{count}"), &format!("Re: {}", letter.subject), now);
    let thread = format!("In-Reply-To: <{0}>\nReferences: <{0}>\n", letter.message_id);
    let own = match letter.asks {
        true => format!("Sorry, here it is.\n\nManager Password: {}\nPassword tested: yes\n", password(count)),
        false => "Thank you, we will be ready. Please ring the front desk when you begin.\n".to_owned(),
    };
    let quoted = "> We have checked your request against our register.\n> It stands as written below.\n".repeat(12);
    format!(
        "{}Content-Type: text/plain; charset=utf-8\n\n{own}\n{}\n\nOn Monday Upgrade Desk wrote:\n{quoted}",
        head.fields(&thread),
        head.person.name
    )
}

/// An absence note.
pub fn automatic(count: usize, letter: &Letter, now: &Zoned) -> String {
    let head = Head::new(company_of(&letter.to), &format!("absence{count}"), "Out of office", now);
    let marks = format!("In-Reply-To: <{}>\nAuto-Submitted: auto-replied\nPrecedence: bulk\n", letter.message_id);
    let text = "I am out of the office until Monday and will answer then.\n";
    format!("{}Content-Type: text/plain; charset=utf-8\n\n{text}", head.fields(&marks))
}

/// `ana@company0042.example` is of company 42.
fn company_of(address: &str) -> usize {
    let digits = address.split_once("@company").and_then(|(_, rest)| rest.get(..4));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{address} is nobody's on file"))
}

/// The header of a mail as the mail host hands it over, with its proof.
struct Head<'a> {
    person: Representative,
    id: String,
    subject: String,
    now: &'a Zoned,
}

impl<'a> Head<'a> {
    fn new(company: usize, id: &str, subject: &str, now: &'a Zoned) -> Head<'a> {
        Head { person: representative(company), id: id.to_owned(), subject: subject.to_owned(), now }
    }

    fn fields(&self, more: &str) -> String {
        let Representative { name, address, domain, .. } = &self.person;
        let (id, subject) = (&self.id, &self.subject);
        let date = self.now.strftime("%a, %d %b %Y %H:%M:%S %z");
        format!(
            "Return-Path: <{address}>\n\
             Received: from mx.{domain} (mx.{domain} [198.51.100.25])\n\tby mx.vendor.example with ESMTPS id {id}\n\
             \tfor <upgrade@vendor.example>; {date}\n\
             Authentication-Results: mx.vendor.example;\n\tdkim=pass header.d={domain} header.b=Zk3a1041;\n\
             \tspf=pass smtp.mailfrom={address};\n\tdmarc=pass header.from={domain}\n\
             DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain};\n\
             \ts=m1; h=from:to:subject:date:message-id:in-reply-to:references:\n\
             \tmime-version:content-type:content-transfer-encoding;\n\
             \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\tb=Zk3a10417acmQ2v8yE1kq0\n\
             Received: from [192.0.2.7] by mx.{domain} with ESMTPSA; {date}\n\
             Date: {date}\nFrom: {name} <{address}>\nTo: Upgrade Desk <upgrade@vendor.example>\nSubject: {subject}\n\
             Message-ID: <{id}@{domain}>\n{more}User-Agent: Mail 7.1\nMIME-Version: 1.0\n"
        )
    }
}

/// What a customer fills in.
struct Form {
    person: Representative,
    unit: Unit,
    password: String,
    time: String,
}

impl Form {
    fn of(company: usize, place: usize, count: usize, dates: &Dates) -> Form {
        let time = match NAME_A_TIME.contains(&(count % 20)) {
            true => dates.wish(company, place),
            false => "as soon as possible".to_owned(),
        };
        Form { person: representative(company), unit: unit(company, place), password: password(count), time }
    }

    fn fields(&self) -> [(&'static str, &str); 12] {
        let Form { person, unit, password, time } = self;
        let zone = if time.starts_with('2') { "America/Los_Angeles" } else { "" };
        [
            ("Admin Name", &person.name),
            ("Company Name", &person.company),
            ("Admin Email", &person.address),
            ("Admin Phone", &person.phone),
            ("Unit Serial Number", &unit.serial),
            ("Unit Version", "7.2.1"),
            ("Unit MAC Address", &unit.mac),
            ("Unit IP Address", &unit.ip),
            ("Manager Password", password),
            ("Password Tested", "yes"),
            ("Upgrade Time", time),
            ("Time Zone", zone),
        ]
    }

    fn lines(&self) -> String {
        let lines = self.fields().map(|(label, value)| format!("{label}: {value}\n")).concat();
        format!("{lines}\nWith kind regards\n{}\n", self.person.name)
    }

    fn table(&self) -> String {
        let row = |(label, value): (&str, &str)| {
            format!("<tr><td style=\"width:180px\"><b>{label}</b></td><td>{value}</td></tr>\n")
        };
        let rows = self.fields().map(row).concat();
        format!(
            "<html><head><style>td {{ font-family: sans-serif }}</style></head><body>\n<p>Please upgrade:</p>\n\
             <table border=\"0\" cellpadding=\"4\">\n{rows}</table>\n<p>With kind regards<br>{}</p></body></html>\n",
            self.person.name
        )
    }
}

fn password(count: usize) -> String {
    format!("tulip#{count} Lake")
}

fn plain(head: &Head<'_>, text: &str) -> String {
    format!("{}Content-Type: text/plain; charset=utf-8\n\n{text}", head.fields(""))
}

fn html(head: &Head<'_>, form: &Form) -> String {
    let body = wrapped(&STANDARD.encode(form.table()));
    let kind = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n";
    format!("{}{kind}\n{body}\n", head.fields(""))
}

fn alternative(head: &Head<'_>, form: &Form) -> String {
    format!(
        "{}Content-Type: multipart/alternative; boundary=\"alt\"\n\n--alt\n\
         Content-Type: text/plain; charset=utf-8\n\n{}\n--alt\nContent-Type: text/html; charset=utf-8\n\n{}\n--alt--\n",
        head.fields(""),
        form.lines(),
        form.table()
    )
}

fn wrapped(base64: &str) -> String {
    let lines: Vec<&str> =
        base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    lines.join("\n")
}

/// Numbers that look random and are the same at every run (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}
