//! The whole desk beside `mbsync`, which only copies the same mailbox: `make
//! bench`. Starts its own Dovecot and smtp-sink on loopback and ends them.

mod core;
mod desk;
mod mails;
mod measured;
mod people;
mod sealing;
mod servers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use jiff::tz::TimeZone;
use upgrade_desk::shell::clock;

use crate::desk::{Desk, Outcomes};
use crate::mails::{Kind, Letter};
use crate::measured::{Measured, median};
use crate::sealing::Took;
use crate::servers::{Dovecot, SmtpSink};

const MAILS: usize = 10_000;
const FORMS_BEFORE: usize = 1500;
/// Figures that are too low would not be those of a desk that works.
const DECIDED_MIN: usize = 5000;
const LETTERS_MIN: usize = 8000;
/// What sealing may take of the mails per second.
const SEALING_PERCENT_MAX: f64 = 25.0;

fn main() {
    // `cargo bench` adds words of its own.
    let runs_wanted = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
    open_to_dovecot(folder.path());
    let dovecot = Dovecot::start(folder.path());
    let now = clock::now().to_zoned(TimeZone::UTC);

    println!("set-up, not timed: {FORMS_BEFORE} forms are handled, so that there are letters to answer");
    let before = write_all(&folder.path().join("before"), (0..FORMS_BEFORE).map(|at| mails::form_before(at, &now)));
    dovecot.fill("before", &before);
    let first = Desk::new(&folder.path().join("first"), dovecot.port);
    let sink = SmtpSink::start(folder.path());
    first.run("before", sink.port);
    let letters = first.letters();
    let of_before = first.outcomes();
    drop(sink);

    let (paths, kinds) = write_mails(&folder.path().join("mails"), &letters, &now);
    let bytes: u64 = paths.iter().filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum();
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind:?}")).collect();
    println!("{} mails, {:.0} MB: {}\n", paths.len(), bytes as f64 / 1e6, kinds.join(", "));

    let mut runs = Vec::new();
    for run in 1..=runs_wanted {
        let (ours, theirs) = (format!("desk{run}"), format!("copy{run}"));
        dovecot.fill(&ours, &paths);
        dovecot.fill(&theirs, &paths);
        let desk = first.copied(&folder.path().join(&ours));
        let sink = SmtpSink::start(folder.path());
        let of_desk = desk.run(&ours, sink.port);
        let outcomes = desk.outcomes().without(&of_before);
        let copied = copy(&folder.path().join(&theirs), dovecot.port, &theirs);
        tell(run, of_desk, copied, &outcomes, sink.letters());
        assert_eq!(dovecot.look(&ours), 0, "mails left in the mailbox");
        assert_eq!(outcomes.mails(), MAILS, "mails decided");
        assert!(outcomes.decided() >= DECIDED_MIN, "forms decided: {}", outcomes.decided());
        assert!(sink.letters() >= LETTERS_MIN, "letters sent: {}", sink.letters());
        runs.push((of_desk, copied));
    }
    sum_up(&runs);
    one_core(&first, &paths);
    with_and_without_sealing(&first, &paths, folder.path(), runs_wanted);
}

/// The same mails with and without, turn by turn: what else the machine does falls
/// on both.
fn with_and_without_sealing(first: &Desk, paths: &[PathBuf], folder: &Path, runs: usize) {
    let mut took = Vec::new();
    for run in 1..=runs {
        let [without, with] = [false, true].map(|sealing| {
            let desk = first.copied(&folder.join(format!("sealing{run}{sealing}")));
            sealing::measure(&desk, paths, sealing)
        });
        assert_eq!(with.secrets, without.secrets, "the same passwords in both");
        took.push((with, without));
    }
    let of = |value: fn(&(Took, Took)) -> f64| median(took.iter().map(value));
    let (with, without) = (of(|(with, _)| with.seconds), of(|(_, without)| without.seconds));
    let (cpu_with, cpu_without) = (of(|(with, _)| with.cpu_seconds), of(|(_, without)| without.cpu_seconds));
    let mails = paths.len() as f64;
    let figures = |seconds: f64, cpu: f64| {
        format!("{seconds:6.2} s, {:5.0} mails/s, {:.2} ms CPU a mail", mails / seconds, cpu * 1e3 / mails)
    };
    let secrets = took.first().map_or(0, |(with, _)| with.secrets);
    println!("\nsealing, {secrets} passwords and every original; no servers, nothing sent");
    println!("  without               {}", figures(without, cpu_without));
    println!("  with                  {}", figures(with, cpu_with));
    let share = 100.0 * (1.0 - without / with);
    println!("  sealing takes {share:.0} % of the time; mails/s fall by as much");
    assert!(share < SEALING_PERCENT_MAX, "sealing takes {share:.0} %");
}

/// Dovecot's processes are another user when the bench is root.
fn open_to_dovecot(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap_or_else(|error| panic!("{error}"));
}

/// One file a mail, named as a Maildir names them, in order.
fn write_all(folder: &Path, mails: impl Iterator<Item = String>) -> Vec<PathBuf> {
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
    let write = |(number, mail): (usize, String)| {
        let (size, lines) = (mail.len(), mail.bytes().filter(|byte| *byte == b'\n').count());
        let name = format!("{}.M0P1.bench,S={size},W={}", 1_700_000_000 + number, size + lines);
        fs::write(folder.join(&name), mail).unwrap_or_else(|error| panic!("{name}: {error}"));
        folder.join(name)
    };
    mails.enumerate().map(write).collect()
}

fn write_mails(folder: &Path, letters: &[Letter], now: &Zoned) -> (Vec<PathBuf>, BTreeMap<Kind, usize>) {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    let mail = |number: usize| {
        let kind = mails::kind(number);
        let count = *counts.entry(kind).and_modify(|count| *count += 1).or_insert(1) - 1;
        match kind {
            Kind::Form => mails::form(count, now),
            Kind::Report => mails::report(count, now),
            Kind::Reply => mails::reply(count, &letters[count % letters.len()], now),
            Kind::Automatic => mails::automatic(count, &letters[count % letters.len()], now),
        }
    };
    let paths = write_all(folder, (0..MAILS).map(mail));
    (paths, counts)
}

/// `mbsync` with its own defaults: every copied mail is synced to disk.
fn copy(folder: &Path, port: u16, user: &str) -> Measured {
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
    let at = folder.display();
    let configuration = format!(
        "IMAPAccount there\nHost 127.0.0.1\nPort {port}\nUser {user}\nPass secret\nSSLType None\nAuthMechs LOGIN\n\n\
         IMAPStore far\nAccount there\n\nMaildirStore near\nPath {at}/\nInbox {at}/INBOX\n\n\
         Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    );
    fs::write(folder.join("mbsyncrc"), configuration).unwrap_or_else(|error| panic!("{error}"));
    let mut command = std::process::Command::new(servers::program("mbsync", "isync"));
    let measured = measured::run(command.arg("-q").arg("-c").arg(folder.join("mbsyncrc")).arg("-a"));
    let files = |part: &str| fs::read_dir(folder.join("INBOX").join(part)).map_or(0, Iterator::count);
    assert_eq!(files("new") + files("cur"), MAILS, "mails copied");
    measured
}

fn tell(run: usize, desk: Measured, copied: Measured, outcomes: &Outcomes, letters: usize) {
    println!("run {run}");
    println!("  upgrade-desk run --drain   {}, {letters} letters sent", figures(desk));
    println!("  mbsync, every mail synced  {}", figures(copied));
    println!("  {} forms and answers decided; {outcomes}", outcomes.decided());
}

fn figures(measured: Measured) -> String {
    let Measured { seconds, cpu_seconds, peak_mib } = measured;
    let mails = MAILS as f64;
    let (rate, cpu) = (mails / seconds, cpu_seconds * 1e3 / mails);
    format!("{seconds:6.2} s, {rate:5.0} mails/s, {cpu:.2} ms CPU a mail, {peak_mib:3.0} MiB peak")
}

fn sum_up(runs: &[(Measured, Measured)]) {
    let of = |value: fn(&(Measured, Measured)) -> f64| median(runs.iter().map(value));
    let (desk, copied) = (of(|run| run.0.seconds), of(|run| run.1.seconds));
    let cpu = of(|run| run.0.cpu_seconds) * 1e3 / MAILS as f64;
    println!("\nmedians of {} runs", runs.len());
    println!("  {:.2} times as fast as mbsync ({desk:.2} s beside {copied:.2} s)", copied / desk);
    println!("  {:.0} mails/s, {cpu:.2} ms CPU a mail, {:.0} MiB peak", MAILS as f64 / desk, of(|run| run.0.peak_mib));
}

fn one_core(first: &Desk, paths: &[PathBuf]) {
    let sums = core::measure(&first.data(), paths, first.rules());
    let (mails, megabytes) = (sums.mails as f64, sums.bytes as f64 / 1e6);
    let all = sums.read_seconds + sums.decide_seconds;
    let figures = |seconds: f64| {
        let (each, rate) = (seconds * 1e3 / mails, mails / seconds);
        format!("{each:.3} ms a mail, {rate:6.0} mails/s, {:4.0} MB/s", megabytes / seconds)
    };
    println!("\non one core, nothing sent, sealed or written");
    println!("  mail-parser alone     {}", figures(sums.parse_seconds));
    println!("  reading and deciding  {}", figures(all));
    println!("    of it deciding      {:.3} ms a mail", sums.decide_seconds * 1e3 / mails);
    println!("  {:.1} times the bare parse", all / sums.parse_seconds);
}
