//! The checks themselves are checked: each finds one planted violation of each
//! kind in a small tree, at its place and by its name, and nothing else.

use strum::VariantArray;
use upgrade_desk::desk::denial::Denial;
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::letter::Template;

use crate::tree::{Finding, Tree};
use crate::{data, direction, fixtures, map, purity, rules, shape};

type Check = fn(&Tree) -> Vec<Finding>;

/// Every check that can be broken from the tree alone.
const CHECKS: &[Check] = &[
    direction::check,
    purity::check,
    shape::check_lengths,
    shape::check_headers,
    shape::check_orphans,
    shape::check_words,
    shape::check_top_level,
    fixtures::check,
    data::check_addresses,
    data::check_paths,
    rules::check_denials,
    rules::check_letters,
    rules::check_fields,
    rules::check_life_cycle,
    rules::check_banned,
    map::check,
];

/// A small tree in which everything is as it should be.
fn clean() -> Tree {
    let mut tree = Tree::of(&[
        ("Cargo.toml", "[dependencies]\nserde = \"1\"\nsled = \"0.34\"\ntokio-rustls = \"0.26\"\n"),
        ("src/lib.rs", "//! Everything.\n\npub mod desk;\npub mod shell;\n"),
        ("src/main.rs", "//! The command line.\n\nfn main() {}\n"),
        ("src/desk.rs", "//! The modules in order.\n\npub mod moment;\npub mod ticket;\npub mod decide;\n"),
        ("src/desk/moment.rs", "//! Times.\n\npub struct When;\n"),
        ("src/desk/ticket.rs", "//! Tickets.\n\nmod table;\nuse crate::desk::moment::When;\n"),
        ("src/desk/ticket/table.rs", "//! What may happen.\n\nuse super::Ticket;\nuse crate::desk::ticket::Ticket;\n"),
        ("src/desk/decide.rs", "//! Decides.\n\nuse crate::desk::{moment::When, ticket::{self, Ticket}};\n"),
        ("src/shell.rs", "//! Does the rest.\n\npub mod clock;\n"),
        ("src/shell/clock.rs", "//! Time.\n\npub fn now() -> Timestamp {\n    Timestamp::now()\n}\n"),
        ("tests/it/main.rs", "//! Reads fixtures/mail, fixtures/stories, fixtures/attack and sample.csv.\n"),
        (
            "fixtures/mail/forms/good.eml",
            "From: dana@acme.example\r\n\r\n192.0.2.7 00:00:5E:00:53:0A +1 312 555 0101\r\n",
        ),
        ("fixtures/mail/forms/good.json", "{}\n"),
        ("fixtures/stories/happy/story.toml", "mail = \"01-form.eml\"\n"),
        ("fixtures/stories/happy/story.txt", "10:00 a form came\n"),
        ("fixtures/stories/happy/01-form.eml", "From: dana@acme.example\r\n\r\n2001:db8::7 0000.5e00.5301 7.2.1\r\n"),
        ("fixtures/attack/two-from/case.toml", "mail = \"form.eml\"\n"),
        ("fixtures/attack/parts/form.eml", "From: dana@acme.example\r\n\r\n"),
        ("fixtures/register/sample.csv", "kind,id\n"),
        ("Cargo.lock", "[[package]]\nname = \"sled\"\n"),
        ("deny.toml", "[bans]\ndeny = [{ crate = \"openssl-sys\" }]\n"),
        ("README.md", "Read /etc/upgrade-desk.toml first.\n"),
    ]);
    let denials = Denial::VARIANTS.iter().map(|denial| format!("{} = \"No.\"\n", denial.code()));
    tree = tree.with("rules/denials.toml", &denials.collect::<String>());
    let fields = FieldKey::VARIANTS.iter().map(|field| format!("[[fields]]\nkey = \"{}\"\n", field.key()));
    tree = tree.with("rules/form.toml", &fields.collect::<String>());
    for template in Template::VARIANTS {
        tree = tree.with(&format!("rules/letters/en/{}.txt", template.name()), "Subject\n\nWords.\n");
    }
    let map = |tree: &Tree, what: fn(&Tree) -> String, name: &str| {
        format!("<!-- {name} -->\n{}<!-- /{name} -->\n", what(tree))
    };
    let text = format!("{}{}", map(&tree, map::listing, "tree"), map(&tree, map::life_cycle, "life-cycle"));
    tree.with("ARCHITECTURE.md", &text)
}

/// `tree` has exactly one violation; it is in `file` at `line` and its words
/// hold `words`. No other check minds.
#[track_caller]
fn found(tree: Tree, file: &str, line: usize, words: &str) {
    let findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    let [finding] = findings.as_slice() else { panic!("expected one finding, got {}: {findings:#?}", findings.len()) };
    assert_eq!((finding.file.as_str(), finding.line), (file, line), "{finding}");
    assert!(finding.wrong.contains(words), "`{words}` is not in: {finding}");
    assert!(!finding.cure.is_empty());
    let shown = finding.to_string();
    assert!(shown.contains(&format!("{file}:{line}: ")) && shown.contains("cure: "), "{shown}");
}

/// `code` planted after the first line of a desk file.
#[track_caller]
fn found_in_desk(code: &str, words: &str) {
    let text = format!("//! Times.\n\n{code}\n");
    found(clean().with("src/desk/moment.rs", &text), "src/desk/moment.rs", 3, words);
}

#[test]
fn a_clean_tree_has_no_findings() {
    for check in CHECKS {
        assert_eq!(check(&clean()), []);
    }
}

#[test]
fn a_use_that_points_down_is_found() {
    found_in_desk("use crate::desk::ticket::Ticket;", "`moment` uses `ticket`");
    found_in_desk("use crate::desk::{\n    moment::When,\n    decide::Decision,\n};", "`moment` uses `decide`");
    found_in_desk("fn f() -> crate::desk::decide::Decision { g() }", "`moment` uses `decide`");
    found_in_desk("use crate::desk::*;", "`*` is no module");
    let deep = "//! What may happen.\n\nuse crate::desk::decide::Decision;\n";
    found(clean().with("src/desk/ticket/table.rs", deep), "src/desk/ticket/table.rs", 3, "`ticket` uses `decide`");
}

#[test]
fn a_way_round_the_direction_is_found() {
    found_in_desk("use super::decide::Decision;", "`super::`");
    found_in_desk("use crate::shell::clock::now;", "does not know the shell");
    found_in_desk("use crate::{desk, lib};", "`crate::{…}`");
    let deep = "//! What may happen.\n\nuse super::super::decide::Decision;\n";
    found(clean().with("src/desk/ticket/table.rs", deep), "src/desk/ticket/table.rs", 3, "`super::`");
    let stray = clean().with("src/desk/stray.rs", "//! Nobody knows it.\n");
    assert_eq!(direction::check(&stray).len(), 1);
}

#[test]
fn comments_strings_and_tests_may_name_what_code_may_not() {
    let text = "//! Times.\n\n/// See [`crate::desk::decide`] and std::fs.\npub const A: &str = \"Instant println!\";\n\
                #[cfg(test)]\nmod tests {\n    use super::*;\n    fn f() { println!(); x.unwrap() }\n}\n";
    for check in CHECKS {
        assert_eq!(check(&clean().with("src/desk/moment.rs", text)), []);
    }
}

#[test]
fn everything_impure_is_found_by_its_name() {
    for rule in purity::FORBIDDEN {
        found_in_desk(rule.sample, &format!("the desk uses {} (", rule.name));
    }
    found_in_desk("use sled::Db;", "the crate `sled`");
    found_in_desk("fn f(x: ::tokio_rustls::Stream) {}", "the crate `tokio_rustls`");
    found_in_desk("static LIST: LazyLock<Vec<u8>> = LazyLock::new(Vec::new);", "something else than a Regex");
}

#[test]
fn a_compiled_pattern_may_be_kept() {
    let text = "//! Times.\n\nstatic DAY: LazyLock<Regex> = LazyLock::new(day);\n";
    for check in CHECKS {
        assert_eq!(check(&clean().with("src/desk/moment.rs", text)), []);
    }
}

#[test]
fn what_is_too_long_is_found() {
    found_in_desk(&format!("pub const A: u8 = {};", "1".repeat(109)), "a line of 128 characters");
    let function = format!("fn long() {{\n{}}}", "    step();\n".repeat(69));
    found_in_desk(&function, "`long` has 71 lines");
    let lines = "pub struct A;\n".repeat(399);
    found(
        clean().with("src/desk/moment.rs", &format!("//! Times.\n\n{lines}")),
        "src/desk/moment.rs",
        401,
        "401 lines",
    );
}

#[test]
fn what_just_fits_is_not() {
    let function = format!("fn long() {{\n{}}}\n", "    step();\n".repeat(68));
    let text = format!("//! Times.\n\n{function}{}", "pub struct A;\n".repeat(328));
    let with_tests = format!("{text}#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn f() {}\n".repeat(100));
    assert_eq!(shape::check_lengths(&clean().with("src/desk/moment.rs", &with_tests)), []);
}

#[test]
fn a_file_that_does_not_say_what_it_is_is_found() {
    let text = "pub fn now() {}\n";
    let mut findings = shape::check_headers(&clean().with("src/shell/clock.rs", text));
    assert_eq!(findings.pop().map(|finding| (finding.file, finding.line)), Some(("src/shell/clock.rs".to_owned(), 1)));
    assert_eq!(findings, []);
}

#[test]
fn a_file_that_is_not_compiled_is_found() {
    let stray = "//! Nobody knows it.\n";
    found(clean().with("src/shell/stray.rs", stray), "src/shell/stray.rs", 0, "no line `mod stray;`");
    found(clean().with("src/stray.rs", stray), "src/stray.rs", 0, "src/lib.rs has no line");
    let deep = shape::check_orphans(&clean().with("src/desk/ticket/stray.rs", stray));
    assert_eq!(deep.first().map(|finding| finding.file.as_str()), Some("src/desk/ticket/stray.rs"));
    assert_eq!(deep.len(), 1);
}

#[test]
fn what_is_silenced_left_open_or_unwrapped_is_found() {
    let cases = [
        ("#[allow(dead_code)]\nfn f() {}", "a lint is silenced"),
        ("#[expect(dead_code)]\nfn f() {}", "without a reason"),
        ("#[expect(clippy::string_slice, reason = \"it fits\")]\nfn f() {}", "indexing or slicing"),
        ("fn f() { todo!() }", "left open"),
        ("fn f() { unimplemented!() }", "left open"),
        ("fn f() { x.unwrap() }", "`unwrap`"),
        ("fn f() { x.unwrap_err() }", "`unwrap_err`"),
        ("fn f() { x.expect(\"it is there\") }", "`expect`"),
        ("fn f() { panic!() }", "a panic on purpose"),
        ("fn f() { unreachable!() }", "a panic on purpose"),
    ];
    for (code, words) in cases {
        found_in_desk(code, words);
    }
    let debugged = clean().with("src/shell/clock.rs", "//! Time.\n\nfn f() { dbg!(1) }\n");
    assert_eq!(shape::check_words(&debugged).len(), 1);
    let test =
        "//! Tests.\n//! fixtures/mail fixtures/stories fixtures/attack sample.csv\n#[test]\n#[ignore]\nfn f() {}\n";
    found(clean().with("tests/it/main.rs", test), "tests/it/main.rs", 4, "ignored without a reason");
}

#[test]
fn reasons_are_enough() {
    let text = "//! Time.\n\n#[expect(dead_code, reason = \"as agreed\")]\nfn f() {}\n";
    let tree = clean().with("src/shell/clock.rs", text);
    let tree =
        tree.with("tests/it/more.rs", "//! More.\n\n#[test]\n#[ignore = \"needs Dovecot\"]\nfn f() { x.unwrap() }\n");
    assert_eq!(shape::check_words(&tree), []);
}

#[test]
fn a_new_entry_at_the_top_is_found() {
    found(clean().with("scripts/do.sh", "echo\n"), "scripts", 0, "not one of the agreed");
}

#[test]
fn a_fixture_that_nothing_reads_is_found() {
    let mail = "fixtures/mail/forms/good";
    found(clean().without(&format!("{mail}.json")), &format!("{mail}.eml"), 0, "good.json or");
    found(clean().without(&format!("{mail}.eml")), &format!("{mail}.json"), 0, "good.eml is missing");
    found(clean().with(&format!("{mail}.bak"), ""), &format!("{mail}.bak"), 0, "nothing reads a .bak");
    let story = "fixtures/stories/happy";
    found(clean().with(&format!("{story}/02.eml"), ""), &format!("{story}/02.eml"), 0, "does not name it");
    found(clean().without(&format!("{story}/story.txt")), &format!("{story}/story.toml"), 0, "no transcript");
    found(clean().with("fixtures/stories/sad/01.eml", ""), "fixtures/stories/sad/01.eml", 0, "no story.toml");
    let attack = "fixtures/attack/two-from";
    found(clean().with(&format!("{attack}/02.eml"), ""), &format!("{attack}/02.eml"), 0, "does not name it");
    found(clean().with("fixtures/attack/new/01.eml", ""), "fixtures/attack/new/01.eml", 0, "no case.toml");
    found(clean().with("fixtures/attack/parts/old.txt", ""), "fixtures/attack/parts/old.txt", 0, "no case is made");
    found(clean().with("fixtures/register/other.csv", ""), "fixtures/register/other.csv", 0, "nothing names");
    found(clean().with("fixtures/heap/one.txt", ""), "fixtures/heap/one.txt", 0, "no test is known");
    let unread = clean().with("tests/it/main.rs", "//! Reads fixtures/stories, fixtures/attack and sample.csv.\n");
    assert_eq!(fixtures::check(&unread).len(), 2, "both files of the case are unread");
    let unread = clean().with("tests/it/main.rs", "//! Reads fixtures/mail, fixtures/attack and sample.csv.\n");
    assert_eq!(fixtures::check(&unread).len(), 2, "plan and transcript are unread");
    let unread = clean().with("tests/it/main.rs", "//! Reads fixtures/mail, fixtures/stories and sample.csv.\n");
    assert_eq!(fixtures::check(&unread).len(), 1, "the case is unread");
}

#[test]
fn somebody_elses_address_is_found() {
    let eml = "fixtures/mail/forms/good.eml";
    let cases = [
        ("a@gmail.com", "`gmail.com`"),
        ("a@mail.example.com.evil.com", "evil.com"),
        ("IP: 8.8.8.8", "8.8.8.8"),
        ("at 2a00:1450::1.", "2a00:1450::1"),
        ("00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
        ("001b.4411.3ab7", "001b.4411.3ab7"),
        ("00-1b-44-11-3a-b7", "00-1b-44-11-3a-b7"),
        ("+1 212 736 5000", "+1 212 736 5000"),
        ("call 555-2368", "555-2368"),
    ];
    for (text, words) in cases {
        found(clean().with(eml, &format!("Subject: x\n\n{text}\n")), eml, 3, words);
    }
}

#[test]
fn nobodys_address_is_not() {
    let text = "a@acme.example b@x.example.org c@no.invalid 10.0.0.1 127.0.0.1 999.1.1.1 fe80::1 12:30:59 \
                +0200 20261203 00:00:5e:00:53:ff (312) 555-0199 2001:db8:0:1::2 v1.2.3.4-rc1\n";
    assert_eq!(data::check_addresses(&clean().with("rules/more.toml", text)), []);
}

#[test]
fn a_path_of_one_machine_is_found() {
    for path in ["home/dana", "root/keys", "tmp/desk", "data/mail"] {
        found(clean().with("README.md", &format!("Look\ninto `/{path}`.\n")), "README.md", 2, path);
    }
}

#[test]
fn lists_that_differ_are_found() {
    let text = |tree: &Tree, file: &str| tree.text(file).map(str::to_owned).unwrap_or_default();
    let denials = text(&clean(), "rules/denials.toml");
    let (file, less) = ("rules/denials.toml", denials.replace("D-MAC = \"No.\"\n", ""));
    found(clean().with(file, &less), file, 0, "no sentence for `D-MAC`");
    found(clean().with(file, &format!("{denials}D-MOON = \"No.\"\n")), file, 0, "`D-MOON`, which src/desk/denial.rs");
    found(clean().with(file, "D-MAC = \n"), file, 1, "no TOML");
    found(clean().without(file), file, 0, "is missing");

    let folder = "rules/letters/en/";
    found(clean().without("rules/letters/en/M-05.txt"), folder, 0, "no letter for `M-05`");
    found(clean().with("rules/letters/en/M-99.txt", "x\n"), folder, 0, "a letter for `M-99`");
    found(clean().with("rules/letters/en/M-05.txt~", "x\n"), folder, 0, "a letter for `M-05.txt~`");

    let file = "rules/form.toml";
    let fields = text(&clean(), file);
    found(
        clean().with(file, &fields.replace("[[fields]]\nkey = \"unit_mac\"\n", "")),
        file,
        0,
        "no field for `unit_mac`",
    );
    found(clean().with(file, &format!("{fields}[[fields]]\nkey = \"shoe_size\"\n")), file, 0, "`shoe_size`");
}

#[test]
fn a_map_that_is_not_true_is_found() {
    let moved = clean().with("src/desk/moment.rs", "//! Instants.\n\npub struct When;\n");
    found(moved, "ARCHITECTURE.md", 2, "the part `tree`");
    let map = clean().text("ARCHITECTURE.md").unwrap().to_owned();
    let line = map.lines().position(|line| line == "<!-- life-cycle -->").unwrap() + 2;
    let changed = clean().with("ARCHITECTURE.md", &map.replace("`started` | IN_PROGRESS", "`started` | CLOSED"));
    found(changed, "ARCHITECTURE.md", line, "the part `life-cycle`");
    let unmarked = clean().with("ARCHITECTURE.md", &map.replace("<!-- tree -->", ""));
    found(unmarked, "ARCHITECTURE.md", 0, "markers");
    found(clean().without("ARCHITECTURE.md"), "ARCHITECTURE.md", 0, "is missing");
}

#[test]
fn a_banned_crate_is_found() {
    let lock = "[[package]]\nname = \"sled\"\n[[package]]\nname = \"openssl-sys\"\n";
    found(clean().with("Cargo.lock", lock), "Cargo.lock", 0, "`openssl-sys` is banned");
    found(clean().with("deny.toml", "[bans]\ndeny = []\n"), "deny.toml", 0, "nothing is banned");
    found(clean().without("deny.toml"), "deny.toml", 0, "is missing");
}
