//! Answers of calendars, as programs write them and as attackers do.

use proptest::prelude::*;
use upgrade_desk::desk::calendar::read::answer;

fn object(method: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n\
         BEGIN:VEVENT\r\nUID:UP-2026-00417@desk.example\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[test]
fn an_answer_is_read_as_programs_write_it() {
    let lines = "SEQUENCE:2\r\nATTENDEE;CN=\"Ruiz; Dana: NOC\";PARTSTAT=DECLINED;X-N=1:MAILTO:Dana@Acme-Tel.exa\r\n \
                 mple\r\nBEGIN:VALARM\r\nUID:other\r\nEND:VALARM";
    let answer = answer(&object("REPLY", lines), "reply").unwrap();
    assert_eq!((answer.uid.as_str(), answer.sequence), ("UP-2026-00417@desk.example", Some(2)));
    assert_eq!(answer.of("dana@acme-tel.example"), Some("DECLINED"));
    assert_eq!(answer.of("bob@acme-tel.example"), None);
}

#[test]
fn a_proposed_time_is_an_instant_or_none() {
    let start = |lines: &str| answer(&object("COUNTER", lines), "COUNTER").unwrap().start;
    let noon = Some("2026-12-03T18:00:00Z".parse().unwrap());
    assert_eq!(start("DTSTART:20261203T180000Z"), noon);
    assert_eq!(start("DTSTART;TZID=America/Chicago:20261203T120000"), noon);
    let unclear = [
        "DTSTART:20261203T120000",
        "DTSTART;TZID=My Office:20261203T120000",
        "DTSTART;VALUE=DATE:20261203",
        "DTSTART;TZID=America/Chicago:20261101T013000",
        "DTSTART:20261203T180000Z\r\nRRULE:FREQ=SECONDLY",
        "DTSTART:99999999T999999Z",
    ];
    for lines in unclear {
        assert_eq!(start(lines), None, "{lines}");
    }
}

/// RFC 6047 2.4: the method of the part and of the object are one.
#[test]
fn what_is_no_single_answer_is_none() {
    let good = object("REPLY", "SEQUENCE:0");
    assert!(answer(&good, "REPLY").is_some());
    assert!(answer(&good, "COUNTER").is_none());
    let event = "BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n";
    assert!(answer(&good.replace("END:VCALENDAR", &format!("{event}END:VCALENDAR")), "REPLY").is_none());
    assert!(answer(&good.replace("METHOD:REPLY", "METHOD:REPLY\r\nMETHOD:COUNTER"), "REPLY").is_none());
    assert!(answer(&good.replace("UID:", "X-UID:"), "REPLY").is_none());
    assert!(answer(&object("REPLY", &"X:1\r\n".repeat(2000)), "REPLY").is_none());
    assert!(answer(&object("REPLY", &"x".repeat(100_000)), "REPLY").is_none());
}

proptest! {
    /// Nothing that comes makes the reader panic.
    #[test]
    fn any_text_is_read(lines in "(?s).{0,300}", soup in "[A-Z;:=\"\r\n \tTZ0-9a-zé-]{0,400}") {
        drop(answer(&lines, "REPLY"));
        drop(answer(&soup, "REPLY"));
        drop(answer(&object("REPLY", &soup), "REPLY"));
        drop(answer(&object("COUNTER", &format!("DTSTART;TZID={lines}:{soup}\r\nATTENDEE{soup}")), "COUNTER"));
    }
}
