//! Files of a proven person's report are sealed to staff, who open them with their
//! own keys and a record; those of anybody else are not (decisions 17).

use std::fs;

use serde_json::Value;

use crate::cli::mail::{PASSWORD, asap};
use crate::cli::original::files;
use crate::cli::place::Place;

const LOG: &str = "09:12:01 sip trunk 3 lost\r\n09:12:04 retry 1 of 5\r\n";
const PICTURE: [u8; 12] = [0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 1, 2, 0xff];

fn part(name: &str, kind: &str, bytes: &[u8]) -> String {
    use base64::Engine;
    let coded = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!(
        "--b\nContent-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\
         Content-Transfer-Encoding: base64\n\n{coded}\n"
    )
}

/// Dana's report with its files, vouched for by the mail host where it is `proven`.
pub fn report(id: &str, proven: bool, subject: &str) -> String {
    let request = asap(id).replace("Subject: Upgrade request SM-0417-22A", &format!("Subject: {subject}"));
    let request =
        request.replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=b");
    let header = request.split("\n\n").next().unwrap().to_owned();
    let header = if proven { header } else { header[header.find("Date: ").unwrap()..].to_owned() };
    let secret = format!("how we log in\r\nManager Password: {PASSWORD}\r\n");
    [
        header,
        "\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n".to_owned(),
        "All phones are down since this morning, unit SM-0417-22A. No calls are possible.\n".to_owned(),
        part("trace.log", "text/plain", LOG.as_bytes()),
        part("../../.ssh/screen.png", "image/png", &PICTURE),
        part("login.txt", "text/plain", secret.as_bytes()),
        "--b--\n".to_owned(),
    ]
    .concat()
}

/// A desk with a key of noa's and one report; the ticket's id.
fn reported(proven: bool) -> (Place, String) {
    let place = Place::with_own_rules();
    let made = place.run(&["key", "new", "staff", "--out", "noa.key"]);
    assert_eq!(made.code, 0, "{}", made.err);
    place.change_rule("access.toml", "id = \"noa\"", &format!("id = \"noa\"\nkey = \"{}\"", made.out.trim()));
    place.import_sample();
    place.drop_mail("1", &report("down", proven, "phones down"));
    place.drain();
    let list = place.desk_json(&["ticket", "list"]);
    let ids = list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    let ids: Vec<String> = ids.filter(|id| id.starts_with("PR-")).collect();
    assert_eq!(ids.len(), 1, "{list}");
    (place, ids[0].clone())
}

fn events(place: &Place, id: &str, kind: &str) -> Vec<Value> {
    let log = place.desk_json(&["ticket", "log", id]);
    let events = log["events"].as_array().unwrap().clone();
    events.into_iter().filter(|event| event["type"] == kind).collect()
}

/// The last notice to staff about the ticket.
fn notice(place: &Place) -> String {
    let letters = place.desk_json(&["outbox", "list"]);
    let mut notices = letters.as_array().unwrap().iter().filter(|row| row["template"] == "M-31");
    let no = notices.next_back().unwrap()["no"].to_string();
    place.desk(&["outbox", "show", &no]).out
}

#[test]
fn a_proven_persons_files_are_opened_by_staff_and_told() {
    let (place, id) = reported(true);
    let text = notice(&place);
    for line in [
        "trace.log (50 bytes)",
        "screen.png (12 bytes)",
        "login.txt",
        "not sealed to you: a password stands in it",
        &format!("upgrade-desk ticket attachments {id}"),
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains(PASSWORD) && !text.contains(".ssh"), "{text}");
    let sealed = events(&place, &id, "attachments_sealed");
    assert_eq!(sealed[0]["files"].as_array().unwrap().len(), 3, "{sealed:?}");
    // Nothing of them lies in the clear, and a backup has them.
    for entry in fs::read_dir(place.path("data/packs")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(9).any(|found| found == b"sip trunk"), "a file lies in the clear");
    }
    for (key, code) in [("evidence.key", 1), ("staff.key", 1), ("noa.key", 0)] {
        let open = ["ticket", "attachments", &id, "--identity", key, "--out", "out"];
        let ran = place.desk(&open);
        assert_eq!(ran.code, code, "{key}: {}", ran.err);
        assert_eq!(place.path("out").exists(), code == 0);
        ran.never_says(PASSWORD);
    }
    assert_eq!(files(&place.path("out")), ["01-trace.log", "02-screen.png"]);
    assert_eq!(fs::read_to_string(place.path("out/01-trace.log")).unwrap(), LOG);
    assert_eq!(fs::read(place.path("out/02-screen.png")).unwrap(), PICTURE);
    assert_eq!((place.mode("out"), place.mode("out/01-trace.log")), (0o700, 0o600));
    let opened = events(&place, &id, "attachments_opened");
    assert_eq!((opened.len(), &opened[0]["by"]), (1, &"noa".into()), "{opened:?}");
    let told = notice(&place);
    assert!(told.contains("noa (is of the staff; the ticket is not his) opened attachments"), "{told}");
    let page = place.desk(&["ticket", "evidence", &id]).out;
    assert!(page.contains("Sealed attachments were opened: by noa"), "{page}");
    assert!(page.contains("trace.log, sealed to staff, SHA-256") && page.contains("login.txt, in the sealed original"));
    let audited = place.desk_json(&["audit", "verify"]);
    assert_eq!(audited["attachments"]["whole"], 2);
    assert_eq!(place.desk(&["backup", "copy.tar"]).code, 0);
    fs::remove_dir_all(place.path("data")).unwrap();
    let ran = place.desk(&["restore", "copy.tar"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = place.desk(&["ticket", "attachments", &id, "--identity", "noa.key", "--out", "again"]);
    assert_eq!((ran.code, files(&place.path("again")).len()), (0, 2), "{}", ran.err);
}

#[test]
fn nobody_elses_files_are_sealed_to_staff_and_the_notice_says_so() {
    let (place, id) = reported(false);
    let text = notice(&place);
    assert!(text.contains("They lie in the sealed original, for the evidence key alone."), "{text}");
    assert!(text.contains("It is not proven that somebody of this company sent them."), "{text}");
    assert!(!text.contains("ticket attachments"), "{text}");
    assert_eq!(events(&place, &id, "attachments_sealed"), Vec::<Value>::new());
    let ran = place.desk(&["ticket", "attachments", &id, "--identity", "noa.key", "--out", "out"]);
    assert_eq!((ran.code, place.path("out").exists()), (1, false));
    assert!(ran.err.contains("no file is sealed to staff"), "{}", ran.err);
    let names: Vec<String> = files(&place.path("data/packs"));
    assert!(names.iter().all(|name| !name.starts_with("attachments-")), "{names:?}");
}
