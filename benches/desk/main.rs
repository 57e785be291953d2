//! The whole desk beside `mbsync`, which only copies the same mailbox: `make
//! bench`. Starts its own Dovecot and smtp-sink on loopback and ends them.

mod core;
mod desk;
mod mails;
mod measured;
mod people;
mod replacing;
mod sealing;
mod servers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use upgrade_desk::shell::clock;

use crate::desk::{Desk, Leaves, Outcomes};
use crate::mails::{Dates, Kind, Letter};
use crate::measured::{Measured, median};
use crate::sealing::Took;
use crate::servers::{Dovecot, SmtpSink};

const MAILS: usize = 10_000;
const FORMS_BEFORE: usize = 1500;
/// Figures that are too low would not be those of a desk that works.
const DECIDED_MIN: usize = 5000;
const LETTERS_MIN: usize = 8000;
/// In the mailbox over which redacted copies are compared.
const FORMS: usize = 2000;
/// With and without something, at least: one turn of each would tell more about
/// what else the machine did.
const ROUNDS_MIN: usize = 3;
/// What sealing may take of the mails per second.
const SEALING_PERCENT_MAX: f64 = 25.0;

fn main() {
    // `cargo bench` adds words of its own.
    let runs_wanted = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
    open_to_dovecot(folder.path());
    let dovecot = Dovecot::start(folder.path());
    let first = Desk::new(&folder.path().join("first"), dovecot.port);
    let dates = Dates::new(clock::now().to_zoned(TimeZone::UTC), &first.rules().hours);

    println!("set-up, not timed: {FORMS_BEFORE} forms are handled, so that there are letters to answer");
    let before = write_all(&folder.path().join("before"), (0..FORMS_BEFORE).map(|at| mails::form_before(at, &dates)));
    dovecot.fill("before", &before);
    let sink = SmtpSink::start(folder.path());
    first.run("before", sink.port, Leaves::Copies);
    let letters = first.letters();
    let of_before = first.outcomes();
    drop(sink);

    let (paths, kinds) = write_mails(&folder.path().join("mails"), &letters, &dates);
    let bytes: u64 = paths.iter().filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum();
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind:?}")).collect();
    println!("{} mails, {:.0} MB: {}\n", paths.len(), bytes as f64 / 1e6, kinds.join(", "));

    let runs: Vec<Run> = (1..=runs_wanted)
        .map(|run| {
            let user = format!("copy{run}");
            dovecot.fill(&user, &paths);
            let copied = copy(&folder.path().join(&user), dovecot.port, &user);
            let [with_copies, as_they_came] = [Leaves::Copies, Leaves::AsTheyCame]
                .map(|leaves| handled(&first, &dovecot, &paths, folder.path(), leaves, &of_before));
            println!("run {run}");
            println!("  mbsync, every mail synced    {}", figures(copied));
            for (ours, leaves) in [(&with_copies, Leaves::Copies), (&as_they_came, Leaves::AsTheyCame)] {
                println!("  upgrade-desk, {:12}   {}", leaves.word(), figures(ours.measured));
                println!("    {} letters sent; {}", ours.letters, ours.outcomes);
            }
            Run { with_copies: with_copies.measured, as_they_came: as_they_came.measured, copied }
        })
        .collect();
    sum_up(&runs);
    let forms = (0..FORMS).map(|count| mails::form_with_password(count, &dates));
    let forms = write_all(&folder.path().join("forms"), forms);
    replacing::compare(&first, &dovecot, &forms, folder.path(), runs_wanted.max(ROUNDS_MIN));
    one_core(&first, &paths);
    with_and_without_sealing(&first, &paths, folder.path(), runs_wanted.max(ROUNDS_MIN));
}

/// The same mailbox by all three.
struct Run {
    with_copies: Measured,
    as_they_came: Measured,
    copied: Measured,
}

struct Handled {
    measured: Measured,
    outcomes: Outcomes,
    letters: usize,
}

/// All mails by the whole desk, from Dovecot and answered.
fn handled(
    first: &Desk,
    dovecot: &Dovecot,
    paths: &[PathBuf],
    folder: &Path,
    leaves: Leaves,
    of_before: &Outcomes,
) -> Handled {
    let user = format!("all-{}", leaves.word());
    dovecot.fill(&user, paths);
    let desk = first.copied(&folder.join(&user));
    let sink = SmtpSink::start(folder);
    let measured = desk.run(&user, sink.port, leaves);
    let (outcomes, letters) = (desk.outcomes().without(of_before), sink.letters());
    assert_eq!(dovecot.look(&user), 0, "mails left in the mailbox");
    assert_eq!(dovecot.processed(&user), MAILS, "mails in the folder for handled mail");
    assert_eq!(dovecot.copies(&user) > 0, leaves == Leaves::Copies, "redacted copies");
    assert_eq!(outcomes.mails(), MAILS, "mails decided");
    assert!(outcomes.decided() >= DECIDED_MIN, "forms decided: {}; {outcomes}", outcomes.decided());
    assert!(letters >= LETTERS_MIN, "letters sent: {letters}");
    desk.remove();
    dovecot.remove(&user);
    Handled { measured, outcomes, letters }
}

/// The same mails with and without, turn by turn: what else the machine does falls
/// on both.
fn with_and_without_sealing(first: &Desk, paths: &[PathBuf], folder: &Path, rounds: usize) {
    let mut took = Vec::new();
    for round in 1..=rounds {
        let [with, without] = [true, false].map(|sealing| {
            let desk = first.copied(&folder.join(format!("sealing{round}{sealing}")));
            let took = sealing::measure(&desk, paths, sealing);
            desk.remove();
            took
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
    println!("\nsealing, {secrets} passwords and every original; no servers, nothing sent, medians of {rounds} rounds");
    println!("  with                  {}", figures(with, cpu_with));
    println!("  without               {}", figures(without, cpu_without));
    // Of what it takes with sealing: mails per second fall by as much.
    let share = |with: f64, without: f64| 100.0 * (1.0 - without / with);
    let (share, cpu_share) = (share(with, without), share(cpu_with, cpu_without));
    println!("  sealing takes {share:.0} % of the mails/s and {cpu_share:.0} % of the CPU");
    assert!(share < SEALING_PERCENT_MAX, "sealing takes {share:.0} % of the mails/s, at most {SEALING_PERCENT_MAX} %");
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

fn write_mails(folder: &Path, letters: &[Letter], dates: &Dates) -> (Vec<PathBuf>, BTreeMap<Kind, usize>) {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    let mail = |number: usize| {
        let kind = mails::kind(number);
        let count = *counts.entry(kind).and_modify(|count| *count += 1).or_insert(1) - 1;
        match kind {
            Kind::Form => mails::form(count, dates),
            Kind::Report => mails::report(count, &dates.now),
            Kind::Reply => mails::reply(count, &letters[count % letters.len()], &dates.now),
            Kind::Automatic => mails::automatic(count, &letters[count % letters.len()], &dates.now),
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

fn figures(measured: Measured) -> String {
    let Measured { seconds, cpu_seconds, peak_mib } = measured;
    let mails = MAILS as f64;
    let (rate, cpu) = (mails / seconds, cpu_seconds * 1e3 / mails);
    format!("{seconds:6.2} s, {rate:5.0} mails/s, {cpu:.2} ms CPU a mail, {peak_mib:3.0} MiB peak")
}

fn sum_up(runs: &[Run]) {
    let of = |value: fn(&Run) -> f64| median(runs.iter().map(value));
    let copied = of(|run| run.copied.seconds);
    let tell = |word: &str, seconds: f64, cpu: f64, peak: f64| {
        let (times, rate, cpu) = (copied / seconds, MAILS as f64 / seconds, cpu * 1e3 / MAILS as f64);
        println!("  {word}: {times:.2} times as fast as mbsync ({seconds:.2} s beside {copied:.2} s)");
        println!("    {rate:.0} mails/s, {cpu:.2} ms CPU a mail, {peak:.0} MiB peak");
    };
    println!("\nmedians of {} runs", runs.len());
    tell(
        "as set unless told otherwise, redacted copies take the place of mails with secrets",
        of(|run| run.with_copies.seconds),
        of(|run| run.with_copies.cpu_seconds),
        of(|run| run.with_copies.peak_mib),
    );
    tell(
        "mails only moved, as mbsync and earlier figures (replace_secrets = false)",
        of(|run| run.as_they_came.seconds),
        of(|run| run.as_they_came.cpu_seconds),
        of(|run| run.as_they_came.peak_mib),
    );
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
