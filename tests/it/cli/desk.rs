//! Tickets, letters and kept mails of a desk that has worked and ended.

use std::fs;

use serde_json::{Value, json};

use super::mail::{PASSWORD, asap, form};
use super::place::Place;

/// A desk that got one request, a forged one and a stranger's, and ended.
fn worked() -> Place {
    let place = Place::new();
    place.import_sample();
    place.drop_mail("1", &asap("one"));
    let forged = asap("two").replace("SM-0417-22A", "SM-0418-22A").replace("dkim=pass", "dkim=none");
    place.drop_mail("2", &forged.replace("dmarc=pass", "dmarc=none"));
    let stranger = "Authentication-Results: mx.vendor.example; dkim=pass header.d=elsewhere.example\n\
                    From: Nils <nils@elsewhere.example>\nSubject: \u{202e}hello\nMessage-ID: <s@elsewhere.example>\n\n\
                    Unit MAC Address: 00-00-5e-00-53-0a\nManager Password: tulip#7 Lake\n";
    place.drop_mail("3", stranger);
    place.drain();
    place
}

/// The first ticket of Dana Ruiz, whatever its state is today.
fn first(place: &Place) -> String {
    let list = place.desk_json(&["ticket", "list", "--company", "acme"]);
    list[0]["id"].as_str().unwrap_or_else(|| panic!("no ticket of acme in {list}")).to_owned()
}

#[test]
fn tickets_have_every_field_of_the_contract() {
    let place = worked();
    let id = first(&place);
    let ticket = place.desk_json(&["ticket", "show", &id]);
    let names = [
        "id",
        "kind",
        "state",
        "outcome",
        "severity",
        "company",
        "units",
        "contacts",
        "agent",
        "window",
        "consent",
        "problem_of",
        "opened_at",
        "updated_at",
        "deadlines",
        "letters",
        "events",
    ];
    for name in names {
        assert!(ticket.get(name).is_some(), "{name} is missing");
    }
    assert_eq!((&ticket["id"], &ticket["kind"]), (&json!(id), &json!("upgrade")));
    assert_eq!(ticket["units"][0]["fields"]["unit_mac"]["value"], "00:00:5E:00:53:0A");
    let opened: jiff::Timestamp = ticket["opened_at"].as_str().unwrap().parse().unwrap();
    assert!(ticket["opened_at"].as_str().unwrap().ends_with('Z'), "{opened} is not said in UTC");
    let letters = ticket["letters"].as_array().unwrap();
    assert!(!letters.is_empty());
    for letter in letters {
        for name in ["no", "template", "to", "subject", "state", "message_id", "sent_at"] {
            assert!(letter.get(name).is_some(), "a letter's {name} is missing");
        }
        assert_eq!(letter["state"], "sent");
    }
    let log = place.desk_json(&["ticket", "log", &id]);
    assert_eq!(log["events"], ticket["events"]);
    assert_eq!(log["events"][0]["type"], "opened");
    let why = place.desk_json(&["ticket", "why", &id]);
    for name in ["at", "record", "outcome", "rule", "fact", "cause", "actor"] {
        assert!(why["why"][0].get(name).is_some(), "a reason's {name} is missing");
    }
    let checks: Vec<&str> = why["checks"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(checks, ["Person", "Data", "Unit", "Consent", "Password", "Ports", "Agent"]);
    assert_eq!(why["lacking"], json!([]), "an ASAP request waits for its turn, and nothing stands in its way");
}

#[test]
fn lists_are_filtered_and_ids_forgiven() {
    let place = worked();
    let all = place.desk_json(&["ticket", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    assert_eq!(place.desk_json(&["ticket", "list", "--state", "rep-check"])[0]["state"], "REP_CHECK");
    assert_eq!(place.desk_json(&["ticket", "list", "--state", "CLOSED"]), json!([]));
    assert_eq!(place.desk(&["ticket", "list", "--state", "CLOSED"]).out, "no tickets\n");
    assert_eq!(place.desk_json(&["ticket", "list", "--open"]), all);
    let id = first(&place);
    assert_eq!(place.desk_json(&["ticket", "show", &id.to_lowercase()])["id"], json!(id));
    let number = id.rsplit('-').next().unwrap().trim_start_matches('0');
    for (wrong, hint) in [
        (number.to_owned(), format!("did you mean {id}?")),
        (id.replace("-0", "-"), format!("did you mean {id}?")),
        (id.replace("UP-", "PU-"), format!("did you mean {id}?")),
        ("UP-1999-77777".to_owned(), "`ticket list` shows all 2".to_owned()),
    ] {
        for what in ["show", "why", "log"] {
            let ran = place.desk(&["ticket", what, &wrong, "--json"]);
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{wrong}: {}", ran.err);
            assert!(ran.err.contains(&format!("there is no ticket {wrong}")) && ran.err.contains(&hint), "{}", ran.err);
        }
    }
}

#[test]
fn people_get_plain_words_and_local_times() {
    let place = worked();
    let id = first(&place);
    let shown = place.desk(&["ticket", "show", &id]).out;
    let facts: Vec<String> =
        shown.lines().map(|line| line.split_whitespace().collect::<Vec<&str>>().join(" ")).collect();
    for fact in ["State QUEUED_ASAP", "Company acme", "Unit SM-0417-22A", "Asked by Dana Ruiz <dana@acme-tel.example>"]
    {
        assert!(facts.iter().any(|found| found == fact), "{fact}\n{shown}");
    }
    assert!(shown.contains("-C1: dana@acme-tel.example by request, "), "{shown}");
    assert!(!shown.contains("null") && !shown.contains('{') && !shown.contains("T18:30:00Z"), "{shown}");
    let log = place.desk(&["ticket", "log", &id]).out;
    assert!(log.contains("Dana Ruiz <dana@acme-tel.example> asked"), "{log}");
    assert!(log.lines().skip(1).all(|line| line.contains(" PST ") || line.contains(" PDT ")), "{log}");
    let why = place.desk(&["ticket", "why", &id]).out;
    assert!(why.contains("serial, MAC and IP agree with the register, row 1 (T3b)"), "{why}");
    let status = place.desk(&["status"]).out;
    for line in ["Desk         not running", "Quarantine   1 mails wait for somebody", "Tickets      2 open, 2 in all"]
    {
        assert!(status.lines().any(|found| found == line), "{line}\n{status}");
    }
}

#[test]
fn letters_and_kept_mails_can_be_read() {
    let place = worked();
    let letters = place.desk_json(&["outbox", "list"]);
    // Mails of the same second are read in any order.
    let to_dana = |letter: &&Value| letter["to"] == "dana@acme-tel.example";
    let no = letters.as_array().unwrap().iter().find(to_dana).unwrap()["no"].to_string();
    let letter = place.desk_json(&["outbox", "show", &no]);
    let bytes = letter["bytes"].as_str().unwrap();
    assert!(bytes.starts_with("Date: ") && bytes.contains("\r\n\r\nDear Dana Ruiz,"), "{bytes}");
    assert!(letter["text"].as_str().unwrap().starts_with("Dear Dana Ruiz,"), "{letter}");
    let shown = place.desk(&["outbox", "show", &no]).out;
    assert!(shown.contains("\nText\nDear Dana Ruiz,\n"), "{shown}");
    let rows = place.desk_json(&["quarantine", "list"]);
    assert_eq!((&rows[0]["no"], &rows[0]["reason"]), (&json!(1), &json!("unknown_sender")));
    let kept = place.desk_json(&["quarantine", "show", "1"]);
    assert_eq!(kept["mail"]["from"], "nils@elsewhere.example");
    let shown = place.desk(&["quarantine", "show", "1"]);
    assert!(shown.out.contains("Says it is from  nils@elsewhere.example\n"), "{}", shown.out);
    assert!(!shown.out.contains('\u{202e}'), "{:?}", shown.out);
    for words in [&["outbox", "show", "99"][..], &["quarantine", "show", "99"]] {
        let ran = place.desk(words);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{words:?}");
        assert!(ran.err.contains("99") && ran.err.contains("` shows all"), "{}", ran.err);
    }
}

#[test]
fn no_command_says_the_password() {
    let place = worked();
    let id = first(&place);
    for words in [
        &["ticket", "list"][..],
        &["ticket", "show", &id],
        &["ticket", "why", &id],
        &["ticket", "log", &id],
        &["outbox", "list"],
        &["outbox", "show", "1"],
        &["outbox", "show", "2"],
        &["quarantine", "show", "1"],
        &["status"],
        &["check"],
        &["try", "mail.eml"],
    ] {
        fs::write(place.path("mail.eml"), form("again")).unwrap();
        place.desk(words).never_says(PASSWORD);
        place.desk(&[words, &["--json"]].concat()).never_says(PASSWORD);
    }
    // Whose key may open it, and when: `reveal.rs`.
    let other = place.desk(&["reveal", &id, "--identity", "evidence.key"]);
    assert_eq!((other.code, other.out.as_str()), (1, ""));
    other.never_says(PASSWORD);
}

/// The data folder of a desk with the built-in rules needs no configuration.
#[test]
fn a_data_folder_can_be_named_itself() {
    let place = worked();
    let by_config = place.desk_json(&["ticket", "list"]);
    let ran = place.run(&["ticket", "list", "--dir", "data", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json(), by_config);
}

#[test]
fn a_demo_folder_can_be_looked_at() {
    let place = Place::new();
    let demo = place.run(&["demo", "--once", "--dir", "demo"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let list = place.run(&["ticket", "list", "--dir", "demo", "--json"]).json();
    assert!(list.as_array().unwrap().len() >= 4, "{list}");
    let heads = place.run(&["ticket", "list", "--dir", "demo"]).out;
    let heads: Vec<&str> = heads.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(heads, ["TICKET", "STATE", "COMPANY", "UNIT", "AGENT", "WINDOW", "UPDATED"]);
    for ticket in list.as_array().unwrap() {
        let id = ticket["id"].as_str().unwrap();
        let log = place.run(&["ticket", "log", id, "--dir", "demo"]);
        assert!(!log.out.contains('{') && !log.out.contains("null"), "a fact is no sentence: {}", log.out);
        assert_eq!(place.run(&["ticket", "why", id, "--dir", "demo"]).code, 0);
    }
    let closed: Vec<&Value> = list.as_array().unwrap().iter().filter(|ticket| ticket["state"] == "CLOSED").collect();
    let ends: Vec<(&Value, &Value)> = closed.iter().map(|ticket| (&ticket["kind"], &ticket["outcome"])).collect();
    assert_eq!(ends, [(&json!("problem"), &json!(null)), (&json!("upgrade"), &json!("SUCCESS_WITH_ISSUES"))]);
}
