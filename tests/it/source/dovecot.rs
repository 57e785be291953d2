//! IMAP against a real Dovecot: what no script of ours can promise.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;
use upgrade_desk::desk::record::{Floor, Folder};
use upgrade_desk::shell::clock;
use upgrade_desk::shell::config::{Imap, Password, Security, StartFrom};
use upgrade_desk::shell::source::imap::ImapSource;
use upgrade_desk::shell::source::recall::Mailbox;
use upgrade_desk::shell::source::{Fetched, Source, Woken};
use upgrade_desk::shell::store::pack::hex;

use super::fetch;
use crate::support::dovecot::Dovecot;

const SIZE_MAX: u64 = 10_000;

fn source(dovecot: &Dovecot, user: &str, processed: &str) -> ImapSource {
    ImapSource::new(settings(dovecot, user, processed), SIZE_MAX).unwrap()
}

fn settings(dovecot: &Dovecot, user: &str, processed: &str) -> Imap {
    Imap {
        host: "localhost".to_owned(),
        port: dovecot.imaps_port,
        security: Security::Tls,
        user: user.to_owned(),
        password: Password::new("secret".to_owned()),
        mailbox: "INBOX".to_owned(),
        processed: processed.to_owned(),
        quarantine: "Quarantine".to_owned(),
        private_ca: Some(dovecot.authority()),
        start_from: StartFrom::All,
        replace_secrets: true,
    }
}

fn mail(text: &str) -> String {
    format!("From: ann@acme.example\nSubject: {text}\n\n{text}\n")
}

fn text(fetched: &Fetched) -> &str {
    std::str::from_utf8(fetched.bytes.as_ref().unwrap()).unwrap().trim_end()
}

async fn deliver(dovecot: &Dovecot, user: &str, text: &str) {
    tokio::task::block_in_place(|| dovecot.deliver(user, &mail(text)));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn a_server_killed_in_idle_comes_back_on_the_same_port() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, "killed", "before").await;
    let mut source = source(&dovecot, "killed", "Processed");
    let before = source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    let kill = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tokio::task::block_in_place(|| dovecot.kill());
    };
    let begun = Instant::now();
    let (lost, ()) = tokio::join!(source.wait(Duration::from_secs(60)), kill);
    assert!(lost.unwrap_err().is_transient());
    assert!(begun.elapsed() < Duration::from_secs(20), "noticed after {:?}", begun.elapsed());
    assert!(source.connect().await.unwrap_err().is_transient(), "nobody is there now");
    tokio::task::block_in_place(|| dovecot.start_again());
    assert_eq!(source.connect().await.unwrap(), before, "the same UIDVALIDITY, the same UIDNEXT");
    assert_eq!(source.list().await.unwrap(), listed, "the same mail under the same name");
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    assert!(text(&fetched[0]).ends_with("\r\n\r\nbefore"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn a_silent_server_ends_the_wait() {
    let dovecot = Dovecot::start();
    let mut source = source(&dovecot, "silent", "Processed").with_step_limit(Duration::from_secs(2));
    source.connect().await.unwrap();
    source.list().await.unwrap();
    let silence = dovecot.silence();
    let begun = Instant::now();
    let error = source.wait(Duration::from_secs(1)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10), "given up after {:?}", begun.elapsed());
    drop(silence);
    source.connect().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn old_mail_stays_out_of_the_list_and_new_mail_wakes() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, "floor", "old").await;
    let mut source = source(&dovecot, "floor", "Processed");
    let opened = source.connect().await.unwrap();
    source.set_floor(Floor { below: opened.next_item, since: None });
    assert_eq!(source.list().await.unwrap(), [], "`2:*` names the old mail, too");
    let begun = Instant::now();
    let deliver = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        deliver(&dovecot, "floor", "new").await;
    };
    let (woken, ()) = tokio::join!(source.wait(Duration::from_secs(60)), deliver);
    assert_eq!(woken.unwrap(), Woken::News);
    assert!(begun.elapsed() < Duration::from_secs(20), "woken after {:?}", begun.elapsed());
    let listed = source.list().await.unwrap();
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    assert_eq!(fetched.len(), 1);
    assert!(text(&fetched[0]).ends_with("\r\n\r\nnew"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn no_flag_is_set_what_is_big_stays_and_foreign_names_work() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, "names", "small").await;
    deliver(&dovecot, "names", &"big ".repeat(5000)).await;
    let mut source = source(&dovecot, "names", "Geprüft & \"fertig\"");
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    let shown: Vec<(bool, bool)> = fetched.iter().map(|mail| (mail.bytes.is_some(), mail.size > SIZE_MAX)).collect();
    // What is too big needs no server and comes at once.
    assert_eq!(shown, [(false, true), (true, false)]);
    assert!(dovecot.flags("names").iter().all(|flags| !flags.contains('S')), "BODY.PEEK leaves mail unread");
    let small = listed.iter().find(|mail| mail.size < SIZE_MAX).unwrap().place.clone();
    source.settle(&[(small, Folder::Processed)]).await.unwrap();
    assert_eq!(dovecot.count("names", "Gepr&APw-ft &- \"fertig\""), 1);
    assert_eq!(dovecot.count("names", ""), 1);
}

/// Out of Quarantine and back by its bytes alone; a mail from a file goes in as
/// it is, under a name that IMAP writes in its own way.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot: make test runs it"]
async fn a_kept_mail_is_found_by_its_bytes_and_brought_back() {
    let dovecot = Dovecot::start();
    let imap = settings(&dovecot, "recall", "Geprüft & \"fertig\"");
    let mut source = ImapSource::new(imap.clone(), SIZE_MAX).unwrap();
    for number in 0..120 {
        deliver(&dovecot, "recall", &format!("mail {number}")).await;
    }
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    let wanted = fetched.iter().find(|mail| text(mail).ends_with("\r\n\r\nmail 7")).unwrap();
    let sha256 = hex(&Sha256::digest(wanted.bytes.as_ref().unwrap()));
    let done: Vec<_> = listed.iter().map(|mail| (mail.place.clone(), Folder::Quarantine)).collect();
    source.settle(&done).await.unwrap();

    let mailbox = Mailbox::Imap(Box::new(imap.clone()));
    let now = clock::now();
    assert!(mailbox.find(&"0".repeat(64), now, SIZE_MAX, &|_| None).await.unwrap().is_none());
    let found = mailbox.find(&sha256, now, SIZE_MAX, &|_| None).await.unwrap().expect("it lies in Quarantine");
    assert!(found.bring_back("released-1".to_owned()).await.unwrap());
    assert_eq!((dovecot.count("recall", ""), dovecot.count("recall", "Quarantine")), (1, 119));
    source.connect().await.unwrap();
    let back = source.list().await.unwrap();
    assert_ne!(back[0].place, wanted.place, "it has another place than the one that was handled");
    assert_eq!(back[0].received, wanted.received, "and arrived when it arrived");
    assert!(mailbox.find(&sha256, now, SIZE_MAX, &|_| None).await.unwrap().is_none(), "it is no longer there");

    let bytes = mail("from a file").replace('\n', "\r\n").into_bytes();
    mailbox.put(bytes.clone(), String::new(), SIZE_MAX).await.unwrap();
    let foreign = Imap { mailbox: "Geprüft & \"fertig\"".to_owned(), processed: "INBOX".to_owned(), ..imap };
    Mailbox::Imap(Box::new(foreign)).put(bytes.clone(), String::new(), SIZE_MAX).await.unwrap();
    assert_eq!((dovecot.count("recall", ""), dovecot.count("recall", "Gepr&APw-ft &- \"fertig\"")), (2, 1));
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    let (fetched, result) = fetch(&mut source, &listed[1..]).await;
    result.unwrap();
    assert_eq!(fetched[0].bytes.as_ref(), Some(&bytes), "not a byte is another");
}
