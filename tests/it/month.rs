//! A month of desk life in simulated time: 200 customers, six agents, mail that
//! comes late, doubled, reordered or back, a desk that is down now and then.
//! What must hold whatever happens is checked in `check.rs`, from the journal and
//! from the bytes of the letters, by other means than the desk's own.
//!
//! `MONTH_SEED=17` plays another month; `MONTHS=1000` as many, one after another
//! (`make soak`).

mod agents;
mod check;
mod customers;
mod desk;
mod play;
mod timers;
mod world;
mod write;

use jiff::SignedDuration;
use upgrade_desk::desk::record::{Cause, OutcomeWord, What};
use upgrade_desk::desk::ticket::Event;

use play::{History, Played, Size};
use world::World;

const MONTH: Size = Size { customers: 200, days: 30, requests: 170 };

fn faults(history: &History, world: &World) -> Vec<String> {
    let mut faults = check::faults(history, world);
    faults.extend(timers::faults(history, world));
    faults
}

async fn played(seed: u64, size: Size) -> Played {
    let mut played = play::month(seed, size).await;
    played.faults.extend(faults(&played.history, &played.world));
    played
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_of_desk_life() {
    let (first, months) = (number("MONTH_SEED", 20_261_127), number("MONTHS", 1));
    // A fault in one month does not keep the next from being played.
    let mut faults = Vec::new();
    for seed in first..first + months {
        let played = played(seed, MONTH).await;
        println!("month of seed {seed}: {}", played.summary());
        let mut of_month = played.faults;
        if played.mails < 2_000 {
            of_month.push(format!("only {} mails came", played.mails));
        }
        of_month.iter().for_each(|fault| println!("    {fault}"));
        faults.extend(of_month.iter().map(|fault| format!("MONTH_SEED={seed} plays it again: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults in {months} months:\n{}", faults.len(), faults.join("\n"));
}

/// What the checks say of a history that was made wrong in one way.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_history_is_found_wrong() {
    let Played { world, history, faults: none, .. } = played(7, Size { customers: 12, days: 12, requests: 40 }).await;
    assert_eq!(none, Vec::<String>::new());
    let wrong = |name: &str, change: &dyn Fn(&mut History)| {
        let mut history = history.clone();
        change(&mut history);
        let found = faults(&history, &world);
        assert!(found.iter().any(|fault| fault.contains(name)), "\"{name}\" was not found, but {found:?}");
    };
    wrong("no consent is in force", &|history| without(history, |event| matches!(event, Event::Consented { .. })));
    wrong("happened in", &|history| without(history, |event| matches!(event, Event::Applied { .. })));
    wrong("its events say", &|history| without(history, |event| matches!(event, Event::Finished { .. })));
    wrong("without feedback", &|history| history.letters.retain(|letter| !letter.row.template.starts_with("M-1")));
    wrong("to a stranger", &|history| {
        history.letters.iter_mut().for_each(|letter| "mallory@attacker.example".clone_into(&mut letter.row.to));
    });
    wrong("the ticket is of", &|history| {
        let other = world.customers[3].people[0].address.clone();
        let his = |letter: &desk::Arrived| world.is_staff(&letter.row.to);
        history.letters.iter_mut().filter(|letter| !his(letter)).for_each(|letter| letter.row.to.clone_from(&other));
    });
    wrong("holds an internal note", &|history| {
        let other = world.customers[3].people[0].address.clone();
        history.letters.iter_mut().for_each(|letter| letter.row.to.clone_from(&other));
        let note = format!("Subject: x\r\n\r\n{}-1\r\n", play::INTERNAL).into_bytes();
        history.letters.iter_mut().for_each(|letter| letter.bytes = note.clone().into());
    });
    wrong("fired twice", &|history| {
        let timer = history.records.iter().find(|record| is_timer(&record.what)).cloned().unwrap();
        history.records.push(timer);
    });
    wrong("fired early", &|history| {
        for record in history.records.iter_mut().filter(|record| is_timer(&record.what)) {
            record.at = record.at.checked_sub(SignedDuration::from_hours(1)).unwrap();
        }
    });
    wrong("never fired", &|history| history.records.retain(|record| !is_timer(&record.what)));
}

fn is_timer(what: &What) -> bool {
    matches!(what, What::Decided(decided)
        if matches!(decided.cause, Cause::Timer { .. }) && decided.outcome == OutcomeWord::Timer)
}

fn without(history: &mut History, is_gone: impl Fn(&Event) -> bool) {
    for record in &mut history.records {
        if let What::Decided(decided) = &mut record.what {
            decided.changes.iter_mut().for_each(|change| change.events.retain(|event| !is_gone(event)));
        }
    }
}
