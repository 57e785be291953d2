//! The desk's own program in a network of its own, where every address of the
//! table is on the loopback: strace tells to whom it connects (TD3).

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use upgrade_desk::desk::ports::PORTS;
use upgrade_desk::shell::clock;

use super::{Row, as_table, registered, table};
use crate::authority::desk::Mail;
use crate::support::desk::{BINARY, Desk};
use crate::support::letter;
use crate::support::program::program;

/// A unit whose request was agreed while the register had a harmless address.
struct Case {
    row: Row,
    /// What the register gets as its address.
    ip: IpAddr,
    number: usize,
}

impl Case {
    fn serial(&self) -> String {
        format!("SM-{:04}-22A", 7000 + self.number)
    }

    /// The same in the mail and, at first, in the register.
    fn harmless(&self) -> String {
        format!("198.51.100.{}", self.number + 1)
    }

    fn person(&self) -> String {
        format!("ada@unit-{}.example", self.number)
    }

    fn form(&self) -> String {
        format!(
            "Admin Name: Ada Miles\nCompany Name: Unit {number} Ltd\nAdmin Email: {person}\n\
             Admin Phone: +1 312 555 0101\n\nUnit Serial Number: {serial}\nUnit MAC Address: {mac}\n\
             Unit IP Address: {ip}\nManager Password: heron 44 Rock\nASAP: yes\n",
            number = self.number,
            person = self.person(),
            serial = self.serial(),
            mac = self.mac(),
            ip = self.harmless(),
        )
    }

    fn mac(&self) -> String {
        format!("00:00:5E:00:53:{:02X}", self.number)
    }

    /// `None`: it is never asked.
    fn asked(&self) -> Option<IpAddr> {
        self.row.answer.parse().ok()
    }
}

/// Every address that a register can have, each once, without private networks.
fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for row in table().into_iter().filter(|row| row.units.is_empty()) {
        let Some(ip) = registered(&as_table(&row.written), true).first().copied() else { continue };
        if !cases.iter().any(|case| case.ip == ip) {
            cases.push(Case { row, ip, number: cases.len() });
        }
    }
    cases
}

fn register(cases: &[Case], address: impl Fn(&Case) -> String) -> Value {
    let company =
        |case: &Case| json!({ "id": format!("c{}", case.number), "name": format!("Unit {} Ltd", case.number) });
    let person = |case: &Case| {
        json!({
            "address": case.person(), "company": format!("c{}", case.number), "name": "Ada Miles",
            "phones": ["+13125550101"], "roles": ["consent"],
        })
    };
    let unit = |case: &Case| {
        json!({
            "serial": case.serial(), "company": format!("c{}", case.number), "mac": case.mac(), "ips": [address(case)],
        })
    };
    json!({
        "companies": cases.iter().map(company).collect::<Vec<Value>>(),
        "representatives": cases.iter().map(person).collect::<Vec<Value>>(),
        "units": cases.iter().map(unit).collect::<Vec<Value>>(),
    })
}

fn import(desk: &Desk, register: &Value) {
    fs::write(desk.path("register.json"), register.to_string()).unwrap();
    let config = desk.config();
    let words = ["register", "import", "register.json", "--yes", "--config", config.to_str().unwrap()];
    succeeded(&desk.command(&words));
}

fn succeeded(output: &Output) {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

fn put(desk: &Desk, number: usize, mail: &Mail<'_>) {
    let date = clock::now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let text = mail.text(u32::try_from(number).unwrap()).replace("{{now}}", &date).replace('\n', "\r\n");
    fs::write(desk.path("mailbox/new").join(format!("{number:05}.eml")), text).unwrap();
}

/// The Message-ID of the notice to staff about each unit, by its serial number.
fn notices(desk: &Desk) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(desk.path("postman/new")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let letter = letter::parts(&bytes).unwrap();
        let (subject, id) = (letter.field("Subject").unwrap(), letter.field("Message-ID").unwrap());
        if let Some(serial) = subject.split_once("Unit ").and_then(|(_, rest)| rest.split_once(':')) {
            found.insert(serial.0.to_owned(), id.trim().trim_matches(['<', '>']).to_owned());
        }
    }
    found
}

/// Puts the addresses on the loopback, those that it takes; listens on port 80 of
/// all of them and counts what is sent there; then runs the desk under strace.
const SCRIPT: &str = r#"
set -eu
"$IP" link set lo up
while read -r address; do "$IP" addr add "$address" dev lo 2>/dev/null || true; done <addresses
"$PYTHON" listener.py &
listener=$!
until [ -e listening ]; do "$PYTHON" -c 'import time; time.sleep(0.05)'; done
status=0
"$STRACE" -f -qq -e trace=connect -o connects "$DESK" run --drain --config desk.toml 2>>log || status=$?
kill "$listener"
exit "$status"
"#;

const LISTENER: &str = r#"
import socket
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True, backlog=200)
open("listening", "w").close()
while True:
    connection, peer = server.accept()
    with connection, open("heard", "a") as heard:
        connection.settimeout(10)
        print(len(connection.recv(100)), file=heard, flush=True)
"#;

fn run_alone(desk: &Desk, cases: &[Case]) {
    let address = |ip: IpAddr| if ip.is_ipv4() { format!("{ip}/32\n") } else { format!("{ip}/128\n") };
    let mut addresses: String = cases.iter().map(|case| address(case.ip.to_canonical())).collect();
    addresses.extend(cases.iter().map(|case| format!("{}/32\n", case.harmless())));
    fs::write(desk.path("addresses"), addresses).unwrap();
    fs::write(desk.path("listener.py"), LISTENER).unwrap();
    let unshare = program("unshare", "util-linux");
    let alone = Command::new(&unshare).args(["--user", "--net", "--map-root-user", "true"]).output().unwrap();
    assert!(
        alone.status.success(),
        "this machine lets nobody have a network of his own (user namespaces are off), so that it cannot be shown to \
         whom the desk connects: {}",
        String::from_utf8_lossy(&alone.stderr)
    );
    let output = Command::new(unshare)
        .args(["--user", "--net", "--map-root-user", "timeout", "--kill-after=5", "120", "sh", "-c", SCRIPT])
        .env("IP", program("ip", "iproute2"))
        .env("STRACE", program("strace", "strace"))
        .env("PYTHON", program("python3", "python3"))
        .env("DESK", BINARY)
        .current_dir(desk.config().parent().unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), desk.log());
}

/// Every connection of the internet families in strace's words, with how often.
fn connections(path: &Path) -> BTreeMap<(IpAddr, u16), usize> {
    let mut found = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| line.contains("sa_family=AF_INET")) {
        let between =
            |from: &str, to: &str| line.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(it, _)| it);
        let ip = between("inet_addr(\"", "\"").or_else(|| between("inet_pton(AF_INET6, \"", "\""));
        let port = between("port=htons(", ")");
        let to = ip.and_then(|ip| ip.parse().ok()).zip(port.and_then(|port| port.parse().ok()));
        *found.entry(to.unwrap_or_else(|| panic!("cannot be read: {line}"))).or_default() += 1;
    }
    found
}

/// Issue line: "`strace` of a run with the address table of TD3 shows connections
/// only to register addresses and the three ports".
#[test]
#[ignore = "needs strace and a network of its own: make test runs it"]
fn the_desk_connects_to_what_the_register_has_and_may_have_and_to_nothing_else() {
    let cases = cases();
    let allowed: Vec<IpAddr> = cases.iter().filter_map(Case::asked).collect();
    assert!(cases.len() - allowed.len() >= 35 && allowed.len() >= 15, "{} of {}", allowed.len(), cases.len());
    println!("{} addresses of units in the register, {} of them may be asked", cases.len(), allowed.len());
    let desk = Desk::of_folders();
    desk.change_rule("desk.toml", "precheck = \"by_agent\"", "precheck = \"by_desk\"");
    import(&desk, &register(&cases, Case::harmless));
    for case in &cases {
        put(&desk, case.number, &Mail::new(&case.person(), "Upgrade please", &case.form()));
    }
    let config = desk.config();
    let drain = ["run", "--drain", "--config", config.to_str().unwrap()];
    succeeded(&desk.command(&drain));
    // From here on the register has the table's addresses; the mails had others.
    import(&desk, &register(&cases, |case| case.row.written.clone()));
    let notices = notices(&desk);
    for case in &cases {
        let notice = notices.get(&case.serial()).unwrap_or_else(|| panic!("{}: no notice", case.serial()));
        put(&desk, 1000 + case.number, &Mail::new("noa@vendor.example", "Re: test", "#precheck").answers(notice));
    }
    run_alone(&desk, &cases);

    let mut expected: BTreeMap<(IpAddr, u16), usize> = BTreeMap::new();
    for (ip, port) in allowed.iter().flat_map(|ip| PORTS.map(|port| (*ip, port))) {
        *expected.entry((ip, port)).or_default() += 1;
    }
    assert_eq!(connections(&desk.path("connects")), expected);
    let heard = fs::read_to_string(desk.path("heard")).unwrap();
    assert_eq!(heard.lines().count(), allowed.len(), "port 80 is the one that is open");
    assert!(heard.lines().all(|bytes| bytes == "0"), "nothing is sent: {heard}");

    let events = events(&desk);
    let count = |name: &str| events.iter().filter(|event| event["type"] == name).count();
    assert_eq!(
        (count("ports_asked"), count("ports_found"), count("ports_untested")),
        (allowed.len(), allowed.len(), 0)
    );
    for event in events.iter().filter(|event| event["type"] == "ports_found") {
        let said: Vec<(u64, &str)> = event["ports"].as_array().unwrap().iter().map(port).collect();
        assert_eq!(said, [(22, "refused"), (80, "open"), (8081, "refused")], "{event}");
        assert!(event["from"].as_str().unwrap().parse::<IpAddr>().is_ok(), "{event}");
    }
}

fn port(seen: &Value) -> (u64, &str) {
    (seen["port"].as_u64().unwrap(), seen["answer"].as_str().unwrap())
}

/// All events of the journal.
fn events(desk: &Desk) -> Vec<Value> {
    let of = |record: &Value| -> Vec<Value> {
        let changes = record["what"]["changes"].as_array().cloned().unwrap_or_default();
        changes.iter().flat_map(|change| change["events"].as_array().cloned().unwrap_or_default()).collect()
    };
    desk.journal().iter().flat_map(of).collect()
}
