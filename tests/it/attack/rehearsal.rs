//! The set without servers: a desk in this process over two Maildirs, one for
//! each case, for mails that stand alone one for each mail.

use std::fs::{self, File};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use tempfile::TempDir;
use upgrade_desk::desk::mail::proof::Checks;
use upgrade_desk::desk::record::{Cause, Decided, What};
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::authenticate::Authenticator;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::story::script::{Answerable, Filling, Step as Moment, moment};
use upgrade_desk::shell::story::stage::Stage;

use super::case::{Case, Step};
use super::fill::{Filler, answerable};
use super::host::Host;
use super::letters;
use super::secret;
use super::seen::{Letters, Seen};

const MONDAY: Date = date(2026, 12, 7);

/// Whose word counts on the desks of a rehearsal.
pub struct Desks<'a> {
    pub keys: &'a Keys,
    pub rules: &'a Arc<Rules>,
}

/// Plays a case; everything that is wrong. A mail that stands alone gets a desk
/// on which nothing was left by the mails before it.
///
/// The cases say what comes of a mail when the mail host is believed. With our
/// own look others may be refused; that none is believed holds all the same, and
/// that honest ones with a real signature are.
pub async fn play(case: &Case, host: &Host, desks: &Desks<'_>) -> Vec<String> {
    let by_host = desks.rules.access.checks == Checks::Host;
    let begins_honestly = case.steps.first().is_some_and(Step::proves_itself);
    if !by_host && case.own_desk && !begins_honestly {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let mut theatre = Theatre::build(desks, host).await;
    for (number, step) in (1..).zip(&case.steps) {
        let seen = theatre.play(host, case, step, number).await;
        let expected = step.expected_in(&["rehearsal"]);
        let wrong = if by_host { seen.faults(step, &expected, Letters::Exact) } else { seen.dangers(step, &expected) };
        let told = wrong
            .into_iter()
            .map(|fault| format!("{} {number}, {:?} ({}): {fault}", case.name, desks.rules.access.checks, step.says));
        faults.extend(told);
        if !by_host && !faults.is_empty() {
            break;
        }
        if !case.own_desk && !seen.left_nothing() {
            theatre.end(case).await;
            theatre = Theatre::build(desks, host).await;
        }
    }
    theatre.end(case).await;
    faults
}

struct Theatre {
    stage: Stage,
    folder: TempDir,
    letters: Vec<Answerable>,
}

impl Theatre {
    async fn build(desks: &Desks<'_>, host: &Host) -> Theatre {
        let folder = tempfile::tempdir().unwrap();
        let Desks { keys, rules } = desks;
        let looks = rules.access.checks != Checks::Host;
        let authenticator = looks.then(|| Authenticator::new(&[host.names()], &rules.lookups).unwrap());
        let (rules, register) = (Arc::clone(rules), sample_register().unwrap());
        let stage = Stage::build_looking(folder.path(), MONDAY, keys, rules, register, authenticator).await.unwrap();
        Theatre { stage, folder, letters: Vec::new() }
    }

    async fn end(self, case: &Case) {
        self.stage.close().await;
        let left = letters::of_folder(&Stage::postman(self.folder.path()));
        letters::are_sound(&left);
        letters::say_none_of(&left, &case.unsaid);
        for place in [Stage::data(self.folder.path()), Stage::postman(self.folder.path())] {
            case.password.iter().for_each(|password| secret::is_nowhere(password, &place));
        }
    }

    async fn play(&mut self, host: &Host, case: &Case, step: &Step, number: usize) -> Seen {
        let at = format!("mon {:02}:{:02}", 9 + number / 60, number % 60);
        let now = moment(&at, MONDAY, self.stage.zone()).unwrap();
        let only_time = Moment::at(at);
        self.stage.play(&only_time, None).await.unwrap();
        let mail = host.delivered(step, &self.mail(case, step, number, now)).await;
        self.deliver(&mail, number, now);
        self.stage.work().await.unwrap();
        let mut about = Vec::new();
        for record in self.stage.news().unwrap().records {
            let What::Decided(decided) = record.what else { continue };
            self.letters.extend(answerable(&decided.letters));
            if matches!(decided.cause, Cause::Mail { .. }) {
                about.push(*decided);
            }
        }
        let [decided] = about.as_slice() else {
            panic!("{} {number}: one mail came, {} were decided about", case.name, about.len());
        };
        let decided: &Decided = decided;
        Seen::of_record(decided)
    }

    fn mail(&self, case: &Case, step: &Step, number: usize, now: Timestamp) -> Vec<u8> {
        let filling = Filling { monday: MONDAY, zone: self.stage.zone(), now, letters: &self.letters };
        let postman = Stage::postman(self.folder.path());
        let reply_to = |id: &str| letters::reply_to(&letters::of_folder(&postman), id);
        Filler { filling, case, step, number, reply_to: &reply_to }.mail()
    }

    fn deliver(&self, mail: &[u8], number: usize, at: Timestamp) {
        let path = Stage::mailbox(self.folder.path()).join("new").join(format!("{number}.mail"));
        fs::write(&path, mail).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second()).unwrap());
        File::open(&path).unwrap().set_modified(time).unwrap();
    }
}
