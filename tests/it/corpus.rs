//! Real mail of other projects, where it is at hand: the program reads every
//! one, in bounded time and memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use upgrade_desk::desk::mail;

use crate::support::program::peak_mib;

/// What a mail may take above an empty one. Processor time and not time on the
/// wall: other work on a machine is no fault. It holds for the lightly optimised
/// program of `make test`; one without optimisation takes several times as long.
const MILLISECONDS_MAX: i64 = 250;
const MEBIBYTES_MAX: u64 = 64;

/// How often a mail over a limit is read again: on a busy machine processor time
/// comes out longer, never shorter, so the least counts.
const AGAIN: usize = 2;

const EMPTY: &[u8] = b"From: a@mail.example\r\nSubject: nothing\r\n\r\n";

/// What reading an empty mail takes: starting the program, reading the rules.
#[derive(Clone, Copy)]
struct Baseline {
    milliseconds: i64,
    mebibytes: u64,
}

/// What reading one mail came to.
struct Read {
    file: PathBuf,
    kind: String,
    milliseconds: i64,
    mebibytes: u64,
}

/// `CORPUS=FOLDER` names the folder with one `expectations.jsonl` a source.
#[test]
fn every_corpus_mail_is_read() {
    let Some(corpus) = std::env::var_os("CORPUS") else {
        eprintln!("SKIPPED: every_corpus_mail_is_read (set CORPUS=FOLDER)");
        return;
    };
    let files = files(Path::new(&corpus));
    assert!(files.len() > 1000, "only {} mails were found", files.len());
    let baseline = baseline();
    println!("corpus: an empty mail takes {} ms and {} MiB", baseline.milliseconds, baseline.mebibytes);
    let (next, read, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match read_one(file, baseline) {
                        Ok(one) => read.lock().unwrap().push(one),
                        Err(fault) => faults.lock().unwrap().push(format!("{}: {fault}", file.display())),
                    }
                }
            });
        }
    });
    let (read, faults) = (read.into_inner().unwrap(), faults.into_inner().unwrap());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &read {
        *kinds.entry(&one.kind).or_default() += 1;
    }
    println!("corpus: {} of {} mails read; {kinds:?}", read.len(), files.len());
    let slowest = read.iter().max_by_key(|one| one.milliseconds).unwrap();
    println!("slowest: {} ms above that, {}", slowest.milliseconds, slowest.file.display());
    let biggest = read.iter().max_by_key(|one| one.mebibytes).unwrap();
    println!("biggest: {} MiB above that, {}", biggest.mebibytes, biggest.file.display());
    assert_eq!(faults, Vec::<String>::new());
}

/// Whose author the strict reader refuses, by name; `SHOW=1` prints each.
#[test]
fn corpus_authors_are_counted_by_fault() {
    let Some(corpus) = std::env::var_os("CORPUS") else {
        eprintln!("SKIPPED: corpus_authors_are_counted_by_fault (set CORPUS=FOLDER)");
        return;
    };
    let rules = crate::sample_rules::rules();
    let mut faults: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    let files = files(Path::new(&corpus));
    for file in &files {
        let raw = std::fs::read(file).unwrap();
        let mail = mail::read(&raw, &rules.limits, &rules.classify.marks);
        let Err(fault) = mail.identity else { continue };
        let source = file.strip_prefix(&corpus).unwrap().iter().next().unwrap().to_string_lossy().into_owned();
        *faults.entry((source, fault.into())).or_default() += 1;
        if std::env::var_os("SHOW").is_some() {
            let name: &'static str = fault.into();
            println!("REFUSED {name} {} {:?}", file.display(), mail.limits);
        }
    }
    println!("corpus: {} of {} mails have no plain author", faults.values().sum::<usize>(), files.len());
    for ((source, fault), count) in &faults {
        println!("{count:>6} {fault:<20} {source}");
    }
}

fn files(corpus: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for source in std::fs::read_dir(corpus).unwrap() {
        let folder = source.unwrap().path();
        let Ok(list) = std::fs::read_to_string(folder.join("expectations.jsonl")) else { continue };
        for line in list.lines() {
            let expected: serde_json::Value = serde_json::from_str(line).unwrap();
            files.push(folder.join(expected["file"].as_str().unwrap()));
        }
    }
    files.retain(|file| file.is_file());
    files.sort();
    files.dedup();
    files
}

fn baseline() -> Baseline {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), EMPTY).unwrap();
    let read: Vec<Read> = (0..3).map(|_| measure(file.path()).unwrap()).collect();
    Baseline {
        milliseconds: read.iter().map(|read| read.milliseconds).min().unwrap(),
        mebibytes: read.iter().map(|read| read.mebibytes).max().unwrap(),
    }
}

/// Runs the program on one mail, again when it took too much; what is wrong, in
/// words. The figures are those above the baseline.
fn read_one(file: &Path, baseline: Baseline) -> Result<Read, String> {
    let above = |mut read: Read| {
        read.milliseconds -= baseline.milliseconds;
        read.mebibytes = read.mebibytes.saturating_sub(baseline.mebibytes);
        read
    };
    let mut read = above(measure(file)?);
    for _ in 0..AGAIN {
        if read.milliseconds <= MILLISECONDS_MAX && read.mebibytes <= MEBIBYTES_MAX {
            break;
        }
        let again = above(measure(file)?);
        read.milliseconds = read.milliseconds.min(again.milliseconds);
        read.mebibytes = read.mebibytes.min(again.mebibytes);
    }
    if read.milliseconds > MILLISECONDS_MAX {
        return Err(format!("took {} ms more than an empty mail", read.milliseconds));
    }
    if read.mebibytes > MEBIBYTES_MAX {
        return Err(format!("took {} MiB more than an empty mail", read.mebibytes));
    }
    Ok(read)
}

fn measure(file: &Path) -> Result<Read, String> {
    let mut output = tempfile::tempfile().map_err(|error| error.to_string())?;
    let (status, used, mebibytes) = run(file, &output)?;
    if !status.success() {
        return Err(format!("ended with {status}"));
    }
    let answer = json(&mut output)?;
    let kind = answer["kind"].as_str().ok_or("has no kind")?.to_owned();
    let of = |time: libc::timeval| time.tv_sec * 1000 + time.tv_usec / 1000;
    let milliseconds = of(used.ru_utime) + of(used.ru_stime);
    Ok(Read { file: file.to_owned(), kind, milliseconds, mebibytes })
}

fn json(output: &mut File) -> Result<serde_json::Value, String> {
    use std::io::{Read as _, Seek as _};
    let mut text = String::new();
    output.rewind().and_then(|()| output.read_to_string(&mut text)).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("no JSON: {error}"))
}

/// How it ended, its processor time, and the most memory in MiB.
fn run(file: &Path, output: &File) -> Result<(ExitStatus, libc::rusage, u64), String> {
    let output = output.try_clone().map_err(|error| error.to_string())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_upgrade-desk"));
    command.args(["read", "--json"]).arg(file).stdout(output).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| error.to_string())?;
    let id = i32::try_from(child.id()).map_err(|error| error.to_string())?;
    let mut status = 0;
    // The figure of `wait4` begins with what this process had when it forked, so
    // the peak is looked at meanwhile: it only grows.
    let mut peak = 0;
    loop {
        peak = peak_mib(child.id()).unwrap_or(peak);
        // SAFETY: both places are ours and live through the call; the child is waited
        // for here and nowhere else.
        let (waited, used) = unsafe {
            let mut used: libc::rusage = std::mem::zeroed();
            (libc::wait4(id, &mut status, libc::WNOHANG, &mut used), used)
        };
        match waited {
            0 => std::thread::sleep(Duration::from_millis(1)),
            waited if waited == id => return Ok((ExitStatus::from_raw(status), used, peak)),
            _ => return Err("could not be waited for".to_owned()),
        }
    }
}
