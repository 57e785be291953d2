//! IMAP against a server that misbehaves as told (I-1 to I-12, TG1).

use std::time::Duration;

use jiff::Timestamp;
use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::record::{Floor, Folder};
use upgrade_desk::shell::config::{Imap, Password, Security, StartFrom};
use upgrade_desk::shell::source::imap::ImapSource;
use upgrade_desk::shell::source::{ErrorKind, Listed, Source, SourceError, Woken};

use super::fetch;
use crate::support::scripted_imap::{Act, ScriptedImap, answer, ok, opening, say, session};
use crate::support::tls_server;

const STEP: Duration = Duration::from_millis(500);
const SIZE_MAX: u64 = 1000;
const PASSWORD: &str = "open sesame";

fn settings(port: u16, security: Security) -> Imap {
    Imap {
        host: "localhost".to_owned(),
        port,
        security,
        user: "desk".to_owned(),
        password: Password::new(PASSWORD.to_owned()),
        mailbox: "INBOX".to_owned(),
        processed: "Processed".to_owned(),
        quarantine: "Quarantine".to_owned(),
        private_ca: (security != Security::Plain).then(|| tls_server::file("ca.pem")),
        start_from: StartFrom::All,
        // Of copies: `source/copies.rs`.
        replace_secrets: false,
    }
}

pub(super) fn source(port: u16) -> ImapSource {
    ImapSource::new(settings(port, Security::Plain), SIZE_MAX).unwrap().with_step_limit(STEP)
}

fn place(uid: u32) -> Place {
    let (source, mailbox) = ("imap".to_owned(), "desk@localhost/INBOX".to_owned());
    Place { source, mailbox, validity: 7, item: uid.to_string() }
}

fn listed(uid: u32, size: u64) -> Listed {
    Listed { place: place(uid), received: Timestamp::UNIX_EPOCH, size }
}

/// An untagged FETCH with this body.
fn body(uid: u32, text: &str) -> String {
    format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n{text})\r\n", text.len())
}

/// Connects over several scripts that all end before they are open, and gives the error.
async fn refused(script: Vec<Act>, security: Security) -> (SourceError, Vec<String>) {
    let server = ScriptedImap::start(vec![script]).await;
    let mut source = ImapSource::new(settings(server.port, security), SIZE_MAX).unwrap().with_step_limit(STEP);
    let error = source.connect().await.expect_err("the connection must not come about");
    drop(source);
    let heard = server.heard().await.remove(0);
    assert!(!error.text.contains(PASSWORD), "{error}");
    (error, heard)
}

/// Nothing of what was heard may hold the password.
fn no_login(heard: &[String]) {
    assert!(!heard.iter().any(|line| line.contains("LOGIN") || line.contains(PASSWORD)), "{heard:?}");
}

/// Opens, fetches mails 1 to 3 (and what else is wanted), and gives what came.
async fn fetch_from(script: Vec<Vec<Act>>, wanted: &[Listed]) -> (Vec<(String, Option<String>)>, Option<SourceError>) {
    let server = ScriptedImap::start(vec![session(script)]).await;
    let mut source = source(server.port);
    source.connect().await.unwrap();
    let (fetched, result) = fetch(&mut source, wanted).await;
    if result.is_err() {
        let again = source.list().await.unwrap_err();
        assert!(again.text.contains("connect first"), "an error costs the connection: {again}");
    }
    drop(source);
    server.heard().await;
    let shown = fetched
        .into_iter()
        .map(|mail| (mail.place.item, mail.bytes.map(|bytes| String::from_utf8(bytes).unwrap())))
        .collect();
    (shown, result.err())
}

fn came(mails: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    mails.iter().map(|(item, text)| ((*item).to_owned(), Some((*text).to_owned()))).collect()
}

#[tokio::test]
async fn opens_lists_fetches_and_moves() {
    let list = "* 1 FETCH (UID 9 RFC822.SIZE 6 INTERNALDATE \"25-Nov-2026 09:30:00 +0100\")\r\n\
                * 2 FETCH (UID 4 RFC822.SIZE 5000 INTERNALDATE \" 5-Nov-2026 09:30:00 -0800\")\r\n";
    let server = ScriptedImap::start(vec![session(vec![
        ok("UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)", list),
        ok("UID FETCH 9 (UID BODY.PEEK[])", &body(9, "a\r\nb\r\n")),
        ok("UID MOVE 9 \"Processed\"", "* 1 EXPUNGE\r\n"),
        ok("UID MOVE 4 \"Quarantine\"", "* OK [COPYUID 8 4 1] moved\r\n* 1 EXPUNGE\r\n"),
    ])])
    .await;
    let mut source = source(server.port);
    let opened = source.connect().await.unwrap();
    assert_eq!((opened.source.as_str(), opened.mailbox.as_str()), ("imap", "desk@localhost/INBOX"));
    assert_eq!((opened.validity, opened.next_item), (7, 100));

    let listed = source.list().await.unwrap();
    let shown: Vec<(&str, u64, String)> =
        listed.iter().map(|mail| (mail.place.item.as_str(), mail.size, mail.received.to_string())).collect();
    let expected = [("4", 5000, "2026-11-05T17:30:00Z".to_owned()), ("9", 6, "2026-11-25T08:30:00Z".to_owned())];
    assert_eq!(shown, expected, "in the order of UIDs");

    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    assert_eq!((fetched[0].place.item.as_str(), fetched[0].size, &fetched[0].bytes), ("4", 5000, &None));
    assert_eq!((fetched[1].place.item.as_str(), fetched[1].size), ("9", 6));
    assert_eq!(fetched[1].bytes.as_deref(), Some(&b"a\r\nb\r\n"[..]));

    let mut renumbered = place(77);
    renumbered.validity = 6;
    let done = [(place(9), Folder::Processed), (place(4), Folder::Quarantine), (renumbered, Folder::Processed)];
    source.settle(&done).await.unwrap();
    drop(source);
    let heard = server.heard().await.remove(0);
    assert!(!heard.iter().any(|line| line.contains("77")), "a UID of another UIDVALIDITY is another mail: {heard:?}");
}

#[tokio::test]
async fn sets_of_a_hundred_are_on_the_way_four_at_a_time() {
    let set = |first: u32| format!("UID FETCH {first}:{} (UID BODY.PEEK[])", first + 99);
    let hear = |first: u32| vec![Act::Hear(set(first))];
    let bodies = |first: u32| (first..first + 100).map(|uid| body(uid, "x\r\n")).collect::<String>();
    let mut script = vec![hear(1), hear(101), hear(201), hear(301)];
    // All four are heard before one is answered; the second is answered first.
    script.push(vec![Act::Say(format!("{}A0007 OK\r\n", bodies(101)))]);
    script.push(vec![Act::Hear("UID FETCH 401:450 ".to_owned())]);
    let rest = [bodies(1), bodies(201), bodies(301), (401..451).map(|uid| body(uid, "x\r\n")).collect()].concat();
    script.push(vec![Act::Say(format!("{rest}A0006 OK\r\nA0008 OK\r\nA0009 OK\r\n{{tag}} OK\r\n"))]);
    let wanted: Vec<Listed> = (1..451).map(|uid| listed(uid, 3)).collect();
    let (mails, error) = fetch_from(script, &wanted).await;
    assert_eq!(error, None);
    assert_eq!(mails.len(), 450);
}

#[tokio::test]
async fn what_came_before_the_error_is_whole_and_the_rest_is_no_mail() {
    let fetching = |reply: &str| vec![answer("UID FETCH 1:3 ", &format!("{}{reply}", body(1, "one")))];
    let first = came(&[("1", "one")]);
    for (reply, kind, text) in [
        ("{tag} NO not today\r\n", ErrorKind::Protocol, "refused fetching mail: not today"),
        ("{tag} NO [SERVERBUG] later\r\n", ErrorKind::Transient, "cannot do fetching mail now"),
        ("{tag} BAD what\r\n", ErrorKind::Protocol, "does not understand"),
        ("* BYE shutting down\r\n", ErrorKind::Transient, "shutting down"),
        ("", ErrorKind::Transient, "closed the connection"),
        ("* 2 FETCH (UID 2 BODY[] {10}\r\nhalf", ErrorKind::Transient, "in the middle of an answer"),
        ("* 2 FETCH (UID 2 BO", ErrorKind::Transient, "in the middle of an answer"),
        ("* 2 FETCH (UID 2 BODY[] {3}\r\nlonger)\r\n{tag} OK\r\n", ErrorKind::Protocol, "cannot be read as IMAP"),
        ("* 2 FETCH (UID 2 BODY[] {100000}\r\n", ErrorKind::Protocol, "a literal of 100000 bytes"),
        ("* 2 FETCH (UID 2 BODY[] {4294967296}\r\n", ErrorKind::Protocol, "a literal of 4294967296 bytes"),
        ("A9999 OK done\r\n", ErrorKind::Protocol, "found another's"),
        ("* OK [UIDVALIDITY 8] renumbered\r\n{tag} OK\r\n", ErrorKind::Transient, "renumbered"),
        ("nonsense\r\n", ErrorKind::Protocol, "cannot be read as IMAP"),
    ] {
        let (mails, error) = fetch_from(fetching(reply), &[listed(1, 3), listed(2, 3), listed(3, 3)]).await;
        let error = error.unwrap_or_else(|| panic!("{reply:?} is no success"));
        assert_eq!(mails, first, "{reply:?}");
        assert_eq!(error.kind, kind, "{reply:?}: {error}");
        assert!(error.text.contains(text), "{reply:?}: {error}");
        assert!(!error.text.contains("longer"), "no mail text in errors: {error}");
    }
}

#[tokio::test]
async fn a_literal_shorter_than_announced_is_never_a_mail() {
    let script = vec![vec![
        Act::Hear("UID FETCH 1 ".to_owned()),
        say("* 1 FETCH (UID 1 BODY[] {50}\r\nshort)\r\n{tag} OK\r\n"),
        Act::Hang,
    ]];
    let (mails, error) = fetch_from(script, &[listed(1, 50)]).await;
    assert_eq!(mails, []);
    assert!(error.unwrap().text.contains("was not done within"));
}

#[tokio::test]
async fn untagged_junk_is_passed_over() {
    let junk = "* 5 EXISTS\r\n* 1 RECENT\r\n* FLAGS (\\Seen)\r\n* ESEARCH (TAG \"x\") UID ALL 1\r\n\
                * X-JUNK {4}\r\nA BC\r\n\
                * NO [ALERT] the disk is nearly full\r\n* BAD odd\r\n* OK [X-NEW-CODE 5] hello\r\n* 4 EXPUNGE\r\n\
                * 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS () UID 2)\r\n* 3 WAT (x)\r\n* CAPABILITY IMAP4rev1 X\r\n\
                * VANISHED 4\r\n* 9 FETCH (UID 99 BODY[] {5}\r\nwrong)\r\n";
    let reply = format!("{junk}{}{junk}{}{junk}{{tag}} OK\r\n", body(2, "two"), body(1, "one"));
    let (mails, error) = fetch_from(vec![answer("UID FETCH 1:2 ", &reply)], &[listed(1, 3), listed(2, 3)]).await;
    assert_eq!(error, None);
    assert_eq!(mails, came(&[("2", "two"), ("1", "one")]), "only what was asked for, each once");
}

#[tokio::test]
async fn what_vanished_is_left_out_and_what_is_said_to_be_small_is_still_limited() {
    let reply = format!("* 2 FETCH (UID 2 BODY[] NIL)\r\n{}{{tag}} OK\r\n", body(3, &"x".repeat(1001)));
    let wanted = [listed(1, 3), listed(2, 3), listed(3, 3)];
    let (mails, error) = fetch_from(vec![answer("UID FETCH 1:3 ", &reply)], &wanted).await;
    assert_eq!(error, None);
    assert_eq!(mails, [("3".to_owned(), None)]);
}

#[tokio::test]
async fn a_mail_over_the_limit_is_never_asked_for() {
    // No FETCH in the script: the server would end the test at one.
    let (mails, error) = fetch_from(vec![], &[listed(1, 1001), listed(2, u64::MAX)]).await;
    assert_eq!(error, None);
    assert_eq!(mails, [("1".to_owned(), None), ("2".to_owned(), None)]);
}

#[tokio::test]
async fn one_mail_that_cannot_be_had_does_not_stop_the_others_for_ever() {
    let no = "{tag} NO damaged\r\n";
    let wanted = [listed(1, 3), listed(2, 3)];
    let alone = |uid: u32, reply: &str| answer(&format!("UID FETCH {uid} "), reply);
    let good = format!("{}{{tag}} OK\r\n", body(1, "one"));
    let server = ScriptedImap::start(vec![
        session(vec![answer("UID FETCH 1:2 ", no)]),
        session(vec![alone(1, &good), alone(2, no)]),
        session(vec![alone(2, no)]),
        session(vec![alone(2, no)]),
        session(vec![]),
    ])
    .await;
    let mut source = source(server.port);
    let mut all = Vec::new();
    for round in 0..5 {
        source.connect().await.unwrap();
        let wanted = if round < 2 { &wanted[..] } else { &wanted[1..] };
        let (fetched, result) = fetch(&mut source, wanted).await;
        assert_eq!(result.is_err(), round < 4, "round {round}");
        all.extend(fetched);
    }
    let shown: Vec<(&str, bool)> = all.iter().map(|mail| (mail.place.item.as_str(), mail.bytes.is_some())).collect();
    assert_eq!(shown, [("1", true), ("2", false)]);
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn a_silent_server_is_given_up_within_the_step_limit() {
    let hang = |before: Vec<Act>| [before, vec![Act::Hang]].concat();
    let greeted = vec![say("* OK ready\r\n")];
    for script in [hang(vec![]), hang(greeted.clone()), hang([greeted, ok("LOGIN", "")].concat())] {
        let begun = tokio::time::Instant::now();
        let (error, _) = refused(script, Security::Plain).await;
        let took = begun.elapsed();
        assert!(error.is_transient(), "{error}");
        assert!(error.text.contains("was not done within 0.5 s"), "{error}");
        assert!(took < 4 * STEP, "{took:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_as_long_as_it_comes() {
    let mut acts = vec![Act::Hear("UID FETCH 1 ".to_owned()), say("* 1 FETCH (UID 1 BODY[] {6}\r\n")];
    for letter in ["s", "l", "o", "w", "l", "y"] {
        acts.extend([Act::Pause(STEP / 2), say(letter)]);
    }
    acts.push(say(")\r\n{tag} OK\r\n"));
    let (mails, error) = fetch_from(vec![acts], &[listed(1, 6)]).await;
    assert_eq!(error, None);
    assert_eq!(mails, came(&[("1", "slowly")]));
}

#[tokio::test]
async fn a_refused_login_is_told_from_a_busy_server() {
    let greeted = |reply: &str| [vec![say("* OK ready\r\n")], answer("LOGIN \"desk\" \"open sesame\"", reply)].concat();
    for (reply, kind) in [
        ("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n", ErrorKind::Refused),
        ("{tag} BAD LOGIN is off\r\n", ErrorKind::Refused),
        ("{tag} NO [UNAVAILABLE] the directory is down\r\n", ErrorKind::Transient),
        ("* BYE too many\r\n", ErrorKind::Transient),
        ("", ErrorKind::Transient),
    ] {
        let (error, _) = refused(greeted(reply), Security::Plain).await;
        assert_eq!(error.kind, kind, "{reply}: {error}");
    }
}

#[tokio::test]
async fn what_no_server_of_ours_may_be_is_said_at_connect() {
    let greeted = |then: Vec<Vec<Act>>| [vec![say("* OK ready\r\n")], ok("LOGIN", ""), then.concat()].concat();
    let capable = ok("CAPABILITY", "* CAPABILITY IMAP4rev1 MOVE\r\n");
    let listed = [ok("LIST", "* LIST () \"/\" Processed\r\n"), ok("LIST", "* LIST () \"/\" Quarantine\r\n")].concat();
    let select = |reply: &str| greeted(vec![capable.clone(), listed.clone(), answer("SELECT", reply)]);
    for (script, kind, text) in [
        (select("{tag} NO no such mailbox\r\n"), ErrorKind::Protocol, "no such mailbox"),
        (select("{tag} NO [INUSE] locked\r\n"), ErrorKind::Transient, "locked"),
        (select("{tag} OK done\r\n"), ErrorKind::Protocol, "expected UIDVALIDITY and UIDNEXT"),
        (vec![say("* PREAUTH you are root\r\n")], ErrorKind::Protocol, "PREAUTH"),
        (vec![say("* BYE full\r\n")], ErrorKind::Transient, "full"),
        (vec![say("220 mail.example ESMTP\r\n")], ErrorKind::Protocol, "IMAP"),
    ] {
        let (error, _) = refused(script, Security::Plain).await;
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.text.contains(text), "{error}");
    }
}

#[tokio::test]
async fn missing_folders_are_made_and_moving_makes_them_again() {
    let server = ScriptedImap::start(vec![
        [
            vec![say("* OK ready\r\n")],
            ok("LOGIN", ""),
            ok("CAPABILITY", "* CAPABILITY IMAP4rev1 MOVE\r\n"),
            ok("LIST \"\" \"Erledigt &- gepr&APw-ft\"", ""),
            ok("CREATE \"Erledigt &- gepr&APw-ft\"", ""),
            ok("LIST \"\" \"Quarantine\"", "* LIST () \"/\" {10}\r\nQuarantine\r\n"),
            ok("SELECT", "* OK [UIDVALIDITY 7] it is\r\n* OK [UIDNEXT 100] next\r\n"),
            answer("UID MOVE 1:2 \"Erledigt", "{tag} NO [TRYCREATE] gone\r\n"),
            ok("LIST", ""),
            ok("CREATE \"Erledigt", ""),
            ok("UID MOVE 1:2 \"Erledigt", ""),
        ]
        .concat(),
    ])
    .await;
    let mut settings = settings(server.port, Security::Plain);
    settings.processed = "Erledigt & geprüft".to_owned();
    let mut source = ImapSource::new(settings, SIZE_MAX).unwrap().with_step_limit(STEP);
    source.connect().await.unwrap();
    source.settle(&[(place(1), Folder::Processed), (place(2), Folder::Processed)]).await.unwrap();
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn the_floor_holds_for_one_numbering() {
    let mail = "* 1 FETCH (UID 99 RFC822.SIZE 6 INTERNALDATE \"25-Nov-2026 09:30:00 +0100\")\r\n";
    let again = [
        vec![say("* OK ready\r\n")],
        ok("LOGIN", ""),
        ok("CAPABILITY", "* CAPABILITY IMAP4rev1 MOVE\r\n"),
        ok("LIST", "* LIST () \"/\" Processed\r\n"),
        ok("LIST", "* LIST () \"/\" Quarantine\r\n"),
        ok("SELECT", "* OK [UIDVALIDITY 8] new\r\n* OK [UIDNEXT 3] next\r\n"),
        ok("UID FETCH 1:* ", mail),
    ]
    .concat();
    let server = ScriptedImap::start(vec![session(vec![ok("UID FETCH 100:* ", mail)]), again]).await;
    let mut source = source(server.port);
    let opened = source.connect().await.unwrap();
    source.set_floor(Floor { below: opened.next_item, since: None });
    assert_eq!(source.list().await.unwrap(), [], "`100:*` gives the last mail, which is not ours");
    let opened = source.connect().await.unwrap();
    assert_eq!(opened.validity, 8);
    assert_eq!(source.list().await.unwrap().len(), 1);
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn idle_wakes_and_is_left_in_order() {
    let idle = |news: &str| [answer("IDLE", "+ idling\r\n"), vec![say(news)], ok("DONE", "")].concat();
    let server = ScriptedImap::start(vec![session(vec![
        ok("UID FETCH 1:* ", ""),
        idle("* OK still here\r\n* 3 EXPUNGE\r\n* 4 EXISTS\r\n"),
        [answer("IDLE", "* 5 EXISTS\r\n+ idling\r\n"), ok("DONE", "")].concat(),
        idle("* OK still here\r\n"),
        ok("UID FETCH 1:* ", "* 6 EXISTS\r\n"),
        ok("UID MOVE", ""),
    ])])
    .await;
    let mut source = source(server.port);
    source.connect().await.unwrap();
    source.list().await.unwrap();
    let long = Duration::from_secs(60);
    assert_eq!(source.wait(long).await.unwrap(), Woken::News, "news while idle");
    assert_eq!(source.wait(long).await.unwrap(), Woken::News, "news before idle began");
    assert_eq!(source.wait(Duration::from_millis(50)).await.unwrap(), Woken::TimeUp);
    source.list().await.unwrap();
    assert_eq!(source.wait(long).await.unwrap(), Woken::News, "told while listing: no IDLE at all");
    source.settle(&[(place(1), Folder::Processed)]).await.unwrap();
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn a_wait_that_is_dropped_costs_nothing() {
    let server = ScriptedImap::start(vec![session(vec![
        ok("UID FETCH 1:* ", ""),
        answer("IDLE", "+ idling\r\n"),
        ok("DONE", "* 4 EXISTS\r\n"),
        ok("UID FETCH 1:* ", ""),
    ])])
    .await;
    let mut source = source(server.port);
    source.connect().await.unwrap();
    source.list().await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(200), source.wait(Duration::from_secs(60))).await;
    assert!(dropped.is_err());
    source.list().await.unwrap();
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn what_goes_wrong_while_idle_is_an_error() {
    for (acts, kind, text) in [
        (answer("IDLE", "+ idling\r\n* BYE restarting\r\n"), ErrorKind::Transient, "restarting"),
        (answer("IDLE", "+ idling\r\n"), ErrorKind::Transient, "closed the connection"),
        (answer("IDLE", "+ idling\r\n{tag} NO enough\r\n"), ErrorKind::Protocol, "ended IDLE by itself"),
        ([vec![Act::Hear("IDLE".to_owned())], vec![Act::Hang]].concat(), ErrorKind::Transient, "IDLE was not done"),
        ([answer("IDLE", "+ idling\r\n"), vec![Act::Hang]].concat(), ErrorKind::Transient, "the end of IDLE was not"),
    ] {
        let list = ok("UID FETCH 1:* ", "");
        let server = ScriptedImap::start(vec![session(vec![list, acts])]).await;
        let mut source = source(server.port);
        source.connect().await.unwrap();
        source.list().await.unwrap();
        let error = source.wait(Duration::from_millis(200)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.text.contains(text), "{error}");
        drop(source);
        server.heard().await;
    }
}

#[tokio::test]
async fn a_server_that_refuses_idle_is_polled() {
    let list = || ok("UID FETCH 1:* ", "");
    let refuse = answer("IDLE", "{tag} NO not you\r\n");
    let server = ScriptedImap::start(vec![session(vec![list(), refuse, list(), list()])]).await;
    let mut source = source(server.port);
    source.connect().await.unwrap();
    for _ in 0..2 {
        source.list().await.unwrap();
        assert_eq!(source.wait(Duration::from_millis(50)).await.unwrap(), Woken::TimeUp);
    }
    source.list().await.unwrap();
    drop(source);
    server.heard().await;
}

#[tokio::test]
async fn the_login_waits_for_tls_on_both_ways() {
    let tls = Act::Tls(tls_server::config("localhost.pem"));
    let implicit = [vec![tls.clone(), say("* OK ready\r\n")], opening()].concat();
    let upgraded =
        [vec![say("* OK ready\r\n")], ok("STARTTLS", "* CAPABILITY IMAP4rev1\r\n"), vec![tls], opening()].concat();
    for (script, security) in [(implicit, Security::Tls), (upgraded, Security::Starttls)] {
        let server = ScriptedImap::start(vec![script]).await;
        let mut source = ImapSource::new(settings(server.port, security), SIZE_MAX).unwrap().with_step_limit(STEP);
        assert_eq!(source.connect().await.unwrap().validity, 7);
        drop(source);
        server.heard().await;
    }
}

#[tokio::test]
async fn nothing_secret_is_said_when_the_way_to_tls_is_disturbed() {
    let tls = || vec![Act::Tls(tls_server::config("localhost.pem"))];
    let greeted = |then: Vec<Vec<Act>>| [vec![say("* OK ready\r\n")], then.concat()].concat();
    for (script, kind, text) in [
        (
            greeted(vec![answer("STARTTLS", "{tag} OK go\r\n* OK [ALERT] injected\r\n"), tls(), opening()]),
            ErrorKind::Protocol,
            "between STARTTLS and TLS",
        ),
        (
            greeted(vec![
                answer("STARTTLS", "{tag} OK go\r\n"),
                vec![Act::Pause(STEP / 5), say("A0001 OK in\r\n")],
                tls(),
            ]),
            ErrorKind::Protocol,
            "no TLS with localhost",
        ),
        (vec![say("* PREAUTH welcome\r\n"), Act::Hang], ErrorKind::Protocol, "PREAUTH"),
        (
            greeted(vec![answer("STARTTLS", "{tag} NO not here\r\n"), opening()]),
            ErrorKind::Configuration,
            "refuses STARTTLS",
        ),
        (
            greeted(vec![answer("STARTTLS", "{tag} BAD what\r\n"), opening()]),
            ErrorKind::Configuration,
            "refuses STARTTLS",
        ),
        (greeted(vec![answer("STARTTLS", "garbage\r\n")]), ErrorKind::Protocol, "the answer to STARTTLS"),
        (greeted(vec![answer("STARTTLS", "* BYE no\r\n")]), ErrorKind::Transient, "no"),
        (vec![say("* BYE full\r\n")], ErrorKind::Transient, "full"),
        (vec![say(&"x".repeat(100_000)), Act::Hang], ErrorKind::Transient, "before TLS"),
        (greeted(vec![answer("STARTTLS", "{tag} OK go\r\n"), vec![Act::Hang]]), ErrorKind::Transient, "TLS handshake"),
    ] {
        let (error, heard) = refused(script, Security::Starttls).await;
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.text.contains(text), "{error}");
        no_login(&heard);
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_ends_it_before_the_login() {
    for certificate in ["elsewhere.pem", "expired.pem"] {
        for security in [Security::Tls, Security::Starttls] {
            let upgrade = [vec![say("* OK ready\r\n")], answer("STARTTLS", "{tag} OK\r\n")].concat();
            let before = if security == Security::Tls { vec![] } else { upgrade };
            let script =
                [before, vec![Act::Tls(tls_server::config(certificate)), say("* OK ready\r\n")], opening()].concat();
            let (error, heard) = refused(script, security).await;
            assert_eq!(error.kind, ErrorKind::Protocol, "{error}");
            assert!(error.text.contains("no TLS with localhost"), "{error}");
            no_login(&heard);
        }
    }
}

#[tokio::test]
async fn a_ca_that_was_not_named_is_not_trusted() {
    let server = ScriptedImap::start(vec![vec![Act::Tls(tls_server::config("localhost.pem"))]]).await;
    let mut settings = settings(server.port, Security::Tls);
    settings.private_ca = None;
    let mut source = ImapSource::new(settings, SIZE_MAX).unwrap().with_step_limit(STEP);
    assert_eq!(source.connect().await.unwrap_err().kind, ErrorKind::Protocol);
    drop(source);
    server.heard().await;
}

#[test]
fn settings_that_can_never_work_are_refused_before_anything_is_connected() {
    let wrong = |change: &dyn Fn(&mut Imap)| {
        let mut settings = settings(9, Security::Plain);
        change(&mut settings);
        let error = ImapSource::new(settings, SIZE_MAX).err().expect("must be refused");
        assert_eq!(error.kind, ErrorKind::Configuration);
        error.text
    };
    for host in ["mail.example", "192.0.2.25", "2001:db8::25", "localhost.mail.example", "0.0.0.0"] {
        assert!(wrong(&|settings| settings.host = host.to_owned()).contains(host), "{host}");
    }
    assert!(wrong(&|settings| settings.mailbox = "INBOX\r\nA1 DELETE x".to_owned()).contains("name of a mailbox"));
    assert!(wrong(&|settings| settings.processed = "Done*".to_owned()).contains("name of a mailbox"));
    assert!(wrong(&|settings| settings.quarantine = String::new()).contains("name of a mailbox"));
    let odd = |settings: &mut Imap| (settings.security, settings.host) = (Security::Tls, "no such host".to_owned());
    assert!(wrong(&odd).contains("no such host"));
    let missing = |settings: &mut Imap| settings.private_ca = Some("/nowhere/ca.pem".into());
    assert!(wrong(&missing).contains("/nowhere/ca.pem"));
    for host in ["127.0.0.1", "::1", "LocalHost"] {
        let mut settings = settings(9, Security::Plain);
        settings.host = host.to_owned();
        assert!(ImapSource::new(settings, SIZE_MAX).is_ok(), "{host}");
    }
}
