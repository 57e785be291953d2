//! What a mailbox does not allow costs no mail, handles none twice and touches
//! no mail of others (I-1, I-7 to I-9, I-12).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use upgrade_desk::desk::input::Place;
use upgrade_desk::desk::record::{Floor, Folder};
use upgrade_desk::shell::source::imap::ImapSource;
use upgrade_desk::shell::source::{Opened, Source, SourceError};

use super::fetch;
use super::imap::source;
use crate::support::model_imap::{Can, Cut, ModelImap};

const MARK: &str = "$UpgradeDeskDone";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the store would remember, and what was handed to it.
#[derive(Default)]
struct Store {
    done: BTreeMap<Place, Folder>,
    handled: Vec<String>,
}

/// One round as the intake does it: what is done is only moved, what is new is
/// fetched, committed, and moved.
async fn round(source: &mut ImapSource, store: &mut Store, floor: Floor) -> Result<Opened, SourceError> {
    let opened = source.connect().await?;
    source.set_floor(floor);
    look(source, store, floor).await?;
    Ok(opened)
}

/// The round without the connecting.
async fn look(source: &mut ImapSource, store: &mut Store, floor: Floor) -> Result<(), SourceError> {
    let mut listed = source.list().await?;
    listed.retain(|mail| floor.is_under(mail.place.item.parse().unwrap(), mail.received));
    let (old, new): (Vec<_>, Vec<_>) = listed.into_iter().partition(|mail| store.done.contains_key(&mail.place));
    let done: Vec<_> = old.iter().map(|mail| (mail.place.clone(), store.done[&mail.place])).collect();
    source.settle(&done).await?;
    let (fetched, result) = fetch(source, &new).await;
    let mut done = Vec::new();
    for mail in fetched {
        let text = String::from_utf8(mail.bytes.unwrap()).unwrap();
        let folder = if text.starts_with("bad") { Folder::Quarantine } else { Folder::Processed };
        store.done.insert(mail.place.clone(), folder);
        store.handled.push(text);
        done.push((mail.place, folder));
    }
    result?;
    source.settle(&done).await
}

/// Nothing may be expunged but what is named.
fn expunges_only(heard: &[String], ours: &[u32]) {
    for command in heard {
        assert!(!command.starts_with("EXPUNGE") && !command.starts_with("CLOSE"), "{command}");
        if let Some(set) = command.strip_prefix("UID EXPUNGE ") {
            let named = set.split([',', ':']).map(|uid| uid.parse::<u32>().unwrap());
            named.for_each(|uid| assert!(ours.contains(&uid), "{command}"));
        }
    }
}

/// One state of a server, and where it breaks off once. `killed`: the desk, too.
/// Gives how many commands changed something.
async fn survives(can: Can, cut: Option<Cut>, killed: bool) -> usize {
    let story = format!("{can:?}, {cut:?}, killed: {killed}");
    let model = ModelImap::start(can);
    if !can.create {
        model.state().folders.retain(|name, _| name == "INBOX");
    }
    let foreign = model.put("foreign", Timestamp::UNIX_EPOCH, &["\\Deleted"]);
    let ours: Vec<u32> = ["one", "bad", "two"].map(|text| model.put(text, Timestamp::UNIX_EPOCH, &[])).into();
    model.state().cut = cut;
    let floor = Floor { below: foreign + 1, since: None };
    let mut store = Store::default();
    let mut desk = source(model.port);
    let mut rounds = 0;
    while let Err(error) = round(&mut desk, &mut store, floor).await {
        assert!(error.is_transient(), "{story}: {error}");
        rounds += 1;
        assert!(rounds < 4, "{story}: {error}");
        if killed {
            desk = source(model.port);
        }
    }
    model.state().cut = None;
    assert_eq!(rounds, usize::from(cut.is_some()), "{story}");
    // Whatever it is, it is not tried again and again.
    let changes = model.state().changes;
    look(&mut desk, &mut store, floor).await.unwrap();
    look(&mut desk, &mut store, floor).await.unwrap();
    assert_eq!(model.state().changes, changes, "{story}: {:?}", model.heard());
    // Nor handled again by the next process.
    round(&mut source(model.port), &mut store, floor).await.unwrap();

    store.handled.sort();
    assert_eq!(store.handled, ["bad", "one", "two"], "{story}");
    expunges_only(&model.heard(), &ours);
    let (inbox, processed, quarantine) = (model.texts("INBOX"), model.texts("Processed"), model.texts("Quarantine"));
    let flags: Vec<BTreeSet<String>> = model.state().folders["INBOX"]
        .iter()
        .filter(|mail| mail.text.as_ref() == "foreign")
        .map(|mail| mail.flags.clone())
        .collect();
    assert_eq!(flags, [BTreeSet::from(["\\Deleted".to_owned()])], "{story}: the mail of somebody else");
    let copies = 1 + usize::from(cut.is_some());
    for (text, folder) in [("one", &processed), ("two", &processed), ("bad", &quarantine)] {
        let there = folder.iter().filter(|found| *found == text).count();
        assert!(there + inbox.iter().filter(|found| *found == text).count() > 0, "{story}: {text} is lost");
        assert!(there <= copies, "{story}: {there} copies of {text}");
    }
    let goes = can.write && can.room && can.create && (can.moves || can.uid_plus);
    if goes {
        assert_eq!(inbox, ["foreign"], "{story}");
    } else if can.keywords && can.write {
        let state = model.state();
        let marked = state.folders["INBOX"].iter().filter(|mail| mail.flags.contains(MARK)).count();
        assert_eq!(marked, 3, "{story}");
    }
    assert_eq!(desk.shortcomings().is_empty(), goes, "{story}: {:?}", desk.shortcomings());
    changes
}

/// All that a server can lack, with a break at each command that changes something.
#[tokio::test]
async fn no_lack_and_no_break_loses_or_doubles_a_mail() {
    let mut tried = 0;
    for bits in 0..64_u32 {
        let has = |bit: u32| bits & (1 << bit) != 0;
        let can = Can {
            moves: has(0),
            uid_plus: has(1),
            keywords: has(2),
            room: has(3),
            create: has(4),
            write: has(5),
            ..Can::EVERYTHING
        };
        let changes = survives(can, None, false).await;
        for at in 1..=changes {
            for cut in [Cut::Before(at), Cut::After(at)] {
                for killed in [false, true] {
                    survives(can, Some(cut), killed).await;
                    tried += 1;
                }
            }
        }
    }
    println!("mailbox: {tried} breaks in 64 kinds of servers: 0 mails lost, 0 handled twice, 0 of others expunged");
}

#[tokio::test]
async fn without_move_exactly_our_mails_are_copied_and_expunged() {
    let model = ModelImap::start(Can { moves: false, ..Can::EVERYTHING });
    for (text, flags) in [("one", &[][..]), ("theirs", &["\\Deleted"][..]), ("two", &[]), ("bad", &[])] {
        model.put(text, Timestamp::UNIX_EPOCH, flags);
    }
    let mut source = source(model.port);
    let opened = source.connect().await.unwrap();
    model.heard();
    let place = |uid: u32| Place {
        source: "imap".to_owned(),
        mailbox: opened.mailbox.clone(),
        validity: opened.validity,
        item: uid.to_string(),
    };
    let done = [(place(1), Folder::Processed), (place(3), Folder::Processed), (place(4), Folder::Quarantine)];
    source.settle(&done).await.unwrap();
    let expected = [
        "UID COPY 1,3 \"Processed\"",
        "UID STORE 1,3 +FLAGS.SILENT (\\Deleted $UpgradeDeskDone)",
        "UID EXPUNGE 1,3",
        "UID COPY 4 \"Quarantine\"",
        "UID STORE 4 +FLAGS.SILENT (\\Deleted $UpgradeDeskDone)",
        "UID EXPUNGE 4",
    ];
    assert_eq!(model.heard(), expected);
    assert_eq!(model.texts("INBOX"), ["theirs"]);
    let copies_are_clean = model.state().folders["Processed"].iter().all(|mail| mail.flags.is_empty());
    assert!(copies_are_clean, "a copy is neither marked nor deleted");
    assert_eq!(source.shortcomings(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_breaks_at_every_copy_gets_three_tries() {
    let model = ModelImap::start(Can { moves: false, ..Can::EVERYTHING });
    model.put("one", Timestamp::UNIX_EPOCH, &[]);
    let (mut source, mut store) = (source(model.port), Store::default());
    // The folders are made first.
    source.connect().await.unwrap();
    for _ in 0..3 {
        let next = model.state().changes + 1;
        model.state().cut = Some(Cut::After(next));
        assert!(round(&mut source, &mut store, Floor::default()).await.unwrap_err().is_transient());
    }
    round(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!(model.texts("Processed"), ["one", "one", "one"]);
    assert!(model.state().folders["INBOX"][0].flags.contains(MARK));
    assert!(source.shortcomings()[0].contains("whenever mail is copied"), "{:?}", source.shortcomings());
    assert_eq!(store.handled, ["one"]);
}

#[tokio::test]
async fn marked_mail_is_searched_away_and_never_listed_again() {
    let model = ModelImap::start(Can { moves: false, uid_plus: false, ..Can::EVERYTHING });
    for number in 0..3000 {
        model.put(&format!("mail {number}"), Timestamp::UNIX_EPOCH, &[]);
    }
    let mut store = Store::default();
    round(&mut source(model.port), &mut store, Floor::default()).await.unwrap();
    assert_eq!(store.handled.len(), 3000);
    // Another process, to which the mailbox looks as if it were empty.
    let mut desk = source(model.port);
    desk.connect().await.unwrap();
    model.heard();
    assert_eq!(desk.list().await.unwrap(), []);
    assert_eq!(model.heard(), ["UID SEARCH UID 1:* UNKEYWORD $UpgradeDeskDone"]);
    model.put("new", Timestamp::UNIX_EPOCH, &[]);
    let listed = desk.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    desk.settle(&[(listed[0].place.clone(), Folder::Processed)]).await.unwrap();
    desk.list().await.unwrap();
    let last = model.heard().pop().unwrap();
    assert!(last.starts_with("UID SEARCH UID 3001:*"), "{last}");
    assert!(desk.shortcomings()[0].contains(MARK), "{:?}", desk.shortcomings());
}

#[tokio::test]
async fn a_read_only_mailbox_is_read_and_left_as_it_is() {
    let model = ModelImap::start(Can { write: false, ..Can::EVERYTHING });
    for text in ["one", "two"] {
        model.put(text, Timestamp::UNIX_EPOCH, &[]);
    }
    let (mut source, mut store) = (source(model.port), Store::default());
    round(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!(store.handled, ["one", "two"]);
    model.heard();
    look(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!(model.heard(), ["UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)"], "looked through once more, whole");
    look(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!(model.heard(), ["UID FETCH 3:* (UID RFC822.SIZE INTERNALDATE)"], "from then on only what is new");
    let one = source.shortcomings();
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains("read-only") && one[0].contains("write access"), "{one:?}");
    assert_eq!(model.texts("INBOX"), ["one", "two"]);
}

#[tokio::test]
async fn a_full_folder_is_waited_for_and_mail_goes_on() {
    let model = ModelImap::start(Can { room: false, ..Can::EVERYTHING });
    model.put("one", Timestamp::UNIX_EPOCH, &[]);
    let (mut source, mut store) = (source(model.port), Store::default());
    round(&mut source, &mut store, Floor::default()).await.unwrap();
    let told = source.shortcomings();
    assert!(told.len() == 1 && told[0].contains("OVERQUOTA") && told[0].contains("\"Processed\""), "{told:?}");
    model.put("two", Timestamp::UNIX_EPOCH, &[]);
    look(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!(store.handled, ["one", "two"]);
    // Room is made: the next connection moves what had to stay.
    model.state().can.room = true;
    round(&mut source, &mut store, Floor::default()).await.unwrap();
    assert_eq!((model.texts("INBOX").len(), model.texts("Processed").len()), (0, 2));
    assert_eq!(source.shortcomings(), Vec::<String>::new());
    assert_eq!(store.handled, ["one", "two"]);
}

#[tokio::test]
async fn a_hundred_thousand_old_mails_cost_nothing() {
    let model = ModelImap::start(Can::EVERYTHING);
    for number in 0..100_000 {
        model.put("old", at("2020-01-01T00:00:00Z") + Duration::from_secs(number), &[]);
    }
    // The model searches all of them; on a busy machine that is no matter of moments.
    let source = source(model.port).with_step_limit(Duration::from_secs(20));
    let (mut source, mut store) = (source, Store::default());
    let opened = source.connect().await.unwrap();
    let floor = Floor { below: opened.next_item, since: None };
    source.set_floor(floor);
    look(&mut source, &mut store, floor).await.unwrap();
    model.put("new", at("2026-11-25T12:00:00Z"), &[]);
    look(&mut source, &mut store, floor).await.unwrap();
    assert_eq!(store.handled, ["new"]);
    let (commands, sent) = (model.heard().len(), model.state().sent);
    assert!(commands <= 12 && sent < 4096, "{commands} commands, {sent} bytes");
    println!("mailbox: 100000 old mails at the first start: {commands} commands, {sent} bytes, 0 listed, 0 answered");

    // The server numbers all of it anew: old mail is told by its time.
    model.renumber();
    model.put("newer", at("2026-11-25T13:00:00Z"), &[]);
    let floor = Floor { below: 100_001, since: Some(at("2026-11-25T11:00:00Z")) };
    round(&mut source, &mut store, floor).await.unwrap();
    assert_eq!(store.handled, ["new", "newer"]);
    let (commands, sent) = (model.heard().len(), model.state().sent - sent);
    assert!(commands <= 9 && sent < 4096, "{commands} commands, {sent} bytes");
    println!("mailbox: the same numbered anew: {commands} commands, {sent} bytes, 0 old mails listed");
}

#[tokio::test]
async fn a_hundred_thousand_found_mails_are_listed_by_ranges() {
    let model = ModelImap::start(Can { moves: false, uid_plus: false, ..Can::EVERYTHING });
    for _ in 0..100_000 {
        model.put("mail", Timestamp::UNIX_EPOCH, &[]);
    }
    let mut source = source(model.port).with_step_limit(Duration::from_secs(20));
    source.connect().await.unwrap();
    model.heard();
    assert_eq!(source.list().await.unwrap().len(), 100_000);
    let heard = model.heard();
    assert_eq!(heard[1..], ["UID FETCH 1:100000 (UID RFC822.SIZE INTERNALDATE)"], "the line of the search is long");
}
