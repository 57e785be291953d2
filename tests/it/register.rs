//! The register from files: every bad line is named, imports keep row versions.

use std::path::{Path, PathBuf};

use upgrade_desk::desk::register::{Register, Role, Unit};
use upgrade_desk::shell::register::{self, Difference, Problem, merge_import};
use upgrade_desk::shell::rules;

const SAMPLE_CSV: &str = include_str!("../../fixtures/register/sample.csv");
const SAMPLE_JSON: &str = include_str!("../../fixtures/register/sample.json");

fn sample() -> Register {
    register::read_text(SAMPLE_JSON, false).unwrap().register
}

fn imported() -> Register {
    merge_import(&Register::default(), sample(), false).0
}

/// Line, weight and what of every problem, one a line.
fn told(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        assert!(!problem.way_out.is_empty(), "no way out of {}", problem.what);
        assert!(!problem.way_out.ends_with('.') && !problem.what.ends_with('.'), "a full stop: {}", problem.what);
        let weight = if problem.warning { "warning" } else { "bad" };
        format!("{} {weight} {}", problem.line.map_or("-".to_owned(), |line| line.to_string()), problem.what)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Each problem must begin as its line says, in this order, and no other come.
#[track_caller]
fn check(text: &str, is_csv: bool, expected: &str) {
    let told = told(&register::read_text(text, is_csv).unwrap().problems);
    let (told, expected): (Vec<&str>, Vec<&str>) = (told.lines().collect(), expected.trim().lines().collect());
    for (found, begins) in told.iter().zip(&expected) {
        assert!(
            found.starts_with(begins),
            "expected {begins}
   found {found}"
        );
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/register").join(name)
}

#[test]
fn the_sample_reads_the_same_from_both_files() {
    let csv = register::read(&fixture("sample.csv")).unwrap();
    let json = register::read(&fixture("sample.json")).unwrap();
    assert_eq!(csv.register, json.register);
    assert_eq!((told(&csv.problems), told(&json.problems)), (String::new(), String::new()));
    let register = csv.register;
    assert_eq!((register.companies.len(), register.representatives.len(), register.units.len()), (5, 10, 11));
    let dana = register.representatives.iter().find(|person| person.address == "dana@acme-tel.example").unwrap();
    assert_eq!((&dana.phones[0][..], dana.roles.as_slice()), ("+13125550101", &[Role::Consent, Role::Updates][..]));
    let two: Vec<&Unit> = register.units.iter().filter(|unit| unit.ips.len() == 2).collect();
    assert_eq!(two.len(), 1);
    assert_eq!(register.units.iter().filter(|unit| unit.retired).count(), 1);
}

#[test]
fn the_sample_fits_the_built_in_rules() {
    let rules = rules::load(None).unwrap();
    assert_eq!(register::unreadable_serials(&sample(), &rules.form), Vec::new());
    let mut odd = sample();
    odd.units[0].serial = "NO-DIGIT".to_owned();
    let warnings = register::unreadable_serials(&odd, &rules.form);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].warning && warnings[0].what.starts_with("unit NO-DIGIT: "), "{:?}", warnings[0]);
}

#[test]
fn every_bad_line_of_a_table_is_named() {
    let text = "\
kind,id,company,name,aliases,zone,address,phones,roles,valid_until,serial,mac,ips,version,customisations,retired
company,acme,,Acme Telephone,,America/Chicago,,,,,,,,,,
company,acme,,Acme again,,,,,,,,,,,,
company,lone,,Lone Ltd,,Mars/Base,,,,,,,,,,
representative,,acme,Dana Ruiz,,,dana@acme-tel.example,+1 312 555 0101,consent,,,,,,,
representative,,acme,Dana Twice,,,DANA@acme-tel.example,,request,,,,,,,
representative,,acme,Bob Lee,,,bob at acme,12,boss,2027-02-30,,,,,,
representative,,nobody,Eve Low,,,eve@acme-tel.example,,,,,,,,,
unit,,acme,,,,,,,,SM-0417-22A,00:00:5E:00:53:0A,203.0.113.10,7,,
unit,,acme,,,,,,,,sm 0417 22a,00-00-5e-00-53-0a,203.0.113.10,7,,
unit,,acme,,,,,,,,SM-0418-22A,00:00:5E:00:53,192.168.1.9,7,,
unit,,acme,,,,,,,,SM-0419-22A,00:00:5E:00:53:0C,,7,,maybe
unit,,acme,,,,,,,,SM-0420-22A,00:00:5E:00:53:0D,203.0.113.300,7,,
unit,,acme,Hall,,,,,,,SM-0421-22A,00:00:5E:00:53:0E,203.0.113.14,7,,
gateway,,acme,,,,,,,,SM-0422-22A,00:00:5E:00:53:0F,203.0.113.15,7,,
company,comma,,Comma, Inc.,,,,,,,,,,,,,
";
    check(
        text,
        true,
        r#"
3 bad company acme: expected id acme at one row only, found it at company acme in line 2
4 bad company lone: expected a time zone like America/Chicago, found "Mars/Base"
4 warning company lone: expected somebody who may consent, found nobody: its requests will all wait
6 bad representative DANA@acme-tel.example: expected address dana@acme-tel.example at one row only
7 bad expected request, consent, feedback or updates as role, found "boss"
7 bad expected a day like 2027-12-31 in valid_until, found "2027-02-30"
7 bad representative bob at acme: expected one plain e-mail address, found another text
7 bad representative bob at acme: expected a telephone number, found "12"
7 warning representative bob at acme: expected a role, found none: this person may do nothing
8 bad representative eve@acme-tel.example: expected the id of a company of this file, found "nobody"
8 warning representative eve@acme-tel.example: expected a role, found none: this person may do nothing
10 bad unit sm 0417 22a: expected serial SM041722A at one row only, found it at unit SM-0417-22A in line 9
10 bad unit sm 0417 22a: expected MAC 00:00:5E:00:53:0A at one row only, found it at unit SM-0417-22A in line 9
10 bad unit sm 0417 22a: expected IP 203.0.113.10 at one row only, found it at unit SM-0417-22A in line 9
11 bad unit SM-0418-22A: expected a MAC address, found "00:00:5E:00:53": a MAC address has 12
11 warning unit SM-0418-22A: expected a public IP address, found 192.168.1.9, which cannot be reached from outside
12 bad expected yes, no or nothing in retired, found "maybe"
12 bad unit SM-0419-22A: expected at least one IP address, found none
13 bad expected an IP address in ips, found "203.0.113.300"
13 bad unit SM-0420-22A: expected at least one IP address, found none
14 bad expected nothing in name of a unit, found "Hall"
15 bad expected company, representative or unit as kind, found "gateway"
16 bad expected at most 16 cells, found 18
"#,
    );
}

#[test]
fn every_bad_row_of_an_object_is_named_with_its_line() {
    let text = r#"{
"units": [
  {"serial": "SM-1", "company": "acme", "mac": "00:00:5E:00:53:0A", "ips": ["203.0.113.10"]},
  {"serial": "SM-2", "company": "acme", "mac": "00:00:5E:00:53:0B", "ips": ["nowhere"]},

  {"serial": "SM-3 \"}[", "company": "acme",
   "mac": "00:00:5E:00:53:0A", "ips": ["203.0.113.12"]},
  7
],
"companies": [{"id": "acme", "name": "Acme"}],
"representatives": [
  {"address": "dana@acme-tel.example", "company": "acme", "name": "Dana", "roles": ["consent"]},
  {"address": "bob@acme-tel.example", "company": "acme", "name": "Bob", "roles": ["boss"]},
  {"address": "eve@acme-tel.example", "company": "acme", "name": "Eve", "roles": ["request"], "rank": 1}
]
}
"#;
    let read = register::read_text(text, false).unwrap();
    let lines: Vec<Option<u64>> = read.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [None, Some(4), Some(6), Some(13), Some(14)], "{}", told(&read.problems));
    let told = told(&read.problems);
    for part in ["invalid IP address", "found it at unit SM-1 in line 3", "boss", "rank"] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    assert_eq!((read.register.units.len(), read.register.representatives.len()), (2, 1));
}

#[test]
fn what_is_no_register_at_all_is_refused() {
    let refused = [
        ("", true, "expected the columns kind, id, "),
        ("kind,id,colour\n", true, "found also \"colour\""),
        ("kind,id,id\n", true, "found id twice"),
        ("id,name\nacme,Acme\n", true, "found none named kind"),
        ("[]", false, "found another value"),
        ("{\"units\": [}", false, "line 1 column"),
        ("{\n\"gateways\": []}", false, "found \"gateways\" in line 2"),
        ("{\"units\": [], \"units\": []}", false, "found \"units\" twice"),
        ("{\"units\": {}}", false, "no list in \"units\""),
    ];
    for (text, is_csv, expected) in refused {
        let error = register::read_text(text, is_csv).unwrap_err();
        assert!(error.contains(expected) && error.contains("; "), "{text:?} gave {error}");
    }
    let error = register::read(&fixture("none.csv")).unwrap_err();
    assert!(error.contains("none.csv: expected a register") && error.contains("name an existing"), "{error}");
}

#[test]
fn a_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column() {
    let read = register::read_text(&format!("\u{feff}{SAMPLE_CSV}"), true).unwrap();
    assert_eq!((read.register, told(&read.problems)), (sample(), String::new()));
}

#[test]
fn a_first_import_gives_every_row_its_first_version() {
    let (register, difference) = merge_import(&Register::default(), sample(), false);
    assert_eq!(difference.added.len(), 26);
    assert_eq!((difference.changed.len(), difference.retired.len(), difference.unchanged), (0, 0, 0));
    let rows = register.units.iter().map(|unit| unit.row);
    assert!(rows.chain(register.companies.iter().map(|company| company.row)).all(|row| row == 1));
    assert!(register.representatives.iter().all(|person| person.row == 1));
}

#[test]
fn the_same_file_again_changes_nothing() {
    let before = imported();
    let (after, difference) = merge_import(&before, sample(), false);
    assert!(difference.is_empty(), "{difference:?}");
    assert_eq!(difference.unchanged, 26);
    assert_eq!(after, before);
}

#[test]
fn only_what_changed_gets_a_new_version() {
    let mut file = sample();
    file.units[0].version = "7.2.2".to_owned();
    file.units[0].ips = vec!["203.0.113.99".parse().unwrap()];
    file.units[1].serial = "sm 0418 22a".to_owned();
    let (after, difference) = merge_import(&imported(), file, false);
    assert_eq!(difference.changed, ["unit SM-0417-22A: ips, version", "unit sm 0418 22a: serial"]);
    let unit = |serial: &str| after.units.iter().find(|unit| unit.serial == serial).unwrap();
    assert_eq!((unit("SM-0417-22A").row, unit("sm 0418 22a").row, unit("SM-0419-22A").row), (2, 2, 1));
    assert_eq!(difference.unchanged, 24);
    assert_eq!(after.units.len(), 11, "another way to write a serial is no new unit");
}

#[test]
fn a_whole_import_retires_what_is_missing_and_a_merge_does_not() {
    let mut file = sample();
    file.units.retain(|unit| unit.serial != "SM-0417-22A");
    file.representatives.retain(|person| person.address != "bob@acme-tel.example");
    let (whole, difference) = merge_import(&imported(), file.clone(), false);
    assert_eq!(difference.retired, ["representative bob@acme-tel.example", "unit SM-0417-22A"]);
    let unit = whole.units.iter().find(|unit| unit.serial == "SM-0417-22A").unwrap();
    assert!(unit.retired && unit.row == 2, "retired, never deleted: decisions name the row");

    let (merged, difference) = merge_import(&imported(), file.clone(), true);
    assert!(difference.is_empty(), "{difference:?}");
    assert!(merged.units.iter().any(|unit| unit.serial == "SM-0417-22A" && !unit.retired && unit.row == 1));

    let (again, difference) = merge_import(&whole, file, false);
    assert!(difference.is_empty(), "retired once is enough: {difference:?}");
    assert_eq!(again, whole);

    let (back, difference) = merge_import(&whole, sample(), false);
    assert_eq!(difference.changed.len(), 2);
    assert!(back.units.iter().any(|unit| unit.serial == "SM-0417-22A" && !unit.retired && unit.row == 3));
}

#[test]
fn an_address_of_a_retired_unit_may_serve_again_and_leads_to_the_new_one() {
    let mut file = sample();
    let mut newer = file.units.remove(0);
    newer.serial = "SM-0999-26A".to_owned();
    let mac = newer.mac.clone();
    file.units.push(newer);
    let (register, _) = merge_import(&imported(), file, false);
    assert_eq!(register::clashes(&register), Vec::new());
    let last = register.units.iter().rfind(|unit| unit.mac == mac).unwrap();
    assert_eq!(last.serial, "SM-0999-26A", "the last row wins in the store's index");
}

#[test]
fn a_merge_can_clash_with_what_is_there() {
    let mut file = Register::default();
    let mut newer = sample().units.remove(0);
    newer.serial = "SM-0999-26A".to_owned();
    file.units.push(newer);
    let (register, _) = merge_import(&imported(), file, true);
    let clashes = register::clashes(&register);
    assert_eq!(clashes.len(), 2, "MAC and IP: {clashes:?}");
    assert!(clashes.iter().all(|clash| !clash.warning && clash.what.contains("SM-0417-22A")), "{clashes:?}");
}

#[test]
fn a_difference_survives_its_json() {
    let (_, difference) = merge_import(&Register::default(), sample(), false);
    let json = serde_json::to_string(&difference).unwrap();
    assert_eq!(serde_json::from_str::<Difference>(&json).unwrap(), difference);
}
