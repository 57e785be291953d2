//! Stories: mails and moments in, a transcript out, compared with `story.txt`
//! beside them. `UPDATE=1` writes the transcripts anew, to be read by a person.

mod coverage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::record::Record;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::token::reply_address;
use upgrade_desk::shell::config::Keys;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::store::Store;
use upgrade_desk::shell::story::script::Script;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;

use crate::evidence::assert_pages_are_proven;
use crate::support::letter;

pub fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories");
    let mut stories: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.sort();
    // One story while it is being written: `STORY=challenge cargo test …`.
    let one = std::env::var("STORY").ok();
    stories.retain(|story| one.as_ref().is_none_or(|one| story.ends_with(one)));
    stories
}

pub fn keys(folder: &Path) -> Keys {
    let staff = vec![new_pair(&folder.join("staff.key")).unwrap()];
    Keys { staff, evidence: new_pair(&folder.join("evidence.key")).unwrap() }
}

/// A story as it was played.
pub struct Played {
    pub transcript: String,
    /// What the desk kept.
    pub folder: tempfile::TempDir,
    pub records: Vec<Record>,
}

/// Plays a story in a folder of its own.
pub async fn play(story: &Path) -> Played {
    let folder = tempfile::tempdir().unwrap();
    let script: Script = toml::from_str(&fs::read_to_string(story.join("story.toml")).unwrap()).unwrap();
    let rules = Arc::new(script.rules(&rules::load(None).unwrap()).unwrap());
    let desk = folder.path().join("desk");
    let register = sample_register().unwrap();
    let keys = keys(folder.path());
    let mut stage = Stage::build(&desk, script.monday, &keys, Arc::clone(&rules), register).await.unwrap();
    stage.with_desk_timers(script.desk_timers);
    let mut transcript = format!("{}\n", script.title);
    let mut records = Vec::new();
    for step in &script.steps {
        let mail = step.mail.as_ref().map(|name| fs::read_to_string(story.join(name)).unwrap());
        let played = stage.play(step, mail.as_deref()).await;
        let told = played.unwrap_or_else(|error| panic!("{transcript}\n{}: {error}", step.says));
        transcript.push('\n');
        for line in told.lines(stage.zone()) {
            transcript.push_str(&line);
            transcript.push('\n');
        }
        records.extend(told.records);
    }
    for path in [Stage::mailbox(&desk).join("new"), Stage::mailbox(&desk).join("cur")] {
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "{} is not empty", path.display());
    }
    let before = stage.desk.store.read(|view| view.whole()).await.unwrap();
    let kept = stage.desk.store.read(|view| view.known_secrets()).await.unwrap();
    assert_eq!(sealed_files(&Stage::data(&desk)), kept, "a password outlives its ticket, or is lost (W-18)");
    stage.close().await;
    assert_stands_up_again(&Stage::data(&desk), &rules, &before).await;
    Played { transcript, folder, records }
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_are_told_as_before() {
    let mut different = Vec::new();
    let stories = stories();
    assert!(stories.len() >= 6 || std::env::var_os("STORY").is_some(), "only {} stories were found", stories.len());
    for story in stories {
        let Played { transcript, folder, .. } = play(&story).await;
        let expected = story.join("story.txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &transcript).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != transcript {
            let found = story.join("story.txt.failed");
            fs::write(&found, &transcript).unwrap();
            different.push(found);
        }
        let passwords = passwords(&story);
        assert_no_password(&passwords, &folder.path().join("desk"));
        assert_no_token(&folder.path().join("desk"));
        assert_letters_are_sound(&Stage::postman(&folder.path().join("desk")));
        let name = story.file_name().unwrap().to_string_lossy();
        assert_pages_are_proven(&name, &Stage::data(&folder.path().join("desk")));
    }
    assert_eq!(different, Vec::<PathBuf>::new(), "compare these with the story.txt beside them");
}

/// Issue line: the stories show every transition, letter, command and timer.
#[tokio::test(flavor = "multi_thread")]
async fn stories_show_the_whole_life() {
    let mut seen = coverage::Seen::default();
    for story in stories() {
        let name = story.file_name().unwrap().to_string_lossy().into_owned();
        seen.add(&name, &play(&story).await.records);
    }
    println!("the stories show {}", seen.summary());
    assert_eq!(seen.missing(), Vec::<String>::new(), "no story shows these");
}

/// Whatever the desk keeps (tickets, and beside them swaps, added holidays, duties
/// that were acknowledged, who wants news) is the same after a restart, and after
/// sled was thrown away and stands up from the journal.
async fn assert_stands_up_again(data: &Path, rules: &Arc<Rules>, before: &BTreeMap<String, String>) {
    for thrown_away in [false, true] {
        if thrown_away {
            fs::remove_dir_all(data.join("sled")).unwrap();
        }
        let (store, report) = Store::open(data, Arc::clone(rules), &mut |_| {}).unwrap();
        assert_eq!(report.rebuilt.is_some(), thrown_away, "{report:?}");
        let after = store.read(|view| view.whole()).await.unwrap();
        store.close().await;
        let rows: BTreeSet<_> = before.iter().collect();
        let different: Vec<_> = after.iter().filter(|row| !rows.contains(row)).take(5).collect();
        assert!(after.len() == before.len() && different.is_empty(), "thrown away: {thrown_away}: {different:#?}");
    }
}

/// The ids of all sealed passwords on the disk.
fn sealed_files(data: &Path) -> BTreeSet<String> {
    let paths = fs::read_dir(data.join("secrets")).unwrap().map(|entry| entry.unwrap().path());
    let sealed = paths.filter(|path| path.extension().is_some_and(|extension| extension == "age"));
    sealed.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// Every manager password that stands in a mail of the story.
fn passwords(story: &Path) -> BTreeSet<String> {
    let mut passwords = BTreeSet::new();
    for entry in fs::read_dir(story).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let mail = fs::read_to_string(&path).unwrap();
        let mut lines = mail.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(value) = line.trim_start_matches("> ").strip_prefix("Manager Password:") else { continue };
            let below = lines.peek().map_or("", |next| *next);
            let value = if value.trim().is_empty() { below } else { value };
            if !value.trim().is_empty() {
                passwords.insert(value.trim().to_owned());
            }
        }
    }
    passwords
}

/// The forms in which a value could hide.
fn disguises(password: &str) -> Vec<String> {
    let quoted: String = password
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("={byte:02X}") })
        .collect();
    let partly: String = password.replace('=', "=3D");
    let entities = password.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let json = serde_json::to_string(password).unwrap().trim_matches('"').to_owned();
    // Base64 of a part of a text depends on where it begins.
    let mut disguises = vec![password.to_owned(), quoted, partly, entities, json];
    for lead in 0..3 {
        let mut bytes = vec![b'x'; lead];
        bytes.extend_from_slice(password.as_bytes());
        let text = STANDARD.encode(&bytes);
        let inner: String = text.chars().skip(4).take(text.trim_end_matches('=').len().saturating_sub(8)).collect();
        if inner.len() >= 6 {
            disguises.push(inner);
        }
    }
    disguises
}

/// Issue line: no byte of journal, sled, packs, letters holds a password. The
/// mailbox itself still has the original mail; the sealed files are sealed.
pub fn assert_no_password(passwords: &BTreeSet<String>, desk: &Path) {
    let mut searched = 0;
    for folder in [Stage::data(desk), Stage::postman(desk)] {
        for path in files(&folder) {
            let bytes = fs::read(&path).unwrap();
            searched += 1;
            for password in passwords {
                for disguise in disguises(password) {
                    let found = bytes.windows(disguise.len()).any(|window| window == disguise.as_bytes());
                    assert!(!found, "{} holds a manager password", path.display());
                }
            }
        }
    }
    assert!(searched > 5, "only {searched} files were searched in {}", desk.display());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name().is_none_or(|name| name != "lock") {
            found.push(path);
        }
    }
    found
}

/// TC4: tokens stand in the headers of our letters and in the journal, never in
/// what is kept or told of a mail.
fn assert_no_token(desk: &Path) {
    let token_in = |text: &str| reply_address::blanked(text).is_some();
    for path in files(&Stage::data(desk)) {
        let is_text = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("texts"));
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!is_text || !token_in(&text), "{} holds a token", path.display());
    }
    for path in files(&Stage::postman(desk).join("new")) {
        let bytes = fs::read(&path).unwrap();
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(!token_in(&message.body_text(0).unwrap()), "{}: a token in a text", path.display());
        let subject = message.subject().unwrap();
        let reply_to = message.reply_to().and_then(|to| to.first()).and_then(|to| to.address.clone()).unwrap();
        assert_eq!(subject.contains("[UP-") || subject.contains("PR-"), token_in(&reply_to), "{}", path.display());
    }
}

/// Every letter is a plain mail with exactly the headers we allow.
fn assert_letters_are_sound(postman: &Path) {
    let known =
        ["dana@", "bob@", "jana@", "uwe@", "ivo@", "tess@", "luz@", "ramon@", "mia+upgrades@", "@vendor.example"];
    for path in files(&postman.join("new")) {
        let bytes = fs::read(&path).unwrap();
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(letter::fault(&bytes), Ok(()), "{}", path.display());
        assert!(message.subject().is_some_and(|subject| !subject.trim().is_empty()), "{}: no subject", path.display());
        let text = message.body_text(0).unwrap();
        assert!(!text.contains("{{") && !text.contains("{%"), "{}: a template shows", path.display());
        let to = message.to().and_then(|to| to.first()).and_then(|to| to.address.as_deref()).unwrap();
        let neutral = text.contains("authorised representative");
        assert!(neutral || known.iter().any(|part| to.contains(part)), "{}: a letter to {to}", path.display());
        let lower = text.to_lowercase();
        assert!(!lower.contains("will be back by"), "{}: promises a time", path.display());
    }
}

/// TD1: unknown, foreign and retired units get the same letter but for its reference.
#[tokio::test(flavor = "multi_thread")]
async fn denials_are_no_oracle() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/denials");
    let Played { folder, .. } = play(&story).await;
    let mut generic = BTreeSet::new();
    let mut count = 0;
    for path in files(&Stage::postman(&folder.path().join("desk")).join("new")) {
        let bytes = fs::read(&path).unwrap();
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let text = message.body_text(0).unwrap().into_owned();
        if text.contains("could not be validated for your company") {
            count += 1;
            let reference = text.split("UP-").nth(1).map(|rest| rest[..10].to_owned()).unwrap();
            let plain = text.replace(&format!("UP-{reference}"), "UP-…");
            generic.insert(plain.replace("Jana Vogt", "NAME").replace("Dana Ruiz", "NAME"));
        }
        // Never a stored value that the customer did not write himself.
        assert!(!text.contains("203.0.113.12"), "{}: a stored value", path.display());
    }
    assert_eq!(count, 3, "unknown, foreign, retired");
    assert_eq!(generic.len(), 1, "{generic:#?}");
}

/// A form field that is asked for is one that the rules know.
#[test]
fn the_sample_rules_ask_for_what_the_gates_need() {
    let rules = rules::load(None).unwrap();
    for key in [FieldKey::UnitSerial, FieldKey::UnitMac, FieldKey::UnitIp, FieldKey::ManagerPassword] {
        assert!(rules.form.rule(key).is_some_and(|rule| rule.required), "{}", key.key());
    }
}
