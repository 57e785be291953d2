//! Commands at the top of new text (5.1).

use std::collections::BTreeSet;

use proptest::prelude::*;
use upgrade_desk::desk::command::{self, Command, CommandLine};

use crate::sample_rules;

const DESK: &str = "America/Los_Angeles";
const RECEIVED: &str = "2026-11-25T18:00:20Z";

fn read(text: &str) -> Vec<CommandLine> {
    command::read(text, sample_rules::zones(), DESK, RECEIVED.parse().unwrap())
}

/// Each command as JSON without its braces, or its fault.
fn show(text: &str) -> Vec<String> {
    let one = |line: CommandLine| match line.read {
        Ok(command) => serde_json::to_string(&command).unwrap().trim_matches(['{', '}']).replace('"', ""),
        Err(fault) => format!("! {}", fault.text),
    };
    read(text).into_iter().map(one).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(show(text), expected, "{text:?}");
}

#[test]
fn only_at_the_very_top() {
    check("#take", &["command:take"]);
    check("\n  \n#take\r\n\r\n#start\r\n", &["command:take", "command:start"]);
    check("#take\nThanks\n#start", &["command:take"]);
    check("Hello\n#take", &[]);
    check("> #take", &[]);
    check("", &[]);
    // A number or a heading is text.
    check("#1 problem: no ring\n#take", &[]);
    check("# take", &[]);
    check("#TAKE:", &["command:take"]);
}

#[test]
fn words_go_on_until_the_next_command() {
    check("#note call him\nafter five\n\nthank you", &["command:note,text:call him\\nafter five\\n\\nthank you"]);
    check(
        "#reply\nDear Dana,\n\n#1 works.\n#note done",
        &["command:reply,text:Dear Dana,\\n\\n#1 works.", "command:note,text:done"],
    );
    check(
        "#done issues: fax is slow; one trunk down\nThanks, Noa",
        &["command:done,issues:[fax is slow,one trunk down]"],
    );
    check("#done\nThanks, Noa", &["command:done,issues:[]"]);
    check("#done issues: none", &["command:done,issues:[]"]);
    check("#feedback All went well.\nNoa", &["command:feedback,text:All went well.\\nNoa"]);
    check(
        "#partial fax\n#rolledback\n#failed no calls",
        &["command:partial,text:fax", "command:rolled_back,text:", "command:failed,text:no calls"],
    );
    check(
        "#deny d-mac: the label says otherwise\nplease look",
        &["command:deny,code:D-MAC,reason:the label says otherwise\\nplease look"],
    );
    check("#cancel by phone\nNoa", &["command:cancel,reason:by phone"]);
    check("#precheck ok\n#applied\n#help", &["command:precheck,closed_ports:[]", "command:applied", "command:help"]);
    check("#precheck fail 8081, 22", &["command:precheck,closed_ports:[8081,22]"]);
}

#[test]
fn schedules() {
    let at = "command:schedule,start:2026-12-03T14:00:00Z,zone:America/Los_Angeles,minutes:";
    for (text, minutes) in [
        ("2026-12-03 06:00 America/Los_Angeles", "null"),
        ("2026-12-03 06:00 America/Los_Angeles [90m]", "90"),
        ("2026-12-03 06:00 PST 90m", "90"),
        ("2026-12-03 6am PST, 90 min", "90"),
        ("Dec 3 2026 06:00 Pacific 1h30m", "90"),
        ("2026-12-03 06:00 PST (2h)", "120"),
    ] {
        check(&format!("#schedule {text}"), &[&format!("{at}{minutes}")]);
    }
    let now = "command:schedule,start:2026-11-25T18:01:00Z,zone:America/Los_Angeles,minutes:";
    check("#schedule now", &[&format!("{now}null")]);
    check("#schedule NOW 45m", &[&format!("{now}45")]);
    check(
        "#schedule 2026-07-14 10:00 PDT",
        &["command:schedule,start:2026-07-14T17:00:00Z,zone:America/Los_Angeles,minutes:null"],
    );
    // Two readings are one too many for a window.
    check(
        "#schedule 2026-07-14 06:00 PST",
        &["! `PST` is not in use on that day, `PDT` is; write PDT or America/Los_Angeles"],
    );
    check(
        "#schedule 2026-12-14 10:00 IST",
        &["! this time has more than one reading: 10:00 IST as India time, \
         UTC+05:30; or 10:00 IST as Jerusalem time, UTC+02:00; or 10:00 IST as Dublin time, UTC+00:00; name a city \
         or an offset"],
    );
    check(
        "#schedule 2026-12-03 10:00",
        &["! a time needs its time zone, and none was found: name a city such as Europe/Berlin, an offset such as \
         UTC-05:00, or an abbreviation such as PST; expected for instance #schedule 2026-12-03 10:00 \
         America/Los_Angeles 90m"],
    );
    check(
        "#schedule",
        &["! no time was found; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"],
    );
    check("#schedule 2026-12-03 06:00 PST 0m", &["! a window is 1 to 1440 minutes long, found 0"]);
    check("#schedule 2026-12-03 06:00 PST 25h", &["! a window is 1 to 1440 minutes long, found 1500"]);
    assert!(show("#schedule 2027-03-14 02:30 PST")[0].contains("does not exist"));
}

#[test]
fn faults_say_the_way_out() {
    check("#shedule now", &["! there is no command #shedule; did you mean #schedule?"]);
    check("#frobnicate", &["! there is no command #frobnicate; #help lists them all"]);
    check("#take please", &["! #take takes no words, found \"please\"; put them in a #note"]);
    check("#note", &["! expected words behind #note"]);
    check("#reply\n\n#take", &["! expected words behind #reply", "command:take"]);
    check("#deny wrong mac", &["! expected #deny with a code, such as #deny D-MAC <reason>, found \"wrong mac\""]);
    for text in ["#precheck fail", "#precheck ok 22", "#precheck fail http", "#precheck fail 0", "#precheck fail 65536"]
    {
        assert!(show(text)[0].starts_with("! expected #precheck ok, or"), "{text}");
    }
    check("#done all fine", &["! expected #done, or #done issues: one; two, found \"all fine\""]);
    for line in ["#shedule", "#take x", "#note", "#deny", "#precheck x", "#done x", "#schedule"] {
        let fault = read(line).remove(0).read.unwrap_err();
        assert!(!fault.text.ends_with('.'), "{}", fault.text);
    }
}

/// The name a command is written with; the compiler asks for a new one here.
fn name(command: &Command) -> &'static str {
    match command {
        Command::Note { .. } => "note",
        Command::Reply { .. } => "reply",
        Command::Take => "take",
        Command::Precheck { .. } => "precheck",
        Command::Schedule { .. } => "schedule",
        Command::Deny { .. } => "deny",
        Command::PasswordFailed | Command::TestPorts => "precheck",
        Command::NotStarted { .. } => "notstarted",
        Command::Continue { .. } => "continue",
        Command::Rollback { .. } => "rollback",
        Command::Start => "start",
        Command::Applied => "applied",
        Command::Done { .. } => "done",
        Command::Partial { .. } => "partial",
        Command::RolledBack { .. } => "rolledback",
        Command::Failed { .. } => "failed",
        Command::Feedback { .. } => "feedback",
        Command::Issue { .. } => "issue",
        Command::LateIssue { .. } => "lateissue",
        Command::Cancel { .. } => "cancel",
        Command::Offer { .. } => "offer",
        Command::Extend { .. } => "extend",
        Command::Remind => "remind",
        Command::Ack => "ack",
        Command::Work => "work",
        Command::Escalate { .. } => "escalate",
        Command::Ask { .. } => "ask",
        Command::Sev { .. } => "sev",
        Command::Link { .. } => "link",
        Command::Propose { .. } => "propose",
        Command::Resolved { .. } => "resolved",
        Command::Transfer { .. } => "transfer",
        Command::Merge { .. } => "merge",
        Command::Close { .. } => "close",
        Command::Assign { .. } => "assign",
        Command::Release => "release",
        Command::Handover { .. } => "handover",
        Command::Cc { .. } => "cc",
        Command::Snooze { .. } => "snooze",
        Command::Status => "status",
        Command::Override { .. } => "override",
        Command::Accept => "accept",
        Command::Spam => "spam",
        Command::Reopen { .. } => "reopen",
        Command::Split { .. } => "split",
        Command::New { .. } => "new",
        Command::Special { .. } => "special",
        Command::Approve { .. } => "approve",
        Command::PhoneConsent { .. } => "consent",
        Command::Board => "board",
        Command::Rota => "rota",
        Command::Swap { .. } => "swap",
        Command::Holiday { .. } => "holiday",
        Command::Undo => "undo",
        Command::Help => "help",
    }
}

#[test]
fn issues_have_an_effect_a_cure_and_what_is_open() {
    let read = |text: &str| match read(text).remove(0).read {
        Ok(Command::Issue { issue } | Command::LateIssue { issue }) => issue,
        other => panic!("{text}: {other:?}"),
    };
    let issue = read("#issue during the fax was dead; effect: no fax; for 10 minutes; cure: restarted; open: no");
    assert_eq!((issue.text.as_str(), issue.effect.as_str()), ("the fax was dead", "no fax; for 10 minutes"));
    assert_eq!((issue.cure.as_str(), issue.open.as_str(), issue.after), ("restarted", "", false));
    let issue = read("#issue after: effect: the logo is gone; open: until Friday");
    assert_eq!((issue.text.as_str(), issue.open.as_str(), issue.after), ("the logo is gone", "until Friday", true));
    let issue = read("#lateissue Note: faxes were lost");
    assert_eq!((issue.text.as_str(), issue.after, issue.late), ("Note: faxes were lost", true, true));
    for wrong in ["#issue", "#issue the fax was dead", "#issue during", "#issue during open: no", "#lateissue"] {
        let [found] = show(wrong).try_into().unwrap_or_else(|found| panic!("{wrong}: {found:?}"));
        assert!(found.starts_with("! expected #"), "{wrong}: {found}");
    }
}

#[test]
fn the_usage_of_each_command_is_one() {
    let mut names = BTreeSet::new();
    for (written, does) in command::usage() {
        assert!(!does.is_empty());
        // What the help shows can be sent as it stands.
        for example in written.split(", or ") {
            let example = example.replace(['[', ']'], "");
            let lines = read(&example);
            assert_eq!(lines.len(), 1, "{example}");
            let command = lines[0].read.as_ref().unwrap_or_else(|fault| panic!("{example}: {}", fault.text));
            assert!(example.starts_with(&format!("#{}", name(command))), "{example}");
            names.insert(name(command));
        }
    }
    let of_words = command::usage().into_iter().map(|(written, _)| written.trim_start_matches('#'));
    let of_words: BTreeSet<&str> = of_words.filter_map(|written| written.split([' ', ',']).next()).collect();
    assert_eq!(names, of_words);
    assert!(names.len() >= 34, "a command was lost: {names:?}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        text in "(#(schedule|done|deny|precheck|note|\\PC{0,6})?[ \\PC]{0,20}(m|h|min|:|\n)?){0,8}",
    ) {
        for line in read(&text) {
            prop_assert!(line.line.starts_with('#'));
        }
    }

    #[test]
    fn prose_is_no_command(text in "[a-zA-Z> ][a-z# \n]{0,60}") {
        prop_assume!(!text.trim_start().starts_with('#'));
        prop_assert_eq!(read(&text), vec![]);
    }
}
