//! TD1, TD2: what a denial tells about units of somebody else: nothing.

use std::collections::BTreeSet;

use upgrade_desk::desk::input::{Input, Place, understand};
use upgrade_desk::desk::known::Ask;
use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::register::Register;
use upgrade_desk::desk::seal::prints::Prints;

use super::desk::{DANA, Desk, Mail, form};

/// A serial of each kind, with the data that the register has or made-up data.
const KINDS: [(&str, &str, &str, &str); 5] = [
    ("unknown", "SM-9999-99Z", "00:00:5E:00:53:F0", "203.0.113.240"),
    ("foreign", "SM-0501-10B", "00:00:5E:00:53:01", "198.51.100.21"),
    ("foreign, other data", "SM-0501-10B", "00:00:5E:00:53:F0", "203.0.113.240"),
    ("foreign and retired", "SM-0502-10B", "00:00:5E:00:53:02", "198.51.100.22"),
    ("retired", "SM-0420-22A", "00:00:5E:00:53:0D", "203.0.113.13"),
];

/// One retired unit for Acme, too.
fn with_a_retired_unit(register: &mut Register) {
    let mut unit = register.units.iter().find(|unit| unit.serial == "SM-0419-22A").unwrap().clone();
    unit.serial = "SM-0420-22A".to_owned();
    unit.mac = "00:00:5E:00:53:0D".to_owned();
    unit.ips = vec!["203.0.113.13".parse().unwrap()];
    unit.retired = true;
    register.units.push(unit);
}

async fn desk() -> Desk {
    Desk::of(|_| {}, with_a_retired_unit).await
}

/// The letter without what is random in it: tags of 32 digits.
fn without_tags(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let words: Vec<String> = text
        .split_inclusive(|c: char| !c.is_ascii_hexdigit())
        .map(|word| if word.len() == 33 { format!("TAG{}", &word[32..]) } else { word.to_owned() })
        .collect();
    words.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn td1_denials_of_unknown_foreign_and_retired_units_are_the_same_bytes() {
    let mut letters = BTreeSet::new();
    let mut sizes = BTreeSet::new();
    for (kind, serial, mac, ip) in KINDS {
        let mut desk = desk().await;
        let came = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &form(serial, mac, ip))).await;
        assert_eq!((came.outcome(), came.outside()), (OutcomeWord::Denied, vec![format!("M-04 {DANA}")]), "{kind}");
        let left = desk.left();
        let to_dana = left.iter().find(|bytes| String::from_utf8_lossy(bytes).contains("To: dana@")).unwrap();
        sizes.insert(to_dana.len());
        letters.insert(without_tags(to_dana));
        // Nor does a problem, a stop or a question about it tell more.
        let question = Mail::new(DANA, "a question", &format!("Is unit {serial} ours?\n"));
        let came = desk.mail("mon 09:10", &question).await;
        assert_eq!(came.outside(), Vec::<String>::new(), "{kind}");
    }
    assert_eq!(letters.len(), 1, "{letters:#?}");
    assert_eq!(sizes.len(), 1, "{sizes:?}");
    let letter = letters.first().unwrap();
    assert!(!letter.contains("SM-05") && !letter.contains("198.51.100"), "{letter}");
}

/// TD2: the store is asked the same for each kind, so no time can differ; also
/// when the foreign unit has an open ticket.
#[tokio::test(flavor = "multi_thread")]
async fn td2_the_same_is_looked_up_for_every_kind() {
    let mut desk = desk().await;
    let jana = form("SM-0501-10B", "00:00:5E:00:53:01", "198.51.100.21")
        .replace("Acme Telephone, Inc.", "Nordwind")
        .replace(DANA, "jana@nordwind.example")
        .replace("+1 312 555 0101", "+49 30 555 0131");
    let came = desk.mail("mon 09:00", &Mail::new("jana@nordwind.example", "Upgrade request", &jana)).await;
    assert_eq!(came.outcome(), OutcomeWord::Scheduled);
    let mut all = Vec::new();
    for (kind, serial, mac, ip) in KINDS {
        let now: jiff::Timestamp = "2026-12-07T18:00:00Z".parse().unwrap();
        let mail = format!("From: {DANA}\r\nMessage-ID: <x@acme-tel.example>\r\nSubject: Upgrade request\r\n\r\n");
        let bytes = format!("{mail}{}", form(serial, mac, ip).replace("{{thu %Y-%m-%d}}", "2026-12-10"));
        let read = understand(bytes.as_bytes(), now, &desk.rules, &Prints::default());
        let place = Place { source: "x".to_owned(), mailbox: String::new(), validity: 0, item: "x".to_owned() };
        let input: Input = read.into_input(place, now, vec!["s".to_owned()], "0".repeat(64));
        let ask = Ask::about(&input, &desk.rules);
        let looks = desk.stage.desk.store.read(move |view| {
            let before = view.looks();
            view.look_up(&ask, now)?;
            let mut after = view.looks();
            for (tree, looks) in &mut after {
                let before = before.get(tree).copied().unwrap_or_default();
                (looks.values, looks.ranges) = (looks.values - before.values, looks.ranges - before.ranges);
            }
            Ok(after)
        });
        all.push((kind, looks.await.unwrap()));
    }
    let (_, first) = &all[0];
    assert!(first.values().map(|looks| looks.values).sum::<u64>() > 10, "{first:?}");
    for (kind, looks) in &all {
        assert_eq!(looks, first, "{kind}");
    }
}
