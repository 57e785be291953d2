//! Passwords leave the mail before anything else sees it (F-09, R-21, TD4).

use proptest::prelude::*;
use upgrade_desk::desk::form::{self, FieldKey, Value};
use upgrade_desk::desk::mail::{AttachedText, Attachment, Mail, Report, ReportKind, ReportRecipient};
use upgrade_desk::desk::seal::{self, Secret};

use super::sample_mail::{reply, request};
use crate::sample_rules;

fn take(mail: &mut Mail) -> Vec<String> {
    let secrets = seal::take(mail, sample_rules::spec(), None).secrets;
    secrets.iter().map(|secret: &Secret| secret.expose().to_owned()).collect()
}

/// What is left of a text, and what was taken out of it.
#[track_caller]
fn check(text: &str, left: &str, secrets: &[&str]) {
    let mut mail = request(text);
    let taken = take(&mut mail);
    assert_eq!((mail.text.as_str(), taken.iter().map(String::as_str).collect::<Vec<_>>()), (left, secrets.to_vec()));
}

#[test]
fn behind_every_label_and_to_the_exact_byte() {
    check("Manager Password: tulip#7", "Manager Password: [sealed]", &["tulip#7"]);
    check("Manager Password:   S0mmer!24 \nMAC: x", "Manager Password:   [sealed]\nMAC: x", &["S0mmer!24 "]);
    check("Manager Password: a b\t\r\nMAC: x\r\n", "Manager Password: [sealed]\r\nMAC: x\r\n", &["a b\t"]);
    check("PW=x", "PW=[sealed]", &["x"]);
    check("*Manager Password:* tulip#7", "*Manager Password:* [sealed]", &["tulip#7"]);
    check("Password：Ab:9x", "Password：[sealed]", &["Ab:9x"]);
    check("Password: Manager / Pa:ss", "Password: [sealed]", &["Manager / Pa:ss"]);
    check("> > Mgr pwd: tulip#7", "> > Mgr pwd: [sealed]", &["tulip#7"]);
    check("- Manager Password\ttulip#7\tMAC\tx", "- Manager Password\t[sealed]\tMAC\tx", &["tulip#7"]);
    check("Password: tulip#7  IP: 203.0.113.10", "Password: [sealed]  IP: 203.0.113.10", &["tulip#7"]);
    check("Unit 2 password: tulip#7", "Unit 2 password: [sealed]", &["tulip#7"]);
    check("Manager Password (case sensitive): tulip#7", "Manager Password (case sensitive): [sealed]", &["tulip#7"]);
    check("Password: \"tulip#7\".", "Password: [sealed]", &["\"tulip#7\"."]);
    check("Password: x\u{A0}", "Password: [sealed]", &["x\u{A0}"]);
}

#[test]
fn behind_words_that_say_that_it_is_for_several_units() {
    check("Manager Password: same for both: Ab:9x", "Manager Password: same for both: [sealed]", &["Ab:9x"]);
    check("Password: (the same for all) tulip#7 x", "Password: (the same for all) [sealed]", &["tulip#7 x"]);
    check("Passwort: für beide Geräte: wren35", "Passwort: für beide Geräte: [sealed]", &["wren35"]);
    check("管理员密码：两台相同 Ab:9x", "管理员密码：两台相同 [sealed]", &["Ab:9x"]);
    check("管理者パスワード：共通 Ab:9x", "管理者パスワード：共通 [sealed]", &["Ab:9x"]);
    // Words that are part of it, or all there is, stay with it.
    check("Password: for alligators only", "Password: [sealed]", &["for alligators only"]);
    check("Password: für beide", "Password: [sealed]", &["für beide"]);
}

#[test]
fn below_its_label() {
    check("Manager Password:\ntulip#7\nMAC: x", "Manager Password:\n[sealed]\nMAC: x", &["tulip#7"]);
    check("> Manager Password:\ntu: lip \n", "> Manager Password:\n[sealed]\n", &["tu: lip "]);
    check("Manager Password:\nUnit Version: 5", "Manager Password:\nUnit Version: 5", &[]);
    check("Manager Password:\n\nThanks, Bob", "Manager Password:\n\nThanks, Bob", &[]);
    check(
        "> --- please answer below each line ---\n> Manager Password:\n>\n\nx y\n> Unit Version:",
        "> --- please answer below each line ---\n> Manager Password:\n>\n\n[sealed]\n> Unit Version:",
        &["x y"],
    );
}

/// A password that begins like a label is one, wherever it comes again.
#[test]
fn one_that_reads_like_a_sentence_about_another() {
    check("Manager Password:\nPw x#1 y?B\nPw x#1 y?B\n", "Manager Password:\n[sealed]\n[sealed]\n", &["Pw x#1 y?B"]);
    check("Pw x#1 y?B\nManager Password: Pw x#1 y?B", "[sealed]\nManager Password: [sealed]", &["Pw x#1 y?B"]);
}

#[test]
fn in_prose() {
    check("pls bump our gw. pw is tulip#7 . Thx Bob", "pls bump our gw. pw is [sealed] . Thx Bob", &["tulip#7"]);
    check("The manager password is hunter", "The manager password is [sealed]", &["hunter"]);
    check("Our password: tulip, call me", "Our password: [sealed]", &["tulip, call me"]);
    check("Hi, our password: tulip, call me", "Hi, our password: [sealed] call me", &["tulip,"]);
    check("sorry, forgot the pw: tulip#7\nDana", "sorry, forgot the pw: [sealed]\nDana", &["tulip#7"]);
    check("the mgr pw tulip#7 works", "the mgr pw [sealed] works", &["tulip#7"]);
    check("pw is \"a b c\", thanks", "pw is [sealed], thanks", &["\"a b c\""]);
    check("the password is “a b”. Bye", "the password is [sealed]. Bye", &["“a b”"]);
    check("Hi, password: 'a b' and more", "Hi, password: [sealed] and more", &["'a b'"]);
    check("the pw is \"a1#b never closed", "the pw is [sealed] never closed", &["\"a1#b"]);
    check("das Passwort, password ist tulip7", "das Passwort, password ist [sealed]", &["tulip7"]);
    for text in [
        "The password is the same as last time",
        "The password is required",
        "Password tested today: yes",
        "Is the password tested today (yes/no)? YES",
        "I forgot the password? Please call me",
        "Passcode for our conference line: see the invitation",
        "We reset the password today.",
        "This mail may contain passwords: delete it",
        "Das Passwort ist falsch",
        "Unser Passwort ist noch unbekannt",
        "La contraseña es incorrecta",
        "Le mot de passe est inchangé",
    ] {
        check(text, text, &[]);
    }
}

#[test]
fn answers_that_are_no_password_stay() {
    for answer in [
        "same as last time",
        "Same as last time (see ticket 31)",
        "****",
        "xxxx",
        "will call",
        "I'll call you",
        "see attached",
        "n/a",
        "?",
        "-",
        "(see below)",
        "wie beim letzten Mal",
        "Wie letztes Mal, siehe Ticket 31",
        "Dasselbe",
        "unverändert",
        "Ich rufe an",
        "siehe Anhang",
        "igual que la última vez",
        "La misma",
        "les llamaré mañana",
        "ver adjunto",
        "comme la dernière fois",
        "Inchangé",
        "je vous appelle",
        "come l'ultima volta",
        "a mesma da última vez",
    ] {
        let text = format!("Manager Password: {answer}");
        check(&text, &text, &[]);
        let below = format!("Manager Password:\n{answer}\n");
        check(&below, &below, &[]);
    }
    // What only begins like one is one.
    check("Password: same4ever", "Password: [sealed]", &["same4ever"]);
    check("Passwort: wiegehabt1", "Passwort: [sealed]", &["wiegehabt1"]);
    check("Das Passwort ist Falsch1", "Das Passwort ist [sealed]", &["Falsch1"]);
    check("Password: none of your business", "Password: [sealed]", &["none of your business"]);
}

#[test]
fn everywhere_else_its_letters_stand() {
    let mut mail =
        request("Password: hunter22\nhunter22 does not work, HUNTER22 neither; hunter22x?\n> Password: hunter22 \n");
    mail.html_text = "Password\thunter22\t\n".to_owned();
    mail.signature = "-- \nhunter22".to_owned();
    mail.subject = "Re: hunter22".to_owned();
    mail.identity.as_mut().unwrap().name = "Dana hunter22".to_owned();
    mail.attachments = vec![Attachment {
        name: "hunter22.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        size: 1,
        sha256: String::new(),
        stays: None,
        unread: false,
    }];
    mail.report = Some(Report {
        kind: ReportKind::Failed,
        recipients: vec![ReportRecipient {
            address: "a@acme-tel.example".to_owned(),
            action: "failed".to_owned(),
            status: "5.1.1".to_owned(),
            diagnostic: "550 hunter22".to_owned(),
        }],
        original_message_id: None,
    });
    assert_eq!(take(&mut mail), ["hunter22"]);
    assert_eq!(
        mail.text,
        "Password: [sealed]\n[sealed] does not work, HUNTER22 neither; [sealed]x?\n> Password: [sealed]\n"
    );
    assert_eq!(mail.own_text, "Password: [sealed]\n[sealed] does not work, HUNTER22 neither; [sealed]x?");
    assert_eq!(mail.quoted_text, "> Password: [sealed]");
    assert_eq!(mail.html_text, "Password\t[sealed]\n");
    assert_eq!(mail.signature, "-- \n[sealed]");
    assert_eq!(mail.subject, "Re: [sealed]");
    assert_eq!(mail.identity.unwrap().name, "Dana [sealed]");
    assert_eq!(mail.attachments[0].name, "[sealed].txt");
    assert_eq!(mail.report.unwrap().recipients[0].diagnostic, "550 [sealed]");
}

#[test]
fn in_what_is_attached_and_in_names_that_lost_a_part_of_it() {
    let mut mail = request("see attached");
    let text = "Manager Password: ab/cd:tulip#7\nIP: 203.0.113.10\n".to_owned();
    mail.attached = vec![AttachedText { text, ..AttachedText::default() }];
    let file = |name: &str| Attachment {
        name: name.to_owned(),
        content_type: "message/rfc822".to_owned(),
        size: 1,
        sha256: String::new(),
        stays: None,
        unread: false,
    };
    mail.attachments = vec![file("tulip#7.eml"), file("tulips.eml")];
    assert_eq!(take(&mut mail), ["ab/cd:tulip#7"]);
    assert_eq!(mail.attached[0].text, "Manager Password: [sealed]\nIP: 203.0.113.10\n");
    assert_eq!(mail.attachments[0].name, "[sealed]");
    assert_eq!(mail.attachments[1].name, "tulips.eml");
}

#[test]
fn short_ones_only_as_words_and_very_short_ones_only_as_lines() {
    check("Password: a1b2\nwa1b2x a1b2, (a1b2)", "Password: [sealed]\nwa1b2x [sealed], ([sealed])", &["a1b2"]);
    check(
        "Password: up\nplease start up\nup\n> up",
        "Password: [sealed]\nplease start up\n[sealed]\n> [sealed]",
        &["up"],
    );
    // The own text of an answer between quoted labels holds no label at all.
    let mut mail = reply("> Manager Password:\nup\n");
    assert_eq!(take(&mut mail), ["up"]);
    assert_eq!(mail.own_text, "[sealed]");
}

#[test]
fn several_passwords_have_their_numbers() {
    check(
        "Serial: A1\nPassword: first1\nSerial: B2\nPassword: second2\nPassword: first1 ",
        "Serial: A1\nPassword: [sealed]\nSerial: B2\nPassword: [sealed 2]\nPassword: [sealed]",
        &["first1", "second2"],
    );
    // One that holds another is taken out first.
    check(
        "Password: secret7\nPassword: secret77",
        "Password: [sealed]\nPassword: [sealed 2]",
        &["secret7", "secret77"],
    );
}

#[test]
fn nobody_can_write_our_marks() {
    check("Manager Password: [sealed]", "Manager Password: (sealed before)", &[]);
    check("> Manager Password: [sealed 12]\n[sealed", "> Manager Password: (sealed before)\n(sealed before)", &[]);
    check("Password: x[sealed]y", "Password: [sealed]", &["x(sealed before)y"]);
    let mut mail = request("Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nManager Password: [sealed 7]");
    let spec = sample_rules::spec();
    assert!(seal::take(&mut mail, spec, None).secrets.is_empty());
    let received = "2026-11-25T18:00:00Z".parse().unwrap();
    let form = form::read(&mail, spec, sample_rules::zones(), "UTC", received).remove(0);
    let slot = form.fields.get(&FieldKey::ManagerPassword).unwrap();
    assert_eq!(slot.read.as_ref().unwrap_err().name, "password_placeholder");
    assert_eq!(slot.written, "[sealed]");
}

/// Passwords as people make them; brackets would meet the marks themselves.
fn password() -> impl Strategy<Value = String> {
    "[A-Za-z0-9#!$%&*+.,:;=?@^_~äß -]{6,20}".prop_filter("an answer that is none", |text| {
        let trimmed = text.trim();
        trimmed.chars().count() >= 6 && trimmed.chars().any(|c| c.is_ascii_digit()) && !trimmed.contains("  ")
    })
}

fn place() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "Manager Password: {}\n",
        "> Mgr pw: {}\n",
        "Password\t{}",
        "Password:\n{}\nIP: 203.0.113.10\n",
        "Hi\n\n> > Manager password = {}\n\nBye {}",
        "Unit 3 password: {}",
    ])
}

proptest! {
    #[test]
    fn after_taking_no_text_holds_the_value(password in password(), places in proptest::collection::vec(place(), 6)) {
        let put = |place: &str| place.replace("{}", &password);
        let mut mail = request(&put(places[0]));
        mail.html_text = put(places[1]);
        mail.own_text = put(places[2]);
        mail.quoted_text = put(places[3]);
        mail.signature = put(places[4]);
        mail.subject = put(places[5]);
        let secrets = take(&mut mail);
        prop_assert!(secrets.iter().any(|secret| secret.trim() == password.trim()), "{:?}", secrets);
        for text in [&mail.text, &mail.html_text, &mail.own_text, &mail.quoted_text, &mail.signature, &mail.subject] {
            prop_assert!(!text.contains(password.trim()), "{:?} holds {:?}", text, password);
            prop_assert!(text.contains("[sealed"), "{:?}", text);
        }
    }

    #[test]
    fn what_is_no_password_stays_to_the_byte(text in "([A-Za-z]{1,8}[ ,.\n]){0,20}") {
        let lower = text.to_lowercase();
        prop_assume!(!lower.contains("pw") && !lower.contains("pass") && !lower.contains("pwd"));
        let mut mail = request(&text);
        prop_assert!(take(&mut mail).is_empty());
        prop_assert_eq!(mail.text, text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(password|pw is|: |\n|> |\\[sealed| {1,3}|\t|\\PC{0,5}){0,30}") {
        let mut mail = request(&text);
        for n in 0..take(&mut mail).len() {
            let mark = if n == 0 { "[sealed]".to_owned() } else { format!("[sealed {}]", n + 1) };
            let texts = [&mail.text, &mail.own_text, &mail.quoted_text];
            prop_assert!(texts.iter().any(|text| text.contains(&mark)), "{:?} lost {mark}", mail.text);
        }
    }

    /// The form finds the secret by its mark, wherever it was in the mail.
    #[test]
    fn the_form_names_the_secret(password in password()) {
        let mut mail = request(&format!(
            "Serial: SM-0417\nMAC: 00:00:5E:00:53:0A\nIP: 203.0.113.10\nManager Password: {password}"
        ));
        let spec = sample_rules::spec();
        let secrets = seal::take(&mut mail, spec, None).secrets;
        let received = "2026-11-25T18:00:00Z".parse().unwrap();
        let form = form::read(&mail, spec, sample_rules::zones(), "UTC", received).remove(0);
        prop_assert_eq!(form.value(FieldKey::ManagerPassword), Some(&Value::Sealed(0)));
        prop_assert_eq!(secrets[0].expose(), password.trim_start());
        let json = serde_json::to_string(&form).unwrap();
        prop_assert!(!json.contains(password.trim()));
    }
}
