//! Whether the ports of a unit are open (T5b, decisions 18, TD3).

mod network;

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use upgrade_desk::desk::input::Input;
use upgrade_desk::desk::ports::{Answer, Ended, Found, Net, PORTS, PortSeen, Reachable};
use upgrade_desk::desk::record::What;
use upgrade_desk::desk::rules::Precheck;
use upgrade_desk::desk::ticket::{Event, Happened, PortsTest, Ticket};
use upgrade_desk::shell::clock::Clock;
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::ports::{Tester, Testing};
use upgrade_desk::shell::process::plainly;
use upgrade_desk::shell::{register, rules, timers};

use crate::authority::desk::{DANA, Desk, Mail, right_form};

/// A line of `fixtures/ports/addresses.txt`.
pub struct Row {
    pub written: String,
    pub answer: String,
    pub units: Vec<Net>,
}

pub fn table() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ports/addresses.txt");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let (written, answer) = (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned());
            let units = cells.next().unwrap_or("").split(',').map(str::trim).filter(|net| !net.is_empty());
            Row { written, answer, units: units.map(|net| net.parse().unwrap()).collect() }
        })
        .collect()
}

/// The register with one unit that has this address, as a table.
fn as_table(written: &str) -> String {
    format!("kind,id,company,name,serial,mac,ips\nunit,,acme,,SM-0417-22A,00:00:5E:00:53:0A,\"{written}\"\n")
}

fn as_object(written: &str) -> String {
    let unit = serde_json::json!({
        "serial": "SM-0417-22A", "company": "acme", "mac": "00:00:5E:00:53:0A", "ips": [written]
    });
    serde_json::json!({ "companies": [], "representatives": [], "units": [unit] }).to_string()
}

/// What the register has of a unit with this address.
fn registered(text: &str, is_csv: bool) -> Vec<IpAddr> {
    let read = register::read_text(text, is_csv);
    read.map(|read| read.register.units.into_iter().flat_map(|unit| unit.ips).collect()).unwrap_or_default()
}

/// TD3: only what the register reads as an address, and of that only what may be
/// the address of a unit.
#[test]
fn only_addresses_of_units_are_ever_asked() {
    let (mut forbidden, mut allowed, mut wrong) = (0, 0, Vec::new());
    for Row { written, answer, units } in table() {
        let found = registered(&as_table(&written), true);
        assert_eq!(found, registered(&as_object(&written), false), "{written}: both files say the same");
        let said = match found.as_slice() {
            [] => "no address".to_owned(),
            [ip] => match Reachable::new(*ip, &units) {
                Ok(address) => address.ip().to_string(),
                Err(why) => <&'static str>::from(why).to_owned(),
            },
            several => panic!("{written}: {several:?}"),
        };
        if said == answer {
            if said.parse::<IpAddr>().is_ok() { allowed += 1 } else { forbidden += 1 }
        } else {
            wrong.push(format!("{written}: expected {answer}, found {said}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(forbidden >= 40 && allowed >= 20, "{forbidden} forbidden, {allowed} allowed");
}

#[test]
fn only_private_networks_can_be_named() {
    for good in ["10.0.0.0/8", "10.20.0.0/16", "172.16.0.0/12", "192.168.1.9/32", "100.64.0.0/10", "fc00::/7"] {
        assert_eq!(good.parse::<Net>().unwrap().to_string(), good);
    }
    for bad in [
        "0.0.0.0/0",
        "::/0",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "10.0.0.0",
        "10.0.0.1/8",
        "10.0.0.0/7",
        "10.0.0.0/33",
        "172.16.0.0/11",
        "192.168.0.0/15",
        "203.0.113.0/24",
        "fe80::/10",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/255",
        "fc00::/6",
        "010.0.0.0/8",
        "net/8",
        "",
    ] {
        assert!(bad.parse::<Net>().is_err(), "{bad}");
    }
}

/// A tester that says the same of every unit, and how often it was asked.
fn saying(answer: Answer, clock: &Clock) -> (Tester, Arc<AtomicUsize>) {
    let (asked, clock) = (Arc::new(AtomicUsize::new(0)), clock.clone());
    let counted = Arc::clone(&asked);
    let tester: Tester = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ended::Found(found(answer, clock.now()))))
    });
    (tester, asked)
}

/// 22 and 80 are open, 8081 says this.
fn found(answer: Answer, tested: Timestamp) -> Found {
    let say = |port| PortSeen { port, answer: if port == 8081 { answer } else { Answer::Open } };
    Found { tested, from: Some("192.0.2.200".parse().unwrap()), ports: PORTS.map(say).to_vec() }
}

/// Dana's upgrade is agreed for Thursday 10:00, and a day before it the test of its
/// ports is wished for; nobody has made it yet.
async fn wished() -> Desk {
    let mut desk = Desk::with(|rules| rules.desk.precheck = Precheck::ByDesk).await;
    desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade please", &right_form())).await;
    at(&desk, "2026-12-09T18:00:00Z");
    timers::fire_due(&desk.stage.desk).await.unwrap();
    assert!(ticket(&desk).await.work.ports_wish.is_some());
    desk
}

fn at(desk: &Desk, moment: &str) {
    desk.stage.desk.clock.stand_at(moment.parse().unwrap());
}

async fn ticket(desk: &Desk) -> Ticket {
    desk.stage.desk.store.read(|view| view.tickets()).await.unwrap().remove(0)
}

/// How many letters M-10 there are, and what became of the tests, by event.
async fn came_of_it(desk: &Desk) -> (usize, String) {
    let id = ticket(desk).await.id;
    let (letters, events) =
        desk.stage.desk.store.read(move |view| Ok((view.letters()?, view.events(&id)?))).await.unwrap();
    let names = events.iter().map(|happened| <&'static str>::from(&happened.event));
    let names: Vec<&str> = names.filter(|name| name.starts_with("ports_") || *name == "blocked").collect();
    (letters.iter().filter(|letter| letter.letter.template == "M-10").count(), names.join(" "))
}

async fn ended(desk: &Desk, asked: Timestamp, ended: Ended) {
    let test = PortsTest { ticket: ticket(desk).await.id, asked, ended };
    desk.stage.desk.decide_on(Input::Ports(test)).await.unwrap();
}

/// A crash between wish and result: neither lost nor told twice, and every
/// connection stands behind a wish of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_the_desk_died_in_is_made_once_more_and_told_once() {
    let desk = wished().await;
    let first = ticket(&desk).await.work.ports_wish.unwrap().asked;
    at(&desk, "2026-12-09T18:00:20Z");
    let (tester, asked) = saying(Answer::NoAnswer, &desk.stage.desk.clock);
    let mut testing = Testing::new(Arc::clone(&desk.stage.desk), tester);
    assert_eq!((testing.all().await.unwrap(), asked.load(Ordering::SeqCst)), (0, 0), "the minute is not over");
    at(&desk, "2026-12-09T18:01:01Z");
    assert_eq!((testing.all().await.unwrap(), asked.load(Ordering::SeqCst)), (2, 1));
    assert_eq!(came_of_it(&desk).await, (1, "ports_asked ports_asked ports_found blocked".to_owned()));
    // The dead one's result would come now, and the living one's a second time.
    let second = ticket(&desk).await.work.ports_asked_at.unwrap();
    for asked in [first, second] {
        ended(&desk, asked, Ended::Found(found(Answer::Open, asked))).await;
        ended(&desk, asked, Ended::Lost).await;
    }
    assert_eq!(came_of_it(&desk).await, (1, "ports_asked ports_asked ports_found blocked".to_owned()));
    assert_eq!(ticket(&desk).await.precheck_ok, Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_dies_in_every_test_stops_testing_and_says_so() {
    let desk = wished().await;
    for minute in 2..5 {
        at(&desk, &format!("2026-12-09T18:0{minute}:00Z"));
        let asked = ticket(&desk).await.work.ports_wish.unwrap().asked;
        ended(&desk, asked, Ended::Lost).await;
    }
    let events = "ports_asked ports_asked ports_asked ports_untested".to_owned();
    assert_eq!(came_of_it(&desk).await, (0, events));
    assert_eq!(ticket(&desk).await.work.ports_wish, None);
}

/// TD3: what is found is about the register's address, and about no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_changed_meanwhile_makes_the_result_worthless() {
    for (address, said) in [("203.0.113.77", "another address"), ("127.0.0.1", "another address")] {
        let desk = wished().await;
        let asked = ticket(&desk).await.work.ports_wish.unwrap().asked;
        import(&desk, address).await;
        ended(&desk, asked, Ended::Found(found(Answer::Refused, asked))).await;
        assert_eq!(came_of_it(&desk).await, (0, "ports_asked ports_untested".to_owned()));
        let id = ticket(&desk).await.id;
        let events = desk.stage.desk.store.read(move |view| view.events(&id)).await.unwrap();
        let why = |happened: &Happened| matches!(&happened.event, Event::PortsUntested { why } if why.contains(said));
        assert!(events.iter().any(why), "{events:#?}");
    }
}

async fn import(desk: &Desk, address: &str) {
    let mut register = sample_register().unwrap();
    let unit = register.units.iter_mut().find(|unit| unit.serial == "SM-0417-22A").unwrap();
    unit.ips = vec![address.parse().unwrap()];
    unit.row += 1;
    plainly(&desk.stage.desk, vec![What::Imported { register, by: "test".to_owned() }]).await.unwrap();
}

/// Staff hear why; the customer can do nothing about it and hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_address_is_not_asked_and_only_staff_are_told() {
    let mut desk = Desk::with(|rules| rules.desk.precheck = Precheck::ByDesk).await;
    desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade please", &right_form())).await;
    import(&desk, "169.254.169.254").await;
    at(&desk, "2026-12-09T17:59:00Z");
    timers::fire_due(&desk.stage.desk).await.unwrap();
    let (tester, asked) = saying(Answer::Refused, &desk.stage.desk.clock);
    assert_eq!(Testing::new(Arc::clone(&desk.stage.desk), tester).all().await.unwrap(), 0);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(came_of_it(&desk).await, (0, "ports_untested".to_owned()));
    let letters = desk.stage.desk.store.read(|view| view.letters()).await.unwrap();
    let last = letters.last().unwrap();
    assert!(last.letter.template == "M-31" && last.letter.for_staff, "{last:?}");
}

/// Our own side has no way there: that is not the customer's to cure.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_on_our_side_is_told_to_staff_alone() {
    let desk = wished().await;
    let asked = ticket(&desk).await.work.ports_wish.unwrap().asked;
    ended(&desk, asked, Ended::Failed("203.0.113.10 port 22: Network is unreachable".to_owned())).await;
    assert_eq!(came_of_it(&desk).await, (0, "ports_asked ports_untested".to_owned()));
    assert_eq!(ticket(&desk).await.precheck_ok, None);
}

/// Decisions 18: off unless the operator switches it on.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_operators_word_nothing_is_ever_asked() {
    assert_eq!(rules::load(None).unwrap().desk.precheck, Precheck::ByAgent);
    for precheck in [Precheck::ByAgent, Precheck::Off] {
        let mut desk = Desk::with(|rules| rules.desk.precheck = precheck).await;
        desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade please", &right_form())).await;
        at(&desk, "2026-12-10T17:59:00Z");
        timers::fire_due(&desk.stage.desk).await.unwrap();
        let (tester, asked) = saying(Answer::Refused, &desk.stage.desk.clock);
        let mut testing = Testing::new(Arc::clone(&desk.stage.desk), tester);
        assert!(!testing.is_on());
        assert_eq!((testing.all().await.unwrap(), asked.load(Ordering::SeqCst)), (0, 0));
        assert!(!came_of_it(&desk).await.1.contains("ports_"));
    }
}
