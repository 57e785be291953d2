//! Reading and deciding alone, on one core: no network, no sealing, nothing
//! written; beside what the parser takes for the same mails.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mail_parser::MessageParser;
use upgrade_desk::desk::decide::decide;
use upgrade_desk::desk::input::{self, Input, Place};
use upgrade_desk::desk::known::Ask;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::shell::clock;
use upgrade_desk::shell::store::{Store, View};

use crate::measured::now;

/// Mails in memory at the same time.
const AT_ONCE: usize = 250;

pub struct OnOneCore {
    pub mails: usize,
    pub bytes: usize,
    pub parse_seconds: f64,
    pub read_seconds: f64,
    pub decide_seconds: f64,
}

/// Reads and decides every mail on the store's one thread, each on the store
/// as it was before.
pub fn measure(data: &Path, mails: &[PathBuf], rules: &Arc<Rules>) -> OnOneCore {
    let opened = Store::open(data, Arc::clone(rules), &mut |_| {});
    let (store, _report) = opened.unwrap_or_else(|error| panic!("the store: {error}"));
    let (mails, rules) = (mails.to_vec(), Arc::clone(rules));
    let measured = store.read_blocking(move |view| Ok(all(view, &mails, &rules)));
    measured.unwrap_or_else(|error| panic!("the store: {error}"))
}

fn all(view: &View<'_>, mails: &[PathBuf], rules: &Rules) -> OnOneCore {
    let mut sums =
        OnOneCore { mails: mails.len(), bytes: 0, parse_seconds: 0.0, read_seconds: 0.0, decide_seconds: 0.0 };
    for set in mails.chunks(AT_ONCE) {
        let raw: Vec<Vec<u8>> =
            set.iter().map(|path| fs::read(path).unwrap_or_else(|error| panic!("{error}"))).collect();
        sums.bytes += raw.iter().map(Vec::len).sum::<usize>();
        let begin = now();
        let parsed =
            raw.iter().filter(|raw| black_box(MessageParser::default().parse(raw.as_slice())).is_some()).count();
        sums.parse_seconds += begin.elapsed().as_secs_f64();
        assert_eq!(parsed, set.len(), "mails that the parser reads");
        let received = clock::now();
        for (number, raw) in raw.iter().enumerate() {
            let begin = now();
            let read = input::understand(raw, received, rules, &Prints::default());
            sums.read_seconds += begin.elapsed().as_secs_f64();
            let input = input_of(read, number, received);
            let begin = now();
            let known = view.look_up(&Ask::about(&input, rules), received);
            let known = known.unwrap_or_else(|error| panic!("the store: {error}"));
            black_box(decide(&input, &known, received, rules));
            sums.decide_seconds += begin.elapsed().as_secs_f64();
        }
    }
    sums
}

fn input_of(read: input::Understood, number: usize, received: jiff::Timestamp) -> Input {
    let secrets = read.secrets.iter().map(|_| "0123456789abcdef0123456789abcdef".to_owned()).collect();
    let place = Place { source: "bench".to_owned(), mailbox: String::new(), validity: 0, item: number.to_string() };
    read.into_input(place, received, secrets, String::new())
}
