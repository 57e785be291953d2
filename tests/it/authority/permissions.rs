//! Who may do what by mail (domain 2.3): every action by everybody, played on a
//! whole desk, against the one table below.

use upgrade_desk::desk::record::OutcomeWord;
use upgrade_desk::desk::register::{Representative, Role};
use upgrade_desk::desk::ticket::{Event, Status, Ticket};

use super::desk::{Came, DANA, Desk, Mail, UNIT, form, right_form};
use crate::support::letter;

/// `his own`: a stranger, and the ticket began with his own mail.
/// `done`; `asks`: who may consent is asked, and nothing else happens before he
/// answers; `paused`: nothing is done at the planned time, and people call;
/// `told`: staff are told, and nothing changes; `refused`: a transcript says why;
/// `-`: it does nothing and wakes nobody.
const TABLE: &str = "
                     stranger  his own  other company  may request  may consent  feedback only  agent    lead
open a request       asks      asks     asks           asks         done         asks           asks     asks
supply data          told      told     told           done         done         told           noted    noted
consent              told      told     told           told         done         told           refused  refused
record a phone call  told      told     told           told         told         told           done     done
reschedule           told      told     told           asks         done         asks           refused  refused
propose a time       told      told     told           asks         asks         asks           asks     asks
cancel               told      paused   told           done         done         paused         done     done
cancel, no reason    told      paused   told           done         done         paused         refused  refused
cancel, unconfirmed  told      done     told           done         done         told           done     done
report a problem     done      done     done           done         done         done           done     done
deny                 told      told     told           told         told         told           done     done
override             told      told     told           told         told         told           refused  done
reveal the password  told      told     told           told         told         told           refused  refused
";

const STRANGER: &str = "sol@elsewhere.example";
const BOB: &str = "bob@acme-tel.example";
const FAY: &str = "fay@acme-tel.example";
const JANA: &str = "jana@nordwind.example";
const NOA: &str = "noa@vendor.example";
const LEA: &str = "lea@vendor.example";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Who {
    name: &'static str,
    address: &'static str,
    /// The ticket began with his own mail.
    own: bool,
}

const EVERYBODY: [Who; 8] = [
    Who { name: "stranger", address: STRANGER, own: false },
    Who { name: "his own", address: STRANGER, own: true },
    Who { name: "other company", address: JANA, own: false },
    Who { name: "may request", address: BOB, own: false },
    Who { name: "may consent", address: DANA, own: false },
    Who { name: "feedback only", address: FAY, own: false },
    Who { name: "agent", address: NOA, own: false },
    Who { name: "lead", address: LEA, own: false },
];

impl Who {
    fn is_staff(self) -> bool {
        self.address.ends_with("@vendor.example")
    }

    /// Whose mail the ticket begins with.
    fn opener(self) -> &'static str {
        if self.own { STRANGER } else { DANA }
    }
}

/// A desk with a ticket, and what the mail that is tried answers.
struct Stage {
    desk: Desk,
    /// Of the newest letter to a customer that asks or tells, or of the opener's own mail.
    letter: String,
    notice: String,
}

const FIRST: &str = "first@elsewhere.example";

impl Stage {
    async fn empty() -> Stage {
        let desk = Desk::of(
            |_| {},
            |register| {
                let dana = register.representatives.iter().find(|row| row.address == DANA).unwrap();
                let fay = Representative {
                    address: FAY.to_owned(),
                    name: "Fay Hill".to_owned(),
                    roles: vec![Role::Feedback],
                    ..dana.clone()
                };
                register.representatives.push(fay);
            },
        )
        .await;
        Stage { desk, letter: FIRST.to_owned(), notice: String::new() }
    }

    fn remember(&mut self, came: &Came) {
        let letters = came.decided.iter().flat_map(|decided| &decided.letters);
        for letter in letters {
            match (letter.template.as_str(), letter.to.as_str()) {
                ("M-31", _) => self.notice.clone_from(&letter.message_id),
                (_, DANA) => self.letter.clone_from(&letter.message_id),
                _ => {}
            }
        }
    }

    async fn mail(&mut self, at: &str, mail: &Mail<'_>) -> Came {
        let came = self.desk.mail(at, mail).await;
        self.remember(&came);
        came
    }

    /// The form comes from whoever opens; what a stranger asks Dana confirms.
    async fn opened(who: Who, form: &str, confirmed: bool) -> Stage {
        let mut stage = Stage::empty().await;
        let mut mail = Mail::new(who.opener(), "Upgrade request", form);
        if who.own {
            mail.fields = format!("Message-ID: <{FIRST}>\n");
        }
        stage.mail("mon 09:00", &mail).await;
        if who.own && confirmed {
            let letter = stage.letter.clone();
            stage.mail("mon 09:01", &Mail::new(DANA, "Re: is it yours?", "yes\n").answers(&letter)).await;
        }
        stage
    }

    async fn ticket(&self) -> Option<Ticket> {
        let tickets = self.desk.stage.desk.store.read(|view| view.tickets()).await.unwrap();
        tickets.into_iter().find(|ticket| ticket.problem.is_none())
    }

    async fn has_problem(&self) -> bool {
        let tickets = self.desk.stage.desk.store.read(|view| view.tickets()).await.unwrap();
        tickets.iter().any(|ticket| ticket.problem.is_some())
    }

    /// The mail that is tried: as the answer to what its writer has.
    async fn tried(&mut self, who: Who, words: &str) -> Came {
        self.desk.left();
        let answered = match who {
            _ if who.is_staff() => self.notice.clone(),
            Who { own: true, .. } => FIRST.to_owned(),
            _ => self.letter.clone(),
        };
        let mail = Mail::new(who.address, "Re: the upgrade", words);
        let mail = if answered.is_empty() || answered == FIRST && !who.own { mail } else { mail.answers(&answered) };
        self.desk.mail("mon 09:30", &mail).await
    }
}

/// What came of it, as a word of the table.
fn word(came: &Came, done: bool, before: Option<&Ticket>, after: Option<&Ticket>) -> &'static str {
    let asks = |letter: &String| letter.starts_with("M-15 ") || letter.starts_with("M-22 ");
    let told = came.letters().iter().any(|letter| letter.starts_with("M-31"));
    if came.outcome() == OutcomeWord::Refused {
        assert!(came.decided[0].changes.is_empty() && came.outside().is_empty(), "{:?}", came.letters());
        let mut reasons = came.decided[0].why.iter().map(|why| &why.fact);
        assert!(reasons.any(|reason| reason.len() > 30), "no reason: {:?}", came.decided[0].why);
        return "refused";
    }
    let (was, is) = (before.map(|ticket| ticket.status), after.map(|ticket| ticket.status));
    let as_before = was == is
        && before.map(|ticket| (&ticket.form, &ticket.consents, &ticket.window))
            == after.map(|ticket| (&ticket.form, &ticket.consents, &ticket.window));
    let mut events = came.decided[0].changes.iter().flat_map(|change| &change.events);
    let noted = events.any(|event| matches!(event, Event::Noted { .. }));
    match (done, as_before) {
        (true, _) => "done",
        (false, _) if came.outside().iter().any(asks) => "asks",
        (false, false) if is == Some(Status::Blocked) && told => "paused",
        (false, false) => "changed",
        (false, true) if told => "told",
        (false, true) if noted => "noted",
        (false, true) => "-",
    }
}

async fn played(action: &str, who: Who) -> (&'static str, Came) {
    let no_mac = right_form().replace("Unit MAC Address: 00:00:5E:00:53:0A\n", "");
    let saturday = right_form().replace("{{thu %Y-%m-%d}}", "{{sat %Y-%m-%d}}");
    let by_phone = "#consent phone \"Dana Ruiz\" +1 312 555 0101 I read out the unit and the time; she said yes\n";
    let mut stage = match action {
        "open a request" | "report a problem" => Stage::empty().await,
        "supply data" => Stage::opened(who, &no_mac, false).await,
        "consent" => {
            let mut stage = Stage::opened(who, &saturday, true).await;
            let notice = stage.notice.clone();
            let terms = Mail::new(LEA, "Re: x", "#special approve charged by the hour\n").answers(&notice);
            assert_eq!(stage.mail("mon 09:10", &terms).await.outcome(), OutcomeWord::Commands);
            stage
        }
        "record a phone call" => {
            let mut stage = Stage::opened(Who { own: true, ..who }, &right_form(), false).await;
            let notice = stage.notice.clone();
            let approve = Mail::new(LEA, "Re: x", "#approve I know him\n").answers(&notice);
            assert_eq!(stage.mail("mon 09:10", &approve).await.outcome(), OutcomeWord::Commands);
            stage
        }
        "deny" | "cancel, unconfirmed" => Stage::opened(who, &no_mac, false).await,
        "override" => Stage::opened(who, &form(UNIT, "00:00:5E:00:53:0F", "203.0.113.10"), true).await,
        _ => Stage::opened(who, &right_form(), true).await,
    };
    let staff = who.is_staff();
    let words = match (action, staff) {
        ("open a request", false) => right_form(),
        ("open a request", true) => format!("#new request\n{}", right_form().replace("\n\n", "\n")),
        ("supply data", _) => "Unit MAC Address: 00:00:5E:00:53:0A\n".to_owned(),
        ("consent", _) if staff => "#schedule {{sat %Y-%m-%d}} 10:00 America/Los_Angeles\n".to_owned(),
        ("consent", _) => "yes\n".to_owned(),
        ("record a phone call", _) => by_phone.to_owned(),
        ("reschedule", false) => "Upgrade Time: {{fri %Y-%m-%d}} 11:00\nTime Zone: America/Los_Angeles\n".to_owned(),
        ("reschedule", true) => "#schedule {{fri %Y-%m-%d}} 11:00 America/Los_Angeles\n".to_owned(),
        ("propose a time", false) => "Can't make it Thursday, is another day possible?\n".to_owned(),
        ("propose a time", true) => "#offer {{fri %Y-%m-%d}} 11:00 America/Los_Angeles\n".to_owned(),
        ("cancel" | "cancel, unconfirmed", true) => "#cancel the unit is being moved\n".to_owned(),
        ("cancel, no reason", true) => "#cancel\n".to_owned(),
        ("cancel" | "cancel, no reason" | "cancel, unconfirmed", false) => "STOP\n".to_owned(),
        ("report a problem", false) => format!("URGENT: all phones are down, unit {UNIT} does not work at all.\n"),
        ("report a problem", true) => format!("#new problem {DANA} All phones are down, unit {UNIT}.\n"),
        ("deny", _) => "#deny D-MAC it is another unit\n".to_owned(),
        ("override", _) => "#override D-MAC a new board\n".to_owned(),
        ("reveal the password", _) => "#reveal\n".to_owned(),
        _ => panic!("{action}"),
    };
    let before = stage.ticket().await;
    let came = if action == "open a request" || action == "report a problem" {
        stage.desk.left();
        stage.desk.mail("mon 09:30", &Mail::new(who.address, "The unit", &words)).await
    } else {
        stage.tried(who, &words).await
    };
    for bytes in stage.desk.left() {
        assert!(!letter::text(&bytes).contains("heron 44"), "{action} by {}: a password left", who.name);
    }
    let after = stage.ticket().await;
    let status = after.as_ref().map(|ticket| ticket.status);
    let was = before.as_ref().map(|ticket| ticket.status);
    let events = came.decided.iter().flat_map(|decided| &decided.changes).flat_map(|change| &change.events);
    let happened = |is: fn(&Event) -> bool| events.clone().any(is);
    let done = match action {
        "open a request" | "consent" | "record a phone call" => {
            was != status
                && status == Some(Status::Scheduled)
                && happened(|event| matches!(event, Event::Consented { .. }))
        }
        "supply data" => before.as_ref().map(|ticket| &ticket.form) != after.as_ref().map(|ticket| &ticket.form),
        "reschedule" | "propose a time" => {
            before.as_ref().map(|ticket| &ticket.window) != after.as_ref().map(|ticket| &ticket.window)
        }
        "cancel" | "cancel, no reason" | "cancel, unconfirmed" => status == Some(Status::Cancelled),
        "report a problem" => stage.has_problem().await,
        "deny" => was != status && status == Some(Status::Denied),
        "override" => happened(|event| matches!(event, Event::OverrideAsked { .. } | Event::Overridden { .. })),
        "reveal the password" => false,
        _ => panic!("{action}"),
    };
    (word(&came, done, before.as_ref(), after.as_ref()), came)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_action_by_everybody_is_as_the_table_says() {
    let mut wrong = Vec::new();
    for line in TABLE.lines().skip(2) {
        let mut cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        let action = cells.next().unwrap();
        let expected: Vec<&str> = cells.collect();
        assert_eq!(expected.len(), EVERYBODY.len(), "{line}");
        for (who, expected) in EVERYBODY.into_iter().zip(expected) {
            let (found, came) = played(action, who).await;
            if found != expected {
                let why: Vec<&str> = came.decided[0].why.iter().map(|why| why.fact.as_str()).collect();
                wrong.push(format!(
                    "{action} by {}: expected {expected}, found {found} ({:?}; {why:?}; {:?})",
                    who.name,
                    came.outcome(),
                    came.letters()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
