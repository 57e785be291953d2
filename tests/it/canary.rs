//! TB2: a mail to ourselves with forged fields tells whether the mail host's
//! word can be believed; and what the desk does where it cannot.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use upgrade_desk::desk::canary::{self, Mark, Way};
use upgrade_desk::desk::mail::proof::Probe;
use upgrade_desk::desk::rules::{Access, Canary};
use upgrade_desk::shell::canary::{Kept, standing};
use upgrade_desk::shell::rules;

use crate::support::desk::{Desk, eventually, smtp_at};
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use crate::support::program::is_root;
use crate::support::smtp_sink::SmtpSink;

const ID: &str = "mx.vendor.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mark() -> Mark {
    Mark { way: Way::Outside, at: at("2026-11-27T09:00:00Z"), nonce: "00aa11bb".to_owned() }
}

/// What arrives when the host makes this of it.
fn probed(of_host: impl Fn(&str) -> String) -> Probe {
    let rules = rules::load(None).unwrap();
    let sent = String::from_utf8(canary::write(&mark(), &[7; 32], ID, &rules)).unwrap();
    canary::judge(of_host(&sent).as_bytes(), &mark(), ID, &rules)
}

fn stripped(sent: &str) -> String {
    sent.split_once("X-Upgrade-Desk-Canary:").map(|(_, rest)| format!("X-Upgrade-Desk-Canary:{rest}")).unwrap()
}

const RECEIVED: &str = "Received: from out.vendor.example by mx.vendor.example with ESMTPSA; x\r\n";

#[test]
fn each_wrong_set_up_has_its_verdict() {
    let own = "Authentication-Results: mx.vendor.example; spf=none\r\n";
    assert_eq!(Probe::Good, probed(|sent| format!("{own}{RECEIVED}{}", stripped(sent))));
    assert_eq!(Probe::Good, probed(|sent| format!("{RECEIVED}{own}{}", stripped(sent))));
    assert_eq!(Probe::Missing, probed(|sent| format!("{RECEIVED}{}", stripped(sent))));
    assert_eq!(Probe::Elsewhere, probed(|sent| format!("{}{own}", RECEIVED.repeat(3)) + &stripped(sent)));
    let other = "Authentication-Results: mx1.vendor.example; spf=none\r\n";
    assert_eq!(
        Probe::OtherName("mx1.vendor.example".to_owned()),
        probed(|sent| format!("{other}{RECEIVED}{}", stripped(sent)))
    );
    let nameless = "Authentication-Results: spf=none smtp.mailfrom=x\r\n";
    assert_eq!(Probe::Missing, probed(|sent| format!("{nameless}{RECEIVED}{}", stripped(sent))));
    // All of it came through, or only one of the spellings, wherever it stands.
    assert_eq!(Probe::Survived, probed(|sent| format!("{own}{RECEIVED}{sent}")));
    let fields = |sent: &str| sent.matches("uthentication-").count() + sent.matches("UTHENTICATION-").count();
    assert_eq!(
        fields(&String::from_utf8(canary::write(&mark(), &[7; 32], ID, &rules::load(None).unwrap())).unwrap()),
        5
    );
    for kept in 0..5 {
        let one = |sent: &str| {
            let head = sent.split_once("X-Upgrade-Desk-Canary:").unwrap().0.replace("\r\n\t", "\u{1}");
            let field = head.split_inclusive("\r\n").nth(kept).unwrap().replace('\u{1}', "\r\n\t");
            format!("{own}{RECEIVED}{}", stripped(sent).replace("From: ", &format!("{field}From: ")))
        };
        assert_eq!(Probe::Survived, probed(one), "spelling {kept}");
    }
}

#[test]
fn a_canary_is_known_by_what_nobody_else_can_write() {
    let rules = rules::load(None).unwrap();
    let sent = canary::write(&mark(), &[7; 32], ID, &rules);
    assert_eq!(canary::marked(&sent, &rules.limits, &[7; 32]), Some(mark()));
    assert_eq!(canary::marked(&sent, &rules.limits, &[8; 32]), None, "another key");
    let text = String::from_utf8(sent).unwrap();
    for (from, to) in
        [("o.1", "s.1"), ("00aa11bb.", "00aa11bc."), ("X-Upgrade-Desk-Canary: ", "X-Upgrade-Desk-Canary: x")]
    {
        assert_eq!(canary::marked(text.replace(from, to).as_bytes(), &rules.limits, &[7; 32]), None, "{from}");
    }
    for nothing in ["", ".", "o.1.x.", "o.1.x.zz", "é.é"] {
        let mail = format!("X-Upgrade-Desk-Canary: {nothing}\r\n\r\n");
        assert_eq!(canary::marked(mail.as_bytes(), &rules.limits, &[7; 32]), None, "{nothing}");
    }
}

#[test]
fn the_hosts_word_counts_only_after_a_good_canary() {
    let now = at("2026-11-27T09:00:00Z");
    let access = |canary| Access { authserv_id: Some(ID.to_owned()), canary, ..Access::default() };
    let (required, warn) = (access(Canary::Required { days_max: 14 }), access(Canary::Warn { days_max: 14 }));
    let kept = |probe: &Probe, at| Kept::new(probe, ID, None, at);
    let good = kept(&Probe::Good, at("2026-11-20T09:00:00Z"));
    let old = kept(&Probe::Good, at("2026-11-12T09:00:00Z"));
    let survived = kept(&Probe::Survived, now);
    let missing = kept(&Probe::Missing, now);
    let believed = |kept: Option<&Kept>, access: &Access| standing(kept, access, now).unwrap().is_believed;
    for (kept, by_required, by_warn) in [
        (Some(&good), true, true),
        (Some(&old), false, true),
        (Some(&missing), false, true),
        (None, false, true),
        (Some(&survived), false, false),
    ] {
        assert_eq!((believed(kept, &required), believed(kept, &warn)), (by_required, by_warn), "{kept:?}");
    }
    assert_eq!(standing(Some(&survived), &access(Canary::Off), now), None);
    let elsewhere = Kept { authserv_id: "mx.other.example".to_owned(), ..good };
    assert!(!believed(Some(&elsewhere), &required), "another host's canary says nothing of ours");
}

/// The operator reads in the README what `check --connect` says, word for word.
#[test]
fn the_readme_has_every_sentence() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let rules = rules::load(None).unwrap();
    let probes = [
        Probe::Good,
        Probe::Survived,
        Probe::Elsewhere,
        Probe::OtherName("mx1.vendor.example".to_owned()),
        Probe::Missing,
    ];
    let said = probes.iter().map(|probe| canary::sentence(probe, ID));
    let others = [canary::BLANK, canary::MICROSOFT, canary::OFF].map(str::to_owned);
    let ways =
        [canary::refused_plus(&rules, "550 unknown user"), canary::lost_plus(&rules, 60), canary::lost(&rules, 60)];
    for sentence in said.chain(others).chain(ways) {
        assert!(readme.contains(&format!("- `{sentence}`")), "README.md lacks: {sentence}");
    }
}

/// A desk whose mailbox is Dovecot and whose way out is this server.
fn desk(dovecot: &Dovecot, smtp_port: u16) -> Desk {
    let desk = Desk::on_dovecot(dovecot, "upgrade", &smtp_at(smtp_port));
    desk.change_rule("access.toml", "canary = \"off\"", "canary = \"required\"");
    desk.import_sample_register();
    desk
}

/// `check --connect`, its verdicts about the canary in one text.
fn check(desk: &Desk, wait: &str) -> String {
    let config = desk.config();
    let words = ["check", "--connect", "--wait", wait, "--json", "--config", config.to_str().unwrap()];
    let output = desk.command(&words);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let rows = told["verdicts"].as_array().unwrap().iter().filter(|row| row["what"] == "canary");
    rows.map(|row| format!("{}: {}\n", row["verdict"].as_str().unwrap(), row["text"].as_str().unwrap())).collect()
}

fn rest(dovecot: &Dovecot) -> [usize; 3] {
    ["", "Processed", "Quarantine"].map(|folder| dovecot.count("upgrade", folder))
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn a_host_that_takes_forged_fields_out_is_believed() {
    if !is_root() {
        eprintln!("SKIPPED: a real Postfix instance can only be run as root");
        return;
    }
    let dovecot = Dovecot::start();
    let postfix = Postfix::in_front_of(dovecot.lmtp_port, true, true, true);
    let desk = desk(&dovecot, postfix.smtp.port());
    let running = desk.run(&[], &[]);
    eventually("the warning", Duration::from_secs(40), || desk.log().contains("none was ever sent").then_some(()));
    let said = check(&desk, "40");
    assert!(said.contains("ok: mail to upgrade+canary@vendor.example arrives\n"), "{said}\n{}", desk.log());
    assert!(said.contains("ok: forged fields of mx.vendor.example are taken out, and its own stands where"), "{said}");
    let status = desk.json(&["status"]);
    assert_eq!((&status["canary"]["believed"], &status["canary"]["last"]["verdict"]), (&true.into(), &"good".into()));
    // The running desk files them, writes to nobody, and the check takes them away.
    eventually("an empty mailbox", Duration::from_secs(20), || (rest(&dovecot) == [0, 0, 0]).then_some(()));
    assert_eq!(status["outbox"]["sent"], 0, "{status}");
    assert_eq!(running.end(Duration::from_secs(35)), Some(0), "{}", desk.log());
    assert!(desk.journal().iter().all(|record| record["what"]["kind"] != "decided"), "nothing is decided about them");
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn a_host_that_lets_them_through_is_not() {
    if !is_root() {
        eprintln!("SKIPPED: a real Postfix instance can only be run as root");
        return;
    }
    let dovecot = Dovecot::start();
    let postfix = Postfix::in_front_of(dovecot.lmtp_port, true, false, false);
    let desk = desk(&dovecot, postfix.smtp.port());
    let said = check(&desk, "15");
    assert!(said.contains("bad: DANGER: a field forged in the name of mx.vendor.example came through"), "{said}");
    assert!(said.contains("bad: mail to upgrade+canary@vendor.example bounces (550"), "{said}");
    assert_eq!(rest(&dovecot), [0, 0, 0]);
    // A mail with the host's own pass is nobody's now, and `run` says why.
    let pass = "Authentication-Results: mx.vendor.example; dkim=pass header.d=acme-tel.example\n\
                From: <dana@acme-tel.example>\nTo: <upgrade@vendor.example>\nSubject: Upgrade\n\
                Message-ID: <1@acme-tel.example>\n\nUnit Serial Number: SM-0417-22A\nASAP: yes\n\
                Unit IP Address: 203.0.113.10\nUnit MAC Address: 00:00:5E:00:53:0A\n";
    dovecot.deliver("upgrade", pass);
    let mut running = desk.run(&["--drain"], &[]);
    assert_eq!(running.wait(Duration::from_secs(60)), Some(0), "{}", desk.log());
    assert!(desk.log().contains("DANGER"), "{}", desk.log());
    let ticket = desk.json(&["ticket", "show", "UP-2026-00001"]);
    assert_eq!(ticket["state"], "REP_CHECK", "{ticket}");
    fs::write(desk.path("try.eml"), pass.replace("<1@", "<2@")).unwrap();
    let tried = desk.json(&["try", "try.eml"]);
    assert_eq!(tried["outcome"], "rep_check", "{tried}");
    // From outside, by hand: the host writes nothing of its own, then.
    let quiet = Postfix::in_front_of(dovecot.lmtp_port, false, true, true);
    let config = fs::read_to_string(desk.config()).unwrap();
    let port = |postfix: &Postfix| format!("port = {}", postfix.smtp.port());
    fs::write(desk.config(), config.replace(&port(&postfix), &port(&quiet))).unwrap();
    let said = check(&desk, "40");
    assert!(said.contains("wrote no field of its own") && said.contains("is not believed"), "{said}");
    let file = desk.path("canary.eml");
    let words = ["check", "--canary-mail", file.to_str().unwrap(), "--config", desk.config().to_str().unwrap()]
        .map(str::to_owned);
    let written = desk.command(&words.each_ref().map(String::as_str));
    assert!(written.status.success(), "{written:?}");
    let outside = stripped(&fs::read_to_string(file).unwrap());
    dovecot.deliver("upgrade", &format!("Authentication-Results: mx.vendor.example; none\n{outside}"));
    let said = check(&desk, "40");
    assert!(said.contains("1 of the canaries came from outside") && said.contains("ok: forged fields of"), "{said}");
}

#[test]
#[ignore = "needs Dovecot and Postfix: make test runs it"]
fn a_canary_that_never_arrives_is_said() {
    let dovecot = Dovecot::start();
    let sink = SmtpSink::start(&[]);
    let desk = desk(&dovecot, sink.address.port());
    let said = check(&desk, "2");
    assert!(said.contains("bad: the canary to upgrade@vendor.example did not arrive within 2 seconds"), "{said}");
    assert!(said.contains("bad: mail to upgrade+canary@vendor.example did not arrive within 2 seconds"), "{said}");
    assert!(said.contains("none was ever sent"), "{said}");
    desk.change_rule("access.toml", "authserv_id = ", "# authserv_id = ");
    assert!(check(&desk, "2").contains("note: access.toml names no authserv_id"));
}
