//! A password that comes back without a label is found by its print; words of
//! others are left alone, and after its time nothing is found.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use tempfile::TempDir;
use upgrade_desk::desk::input::{self, Place, Understood};
use upgrade_desk::desk::seal::Secret;
use upgrade_desk::desk::seal::prints::{PrintKey, Prints, Writer, WriterKind};
use upgrade_desk::shell::demo::sample_register;
use upgrade_desk::shell::source::Fetched;
use upgrade_desk::shell::store::inhand::InHand;
use upgrade_desk::shell::story::stage::Stage;
use upgrade_desk::shell::vault::key::new_pair;
use upgrade_desk::shell::vault::{Vault, VaultError};

use crate::sample_rules::rules;
use crate::stories;

const DANA: &str = "dana@acme.example";
const STRONG: &str = "Zq7-mole\\rat%5";
const BLANKS: &str = "blue 7 horses, galloping";
const SHORT: &str = "k9-4";
const MARK: &str = "(sealed before)";

fn person(address: &str) -> Writer<'_> {
    Writer { address: Some(address), proven: false, kind: WriterKind::Person }
}

/// Prints of what dana wrote; `kept`: a ticket has it.
fn prints(values: &[&str], kept: bool) -> Prints {
    let mut prints = Prints::new(PrintKey::new(&[7; 32]).unwrap());
    for value in values {
        let printed = prints.of(&Secret::new((*value).to_owned()), person(DANA)).unwrap();
        prints.add(&printed, kept);
    }
    prints
}

fn read(from: &str, body: &str, prints: &Prints) -> Understood {
    let mail = format!("From: {from}\r\nTo: upgrade@vendor.example\r\nSubject: Re: upgrade\r\n\r\n{body}\r\n");
    input::understand(mail.as_bytes(), "2026-11-25T18:00:30Z".parse().unwrap(), rules(), prints)
}

/// What is left of a text of dana's.
fn text(body: &str, prints: &Prints) -> String {
    read(DANA, body, prints).mail.text.trim_end().to_owned()
}

#[test]
fn what_comes_back_without_a_label_is_found() {
    let prints = prints(&[STRONG, BLANKS, SHORT], true);
    for (body, left) in [
        ("I typed Zq7-mole\\rat%5 and it said no.", "I typed (sealed before) and it said no."),
        ("I typed \"Zq7-mole\\rat%5\".", "I typed \"(sealed before)\"."),
        ("is it (Zq7-mole\\rat%5)?", "is it ((sealed before))?"),
        ("> > Zq7-mole\\rat%5", "> > (sealed before)"),
        ("*Zq7-mole\\rat%5*", "*(sealed before)*"),
        ("https://192.0.2.7/?p=Zq7-mole%5Crat%255&x=1", "https://192.0.2.7/?p=(sealed before)&x=1"),
        ("<td>Zq7-mole\\rat%5</td>", "<td>(sealed before)</td>"),
        ("blue 7 horses, galloping is what I typed", "(sealed before) is what I typed"),
        ("I typed blue 7\u{A0}horses, galloping", "I typed (sealed before)"),
        ("> as told: blue 7\n> horses, galloping, thanks", "> as told: (sealed before)\n> (sealed before), thanks"),
        ("k9-4", "(sealed before)"),
        ("> \"k9-4\"", "> \"(sealed before)\""),
    ] {
        assert_eq!(text(&body.replace('\n', "\r\n"), &prints), left);
    }
}

/// Found by the canary run (seed 1795812858613): behind "Pw" the seal saw another
/// password, took it out, and what was left was no print any more.
#[test]
fn one_that_reads_like_a_sentence_about_another_is_found_whole() {
    let prints = prints(&["Pw zH<b>a( }4? oBr?y"], true);
    assert_eq!(text("> > Pw zH<b>a( }4? oBr?y\r\n> > ASAP: yes", &prints), "> > (sealed before)\n> > ASAP: yes");
    let again = read(DANA, "the pw is Pw zH<b>a( }4? oBr?y, as before", &prints);
    assert_eq!(again.mail.text.trim_end(), "the pw is (sealed before), as before");
    // What is new behind such a word is a secret as ever.
    let new = read(DANA, "the mgr pw tulip#7 works", &prints);
    assert_eq!((new.mail.text.trim_end(), new.secrets.len()), ("the mgr pw [sealed] works", 1));
}

#[test]
fn what_only_looks_like_it_stays() {
    let prints = prints(&[STRONG, BLANKS, SHORT], true);
    for body in [
        "I typed Zq7-mole\\rat%6 and it said no.",
        "I typed xZq7-mole\\rat%5x.",
        "zq7-mole\\rat%5",
        "blue 7 horses galloping",
        "the k9-4 model, please",
        "Which of the horses?",
    ] {
        assert_eq!(text(body, &prints), body);
        assert!(!read(DANA, body, &prints).redacted);
    }
}

/// Whatever somebody calls his password: ordinary words, times, units and commands
/// are read in everybody's mails, his own included.
#[test]
fn ordinary_words_are_never_blanked() {
    let words = [
        "Tuesday",
        "upgrade",
        "SM-0417",
        "00:00:5E:00:53:0A",
        "203.0.113.10",
        "2026-12-03",
        "12/03/2026 09:00",
        "dana@acme.example",
        "+1 555 0123",
        "#accept",
        "v5.2.1",
        "https://acme.example/",
    ];
    for kept in [true, false] {
        for word in words {
            let prints = prints(&[word], kept);
            let body = format!("Please see {word} below, as agreed.");
            assert_eq!(text(&body, &prints), body, "{word}");
            let label = format!("the password was {word}, sorry");
            assert!(!text(&label, &prints).contains(word), "{word} behind a label");
        }
    }
}

/// A sign and a dot make no address of a password, nor do three signs a link.
#[test]
fn what_only_begins_like_an_address_is_a_password() {
    for value in ["9UF#.GA@cPSTpSze", "d€n%Uk.U@é9Ñ6", "a$b://c9.d", "x@y@z.example"] {
        assert_eq!(
            text(&format!("You asked about {value} yesterday"), &prints(&[value], true)),
            "You asked about (sealed before) yesterday"
        );
    }
}

#[test]
fn others_are_looked_through_for_what_tickets_have_and_strangers_reach_nobody_else() {
    let body = "I typed Zq7-mole\\rat%5 and k9-mouse";
    let found = |from: &str, prints: &Prints| read(from, body, prints).mail.text.matches(MARK).count();
    let (kept, unkept) = (prints(&[STRONG, "k9-mouse"], true), prints(&[STRONG, "k9-mouse"], false));
    let bounce = "MAILER-DAEMON@mx.acme.example\r\nAuto-Submitted: auto-replied";
    for (from, of_kept, of_unkept) in
        [(DANA, 2, 2), ("bob@other.example", 2, 0), ("noa@vendor.example", 2, 0), (bounce, 2, 2)]
    {
        assert_eq!((found(from, &kept), found(from, &unkept)), (of_kept, of_unkept), "{from}");
    }
}

#[test]
fn two_customers_with_the_same_password_are_one_print_less_when_one_goes() {
    let mut both = prints(&[STRONG], true);
    let bob = both.of(&Secret::new(STRONG.to_owned()), person("bob@other.example")).unwrap();
    both.add(&bob, true);
    let mut one = both.emptied();
    one.add(&bob, true);
    let body = "I typed Zq7-mole\\rat%5";
    assert_eq!(text(body, &both), format!("I typed {MARK}"));
    assert_eq!(text(body, &one), format!("I typed {MARK}"));
    assert_eq!(text(body, &one.emptied()), body);
}

#[test]
fn a_label_comes_first_and_the_own_secret_stays_a_secret() {
    let read = read(DANA, "Manager Password: Zq7-mole\\rat%5\r\nI typed Zq7-mole\\rat%5", &prints(&[STRONG], true));
    assert_eq!(read.secrets.len(), 1);
    assert_eq!(read.mail.text.trim_end(), "Manager Password: [sealed]\nI typed [sealed]");
}

#[test]
fn subjects_names_and_files_are_looked_through() {
    let mail = "From: \"Zq7-mole9rat\" <dana@acme.example>\r\nSubject: Zq7-mole9rat\r\nMIME-Version: 1.0\r\n\
                Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
                <p>see <b>Zq7-mole9rat</b></p>\r\n--b\r\n\
                Content-Type: text/plain; name=\"Zq7-mole9rat.txt\"\r\nContent-Disposition: attachment\r\n\r\n\
                x\r\n--b--\r\n";
    let received = "2026-11-25T18:00:30Z".parse().unwrap();
    let read = input::understand(mail.as_bytes(), received, rules(), &prints(&["Zq7-mole9rat"], true));
    assert!(read.redacted);
    let mail = &read.mail;
    let shown = format!("{:?} {} {} {:?}", mail.identity, mail.subject, mail.text, mail.attachments);
    assert_eq!(shown.matches(MARK).count(), 4, "{shown}");
    assert!(!shown.contains("Zq7-mole"), "{shown}");
}

/// What stands in an attachment or in a mail inside is sealed and leaves a print, too,
/// and the mail counts as redacted: its copy in the mailbox shows it.
#[test]
fn attachments_and_mails_inside_are_looked_through() {
    let part = |kind: &str, coding: &str, body: &str| {
        format!(
            "From: dana@acme.example\r\nSubject: see below\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n\
             --b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment\r\n\
             Content-Transfer-Encoding: {coding}\r\n\r\n{body}\r\n--b--\r\n"
        )
    };
    let wide: Vec<u8> =
        "\u{FEFF}Manager Password: Zq7-mole9rat\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inner = "Subject: form\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                 <p>Manager Password:=20Zq7-mole=\r\n9rat</p>";
    for (kind, coding, body) in [
        ("text/plain", "7bit", "Manager Password: Zq7-mole9rat".to_owned()),
        ("text/html", "7bit", "<table><tr><td>Manager Password:</td><td>Zq7-mole9rat</td></tr></table>".to_owned()),
        ("application/octet-stream", "base64", STANDARD.encode(&wide)),
        ("text/plain", "base64", STANDARD.encode("Manager Password: Zq7-mole9rat")),
        ("message/rfc822", "7bit", inner.to_owned()),
        ("text/rfc822-headers", "7bit", "Subject: Manager Password: Zq7-mole9rat".to_owned()),
    ] {
        let mail = part(kind, coding, &body);
        let received = "2026-11-25T18:00:30Z".parse().unwrap();
        let read = input::understand(mail.as_bytes(), received, rules(), &Prints::default());
        let secrets: Vec<&str> = read.secrets.iter().map(Secret::expose).collect();
        assert_eq!((secrets, read.redacted), (vec!["Zq7-mole9rat"], true), "{kind} {coding}");
        let bare = mail.replace("Manager Password:", "");
        if bare != mail {
            let read = input::understand(bare.as_bytes(), received, rules(), &prints(&["Zq7-mole9rat"], true));
            assert!(read.redacted && read.secrets.is_empty(), "{kind} {coding} without a label");
            assert!(!input::understand(bare.as_bytes(), received, rules(), &Prints::default()).redacted);
        }
    }
}

struct World {
    folder: TempDir,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        for name in ["noa", "evidence"] {
            new_pair(&folder.path().join(name)).unwrap();
        }
        fs::create_dir(folder.path().join("data")).unwrap();
        World { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn open(&self) -> Result<Vault, VaultError> {
        let public = |name: &str| upgrade_desk::shell::vault::public_key(&self.folder.path().join(name)).unwrap();
        Vault::open(&self.data(), vec![public("noa")], public("evidence"))
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.data().join("secrets")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn sealed(vault: &Vault, value: &str) -> String {
    let secret = Secret::new(value.to_owned());
    let id = vault.seal_secret(&secret).unwrap();
    vault.remember(&id, &secret, person(DANA)).unwrap();
    id
}

fn finds(vault: &Vault, value: &str, from: &str) -> bool {
    read(from, &format!("I typed {value} again"), &vault.prints()).redacted
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_print_outlives_its_secret_by_thirty_days_and_restarts() {
    let world = World::new();
    let at: Timestamp = "2026-12-01T18:00:00Z".parse().unwrap();
    let days = |days: i64| Timestamp::from_second(at.as_second() + days * 86_400).unwrap();
    let vault = world.open().unwrap();
    let (kept, dropped) = (sealed(&vault, STRONG), sealed(&vault, "Another-7-one"));
    vault.keep([&kept]);
    let short = sealed(&vault, "ab1");
    assert!(vault.print_path(&kept).unwrap().exists() && vault.print_path(&short).is_none());
    vault.destroy(&dropped, at).unwrap();
    drop(vault);

    let vault = world.open().unwrap();
    vault.remove_orphans(&BTreeSet::from([kept.clone(), short.clone()]), days(5)).unwrap();
    for (value, from, found) in [
        (STRONG, DANA, true),
        (STRONG, "bob@other.example", true),
        ("Another-7-one", DANA, true),
        ("Another-7-one", "bob@other.example", false),
    ] {
        assert_eq!(finds(&vault, value, from), found, "{value} from {from}");
    }
    vault.destroy(&kept, days(10)).unwrap();
    vault.destroy(&kept, days(20)).unwrap();
    assert_eq!(vault.sweep_prints(days(29)).unwrap(), 0);
    assert_eq!(vault.sweep_prints(days(30)).unwrap(), 1, "the one that was dropped at once");
    assert!(finds(&vault, STRONG, "bob@other.example") && !finds(&vault, "Another-7-one", DANA));
    drop(vault);

    let vault = world.open().unwrap();
    vault.remove_orphans(&BTreeSet::from([short.clone()]), days(35)).unwrap();
    assert!(finds(&vault, STRONG, "bob@other.example"), "a ticket had it: in everybody's mails, after a restart, too");
    assert_eq!(vault.sweep_prints(days(39)).unwrap(), 0);
    assert_eq!(vault.sweep_prints(days(40)).unwrap(), 1, "thirty days after the first destruction");
    assert!(!finds(&vault, STRONG, DANA));
    assert_eq!(world.files(), BTreeSet::from([format!("{short}.age")]));
}

#[test]
fn no_value_is_in_a_print_and_nobody_else_reads_it() {
    let world = World::new();
    let vault = world.open().unwrap();
    let id = sealed(&vault, STRONG);
    let print = vault.print_path(&id).unwrap();
    let text = fs::read_to_string(&print).unwrap();
    for part in ["Zq7", "mole", "rat", "acme", "dana"] {
        assert!(!text.contains(part), "{text}");
    }
    assert_eq!((mode(&print), mode(&world.data().join("print.key"))), (0o600, 0o600));
    assert!(!format!("{vault:?}").contains(&text[..20]));
}

#[test]
fn a_key_that_is_not_right_is_named_with_the_way_out() {
    let world = World::new();
    sealed(&world.open().unwrap(), STRONG);
    let key = world.data().join("print.key");
    let whole = fs::read(&key).unwrap();
    let refused = |parts: &[&str]| {
        let text = world.open().err().unwrap().to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    };
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    refused(&["print.key", "expected the key of the prints (32 bytes, mode 600)", "mode 640", "chmod 600"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, &whole[..31]).unwrap();
    refused(&["found 31 bytes", "restore it from a backup"]);
    fs::remove_file(&key).unwrap();
    refused(&["found no file, but prints that it was made for", "restore it from a backup"]);
    fs::write(&key, &whole).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(finds(&world.open().unwrap(), STRONG, DANA));
}

/// Marks stand for secrets by their order: it must be the same however much is known.
#[test]
fn prints_never_change_which_secrets_a_mail_has() {
    let value = "Pw zH<b>a( }4? oBr?y";
    let (nothing, known) = (Prints::new(PrintKey::new(&[7; 32]).unwrap()), prints(&[value, STRONG], true));
    let again = format!("Manager Password: {STRONG}");
    for body in [
        format!("> {value}\r\nthe pw is maple#44 today\r\n{again}"),
        format!("{again}\r\nthe pw is {value}\r\nand the old pw was maple#44"),
        format!("{value} maple#44 {value}, our password: {STRONG}"),
    ] {
        let values = |prints: &Prints| -> Vec<String> {
            read(DANA, &body, prints).secrets.iter().map(|secret| secret.expose().to_owned()).collect()
        };
        assert_eq!(values(&nothing), values(&known), "{body}");
        let left = text(&body, &known);
        assert!(!left.contains("oBr?y") && !left.contains("zH<b>a(") && !left.contains(STRONG), "{left}");
    }
}

/// Mails are read side by side: here the answer is even read before the request. When
/// its turn comes it is looked through with what the request has brought.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_read_before_its_request_was_sealed_is_read_once_more() {
    // The second begins like a label: a piece of it was taken for a password first.
    for value in ["rowan 7 Ferry\\3!", "Pw zH<b>a( 7 Ferry\\3!"] {
        an_answer_read_before(value).await;
    }
}

async fn an_answer_read_before(value: &str) {
    let folder = tempfile::tempdir().unwrap();
    let desk = folder.path().join("desk");
    let monday = "2026-12-07".parse().unwrap();
    let (keys, rules) = (stories::keys(folder.path()), Arc::new(rules().clone()));
    let stage = Stage::build(&desk, monday, &keys, rules, sample_register().unwrap()).await.unwrap();
    let received: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    stage.desk.clock.stand_at(received);
    let in_hand = Mutex::new(InHand::open(&Stage::data(&desk)).unwrap());
    let head = "From: Dana Ruiz <dana@acme-tel.example>\r\nTo: upgrade@vendor.example\r\n";
    let form = format!(
        "Subject: Upgrade request\r\nMessage-ID: <form@acme-tel.example>\r\n\r\nAdmin Name: Dana Ruiz\r\n\
                Company Name: Acme Telephone, Inc.\r\nUnit Serial Number: SM-0417-22A\r\n\
                Manager Password: {value}\r\nUpgrade Time: as soon as possible\r\n"
    );
    let answer = format!(
        "Subject: Re: Upgrade request {value}\r\nMessage-ID: <answer@acme-tel.example>\r\n\
                  In-Reply-To: <form@acme-tel.example>\r\n\r\nMy colleague wrote\r\n> {value}\r\n"
    );
    let prepare = |item: &str, mail: &str| {
        let place = Place { source: "test".to_owned(), mailbox: String::new(), validity: 1, item: item.to_owned() };
        let bytes = format!("{head}{mail}").into_bytes();
        let fetched = Fetched { place, received, size: bytes.len() as u64, bytes: Some(bytes) };
        tokio::task::block_in_place(|| stage.desk.prepare(fetched, &in_hand)).unwrap()
    };
    let (answer, form) = (prepare("2", &answer), prepare("1", &form));
    let (form, answer) = (stage.desk.happened(form), stage.desk.happened(answer));
    for receipt in [form.await.unwrap(), answer.await.unwrap()] {
        assert!(receipt.seq.is_some(), "both are kept: {receipt:?}");
    }
    stage.close().await;
    fs::create_dir_all(Stage::postman(&desk)).unwrap();
    stories::assert_no_password(&BTreeSet::from([value.to_owned()]), &desk);
    let data = Stage::data(&desk);
    let journal = fs::read_dir(data.join("journal")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let journal = String::from_utf8(journal.flatten().collect()).unwrap();
    let prints = fs::read_dir(data.join("secrets")).unwrap().map(|entry| entry.unwrap().path());
    let texts = fs::read_dir(data.join("packs")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let texts = String::from_utf8_lossy(&texts.flatten().collect::<Vec<u8>>()).into_owned();
    assert!(texts.contains("My colleague wrote\\n> (sealed before)"), "it is taken out where it stood");
    let mut digests = 0;
    for print in prints.filter(|path| path.extension().is_some_and(|end| end == "print")) {
        let print: serde_json::Value = serde_json::from_slice(&fs::read(&print).unwrap()).unwrap();
        for spelling in print["spellings"].as_array().unwrap() {
            digests += 1;
            assert!(!journal.contains(spelling["digest"].as_str().unwrap()), "a print is in the journal");
        }
    }
    assert!(digests > 0, "the password has a print");
}
