//! `register`: an import is shown, agreed to, and one record.

use std::fs;

use serde_json::json;

use super::place::{Place, source};

const HEAD: &str = "kind,id,company,name,aliases,zone,address,phones,roles,valid_until,serial,mac,ips,version,\
                    customisations,retired\n";
const ACME: &str = "company,acme,,\"Acme Telephone, Inc.\",,America/Chicago,,,,,,,,,,\n";
const DANA: &str = "representative,,acme,Dana Ruiz,,,dana@acme-tel.example,+1 312 555 0101,consent,,,,,,,\n";
const UNIT: &str = "unit,,acme,,,,,,,,SM-0417-22A,00:00:5E:00:53:0A,203.0.113.10,7.2.1,,\n";

fn write(place: &Place, name: &str, rows: &[&str]) {
    fs::write(place.path(name), format!("{HEAD}{}", rows.concat())).unwrap();
}

#[test]
fn an_import_asks_and_without_a_yes_nothing_happens() {
    let place = Place::new();
    write(&place, "small.csv", &[ACME, DANA, UNIT]);
    for words in [&["register", "import", "small.csv"][..], &["register", "import", "small.csv", "--json"]] {
        let ran = place.desk(words);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("run it again with --yes"), "{}", ran.err);
        let shown = if words.contains(&"--json") { &ran.err } else { &ran.out };
        assert!(shown.contains("+ unit SM-0417-22A\n3 new, 0 changed, 0 retired, 0 unchanged\n"), "{shown}");
        assert!(!place.path("data").exists(), "nobody said yes, and there is a store");
    }
    let ran = place.desk(&["register", "import", "small.csv", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.ends_with("3 new, 0 changed, 0 retired, 0 unchanged\nimported\n"), "{}", ran.out);
    let again = place.desk(&["register", "import", "small.csv"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains("nothing changes"), "{}", again.out);
    assert_eq!(place.desk_json(&["status"])["journal"]["records"], 1, "nothing changed, and a record was written");
}

#[test]
fn an_import_is_the_whole_register_and_a_merge_is_not() {
    let place = Place::new();
    place.import_sample();
    write(&place, "small.csv", &[ACME, DANA, UNIT]);
    let merged = place.desk_json(&["register", "import", "small.csv", "--merge", "--yes"]);
    assert_eq!(merged["difference"]["retired"], json!([]));
    let whole = place.desk_json(&["register", "import", "small.csv", "--yes"]);
    let retired = whole["difference"]["retired"].as_array().unwrap();
    assert!(retired.contains(&json!("unit SM-0701-31D")), "{retired:?}");
    let register = place.desk_json(&["register", "list"]);
    let unit = register["units"].as_array().unwrap().iter().find(|unit| unit["serial"] == "SM-0701-31D").unwrap();
    assert_eq!((&unit["retired"], &unit["row"]), (&json!(true), &json!(2)));
    let journal = fs::read_dir(place.path("data/journal")).unwrap().map(|file| file.unwrap().path());
    let lines: String = journal.map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(lines.lines().last().unwrap().contains("\"by\":\"tester"), "the journal names who imported");
}

#[test]
fn a_file_with_faults_is_refused_whole() {
    let place = Place::new();
    write(&place, "bad.csv", &[ACME, DANA, &UNIT.replace("00:00:5E:00:53:0A", "00:00:5E:00:53"), UNIT]);
    for words in [&["register", "check", "bad.csv"][..], &["register", "check", "bad.csv", "--json"]] {
        let ran = place.run(words);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.out.contains("00:00:5E:00:53"), "{}", ran.out);
    }
    let json = place.run(&["register", "check", "bad.csv", "--json"]).json();
    assert_eq!(json["problems"][0]["line"], 4, "{json}");
    let ran = place.desk(&["register", "import", "bad.csv", "--yes", "--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("line 4: bad: "), "{}", ran.err);
    // A file that lost its units would retire everything.
    write(&place, "empty.csv", &[ACME, DANA]);
    let ran = place.desk(&["register", "import", "empty.csv", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("would retire the whole register"), "{}", ran.err);
    assert!(!place.path("data").exists(), "something was imported");
}

#[test]
fn one_row_is_found_as_people_write_it() {
    let place = Place::new();
    place.import_sample();
    for id in ["SM-0417-22A", "sm041722a", "sm 0417 22a"] {
        assert_eq!(place.desk_json(&["register", "show", id])["mac"], "00:00:5E:00:53:0A", "{id}");
    }
    assert_eq!(place.desk_json(&["register", "show", "acme"])["zone"], "America/Chicago");
    let person = place.desk(&["register", "show", "Dana@Acme-Tel.example"]);
    assert!(person.out.contains("roles     consent, updates\n"), "{}", person.out);
    for (id, hint) in [
        ("dana", "did you mean dana@acme-tel.example?"),
        ("SM-0417-22B", "did you mean SM-0417-22A?"),
        ("nobody@nowhere.example", "`register list` shows all"),
    ] {
        let ran = place.desk(&["register", "show", id, "--json"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{id}");
        assert!(ran.err.contains(hint), "{}", ran.err);
    }
}

#[test]
fn the_list_is_aligned() {
    let place = Place::new();
    let ran = place.desk(&["register", "import", source("fixtures/register/sample.csv").to_str().unwrap(), "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let list = place.desk(&["register", "list"]).out;
    let column = |line: &str, word: &str| line.find(word).unwrap_or_else(|| panic!("{word} is not in {line}"));
    let head = list.lines().find(|line| line.starts_with("SERIAL")).unwrap();
    let units: Vec<&str> = list.lines().filter(|line| line.starts_with("SM-")).collect();
    assert_eq!(units.len(), 11);
    for line in &units {
        assert_eq!(column(line, "00:00:5E"), column(head, "MAC"), "{line}");
    }
    assert_eq!(units.iter().filter(|line| line.ends_with("retired")).count(), 1);
}
