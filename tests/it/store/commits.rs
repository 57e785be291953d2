//! Committing, looking up, and what one group of decisions sees.

use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc;

use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::known::{Ask, Duplicate, FoundTicket, Sender, UnitKnown};
use upgrade_desk::desk::record::{Cause, Floor, Folder, Leave, OutcomeWord, Quarantined, What};
use upgrade_desk::desk::ticket::{Event, Status, TicketId};
use upgrade_desk::desk::timers::{Timer, TimerName};
use upgrade_desk::shell::store::{Body, CommitError, Commitment, OpenError, Store};

use crate::store::facts::*;

fn import(store: &Store) {
    let what = What::Imported { register: register(), by: "console".to_owned() };
    commit(store, |_| Commitment { at: noon(0), body: Body::Plain(vec![what]) }).unwrap();
}

fn left(folder: Folder, redacted: bool) -> Leave {
    Leave { folder, redacted }
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let before = {
        let (store, report) = open(folder.path());
        assert_eq!((report.records, report.rebuilt, report.torn), (0, None, None));
        import(&store);
        let receipt = commit(&store, |_| new_request(1)).unwrap();
        assert_eq!(receipt.seq, Some(2));
        assert_eq!(receipt.tickets, [ticket(1)]);
        assert_eq!(receipt.letters, [1]);
        assert!(!receipt.quarantined);
        let everything = everything(&store);
        close(store);
        everything
    };
    let (store, report) = open(folder.path());
    assert_eq!((report.records, report.applied, report.rebuilt), (2, 0, None));
    assert_eq!(everything(&store), before);
    let letter = read(&store, |view| view.packed(&view.letter(1).unwrap().unwrap().letter.bytes).unwrap());
    assert_eq!(letter, self::letter(1, None).bytes);
    let pack =
        |kind: &str| std::fs::read_to_string(folder.path().join(format!("packs/{kind}-2026-11-25.pack"))).unwrap();
    assert_eq!((pack("texts").as_str(), pack("originals").as_str()), ("text of mail 1", "sealed original 1"));
}

#[test]
fn the_journal_is_plain_json_with_a_chain_that_anybody_can_check() {
    use sha2::{Digest, Sha256};
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    for number in 1..=3 {
        commit(&store, move |_| new_request(number)).unwrap();
    }
    let text = std::fs::read_to_string(folder.path().join("journal/2026-11.jsonl")).unwrap();
    let mut previous = "0".repeat(64);
    for (position, line) in text.split_inclusive('\n').enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["seq"], position as u64 + 1);
        assert_eq!(value["prev"], previous);
        assert_eq!(value["what"]["kind"], "decided");
        previous = Sha256::digest(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    }
    assert_eq!(read(&store, |view| view.head().hash.clone()), previous);
    // Private bytes are in the packs, never in the chain.
    assert!(!text.contains("text of mail") && !text.contains("sealed original") && !text.contains("Letter 1"));
}

#[test]
fn only_the_owner_of_the_desk_may_read_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (store, _) = open(&data);
    commit(&store, |_| new_request(1)).unwrap();
    let mode = |path: &str| std::fs::metadata(data.join(path)).unwrap().permissions().mode() & 0o777;
    for path in ["", "journal", "packs"] {
        assert_eq!(mode(path), 0o700, "{path}");
    }
    for path in ["lock", "format", "journal/2026-11.jsonl", "packs/letters-2026-11-25.pack"] {
        assert_eq!(mode(path), 0o600, "{path}");
    }
}

#[test]
fn a_second_process_is_refused_and_told_who_has_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let second = Store::open(folder.path(), rules(), &mut |_| {});
    let Err(error) = second.map(|_| ()) else { panic!("opened twice") };
    assert!(matches!(error, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    // The first goes on, and when it has ended the next may start.
    commit(&store, |_| new_request(1)).unwrap();
    close(store);
    open(folder.path());
}

#[test]
fn a_newer_format_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    close(open(folder.path()).0);
    std::fs::write(folder.path().join("format"), "2\n").unwrap();
    let refused = Store::open(folder.path(), rules(), &mut |_| {});
    let Err(error) = refused.map(|_| ()) else { panic!("opened") };
    assert!(matches!(&error, OpenError::TooNew { found, .. } if found == "2"), "{error}");
    assert_eq!(std::fs::read_to_string(folder.path().join("format")).unwrap(), "2\n");
}

/// While the owner is busy with one decision, others queue up behind it.
#[test]
fn a_later_decision_of_a_group_sees_the_earlier_ones_and_a_read_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let (go, wait_for_go) = mpsc::channel::<()>();
    let first = store.commit(move |_| {
        wait_for_go.recv().unwrap();
        Ok(new_request(1))
    });
    let second = store.commit(|view| {
        // Not in sled yet, but decided.
        assert_eq!(view.place_done(&place(1)).unwrap(), Some(left(Folder::Processed, false)));
        let known = view
            .look_up(
                &Ask {
                    place: Some(place(1)),
                    references: vec![message_id(1)],
                    serials: vec!["SN1".to_owned()],
                    ..Ask::default()
                },
                noon(1),
            )
            .unwrap();
        assert!(known.place_done);
        assert_eq!((known.next_ticket, known.next_letter), (2, 2));
        assert_eq!(known.same_unit.len(), 1);
        assert!(matches!(known.ticket, FoundTicket::ByReference(found) if found.id == ticket(1)));
        Ok(Commitment { at: noon(1), body: Body::Nothing(OutcomeWord::Duplicate) })
    });
    let third = store.commit(|view| {
        assert_eq!(view.tickets().unwrap().len(), 1);
        Ok(new_request(2))
    });
    let read = store.read(|view| Ok(view.head().seq));
    go.send(()).unwrap();
    assert_eq!(wait(first).unwrap().seq, Some(1));
    let second = wait(second).unwrap();
    assert_eq!((second.seq, second.outcome), (None, OutcomeWord::Duplicate));
    assert_eq!(wait(third).unwrap().seq, Some(2));
    assert_eq!(wait(read).unwrap(), 2, "a read is answered after the group it came with is durable");
}

#[test]
fn a_thousand_decisions_at_once_are_all_committed_in_the_order_of_asking() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let waiting: Vec<_> = (1..=1000).map(|number| store.commit(move |_| Ok(new_request(number)))).collect();
    for (position, receipt) in waiting.into_iter().enumerate() {
        assert_eq!(wait(receipt).unwrap().seq, Some(position as u64 + 1));
    }
    assert_eq!(read(&store, |view| (view.tickets().unwrap().len(), view.letters().unwrap().len())), (1000, 1000));
    assert_eq!(
        read(&store, |view| view.sendable(noon(10), 100).unwrap().len()),
        10,
        "letters of the first ten seconds"
    );
}

#[test]
fn a_decision_that_panics_or_contradicts_the_store_harms_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let (go, wait_for_go) = mpsc::channel::<()>();
    let first = store.commit(move |_| {
        wait_for_go.recv().unwrap();
        Ok(new_request(1))
    });
    let panics = store.commit(|_| panic!("a mail nobody thought of"));
    let refuses = store.commit(|_| Err("no letter for that".to_owned()));
    // The first event of a ticket is always `opened`.
    let contradicts = store.commit(|_| {
        let mut decision = about_mail(9);
        decision.changes = vec![change(9, vec![Event::Queued])];
        Ok(decided(noon(1), decision, Vec::new()))
    });
    // The second of two records cannot be applied: the first goes, too.
    let half = store.commit(|_| {
        Ok(Commitment {
            at: noon(1),
            body: Body::Plain(vec![
                What::Floor {
                    source: "imap".to_owned(),
                    mailbox: "m".to_owned(),
                    validity: 1,
                    floor: Floor { below: 5, since: None },
                },
                What::Trying { letters: vec![77] },
            ]),
        })
    });
    let last = store.commit(|_| Ok(new_request(2)));
    go.send(()).unwrap();
    assert_eq!(wait(first).unwrap().seq, Some(1));
    assert!(matches!(wait(panics), Err(CommitError::Refused(_))));
    assert_eq!(wait(refuses), Err(CommitError::Refused("no letter for that".to_owned())));
    assert!(matches!(wait(contradicts), Err(CommitError::Refused(_))));
    let half = wait(half).unwrap_err();
    assert!(matches!(&half, CommitError::Refused(why) if why.contains("letter 77")), "{half}");
    assert_eq!(wait(last).unwrap().seq, Some(2));
    assert_eq!(read(&store, |view| view.floor("imap", "m", 1).unwrap()), None);
    assert_eq!(read(&store, |view| view.place_done(&place(9)).unwrap()), None);
    let before = everything(&store);
    close(store);
    let (store, report) = open(folder.path());
    assert_eq!((report.records, report.rebuilt), (2, None));
    assert_eq!(everything(&store), before);
}

#[test]
fn one_question_finds_sender_units_companies_and_representatives() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    assert!(read(&store, |view| view.look_up(&Ask::default(), noon(0)).unwrap().register_is_empty));
    import(&store);
    let ask = Ask {
        address: Some("aNA@acme.example".to_owned()),
        serials: vec!["SN1".to_owned(), "SN9".to_owned()],
        macs: vec!["00:00:5E:00:53:02".to_owned(), "00:00:5E:00:53:99".to_owned()],
        ips: vec!["2001:db8::2".parse().unwrap()],
        ..Ask::default()
    };
    let known = read(&store, move |view| view.look_up(&ask, noon(0)).unwrap());
    assert!(!known.register_is_empty && !known.place_done && known.duplicate.is_none());
    assert!(matches!(&known.sender, Sender::OnFile(found) if found.address == "Ana@acme.example"));
    assert!(matches!(known.units.get("SN1"), Some(UnitKnown::Of(unit)) if unit.row == 5));
    assert_eq!(known.units.get("SN9"), Some(&UnitKnown::Unregistered));
    assert_eq!(known.units_by_mac.keys().collect::<Vec<_>>(), ["00:00:5E:00:53:02"]);
    assert_eq!(known.units_by_ip.len(), 1);
    // A MAC that he may only have guessed brings in nobody else's people.
    assert_eq!(known.companies.keys().collect::<Vec<_>>(), ["acme"]);
    let addresses: Vec<_> = known.representatives.iter().map(|row| row.address.as_str()).collect();
    assert_eq!(addresses, ["Ana@acme.example", "bob@acme.example"]);
    assert_eq!(known.ticket, FoundTicket::None);
    // Nobody asked, nobody found.
    let nothing = read(&store, |view| view.look_up(&Ask::default(), noon(0)).unwrap());
    assert_eq!(nothing.sender, Sender::NotAsked);
    assert!(nothing.units.is_empty() && nothing.representatives.is_empty());
    let stranger = Ask { address: Some("ana@acme.example.org".to_owned()), ..Ask::default() };
    assert_eq!(read(&store, move |view| view.look_up(&stranger, noon(0)).unwrap().sender), Sender::NotOnFile);
}

#[test]
fn an_import_replaces_the_whole_register() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    import(&store);
    let mut smaller = register();
    smaller.representatives.truncate(1);
    smaller.units.truncate(1);
    let expected = smaller.clone();
    commit(&store, |_| Commitment {
        at: noon(9),
        body: Body::Plain(vec![What::Imported { register: smaller, by: "noa".to_owned() }]),
    })
    .unwrap();
    assert_eq!(read(&store, |view| view.register().unwrap()), expected);
    let gone = Ask {
        address: Some("eve@other.example".to_owned()),
        macs: vec!["00:00:5E:00:53:02".to_owned()],
        ..Ask::default()
    };
    let known = read(&store, move |view| view.look_up(&gone, noon(0)).unwrap());
    assert_eq!(known.sender, Sender::NotOnFile);
    assert!(known.units_by_mac.is_empty() && known.companies.is_empty());
}

#[test]
fn a_ticket_is_found_by_our_message_id_before_the_tag_and_by_its_unit_while_open() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    import(&store);
    commit(&store, |_| new_request(1)).unwrap();
    commit(&store, |_| new_request(2)).unwrap();
    let ask = Ask {
        references: vec!["unknown@desk.example".to_owned(), message_id(2)],
        subject_tag: Some(ticket(1)),
        ..Ask::default()
    };
    let tag_only = Ask { references: Vec::new(), ..ask.clone() };
    let known = read(&store, move |view| view.look_up(&ask, noon(0)).unwrap());
    assert!(matches!(&known.ticket, FoundTicket::ByReference(found) if found.id == ticket(2)));
    // What the ticket's form names is looked up with it.
    assert!(known.units.contains_key("SN2") && known.units_by_mac.contains_key("00:00:5E:00:53:01"));
    assert!(known.companies.contains_key("acme"));
    let known = read(&store, move |view| view.look_up(&tag_only, noon(0)).unwrap());
    assert!(matches!(&known.ticket, FoundTicket::ByTag(found) if found.id == ticket(1)));

    let of_unit = || Ask { serials: vec!["SN2".to_owned()], ..Ask::default() };
    let ask = of_unit();
    assert_eq!(read(&store, move |view| view.look_up(&ask, noon(0)).unwrap().same_unit.len()), 1);
    commit(&store, |_| {
        let mut decision = about_mail(3);
        let ending = upgrade_desk::desk::ticket::Ending::Withdrawn;
        let cancelled = Event::Cancelled { ending, by: "ana".to_owned(), words: "stop".to_owned() };
        decision.changes = vec![change(2, vec![cancelled])];
        decided(noon(9), decision, Vec::new())
    })
    .unwrap();
    let ask = of_unit();
    assert!(read(&store, move |view| view.look_up(&ask, noon(0)).unwrap().same_unit.is_empty()));
}

#[test]
fn a_ticket_keeps_its_letters_its_mails_its_events_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    commit(&store, |_| {
        let mut decision = about_mail(2);
        decision.actor = upgrade_desk::desk::access::Actor::Claimed { address: "ana@acme.example".to_owned() };
        decision.changes = vec![change(1, vec![Event::Queued])];
        decided(noon(5), decision, vec![letter(2, Some(ticket(1)))])
    })
    .unwrap();
    let (found, events, why) = read(&store, |view| {
        (view.ticket(&ticket(1)).unwrap().unwrap(), view.events(&ticket(1)).unwrap(), view.why(&ticket(1)).unwrap())
    });
    assert_eq!(found.letters.iter().map(|letter| letter.no).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(found.customer_mails, ["mail-1@acme.example"], "an unproven mail is not one of the customer");
    assert_eq!(found.status, Status::QueuedAsap);
    let states: Vec<_> = events.iter().map(|event| event.status).collect();
    assert_eq!(states, [Status::Received, Status::Validating, Status::QueuedAsap]);
    assert_eq!(why.iter().map(|row| row.record).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(why.first().unwrap().rule, "T3b");
}

#[test]
fn duplicates_secrets_quarantine_and_floors_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(1)).unwrap();
    let receipt = commit(&store, |_| {
        let mut decision = about_mail(2);
        decision.outcome = OutcomeWord::Quarantine;
        decision.redacted = true;
        decision.quarantine = Some(Quarantined {
            reason: "two_from_fields".to_owned(),
            detail: "two From fields".to_owned(),
            held: None,
            resembles: None,
        });
        decided(noon(2), decision, Vec::new())
    })
    .unwrap();
    assert!(receipt.quarantined && receipt.redacted);
    let floor = What::Floor {
        source: "imap".to_owned(),
        mailbox: "m".to_owned(),
        validity: 4,
        floor: Floor { below: 1000, since: None },
    };
    commit(&store, |_| Commitment { at: noon(3), body: Body::Plain(vec![floor]) }).unwrap();
    let ask = |key: &str| Ask { duplicate_key: Some(key.to_owned()), ..Ask::default() };
    let (same, other) =
        (ask("ana@acme.example|mail-1@acme.example|hash"), ask("ana@acme.example|mail-1@acme.example|h"));
    read(&store, move |view| {
        assert_eq!(view.look_up(&same, noon(0)).unwrap().duplicate, Some(Duplicate::SameMail));
        assert_eq!(view.look_up(&other, noon(0)).unwrap().duplicate, None);
        assert_eq!(view.known_secrets().unwrap(), ["secret-1".to_owned()].into());
        assert_eq!(view.place_done(&place(1)).unwrap(), Some(left(Folder::Processed, false)));
        assert_eq!(view.place_done(&place(2)).unwrap(), Some(left(Folder::Quarantine, true)));
        assert_eq!(view.place_done(&place(3)).unwrap(), None);
        let row = view.quarantine().unwrap().remove(0);
        assert_eq!((row.no, row.quarantined.reason.as_str(), row.place), (1, "two_from_fields", Some(place(2))));
        assert_eq!(view.floor("imap", "m", 4).unwrap(), Some(Floor { below: 1000, since: None }));
        assert_eq!(view.floor("imap", "m", 5).unwrap(), None);
    });
}

#[test]
fn ticket_numbers_begin_anew_with_the_year_of_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    commit(&store, |_| new_request(417)).unwrap();
    let next = |now: &str| {
        let now = at(now);
        read(&store, move |view| view.look_up(&Ask::default(), now).unwrap().next_ticket)
    };
    assert_eq!(next("2026-12-31T23:59:00Z"), 418);
    assert_eq!(next("2027-01-01T07:59:59Z"), 418, "still 2026 in Los Angeles");
    assert_eq!(next("2027-01-01T08:00:00Z"), 1);
    // An older number seen later does not bring the counter back.
    commit(&store, |_| {
        let mut decision = about_mail(5);
        decision.changes = vec![change(5, vec![opened("SN5")])];
        decided(noon(5), decision, Vec::new())
    })
    .unwrap();
    assert_eq!(next("2026-12-31T23:59:00Z"), 418);
}

#[test]
fn timers_follow_the_ticket_and_a_new_window_leaves_none_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let schedule = |item: u64, start: &str| {
        let window = window(start);
        commit(&store, move |_| {
            let mut decision = about_mail(item);
            let mut events = vec![Event::Scheduled { window, by: "noa".to_owned() }];
            if item == 1 {
                events.insert(0, opened("SN1"));
                events.insert(1, Event::Completed { received: noon(0) });
            }
            decision.changes = vec![change(1, events)];
            decided(noon(item as i64), decision, Vec::new())
        })
        .unwrap();
    };
    assert_eq!(read(&store, |view| view.next_due().unwrap()), None);
    schedule(1, "2026-12-03T14:00:00Z");
    // The day before; two hours and an hour before and at the start it is looked at; an
    // hour before the customer is reminded. That nobody touches it is not of the window.
    let all = |day: &str| ["14:00", "12:00", "13:00"].map(|clock| at(&format!("{day}T{clock}:00Z")));
    let of_the_window = |timer: &Timer| !matches!(timer.name, TimerName::Untouched | TimerName::UntouchedLead);
    let due = |store: &Store| {
        let timers = read(store, |view| view.timers().unwrap());
        timers.iter().filter(|timer| of_the_window(timer)).map(|timer| timer.at).collect::<Vec<_>>()
    };
    let [start, ready, hour] = all("2026-12-03");
    assert_eq!(due(&store), [at("2026-12-02T14:00:00Z"), ready, hour, hour, start]);
    schedule(2, "2026-12-04T14:00:00Z");
    let [day, _, _] = all("2026-12-03");
    let [start, ready, hour] = all("2026-12-04");
    assert_eq!(due(&store), [day, ready, hour, hour, start], "the first window's timers are gone");
    let by_then = |then: Timestamp| read(&store, move |view| view.due(then, 9).unwrap());
    assert!(!by_then(day - SignedDuration::from_secs(1)).iter().any(of_the_window));
    let fired = by_then(day).into_iter().find(of_the_window).unwrap();
    commit(&store, move |_| {
        let mut decision = about_mail(0);
        decision.cause = Cause::Timer { ticket: ticket(1), name: fired.key(), at: fired.at };
        decision.changes = vec![change(1, vec![Event::Reminded { timer: fired.key() }])];
        decided(noon(9), decision, Vec::new())
    })
    .unwrap();
    assert_eq!(due(&store), [ready, hour, hour, start], "struck off in the same commit");
}

#[test]
fn long_texts_in_a_ticket_survive() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path());
    let long = "words ".repeat(30_000);
    let id = TicketId("UP-2026-00001".to_owned());
    for (round, length) in [(1, long.len()), (2, 10_000), (3, 10), (4, long.len())] {
        let text = long.chars().take(length).collect::<String>();
        commit(&store, move |_| {
            let mut decision = about_mail(round);
            let mut form = form("SN1");
            form.rest = vec![text];
            let answered = Event::Answered { form, by: "ana".to_owned() };
            let first = (round == 1).then(|| opened("SN1"));
            decision.changes = vec![change(1, first.into_iter().chain([answered]).collect())];
            decided(noon(round as i64), decision, Vec::new())
        })
        .unwrap();
    }
    let before = everything(&store);
    assert!(before.len() > 2 * long.len());
    let events = read(&store, move |view| view.events(&id).unwrap());
    assert!(matches!(&events.last().unwrap().event, Event::Answered { form, .. } if form.rest == [long]));
    close(store);
    let (store, report) = open(folder.path());
    assert_eq!(report.rebuilt, None);
    assert_eq!(everything(&store), before);
    let blobs = std::fs::read_dir(folder.path().join("sled/blobs")).map(|entries| entries.count()).unwrap_or(0);
    assert_eq!(blobs, 0, "sled never syncs its blob files, so there must be none");
}
