//! The set by the real way: `upgrade-desk try` on the bytes, then LMTP into a
//! Dovecot, from which `upgrade-desk run` fetches it, and letters to an SMTP server.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;
use tokio::time::Instant;
use upgrade_desk::desk::moment::time_zone;
use upgrade_desk::desk::record::{Cause, Decided, What};
use upgrade_desk::shell::clock;
use upgrade_desk::shell::store::journal::Line;
use upgrade_desk::shell::story::script::{Answerable, Filling};

use super::case::{Case, Step};
use super::fill::{Filler, answerable};
use super::host::Host;
use super::letters;
use super::seen::{Letters, Seen};
use super::table::{Row, memory_from_here, print};
use crate::support::desk::{Desk, Running, eventually, smtp_at};
use crate::support::dovecot::Dovecot;
use crate::support::program::peak_mib;

use crate::support::sign::honestly_signed;
use crate::support::smtp_sink::SmtpSink;

const LIMIT: Duration = Duration::from_secs(120);

/// Plays all cases, prints the table, and fails with everything that is wrong.
pub fn play(cases: &[Case]) {
    let (dovecot, sink, runtime) = (Dovecot::start(), SmtpSink::start(&[]), Runtime::new().unwrap());
    let host = runtime.block_on(async { Host::new() });
    let servers = Servers { dovecot, sink, runtime, host };
    let mut played = Played::default();
    let alone: Vec<(&Case, usize, &Step)> = cases
        .iter()
        .filter(|case| !case.own_desk)
        .flat_map(|case| (1..).zip(&case.steps).map(move |(number, step)| (case, number, step)))
        .collect();
    played.on_one_desk(Place::new("shared", &servers, &ROOM), &alone);
    for case in cases.iter().filter(|case| case.own_desk) {
        played.on_its_own(Place::new(&case.name, &servers, &[]), case);
    }
    played.end(&servers.sink);
}

/// The mails of all cases come to the shared desk in a minute, in few names: what is
/// counted by the day has its own tests, and cases on desks of their own.
const ROOM: [&str; 4] =
    ["letters_per_day_max", "unproven_notices_per_day_max", "data_tries_per_day_max", "unit_tries_per_day_max"];

/// The limits with these counts out of reach.
fn with_room(limits: &str, counts: &[&str]) -> String {
    let set = |line: &str| match counts.iter().find(|key| line.starts_with(&format!("{key} ="))) {
        Some(key) => format!("{key} = 10000\n"),
        None => format!("{line}\n"),
    };
    limits.lines().map(set).collect()
}

struct Servers {
    dovecot: Dovecot,
    sink: SmtpSink,
    runtime: Runtime,
    host: Host,
}

/// A desk that runs on a mailbox of its own.
struct Place<'a> {
    name: &'a str,
    servers: &'a Servers,
    desk: Desk,
    running: Running,
    /// The Monday of the week after this one: what is asked for lies ahead.
    monday: Date,
    zone: TimeZone,
}

#[derive(Default)]
struct Played {
    rows: Vec<Row>,
    faults: Vec<String>,
    /// Every letter in the journals, by its Message-ID.
    written: BTreeSet<String>,
}

impl Place<'_> {
    /// `counts` are set in the desk's `limits.toml`.
    fn new<'a>(name: &'a str, servers: &'a Servers, counts: &[&str]) -> Place<'a> {
        let Servers { dovecot, sink, .. } = servers;
        let desk = Desk::on_dovecot(dovecot, name, &smtp_at(sink.address.port()));
        desk.change_rule("hours.toml", "agents = 2", "agents = 1000");
        desk.change_rule("hours.toml", "units_of_a_company = 1", "units_of_a_company = 1000");
        let hours = fs::read_to_string(desk.path("rules/hours.toml")).unwrap();
        let (hours, _) = hours.split_once("[holidays]").unwrap();
        fs::write(desk.path("rules/hours.toml"), format!("{hours}[holidays]\n")).unwrap();
        let limits = fs::read_to_string(desk.path("rules/limits.toml")).unwrap();
        fs::write(desk.path("rules/limits.toml"), with_room(&limits, counts)).unwrap();
        desk.import_sample_register();
        let running = desk.run(&[], &[]);
        let socket = desk.path("data/desk.sock");
        eventually("the desk's socket", LIMIT, || std::os::unix::net::UnixStream::connect(&socket).ok());
        let zone = time_zone("America/Los_Angeles").unwrap();
        let monday = clock::now().to_zoned(zone.clone()).date().nth_weekday(1, Weekday::Monday).unwrap();
        Place { name, servers, desk, running, monday, zone }
    }

    fn mail(&self, case: &Case, number: usize, step: &Step, answers: &[Answerable]) -> Vec<u8> {
        let filling = Filling { monday: self.monday, zone: &self.zone, now: clock::now(), letters: answers };
        let reply_to = |id: &str| {
            let wait = || letters::reply_to(&self.servers.sink.letters(), id);
            Some(eventually(&format!("letter {id} with a reply address"), LIMIT, wait))
        };
        Filler { filling, case, step, number, reply_to: &reply_to }.mail()
    }

    /// What the program says of the bytes, in how many milliseconds, and how
    /// much memory the desk that was asked had at most.
    fn try_mail(&self, step: &Step, mail: &[u8]) -> (Seen, u128, Option<u64>) {
        let path = self.desk.path("mail.eml");
        let Servers { runtime, host, .. } = self.servers;
        fs::write(&path, runtime.block_on(host.delivered(step, mail))).unwrap();
        memory_from_here(self.running.id());
        let begun = Instant::now();
        let answer = self.desk.json(&["try", "mail.eml"]);
        (Seen::of_try(&answer), begun.elapsed().as_millis(), peak_mib(self.running.id()))
    }

    fn deliver(&self, step: &Step, mail: &[u8]) {
        let Servers { dovecot, runtime, host, .. } = self.servers;
        dovecot.hand_over(self.name, &step.envelope, &runtime.block_on(host.by_host(step, mail)));
    }

    /// The representative takes back what he asked for, in answer to our letter.
    fn withdrawal(&self, address: &str, answered: &str) -> Vec<u8> {
        let domain = address.rsplit_once('@').unwrap().1;
        let date = clock::now().to_zoned(self.zone.clone()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
        let mail = format!(
            "Date: {date}\nFrom: {address}\nTo: upgrade@vendor.example\nSubject: Re: upgrade\n\
             Message-ID: <not-{answered}>\nIn-Reply-To: <{answered}>\n\ncancel\n"
        );
        let found = format!("Authentication-Results: mx.vendor.example; dkim=pass header.d={domain}\r\n");
        [found.into_bytes(), honestly_signed(&mail, domain)].concat()
    }

    /// What was decided about mails, in their order in the mailbox, once it is `count`.
    fn decided(&self, count: usize) -> Vec<Decided> {
        eventually(
            &format!("{count} decisions of {}; log: {}", self.name, self.desk.path("log").display()),
            LIMIT,
            || {
                let mut decided = self.records();
                decided.retain(|decided| matches!(decided.cause, Cause::Mail { .. }));
                decided.sort_by_key(number_in_mailbox);
                (decided.len() >= count).then_some(decided)
            },
        )
    }

    fn records(&self) -> Vec<Decided> {
        let lines = self.desk.journal().into_iter().map(|line| serde_json::from_value::<Line>(line).unwrap());
        let decided = |line: Line| match line.what {
            What::Decided(decided) => Some(*decided),
            _ => None,
        };
        lines.filter_map(decided).collect()
    }

    /// Nothing has stopped it, nothing has broken inside, and it ends in order.
    fn end(self) -> Vec<String> {
        let mut faults = Vec::new();
        let name = self.name;
        let code = self.running.end(Duration::from_secs(35));
        if code != Some(0) {
            faults.push(format!("{name}: the desk ended with {code:?}"));
        }
        let log = self.desk.log();
        faults.extend(log.lines().filter(|line| line.contains("panicked")).map(|line| format!("{name}: {line}")));
        faults
    }
}

fn number_in_mailbox(decided: &Decided) -> u32 {
    match &decided.cause {
        Cause::Mail { place, .. } => place.item.parse().unwrap(),
        _ => 0,
    }
}

impl Played {
    /// First all are tried, on a desk that knows nothing of the others; then all
    /// are delivered, one behind the other.
    fn on_one_desk(&mut self, place: Place<'_>, steps: &[(&Case, usize, &Step)]) {
        let mails: Vec<Vec<u8>> =
            steps.iter().map(|(case, number, step)| place.mail(case, *number, step, &[])).collect();
        let try_all = steps.iter().zip(&mails);
        let tried: Vec<Seen> =
            try_all.map(|((case, number, step), mail)| self.tried(&place, case, *number, step, mail)).collect();
        let (mut delivered, mut indices) = (0, Vec::new());
        for (((_, _, step), mail), tried) in steps.iter().zip(&mails).zip(&tried) {
            place.deliver(step, mail);
            indices.push(delivered);
            delivered += 1;
            // One at a time: Dovecot numbers mails that come in the same second in
            // an order of its own.
            let decided = place.decided(delivered);
            let decided = decided.last().unwrap();
            // What a representative asked for is taken back before the next mail:
            // the same wish is a new one then.
            if tried.representative.is_none() && step.but.is_empty() {
                continue;
            }
            let asked = decided.letters.iter().filter(|letter| !letter.for_staff);
            let Some(address) = Seen::of_record(decided).representative else { continue };
            for letter in asked.filter(|letter| letter.to == address && letter.ticket.is_some()) {
                let mail = place.withdrawal(&address, &letter.message_id);
                place.servers.dovecot.hand_over(place.name, &address, &mail);
                delivered += 1;
                place.decided(delivered);
            }
        }
        let decided = place.decided(delivered);
        for ((case, number, step), index) in steps.iter().zip(indices) {
            let seen = Seen::of_record(decided.get(index).unwrap());
            self.judge(case, *number, step, &seen, "dovecot", Letters::AtMost);
        }
        self.left(place);
    }

    fn on_its_own(&mut self, place: Place<'_>, case: &Case) {
        let mut answers: Vec<Answerable> = Vec::new();
        for (number, step) in (1..).zip(&case.steps) {
            let mail = place.mail(case, number, step, &answers);
            self.tried(&place, case, number, step, &mail);
            place.deliver(step, &mail);
            let decided = place.decided(number);
            self.judge(case, number, step, &Seen::of_record(decided.last().unwrap()), "dovecot", Letters::Exact);
            answers = place.records().iter().flat_map(|decided| answerable(&decided.letters)).collect();
        }
        self.left(place);
    }

    fn tried(&mut self, place: &Place<'_>, case: &Case, number: usize, step: &Step, mail: &[u8]) -> Seen {
        let (seen, millis, mib) = place.try_mail(step, mail);
        self.judge(case, number, step, &seen, "try", Letters::Exact);
        self.rows.push(Row {
            attack: format!("{} {number}", case.name),
            says: step.says.clone(),
            outcome: seen.word(),
            millis,
            mib,
        });
        seen
    }

    fn judge(&mut self, case: &Case, number: usize, step: &Step, seen: &Seen, place: &str, letters: Letters) {
        let faults = seen.faults(step, &step.expected_in(&[place]), letters);
        let told = faults.into_iter().map(|fault| format!("{} {number}, {place} ({}): {fault}", case.name, step.says));
        self.faults.extend(told);
    }

    /// Which letters its journal holds; then it ends.
    fn left(&mut self, place: Place<'_>) {
        for letter in place.records().iter().flat_map(|decided| &decided.letters) {
            self.written.insert(letter.message_id.clone());
        }
        let (sink, written) = (&place.servers.sink, &self.written);
        eventually("all letters at the mail server", LIMIT, || {
            (letters::ids(&sink.letters()).len() >= written.len()).then_some(())
        });
        self.faults.extend(place.end());
    }

    /// What left is what was committed, to whom it was committed.
    fn end(self, sink: &SmtpSink) {
        let left = sink.letters();
        letters::are_sound(&left);
        assert_eq!(letters::ids(&left), self.written, "letters that left, and letters in the journals");
        print(&self.rows);
        assert!(self.faults.is_empty(), "{} are wrong:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}
