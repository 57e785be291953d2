//! A year at the desk: sealed originals and attachments go day by day when their
//! time is over, with a record; those of an open ticket stay; what is gone without
//! a record is damage (decisions 17).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Date, date};
use upgrade_desk::desk::office::{OfficeEvent, Segment};
use upgrade_desk::desk::record::{Record, What};
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::audit::{Audited, audit};
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::store::Store;
use upgrade_desk::shell::story::script::{Script, Step};
use upgrade_desk::shell::story::stage::Stage;

use crate::cli::attachments::report;
use crate::cli::place::{Place, copy, source};
use crate::stories;

/// Long ago: for the real clock, too, the time of what came then is over.
const MONDAY: Date = date(2024, 1, 8);
const STRANGER: &str = "From: eve@elsewhere.example\nTo: upgrade@vendor.example\nSubject: hello\n\nAre you there?\n";

fn rules() -> Arc<Rules> {
    let mut rules = Rules::clone(&rules::load(None).unwrap());
    // Nobody hands a duty over here, and nobody reads a digest.
    let desk = &mut rules.escalation.desk;
    (desk.handover, desk.digest, desk.gap_warning, desk.self_test) = (false, None, None, None);
    Arc::new(rules)
}

/// A desk and everything that it has recorded.
struct Year {
    stage: Stage,
    data: PathBuf,
    records: Vec<Record>,
    mails: usize,
}

impl Year {
    async fn begin(folder: &Path) -> Year {
        let desk = folder.join("desk");
        let register = sample_register().unwrap();
        let mut stage = Stage::build(&desk, MONDAY, &stories::keys(folder), rules(), register).await.unwrap();
        stage.with_desk_timers(true);
        Year { stage, data: Stage::data(&desk), records: Vec::new(), mails: 0 }
    }

    /// The first mails: a request that goes well, and its ticket closed.
    async fn of_a_request(folder: &Path) -> Year {
        let mut year = Year::begin(folder).await;
        let story = source("fixtures/stories/all-goes-well");
        let script: Script = toml::from_str(&fs::read_to_string(story.join("story.toml")).unwrap()).unwrap();
        for step in &script.steps {
            let mail = step.mail.as_ref().map(|name| fs::read_to_string(story.join(name)).unwrap());
            year.play(step, mail.as_deref()).await;
        }
        year
    }

    async fn play(&mut self, step: &Step, mail: Option<&str>) {
        self.records.extend(self.stage.play(step, mail).await.unwrap().records);
    }

    /// So many days after the first Monday, by the desk's clock.
    async fn until(&mut self, days: usize, clock: &str) {
        self.mail(days, clock, None).await;
    }

    async fn mail(&mut self, days: usize, clock: &str, mail: Option<&str>) {
        let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][days % 7];
        let mut step = Step::at(format!("{day}+{} {clock}", days / 7));
        self.mails += 1;
        step.mail = mail.map(|_| format!("later-{}", self.mails));
        self.play(&step, mail).await;
    }

    fn deleted(&self) -> Vec<Segment> {
        let decided = self.records.iter().filter_map(|record| match &record.what {
            What::Decided(decided) => Some(decided),
            _ => None,
        });
        let segments = decided.flat_map(|decided| &decided.office).filter_map(|event| match event {
            OfficeEvent::SegmentsDeleted { segments } => Some(segments.clone()),
            _ => None,
        });
        segments.flatten().collect()
    }

    fn packs(&self, kind: &str) -> Vec<String> {
        packs(&self.data, kind)
    }

    async fn whole(&self) -> BTreeMap<String, String> {
        self.stage.desk.store.read(|view| view.whole()).await.unwrap()
    }
}

fn packs(data: &Path, kind: &str) -> Vec<String> {
    let names = fs::read_dir(data.join("packs")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.starts_with(kind));
    names.sort();
    names
}

fn audited(data: &Path) -> Audited {
    audit(data, &[], &mut |_| {}).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_originals_goes_when_its_time_is_over_and_the_audit_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut year = Year::of_a_request(folder.path()).await;
    year.mail(100, "12:00", Some(STRANGER)).await;
    let days = year.packs("originals");
    assert_eq!(days.len(), 5, "{days:?}");
    assert_eq!(days[0], "originals-2024-01-08.pack");
    year.until(179, "23:00").await;
    assert_eq!((year.packs("originals"), year.deleted()), (days.clone(), vec![]));
    let before = audited(&year.data);
    assert_eq!((before.originals.expired, &before.damaged), (0, &vec![]));
    // The day after the 180th begins by the desk's clock, and it is not 03:00 yet.
    year.until(181, "02:00").await;
    assert_eq!(year.packs("originals"), days);
    let saved = fs::read(year.data.join("packs").join(&days[0])).unwrap();
    year.until(181, "12:00").await;
    assert_eq!(year.packs("originals"), days[1..]);
    let deleted = year.deleted();
    assert_eq!(deleted.len(), 1, "{deleted:?}");
    assert_eq!((deleted[0].segment.as_str(), deleted[0].pieces), (days[0].as_str(), 2), "{deleted:?}");
    assert_eq!(deleted[0].newest.strftime("%Y-%m-%d %H:%M").to_string(), "2024-01-08 17:20");
    let after = audited(&year.data);
    assert_eq!((after.originals.expired, &after.damaged), (2, &vec![]));
    assert_eq!(after.originals.whole + 2, before.originals.whole);
    // A mail of the hundredth day has its own time.
    year.until(279, "12:00").await;
    assert_eq!(year.packs("originals"), days[4..]);
    year.until(365, "12:00").await;
    assert_eq!(year.packs("originals"), Vec::<String>::new());
    let names: Vec<String> = year.deleted().into_iter().map(|segment| segment.segment).collect();
    assert_eq!(names, days, "each once");
    let end = audited(&year.data);
    assert_eq!((end.originals.whole, end.originals.expired), (0, before.originals.whole));
    assert_eq!((end.texts, end.letters, &end.damaged), (before.texts, before.letters, &vec![]));
    // A backup brings a day back; a rebuilt ticket store knows what is deleted, too.
    let rows = year.whole().await;
    let (stage, data) = (year.stage, year.data);
    stage.close().await;
    for thrown_away in [false, true] {
        fs::write(data.join("packs").join(&days[0]), &saved).unwrap();
        if thrown_away {
            fs::remove_dir_all(data.join("sled")).unwrap();
        }
        let (store, opened) = Store::open(&data, rules(), &mut |_| {}).unwrap();
        assert_eq!((opened.removed, opened.rebuilt.is_some()), (1, thrown_away));
        assert_eq!(store.read(|view| view.whole()).await.unwrap(), rows);
        store.close().await;
        assert_eq!(packs(&data, "originals"), Vec::<String>::new());
    }
    says_that_its_time_is_over(&data);
}

/// The commands of a desk with this data.
fn place(data: &Path) -> Place {
    let place = Place::new();
    copy(data, &place.path("data"));
    place
}

fn says_that_its_time_is_over(data: &Path) {
    let place = place(data);
    let ran = place.desk(&["ticket", "original", "UP-2024-00001", "--identity", "evidence.key", "--out", "out"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("originals-2024-01-08.pack was deleted on 2024-07-07"), "{}", ran.err);
    assert!(ran.err.contains("its time to be kept was over"), "{}", ran.err);
    assert!(!place.path("out").exists());
    let ran = place.desk(&["audit", "verify"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("0 whole, 9 expired"), "{}", ran.out);
}

/// With nobody's record of it, the same is damage.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_missing_without_a_record_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let year = Year::of_a_request(folder.path()).await;
    let (stage, data) = (year.stage, year.data);
    stage.close().await;
    fs::remove_file(data.join("packs/originals-2024-01-08.pack")).unwrap();
    let found = audited(&data);
    assert_eq!((found.originals.expired, found.damaged.len()), (0, 1), "{:?}", found.damaged);
    assert!(found.damaged[0].contains("originals-2024-01-08.pack is missing"), "{:?}", found.damaged);
    assert!(found.damaged[0].contains("2 texts, letters or mails were in it"), "{:?}", found.damaged);
    let place = place(&data);
    let ran = place.desk(&["audit", "verify"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("restore the file from a backup"), "{}", ran.out);
}

/// A report of a problem that nobody has closed keeps its day, with all that came then.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_an_open_ticket_stays_until_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut year = Year::begin(folder.path()).await;
    let mail = report("quiet", true, "one phone").replace(
        "All phones are down since this morning, unit SM-0417-22A. No calls are possible.",
        "One phone of unit SM-0417-22A has a wrong clock since the upgrade.",
    );
    year.mail(0, "09:00", Some(&mail)).await;
    year.mail(0, "10:00", Some(STRANGER)).await;
    year.mail(1, "09:00", Some(&STRANGER.replace("there?", "there now?"))).await;
    let sealed = (year.packs("originals"), year.packs("attachments"));
    assert_eq!((sealed.0.len(), sealed.1.len()), (2, 1), "{sealed:?}");
    year.until(190, "12:00").await;
    let kept = vec!["originals-2024-01-08.pack".to_owned()];
    assert_eq!((year.packs("originals"), year.packs("attachments")), (kept, sealed.1.clone()));
    let why = year.records.iter().filter_map(|record| match &record.what {
        What::Decided(decided) => Some(&decided.why),
        _ => None,
    });
    let said = "originals-2024-01-08.pack stays: PR-2024-00001 is open";
    assert!(why.flatten().any(|why| why.fact == said), "nothing says why");
    let close = fs::read_to_string(source("fixtures/stories/thanks-but/12-cause.eml")).unwrap();
    let header = close.split("#close").next().unwrap();
    year.mail(190, "13:00", Some(&format!("{header}#close it was the switch, agreed by phone\n"))).await;
    year.until(191, "12:00").await;
    let open = year.stage.desk.store.read(|view| view.tickets()).await.unwrap();
    assert!(open.iter().all(|ticket| ticket.status.is_final()), "{open:?}");
    // What came by the mail that closed it has its own time.
    assert_eq!(year.packs("originals"), ["originals-2024-07-16.pack"]);
    assert_eq!(year.packs("attachments"), Vec::<String>::new());
    let found = audited(&year.data);
    assert_eq!((found.damaged, found.attachments.whole, found.attachments.expired), (vec![], 0, 2));
}

/// The record is on disk and the process dies: the next start removes the files.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_record_and_the_files_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    let year = Year::of_a_request(folder.path()).await;
    let data = year.data;
    year.stage.close().await;
    let place = place(&data);
    let run = ["run", "--drain", "--config", "desk.toml"];
    let killed = place.run_in(&run, &[("UPGRADE_DESK_CRASH_AT", "segments_recorded:1")]);
    assert_eq!(killed.status.signal(), Some(6), "{killed:?}");
    let data = place.path("data");
    assert_eq!(packs(&data, "originals").len(), 4);
    let journals = || {
        let files = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| fs::read_to_string(path).unwrap()).collect::<String>()
    };
    assert_eq!(journals().matches("segments_deleted").count(), 1);
    assert_eq!(audited(&data).damaged, Vec::<String>::new());
    let ran = place.run(&run);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(packs(&data, "originals"), Vec::<String>::new());
    assert_eq!(journals().matches("segments_deleted").count(), 1, "said once");
    let found = audited(&data);
    assert_eq!((found.damaged, found.originals.whole, found.originals.expired), (vec![], 0, 8));
}
