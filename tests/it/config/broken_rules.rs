//! Broken rule folders, each refused with file, line and the way out.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use upgrade_desk::desk::denial::Denial;
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::rules::Precheck;
use upgrade_desk::shell::rules;

/// A copy of the project's rules.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn new() -> Copy {
        let copy = Copy { folder: tempfile::tempdir().unwrap() };
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let languages = fs::read_dir(from.join("letters"))
            .unwrap()
            .map(|entry| Path::new("letters").join(entry.unwrap().file_name()));
        for part in languages.chain([PathBuf::new()]) {
            fs::create_dir_all(copy.folder.path().join(&part)).unwrap();
            for entry in fs::read_dir(from.join(&part)).unwrap().map(Result::unwrap) {
                if entry.path().is_file() {
                    fs::copy(entry.path(), copy.folder.path().join(&part).join(entry.file_name())).unwrap();
                }
            }
        }
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces the first `from` in a file; it must be there.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{from:?} is not in {name}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.path(name)).unwrap();
        fs::write(self.path(name), format!("{before}{text}")).unwrap();
    }

    fn refused(&self) -> String {
        let told = rules::load(Some(self.folder.path())).map(|_| ()).unwrap_err().to_string();
        for line in told.lines() {
            let complete = line.contains(": expected ") && line.contains(", found ") && line.contains("; ");
            assert!(complete && !line.ends_with('.'), "not what, found and way out: {line}");
        }
        told.replace(&format!("{}/", self.folder.path().display()), "")
    }

    /// The line, from 1, on which `text` stands.
    fn line(&self, name: &str, text: &str) -> usize {
        let file = fs::read_to_string(self.path(name)).unwrap();
        1 + file.lines().position(|line| line.contains(text)).unwrap()
    }
}

#[test]
fn the_built_in_rules_are_those_of_the_folder() {
    let built_in = rules::load(None).unwrap();
    let folder = rules::load(Some(Copy::new().folder.path())).unwrap();
    assert_eq!(built_in.version, folder.version);
    assert_eq!(built_in.version.len(), 64);
    assert_eq!(built_in.access.staff_by_id("lea").map(|lea| lea.is_lead), Some(true));
    assert_eq!(built_in.access.staff_by_address("NOA@vendor.example").map(|noa| &noa.id[..]), Some("noa"));
    assert_eq!(built_in.desk.address, "upgrade@vendor.example");
    assert_eq!(built_in.desk.precheck, Precheck::ByAgent);
    assert!(built_in.form.rule(FieldKey::UnitMac).unwrap().labels.iter().any(|label| label == "Unit MAC Address"));
    assert!(built_in.classify.marks.robots.iter().any(|robot| robot == "mailer-daemon"));
}

#[test]
fn every_change_of_a_rule_is_another_version() {
    let copy = Copy::new();
    let version = || rules::load(Some(copy.folder.path())).unwrap().version.clone();
    let before = version();
    copy.append("hours.toml", "\n# a remark\n");
    let after = version();
    assert_ne!(before, after);
    copy.append("letters/en/M-01.txt", "\nMore.\n");
    assert_ne!(after, version());
}

#[test]
fn who_asks_about_a_unit_that_is_not_his_reads_the_same_words() {
    let rules = rules::load(None).unwrap();
    assert_eq!(rules.denials[&Denial::Unknown], rules.denials[&Denial::Owner]);
    assert_eq!(rules.denials[&Denial::Unknown], rules.denials[&Denial::EndOfSupport]);
}

/// File, what is replaced by what, where the fault must be found (the text of
/// its line; empty: the file as a whole), and what the refusal must say.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    ("access.toml", "lead = false", "leader = false", "leader = false", "write one of the expected names"),
    ("access.toml", "\"mx.vendor.example\"", "\"\"", "authserv_id = \"\"", "take the line out: then no address"),
    ("access.toml", "mail_host = \"postfix\"", "mail_host = \"exim\"", "mail_host = ", "expected one of `postfix`"),
    ("access.toml", "mail_host = \"postfix\"", "", "authserv_id", "`mail_host`: expected where the mail host"),
    (
        "access.toml",
        "mail_host = \"postfix\"",
        "mail_host = \"google\"",
        "mail_host = ",
        "\"mx.google.com\", as Google",
    ),
    ("access.toml", "mail_host = \"postfix\"", "mail_host = \"microsoft365\"", "mail_host = ", "365 writes none"),
    (
        "access.toml",
        "mail_host = \"postfix\"",
        "mail_host = \"custom\"",
        "mail_host = ",
        "expected a number from 0 to 9, found no such line",
    ),
    ("access.toml", "= 14", "= 14\nbelow_received = 1", "mail_host = ", "no such line without mail_host = \"custom\""),
    ("access.toml", "canary = \"off\"", "canary = \"on\"", "canary = ", "expected one of `required`, `warn`, `off`"),
    ("access.toml", "canary_days_max = 14", "canary_days_max = 0", "canary_days_max", "days from 1 to 366, found 0"),
    ("access.toml", "id = \"sam\"", "id = \"noa\"", "", "`id`: expected an id of one person, found \"noa\""),
    ("access.toml", "id = \"sam\"", "id = \"Sam O.\"", "id = \"Sam O.\"", "small letters, digits and dashes"),
    ("access.toml", "\"sam@vendor.example\"", "\"NOA@vendor.example\"", "\"NOA@", "an address of one person"),
    ("access.toml", "\"sam@vendor.example\"", "\"upgrade@vendor.example\"", "\"upgrade@", "answer itself"),
    ("access.toml", "\"agents@vendor.example\"", "\"upgrade@vendor.example\"", "\"upgrade@", "answer itself"),
    ("access.toml", "\"sam@vendor.example\"", "\"Sam <sam@vendor.example>\"", "<sam@", "one plain address"),
    (
        "access.toml",
        "checks = \"host\"",
        "checks = \"none\"",
        "checks = \"none\"",
        "expected one of `host`, `own`, `both`",
    ),
    (
        "desk.toml",
        "precheck = \"by_agent\"",
        "precheck = \"maybe\"",
        "precheck = ",
        "expected one of `by_agent`, `by_desk`, `off`",
    ),
    (
        "desk.toml",
        "unit_networks = []",
        "unit_networks = [\"0.0.0.0/0\"]",
        "0.0.0.0/0",
        "public addresses need no line",
    ),
    ("desk.toml", "unit_networks = []", "unit_networks = [\"127.0.0.0/8\"]", "127.0.0.0/8", "private networks"),
    ("desk.toml", "originals_days = 180", "originals_days = 18", "18", "expected days from 30 to 3650"),
    ("desk.toml", "attachments_days = 180", "attachments_days = 18000", "18000", "deleted for good"),
    ("desk.toml", "192.0.2.200", "192.0.2.300", "192.0.2.300", "expected IP addresses or nets"),
    ("desk.toml", "\"upgrade-desk.vendor.example\"", "\"our desk\"", "\"our desk\"", "never change it"),
    ("desk.toml", "\"+1 415 555 0100\"", "\" \"", "emergency_phone", "letters and records carry it"),
    ("hours.toml", "\"America/Los_Angeles\"", "\"America/Los_Angels\"", "zone = ", "an IANA zone or a fixed offset"),
    ("hours.toml", "\"08:30\"", "\"8.30\"", "open = ", "for instance \"08:30\""),
    ("hours.toml", "open = \"08:30\"", "open = \"17:30\"", "close = ", "expected a time after `open`"),
    ("hours.toml", "\"monday\"", "\"mondy\"", "days = ", "write monday, tuesday"),
    ("hours.toml", "\"2026-01-01\"", "\"2026-13-01\"", "2026-13-01", "write year-month-day"),
    ("hours.toml", "asap_last_start = \"16:00\"", "asap_last_start = \"18:00\"", "asap_last", "within the hours"),
    ("hours.toml", "window_minutes = 60", "window_minutes = 0", "window_minutes = 0", "minutes from 1 to 1440"),
    ("hours.toml", "agents = 2", "agents = 0", "agents = 0", "a number from 1 to 1000"),
    ("hours.toml", "buffer_minutes = 15", "buffer_minutes = 999", "buffer_minutes = 999", "minutes from 0 to 480"),
    ("hours.toml", "notice_hours_min = 24", "notice_hours_min = -1", "notice_hours_min", "correct the line"),
    ("zones.toml", "\"America/Denver\"", "\"America/Dever\"", "America/Dever", "an IANA zone or a fixed offset"),
    ("zones.toml", "\"pst\" = [\"America/Los_Angeles\", \"-08:00\"]", "\"pst\" = [\"8 h\"]", "\"pst\"", "\"-08:00\""),
    ("times.toml", "[words.january]", "[words.janvier]", "[words.janvier]", "a meaning such as january"),
    ("times.toml", "[\"february\", \"feb\"]", "[\"february\", \"jan\"]", "\"january\", \"jan\"", "keep it under one"),
    (
        "zones.toml",
        "\"hora de {}\", \"hora en {}\"",
        "\"hora de\"",
        "es = [\"hora de\"",
        "write {} where the place stands",
    ),
    ("times.toml", "[units.day]", "[units.month]", "[units.month]", "hour, day or week"),
    ("form.toml", "labels_min = 3", "labels_min = 0", "labels_min = 0", "3 is a good start"),
    ("form.toml", "{0,20}[0-9]", "{20,0}[0-9]", "serial_pattern = ", "expected a regular expression"),
    ("form.toml", "phone_country = \"1\"", "phone_country = \"+1\"", "phone_country", "without a plus sign"),
    ("form.toml", "key = \"unit_mac\"", "key = \"unit_mack\"", "unit_mack", "expected one of `admin_name`"),
    ("form.toml", "key = \"unit_mac\"", "key = \"unit_ip\"", "", "expected [[fields]] with key = \"unit_mac\""),
    ("form.toml", "\"mac addr\"", "\"IP address\"", "", "expected a label of one field only, found \"ip address\""),
    ("form.toml", "part = \"minute\"", "part = \"hour\"", "", "\"hour\", a second time"),
    ("form.toml", "\"admin name\"", "\"\"", "\"\", \"administrator name\"", "it would match every line"),
    ("limits.toml", "mime_depth_max = 20", "mime_depth = 20", "mime_depth = 20", "write one of the expected names"),
    ("limits.toml", "signatures_max = 5", "signatures_max = 0", "[lookups]", "which leaves every sender unknown"),
    ("limits.toml", "file_bytes_max = 5000000", "file_bytes_max = 0", "[reply]", "files_max = 0 to send none"),
    ("limits.toml", "files_bytes_max = 10000000", "files_bytes_max = 1", "[reply]", "room for one file at least"),
    ("limits.toml", "mime_parts_max = 500\n", "", "[mail]", "missing field `mime_parts_max`; add the line"),
    ("limits.toml", "mime_parts_max = 500", "mime_parts_max = 0", "[mail]", "which lets no mail through"),
    ("classify.toml", "\"mailer-daemon\"", "\"\"", "", "it would match every mail"),
    ("quotes.toml", "\"trimis de pe …\"", "\"…\"", "", "it would match every line"),
    ("quotes.toml", "\"sent from …\"", "\"\"", "", "take it out"),
    ("bounces.toml", "[reasons.\"5.1.1\"]", "[reasons.\"gone\"]", "[reasons.\"gone\"]", "write it as in \"5.1.1\""),
    ("bounces.toml", "\"undeliverable\"", "\"\"", "", "an empty one; take it out"),
    ("denials.toml", "D-MAC = ", "D-MACK = ", "D-MACK", "found a code that nothing uses"),
    ("denials.toml", "D-IP = \"", "D-IP = \"\" # \"", "D-IP", "write what the customer is told"),
];

#[test]
fn every_broken_rule_is_refused_with_its_line_and_the_way_out() {
    let mut wrong = Vec::new();
    for (file, from, to, place, says) in CASES {
        let copy = Copy::new();
        copy.edit(file, from, to);
        let told = if rules::load(Some(copy.folder.path())).is_ok() { "taken".to_owned() } else { copy.refused() };
        let head = if place.is_empty() { format!("{file}:") } else { format!("{file}:{}: ", copy.line(file, place)) };
        let found = told.lines().any(|line| line.starts_with(&head) && line.contains(says));
        if !found {
            wrong.push(format!("{from:?} -> {to:?}: expected {head} and {says} in\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn missing_and_unread_files_are_named() {
    let copy = Copy::new();
    fs::remove_file(copy.path("zones.toml")).unwrap();
    fs::rename(copy.path("letters/en/M-05.txt"), copy.path("letters/en/M-5.txt")).unwrap();
    fs::write(copy.path("letters/en/M-04.txt"), "Only a subject\n").unwrap();
    fs::write(copy.path("escalations.toml"), "").unwrap();
    fs::write(copy.path("form.toml~"), "an editor's copy is nobody's rule").unwrap();
    let told = copy.refused();
    for expected in [
        "zones.toml: expected a readable text file",
        "letters/en/M-05.txt: expected a readable text file",
        "letters/en/M-5.txt: expected only files that are read",
        "letters/en/M-04.txt:1: expected a subject and a text",
        "escalations.toml: expected only files that are read",
    ] {
        assert!(told.lines().any(|line| line.starts_with(expected)), "expected {expected} in\n{told}");
    }
    assert_eq!(told.lines().count(), 5, "{told}");
}

#[test]
fn a_denial_without_a_sentence_is_named() {
    let copy = Copy::new();
    let text = fs::read_to_string(copy.path("denials.toml")).unwrap();
    let without: String =
        text.lines().filter(|line| !line.starts_with("D-EOS")).map(|line| format!("{line}\n")).collect();
    fs::write(copy.path("denials.toml"), without).unwrap();
    assert!(copy.refused().contains("denials.toml: `D-EOS`: expected a sentence for every denial, found none; "));
}

#[test]
fn nobody_on_the_staff_is_refused() {
    let copy = Copy::new();
    fs::write(copy.path("access.toml"), "desk_address = \"agents@vendor.example\"\n").unwrap();
    assert!(copy.refused().contains("access.toml: `staff`: expected at least one person, found none; add a [[staff]]"));
}

#[test]
fn a_desk_without_a_voucher_proves_nobody() {
    let copy = Copy::new();
    copy.edit("access.toml", "authserv_id = ", "# authserv_id = ");
    assert_eq!(rules::load(Some(copy.folder.path())).unwrap().access.authserv_id, None);
}

fn rule_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { rule_files(&path) } else { 1 }).sum()
}

#[test]
fn a_folder_that_is_not_there_names_every_file() {
    let copy = Copy::new();
    let told = rules::load(Some(&copy.path("none"))).map(|_| ()).unwrap_err().to_string();
    assert_eq!(told.lines().count(), rule_files(Path::new("rules")), "{told}");
    assert!(told.lines().all(|line| line.contains("/none/") && line.contains("copy it from the rules/")), "{told}");
}

/// 2.8: an alarm must not find out at night what is wrong with a rota.
const BROKEN_ROTAS: &[(&str, &str, &str)] = &[
    (
        "[[swap]]\nrota = \"on-cal\"\nwho = \"lea\"\nfrom = \"2026-12-24 09:00\"\nuntil = \"2026-12-27 09:00\"\n",
        "rota = \"on-cal\"",
        "expected a rota, found \"on-cal\"; write the name of a [[rota]]",
    ),
    (
        "[[swap]]\nrota = \"on-call\"\nwho = \"kim\"\nfrom = \"2026-12-24 09:00\"\nuntil = \"2026-12-27 09:00\"\n",
        "who = \"kim\"",
        "expected an id of staff (access.toml), found \"kim\"",
    ),
    (
        "[[absence]]\nwho = \"kim\"\nfrom = \"2026-12-24 09:00\"\nuntil = \"2026-12-27 09:00\"\n",
        "who = \"kim\"",
        "expected an id of staff (access.toml), found \"kim\"",
    ),
    (
        "[[absence]]\nwho = \"sam\"\nfrom = \"2026-12-24\"\nuntil = \"2026-12-27 09:00\"\n",
        "from = \"2026-12-24\"",
        "expected a day and a time, found \"2026-12-24\"; write for instance \"2026-12-24 09:00\"",
    ),
    (
        "[[absence]]\nwho = \"sam\"\nfrom = \"2026-12-27 09:00\"\nuntil = \"2026-12-24 09:01\"\n",
        "until = \"2026-12-24 09:01\"",
        "expected a time after from, found \"2026-12-24 09:01\"; write the later time as until",
    ),
    (
        "[[swap]]\nrota = \"on-call\"\nwho = \"lea\"\nfrom = \"2026-12-24 09:00\"\nuntil = \"2026-12-27 09:00\"\n\
         [[swap]]\nrota = \"on-call\"\nwho = \"sam\"\nfrom = \"2026-12-26 09:00\"\nuntil = \"2026-12-28 09:00\"\n",
        "from = \"2026-12-26 09:00\"",
        "expected a time of its own, found \"2026-12-26 09:00\", within another swap of this rota",
    ),
];

#[test]
fn a_rota_with_faults_is_refused() {
    for (added, where_, told) in BROKEN_ROTAS {
        let copy = Copy::new();
        copy.append("escalation.toml", &format!("\n{added}"));
        let refused = copy.refused();
        let line = copy.line("escalation.toml", where_);
        let expected = format!("escalation.toml:{line}");
        assert!(refused.contains(&expected) && refused.contains(told), "{expected}, {told}: {refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
}
