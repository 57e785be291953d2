//! The bytes of letters: exactly our headers, 7-bit, and the same text back.

use jiff::Timestamp;
use mail_parser::MessageParser;
use proptest::prelude::*;
use upgrade_desk::desk::letter::header_text::HeaderText;
use upgrade_desk::desk::letter::mime::{AutoSubmitted, Draft, MimeError, build};

use crate::support::{hostile, letter};

fn draft() -> Draft {
    Draft {
        from_name: HeaderText::new("Upgrade Desk"),
        from_address: "desk@vendor.example".to_owned(),
        reply_to: "desk@vendor.example".to_owned(),
        to_address: "ann@acme.example".to_owned(),
        subject: HeaderText::new("[UP-2026-00417] Your upgrade is planned"),
        date: "2026-11-25T17:04:05Z".parse::<Timestamp>().unwrap(),
        message_id: "t417.l12.k3f@tickets.vendor.example".to_owned(),
        in_reply_to: Some("first@acme.example".to_owned()),
        references: vec!["zero@acme.example".to_owned(), "first@acme.example".to_owned()],
        auto_submitted: AutoSubmitted::Replied,
        text: "Hello Ann,\n\n.\nyour upgrade is planned.\n".to_owned(),
        calendar: None,
    }
}

/// Names of the header fields in order, from the raw bytes.
fn header_names(bytes: &[u8]) -> Vec<String> {
    letter::parts(bytes).unwrap().fields.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn lines_over(bytes: &[u8], most: usize) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.split("\r\n").filter(|line| line.len() > most).map(str::to_owned).collect()
}

#[test]
fn a_letter_in_full() {
    let bytes = build(&draft()).unwrap();
    let expected = concat!(
        "Date: Wed, 25 Nov 2026 17:04:05 +0000\r\n",
        "From: Upgrade Desk\r\n <desk@vendor.example>\r\n",
        "Reply-To: Upgrade Desk\r\n <desk@vendor.example>\r\n",
        "To: ann@acme.example\r\n",
        "Subject: [UP-2026-00417] Your upgrade is planned\r\n",
        "Message-ID: <t417.l12.k3f@tickets.vendor.example>\r\n",
        "In-Reply-To: <first@acme.example>\r\n",
        "References: <zero@acme.example>\r\n <first@acme.example>\r\n",
        "X-Loop: desk@vendor.example\r\n",
        "Auto-Submitted: auto-replied\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "\r\n",
        "Hello Ann,\r\n\r\n.\r\nyour upgrade is planned.\r\n",
    );
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    assert_eq!(build(&draft()).unwrap(), build(&draft()).unwrap());
}

#[test]
fn only_machines_are_marked_as_machines() {
    let marked = |auto_submitted| {
        let names = header_names(&build(&Draft { auto_submitted, ..draft() }).unwrap());
        (names.contains(&"Auto-Submitted".to_owned()), names.contains(&"X-Auto-Response-Suppress".to_owned()))
    };
    assert_eq!(marked(AutoSubmitted::Replied), (true, true));
    assert_eq!(marked(AutoSubmitted::Generated), (true, true));
    assert_eq!(marked(AutoSubmitted::No), (false, false));
    let generated = build(&Draft { auto_submitted: AutoSubmitted::Generated, ..draft() }).unwrap();
    assert!(String::from_utf8(generated).unwrap().contains("\r\nAuto-Submitted: auto-generated\r\n"));
}

#[test]
fn ids_that_could_break_a_header_are_left_out_and_ours_is_refused() {
    let hostile = "x\r\nBcc: eve@evil.example".to_owned();
    let bytes = build(&Draft {
        in_reply_to: Some(hostile.clone()),
        references: vec![hostile.clone(), "ok@acme.example".to_owned(), "a b".to_owned()],
        ..draft()
    })
    .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("Bcc"), "{text}");
    assert!(!text.contains("In-Reply-To"), "{text}");
    assert!(text.contains("\r\nReferences: <ok@acme.example>\r\n"), "{text}");
    assert_eq!(build(&Draft { message_id: hostile.clone(), ..draft() }), Err(MimeError::MessageId(hostile)));
}

#[test]
fn a_long_thread_keeps_its_first_and_its_last_ids() {
    let references: Vec<String> = (0..100).map(|n| format!("m{n}@acme.example")).collect();
    let bytes = build(&Draft { references, ..draft() }).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let found: Vec<String> = mail.references().as_text_list().unwrap().iter().map(|id| id.to_string()).collect();
    assert_eq!(found.len(), 20);
    assert_eq!(found.first().unwrap(), "m0@acme.example");
    assert_eq!(found.get(1).unwrap(), "m81@acme.example");
    assert_eq!(found.last().unwrap(), "m99@acme.example");
}

#[test]
fn addresses_that_are_no_plain_addresses_are_refused() {
    for wrong in [
        "",
        "ann",
        "ann@",
        "@acme.example",
        "ann@acme.example\r\nBcc: eve@evil.example",
        "ann @acme.example",
        "\"ann b\"@acme.example",
        "änn@acme.example",
        "ann@äcme.example",
        "<ann@acme.example>",
        "ann@acme.example,eve@evil.example",
    ] {
        let error = build(&Draft { to_address: wrong.to_owned(), ..draft() }).unwrap_err();
        assert!(matches!(&error, MimeError::Address { field: "To", .. }), "{wrong:?}: {error}");
        let error = build(&Draft { from_address: wrong.to_owned(), ..draft() }).unwrap_err();
        assert!(matches!(&error, MimeError::Address { field: "From", .. }), "{wrong:?}: {error}");
    }
}

#[test]
fn dates_that_no_mail_can_name_are_refused() {
    for second in [-1, 253_402_207_200] {
        let date = Timestamp::from_second(second).unwrap();
        let built = build(&Draft { date, ..draft() });
        if second < 0 {
            assert_eq!(built, Err(MimeError::Date(date)));
        } else {
            assert!(built.is_ok(), "{built:?}");
        }
    }
}

#[test]
fn words_a_reader_would_decode_or_not_fold_are_encoded() {
    for subject in ["=?utf-8?Q?a=0D=0ABcc:_x?=", &"x".repeat(200), "Zürich: Wartung am 3. Dezember"] {
        let subject = HeaderText::new(subject);
        let bytes = build(&Draft { subject: subject.clone(), from_name: subject.clone(), ..draft() }).unwrap();
        assert_eq!(lines_over(&bytes, 76), Vec::<String>::new());
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.subject(), Some(subject.as_str()));
        assert_eq!(mail.from().unwrap().first().unwrap().name(), Some(subject.as_str()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_our_headers_and_comes_back(
        name in hostile::text(),
        subject in hostile::text(),
        text in hostile::text(),
        id in hostile::text(),
        references in proptest::collection::vec(hostile::text(), 0..4),
    ) {
        let draft = Draft {
            from_name: HeaderText::new(&name),
            subject: HeaderText::new(&subject),
            in_reply_to: Some(id),
            references,
            text: text.clone(), calendar: None,
            ..draft()
        };
        let bytes = build(&draft).unwrap();
        prop_assert_eq!(letter::fault(&bytes), Ok(()));

        // Only an id may be longer than a line of 76: it cannot be folded.
        for line in lines_over(&bytes, 76) {
            prop_assert!(line.ends_with('>') && line.len() <= 268, "{}", line);
        }

        let mail = MessageParser::default().parse(&bytes).unwrap();
        prop_assert_eq!(mail.subject().unwrap_or_default(), draft.subject.as_str());
        let author = mail.from().unwrap().first().unwrap();
        prop_assert_eq!(author.name().unwrap_or_default(), draft.from_name.as_str());
        prop_assert_eq!(author.address(), Some("desk@vendor.example"));
        let expected = text.replace("\r\n", "\n").replace('\r', "\n");
        let found = mail.body_text(0).unwrap().replace("\r\n", "\n");
        prop_assert_eq!(found.trim_end_matches('\n'), expected.trim_end_matches('\n'));
    }
}
