//! Letters held and retried, kept mails released and dropped: with and without
//! a desk that runs, and as the journal has it.

use std::fs;

use serde_json::{Value, json};

use super::mail::{PASSWORD, asap};
use super::place::{FOLDERS, Place, Running, source, wait_for};

/// Two letters that nobody took.
fn waiting() -> Place {
    let place = Place::without_a_way_out();
    place.import_sample();
    place.drop_mail("1", &asap("one"));
    place.drain();
    let states: Vec<Value> = letters(&place).iter().map(|letter| letter["state"].clone()).collect();
    assert_eq!(states.len(), 2, "{states:?}");
    assert!(states.contains(&json!("deferred")) && !states.contains(&json!("sent")), "{states:?}");
    place
}

fn letters(place: &Place) -> Vec<Value> {
    place.desk_json(&["outbox", "list"]).as_array().unwrap().clone()
}

fn state(place: &Place, no: usize) -> Value {
    letters(place)[no - 1]["state"].clone()
}

fn sent(place: &Place) -> usize {
    fs::read_dir(place.path("postman/new")).map_or(0, Iterator::count)
}

#[test]
fn a_held_letter_stays_and_a_retried_one_leaves() {
    let place = waiting();
    let held = place.desk_json(&["outbox", "hold", "1"]);
    assert_eq!((&held["state"], &held["changed"], &held["running"]), (&json!("held"), &json!(true), &json!(false)));
    assert!(held["by_hand"]["by"].as_str().unwrap().starts_with("tester"), "{held}");
    assert_eq!(held["next_try"], json!(null));
    let again = place.desk_json(&["outbox", "hold", "1"]);
    assert_eq!((&again["changed"], &again["record"]), (&json!(false), &json!(null)));
    assert!(place.desk(&["outbox", "hold", "1"]).out.starts_with("letter 1 is held already, by tester"));
    assert_eq!(place.desk_json(&["status"])["outbox"]["held"], 1);

    // The journal alone says the same.
    let before = letters(&place);
    place.lose_the_ticket_store();
    assert_eq!(letters(&place), before);

    // Now there is a way out; only what is due and not held takes it.
    place.configure(FOLDERS);
    let retried = place.desk_json(&["outbox", "retry", "2"]);
    assert_eq!((&retried["state"], &retried["changed"]), (&json!("pending"), &json!(true)));
    assert_eq!(place.desk_json(&["outbox", "retry", "2"])["changed"], false);
    place.drain();
    place.drain();
    assert_eq!((state(&place, 1), state(&place, 2)), (json!("held"), json!("sent")));
    assert_eq!(sent(&place), 1, "the held letter left");

    for (words, expected) in [
        (&["outbox", "retry", "2"][..], "letter 2 was sent: the mail server took it, and it leaves only once"),
        (&["outbox", "hold", "2"], "letter 2 was sent: it cannot be held any more"),
        (&["outbox", "hold", "77"], "there is no letter 77; `outbox list` shows all"),
        (&["outbox", "retry", "77"], "there is no letter 77; `outbox list` shows all"),
    ] {
        let ran = place.desk(words);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{words:?}");
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
    let held = place.desk_json(&["outbox", "list", "--state", "held"]);
    assert_eq!((held.as_array().unwrap().len(), &held[0]["no"]), (1, &json!(1)));
    assert_eq!(place.desk(&["outbox", "list", "--state", "asleep"]).code, 2);

    let out = place.desk(&["outbox", "retry", "1"]).out;
    assert_eq!(out, "letter 1 is due now; it is tried when the desk runs\n");
    place.drain();
    assert_eq!((state(&place, 1), sent(&place)), (json!("sent"), 2));
}

#[test]
fn a_running_desk_holds_and_retries_through_its_socket() {
    let place = waiting();
    for no in ["1", "2"] {
        assert_eq!(place.desk_json(&["outbox", "hold", no])["changed"], true);
    }
    place.configure(FOLDERS);
    let running = Running::start(&place);
    let again = place.desk_json(&["outbox", "hold", "2"]);
    assert_eq!((&again["running"], &again["changed"]), (&json!(true), &json!(false)));
    let shown = place.desk(&["outbox", "retry", "2"]).out;
    assert_eq!(shown, "letter 2 is due now; the running desk tries it at once\n");
    wait_for("letter 2 to leave", || state(&place, 2) == "sent");
    assert_eq!((state(&place, 1), sent(&place)), (json!("held"), 1));
    assert_eq!(running.stop(), 0);
    let before = letters(&place);
    place.lose_the_ticket_store();
    let running = Running::start(&place);
    assert_eq!(letters(&place), before, "rebuilt from the journal it is another outbox");
    assert_eq!(place.desk_json(&["outbox", "retry", "1"])["changed"], true);
    wait_for("letter 1 to leave", || state(&place, 1) == "sent");
    assert_eq!(running.stop(), 0);
    assert_eq!(sent(&place), 2);
}

#[test]
fn the_list_of_letters_names_its_columns() {
    let place = waiting();
    let out = place.desk(&["outbox", "list"]).out;
    let heads: Vec<&str> =
        out.lines().next().unwrap().split("  ").map(str::trim).filter(|head| !head.is_empty()).collect();
    assert_eq!(heads, ["NO", "STATE", "LETTER", "TRIES", "NEXT TRY", "TO", "SUBJECT", "LAST ANSWER"]);
    let names = ["no", "state", "template", "to", "subject", "attempts", "next_try", "response", "by_hand"];
    for name in names {
        assert!(letters(&place)[0].get(name).is_some(), "{name} is missing");
    }
}

/// A stranger's request for a unit that nobody has: kept.
fn stranger(id: &str) -> String {
    asap(id)
        .replace("acme-tel.example", "elsewhere.example")
        .replace("SM-0417-22A", "SM-9999-99Z")
        .replace("Unit MAC Address: 00-00-5e-00-53-0a", "Unit MAC Address: 00-00-5e-00-53-f9")
}

/// A desk with a stranger's request in quarantine, as number 1.
fn keeping() -> Place {
    let place = Place::new();
    place.import_sample();
    place.drop_mail("1764064800.M1P2.host.example", &stranger("kept"));
    place.drain();
    let rows = place.desk_json(&["quarantine", "list"]);
    assert_eq!(
        (&rows[0]["no"], &rows[0]["reason"], &rows[0]["state"]),
        (&json!(1), &json!("unknown_sender"), &json!("open"))
    );
    assert_eq!(rows[0]["from"], "dana@elsewhere.example");
    assert_eq!((place.mails("new").len(), place.mails(".Quarantine/cur").len()), (0, 1));
    place
}

/// The ticket that a released request opened, and nothing more than that.
fn opened_unproven(place: &Place) {
    let tickets = place.desk_json(&["ticket", "list"]);
    assert_eq!(tickets.as_array().unwrap().len(), 1, "{tickets}");
    assert_eq!((&tickets[0]["state"], &tickets[0]["company"]), (&json!("REP_CHECK"), &json!(null)));
    let id = tickets[0]["id"].as_str().unwrap();
    let ticket = place.desk_json(&["ticket", "show", id]);
    assert_eq!((&ticket["consent"], &ticket["window"]), (&json!(null), &json!(null)), "nobody vouches for it");
    let unproven = ticket["unproven"].to_string();
    assert!(unproven.contains("quarantine 1 (unknown_sender) was released by tester"), "{unproven}");
    let strangers = place.desk_json(&["outbox", "list"]);
    let to_stranger = |letter: &&Value| letter["to"] == "dana@elsewhere.example" && letter["template"] != "M-02";
    let letters: Vec<&Value> = strangers.as_array().unwrap().iter().filter(to_stranger).collect();
    assert!(letters.iter().all(|letter| letter["ticket"] == json!(null)), "the stranger was told: {letters:?}");
}

#[test]
fn a_released_mail_is_decided_once_more_and_proves_nobody() {
    let place = keeping();
    let released = place.desk_json(&["quarantine", "release", "1", "--reason", "the customer called"]);
    assert_eq!((&released["state"], &released["changed"]), (&json!("released"), &json!(true)));
    assert_eq!((place.mails("new").len(), place.mails(".Quarantine/cur").len()), (1, 0));
    assert_eq!(place.desk_json(&["status"])["quarantine"], 0);
    assert_eq!(
        place.desk_json(&["quarantine", "list"])[0]["decided_again"],
        json!(null),
        "it still waits for the desk"
    );
    place.lose_the_ticket_store();
    place.drain();
    opened_unproven(&place);
    assert_eq!(place.desk_json(&["quarantine", "list"]), json!([]));
    let all = place.desk_json(&["quarantine", "list", "--all"]);
    assert!(all[0]["decided_again"].is_u64() && all[0]["hand_reason"] == "the customer called", "{all}");
    assert_eq!(place.mails(".Processed/cur").len(), 1);

    // Once: the same bytes, dropped in again, are a mail that was handled.
    let again = place.desk(&["quarantine", "release", "1"]);
    assert_eq!((again.code, again.out.as_str()), (1, ""));
    assert!(again.err.contains("was released before, and decided again in record"), "{}", again.err);
    place.drop_mail("1764064999.M1P2.host.example", &stranger("kept"));
    place.drain();
    assert_eq!(place.desk_json(&["ticket", "list"]).as_array().unwrap().len(), 1, "the pass was good for two");
    let before = place.desk_json(&["quarantine", "list", "--all"]);
    place.lose_the_ticket_store();
    assert_eq!(place.desk_json(&["quarantine", "list", "--all"]), before);
}

#[test]
fn a_running_desk_takes_up_what_is_released() {
    let place = keeping();
    let running = Running::start(&place);
    let out = place.desk(&["quarantine", "release", "1"]).out;
    assert!(out.contains("the running desk takes it up") && out.contains("REP_CHECK"), "{out}");
    wait_for("the ticket", || place.desk_json(&["ticket", "list"]) != json!([]));
    opened_unproven(&place);
    assert_eq!(running.stop(), 0);
    let shown = place.desk(&["quarantine", "show", "1"]);
    assert!(shown.out.contains("Decided again    in record"), "{}", shown.out);
    shown.never_says(PASSWORD);
}

#[test]
fn a_mail_that_is_gone_can_come_from_a_file() {
    let place = keeping();
    let kept = place.path("mailbox/.Quarantine/cur").join(&place.mails(".Quarantine/cur")[0]);
    // As a mail program saved it before the copy took its place: LF alone.
    let saved = stranger("kept").replace("\r\n", "\n");
    fs::write(place.path("saved.eml"), &saved).unwrap();
    fs::write(place.path("copy.eml"), fs::read(&kept).unwrap()).unwrap();
    fs::remove_file(kept).unwrap();
    let gone = place.desk(&["quarantine", "release", "1"]);
    assert_eq!((gone.code, gone.out.as_str()), (1, ""));
    assert!(
        gone.err.contains("found no such mail; with the mail in a file, say `--file ORIGINAL.eml`"),
        "{}",
        gone.err
    );
    assert_eq!(place.desk_json(&["quarantine", "list"])[0]["state"], "open", "nothing was promised");
    fs::write(place.path("other.eml"), saved.replace("Dana", "Eve")).unwrap();
    let other = place.desk(&["quarantine", "release", "1", "--file", "other.eml"]);
    assert_eq!((other.code, other.out.as_str()), (1, ""));
    assert!(other.err.contains("expected the mail that was kept under 1, with SHA-256"), "{}", other.err);
    let copy = place.desk(&["quarantine", "release", "1", "--file", "copy.eml"]);
    assert_eq!((copy.code, copy.out.as_str()), (1, ""), "anybody can change what a copy says");
    assert_eq!(place.desk_json(&["quarantine", "release", "1", "--file", "saved.eml"])["state"], "released");
    place.drain();
    opened_unproven(&place);
}

/// What has no author cannot be released into having one.
#[test]
fn a_released_mail_without_an_author_goes_to_people() {
    let place = Place::new();
    place.import_sample();
    let two =
        "From: a@acme-tel.example\nFrom: b@acme-tel.example\nSubject: x\nMessage-ID: <two@acme-tel.example>\n\nhello\n";
    place.drop_mail("1764064800.M1P2.host.example", two);
    place.drain();
    assert_eq!(place.desk_json(&["quarantine", "list"])[0]["from"], json!(null));
    assert_eq!(place.desk(&["quarantine", "release", "1"]).code, 0);
    place.drain();
    assert_eq!(place.desk_json(&["ticket", "list"]), json!([]));
    let letters = letters(&place);
    let last = letters.last().unwrap();
    assert!(last["subject"].to_string().contains("Released from quarantine") || last["template"] == "M-31", "{last}");
    assert_eq!(letters.len(), 1, "{letters:?}");
    let text = place.desk(&["outbox", "show", "1"]).out;
    assert!(text.contains("Released from quarantine by tester"), "{text}");
}

#[test]
fn a_dropped_mail_needs_a_reason_and_stays_where_it_is() {
    let place = keeping();
    let unsaid = place.desk(&["quarantine", "drop", "1"]);
    assert_eq!((unsaid.code, unsaid.out.as_str()), (2, ""));
    assert!(unsaid.err.contains("--reason TEXT"), "{}", unsaid.err);
    assert_eq!(place.desk(&["quarantine", "drop", "1", "--reason", "  "]).code, 2);
    let dropped = place.desk_json(&["quarantine", "drop", "1", "--reason", "spam,\nas before"]);
    assert_eq!((&dropped["state"], &dropped["hand_reason"]), (&json!("dropped"), &json!("spam, as before")));
    assert_eq!(place.desk(&["quarantine", "list"]).out, "nothing waits in quarantine\n");
    assert_eq!(place.desk_json(&["status"])["quarantine"], 0);
    assert_eq!(place.mails(".Quarantine/cur").len(), 1, "nothing is deleted");
    let shown = place.desk(&["quarantine", "show", "1"]).out;
    assert!(shown.lines().any(|line| line.split_whitespace().eq(["Because", "spam,", "as", "before"])), "{shown}");
    assert_eq!(place.desk_json(&["quarantine", "drop", "1", "--reason", "x"])["changed"], false);
    place.lose_the_ticket_store();
    assert_eq!(place.desk_json(&["quarantine", "list", "--all"])[0]["state"], "dropped");
    // Whoever thinks better of it can still release it.
    assert_eq!(place.desk_json(&["quarantine", "release", "1"])["state"], "released");
    let late = place.desk(&["quarantine", "drop", "1", "--reason", "x"]);
    assert_eq!((late.code, late.out.as_str()), (1, ""));
    assert!(late.err.contains("was released: it is no longer there to be dropped"), "{}", late.err);
}

/// What was never fetched has no bytes to be found by.
#[test]
fn a_mail_that_was_never_fetched_can_only_come_from_a_file() {
    let place = Place::with_own_rules();
    place.import_sample();
    place.change_rule("limits.toml", "message_bytes_max = 26214400", "message_bytes_max = 500");
    let mail = stranger("big");
    assert!(mail.len() > 500);
    place.drop_mail("1764064800.M1P2.host.example", &mail);
    place.drain();
    let row = place.desk_json(&["quarantine", "list"])[0].clone();
    assert_eq!((&row["reason"], &row["sha256"]), (&json!("too_big"), &json!(null)));
    let ran = place.desk(&["quarantine", "release", "1"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("was never fetched (too_big)") && ran.err.contains("--file"), "{}", ran.err);
    fs::write(place.path("big.eml"), &mail).unwrap();
    let ran = place.desk(&["quarantine", "release", "1", "--file", "big.eml"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("at most 500 bytes"), "{}", ran.err);
    place.change_rule("limits.toml", "message_bytes_max = 500", "message_bytes_max = 26214400");
    assert_eq!(place.desk(&["quarantine", "release", "1", "--file", "big.eml"]).code, 0);
    place.drain();
    assert_eq!(place.desk_json(&["ticket", "list"])[0]["state"], "REP_CHECK");
}

#[test]
fn release_needs_to_know_the_mailbox() {
    let place = keeping();
    let ran = place.run(&["quarantine", "release", "1", "--dir", "data"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("name the desk's configuration with --config"), "{}", ran.err);
    let ran = place.desk(&["quarantine", "release", "77"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("there is nothing in quarantine under 77"), "{}", ran.err);
}

/// A demo knows its mailbox without a configuration.
#[test]
fn a_mail_of_the_demo_can_be_released() {
    let place = Place::new();
    assert_eq!(place.run(&["demo", "--once", "--dir", "demo"]).code, 0);
    let list = place.run(&["quarantine", "list", "--dir", "demo", "--json"]).json();
    let no = list[0]["no"].to_string();
    let ran = place.run(&["quarantine", "release", &no, "--dir", "demo"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("lies in the mailbox again; it is taken up when the desk runs"), "{}", ran.out);
    assert_eq!(fs::read_dir(place.path("demo/mailbox/new")).unwrap().count(), 1);
}

/// Whatever breaks off between the journal and the mailbox can be done again.
#[test]
fn a_release_that_broke_off_is_done_again() {
    let place = keeping();
    fs::remove_dir(place.path("mailbox/new")).unwrap();
    fs::write(place.path("mailbox/new"), "in the way").unwrap();
    let broken = place.desk(&["quarantine", "release", "1"]);
    assert_eq!((broken.code, broken.out.as_str()), (1, ""));
    assert!(broken.err.contains("could not be put into the mailbox") && broken.err.contains("run this again"));
    assert_eq!(place.mails(".Quarantine/cur").len(), 1);
    let waits = place.desk_json(&["quarantine", "list"]);
    assert_eq!((&waits[0]["state"], &waits[0]["decided_again"]), (&json!("released"), &json!(null)));
    fs::remove_file(place.path("mailbox/new")).unwrap();
    fs::create_dir(place.path("mailbox/new")).unwrap();
    let again = place.desk_json(&["quarantine", "release", "1"]);
    assert_eq!((&again["state"], &again["changed"]), (&json!("released"), &json!(false)));
    place.drain();
    opened_unproven(&place);
}

/// A forged answer to our own letter, let out of quarantine, is a note to staff
/// and changes nothing of the ticket.
#[test]
fn a_released_answer_changes_no_ticket() {
    let place = Place::new();
    place.import_sample();
    place.drop_mail("1764064800.M1P2.host.example", &asap("asked"));
    place.drain();
    let first = &letters(&place)[0];
    let (id, letter) = (first["ticket"].as_str().unwrap(), first["message_id"].as_str().unwrap());
    let before = place.desk_json(&["ticket", "show", id]);
    let forged = format!(
        "Authentication-Results: mx.vendor.example; dmarc=fail header.from=acme-tel.example\n\
         From: Dana Ruiz <dana@acme-tel.example>\nSubject: Re: [{id}]\nMessage-ID: <forged@acme-tel.example>\n\
         In-Reply-To: <{letter}>\n\nUnit IP Address: 203.0.113.99\n"
    );
    place.drop_mail("1764064900.M1P2.host.example", &forged);
    place.drain();
    assert_eq!(place.desk_json(&["quarantine", "list"])[0]["reason"], "authentication_failed");
    assert_eq!(place.desk(&["quarantine", "release", "1"]).code, 0);
    place.drain();
    let after = place.desk_json(&["ticket", "show", id]);
    for same in ["state", "units", "consent", "window", "contacts"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let events = after["events"].as_array().unwrap();
    let last = events.last().unwrap();
    assert_eq!((&last["type"], &last["kind"]), (&json!("noted"), &json!("unproven")), "{last}");
    assert_eq!(events.len(), before["events"].as_array().unwrap().len() + 1);
    assert_eq!(letters(&place).last().unwrap()["template"], "M-31");
    assert_eq!(place.desk_json(&["ticket", "list"]).as_array().unwrap().len(), 1);
}

/// Proven by his mail host, on file by now, his own unit, all complete: by mail
/// it would be queued at once. Out of quarantine it waits for a person.
#[test]
fn a_released_mail_of_a_proven_representative_is_not_proven_either() {
    let place = Place::new();
    let sample = fs::read_to_string(source("fixtures/register/sample.csv")).unwrap();
    let others: Vec<&str> = sample
        .lines()
        .enumerate()
        .filter(|(no, line)| *no == 0 || line.contains("nordwind"))
        .map(|(_, line)| line)
        .collect();
    assert!(others.len() > 3, "{others:?}");
    fs::write(place.path("others.csv"), others.join("\n") + "\n").unwrap();
    assert_eq!(place.desk(&["register", "import", "others.csv", "--yes"]).code, 0);
    place.drop_mail("1764064800.M1P2.host.example", &asap("early"));
    place.drain();
    assert_eq!(place.desk_json(&["quarantine", "list"])[0]["reason"], "unknown_sender");
    place.import_sample();
    fs::write(place.path("mail.eml"), asap("other")).unwrap();
    let by_mail = place.desk_json(&["try", "mail.eml"]);
    assert_eq!((&by_mail["outcome"], &by_mail["state"]), (&json!("queued_asap"), &json!("QUEUED_ASAP")));
    assert_eq!(place.desk(&["quarantine", "release", "1"]).code, 0);
    place.drain();
    opened_unproven(&place);
    // TB9: the person on file is asked, and her answer needs the letter's token.
    let letters = place.desk_json(&["outbox", "list"]);
    let outside = letters.as_array().unwrap().iter().filter(|letter| letter["template"] != "M-31");
    let outside: Vec<(&Value, &Value)> = outside.map(|letter| (&letter["template"], &letter["to"])).collect();
    let to_dana = ["M-04-neutral", "M-15"].map(|name| json!(name));
    let dana = json!("dana@acme-tel.example");
    assert_eq!(outside, to_dana.each_ref().map(|template| (template, &dana)), "{letters}");

    // TD5: what was let out is the copy, so she is asked for the password once more.
    let asked = letters.as_array().unwrap().iter().find(|letter| letter["template"] == "M-15").unwrap();
    let (header, _) = asap("yes").split_once("\n\n").map(|(header, text)| (header.to_owned(), text.len())).unwrap();
    let id = asked["message_id"].as_str().unwrap();
    place.drop_mail("1764064900.M1P2.host.example", &format!("{header}\nIn-Reply-To: <{id}>\n\nYES\n"));
    place.drain();
    let ticket = &place.desk_json(&["ticket", "list"])[0];
    let text =
        place.desk(&["outbox", "show", &place.desk_json(&["outbox", "list"]).as_array().unwrap().len().to_string()]);
    assert_eq!(ticket["state"], "NEEDS_INFO", "{}", text.out);
    assert!(text.out.contains("Manager Password"), "{}", text.out);
    assert!(text.out.contains("found only the mark of a password"), "{}", text.out);
}
