//! Every letter in every language as its reader sees it: snapshots in
//! `fixtures/letters/<language>/`, which `UPDATE=1` writes anew to be read, and the
//! lint that no letter promises anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use strum::VariantArray;
use upgrade_desk::desk::form::FieldKey;
use upgrade_desk::desk::input;
use upgrade_desk::desk::language::Language;
use upgrade_desk::desk::letter::gallery::{Shown, all};
use upgrade_desk::desk::letter::{Template, lint};
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::desk::urgency::Tone;
use upgrade_desk::shell::story::stage::Stage;

use crate::sample_rules::rules;
use crate::support::letter::text;

fn shown() -> Vec<Shown> {
    all(rules()).unwrap()
}

#[test]
fn each_letter_reads_as_it_was_read_by_a_person() {
    let mut wrong = Vec::new();
    let shown = shown();
    for language in Language::VARIANTS {
        for template in Template::VARIANTS {
            let letters: Vec<&Shown> =
                shown.iter().filter(|one| one.template == *template && one.language == *language).collect();
            if letters.is_empty() {
                continue;
            }
            let text: Vec<String> =
                letters.iter().map(|one| format!("Subject: {}\n\n{}", one.subject, one.text)).collect();
            let text = text.join("\n==========\n\n");
            let file = format!("fixtures/letters/{}/{}.txt", language.code(), template.name());
            if std::env::var_os("UPDATE").is_some() {
                fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
                fs::write(&file, &text).unwrap();
            }
            if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
                wrong.push(file);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "UPDATE=1 writes them; read each");
}

#[test]
fn every_letter_to_customers_exists_in_every_language() {
    let mut missing = Vec::new();
    for template in Template::VARIANTS.iter().filter(|template| !template.is_for_staff()) {
        for language in Language::VARIANTS {
            let name = format!("{}/{}", language.code(), template.name());
            if !rules().letters.contains_key(&name) {
                missing.push(name);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// A translation that lacks a branch or a fact of the English letter says less, or
/// something else, to a part of the customers.
#[test]
fn every_translation_has_the_branches_and_the_facts_of_the_english_letter() {
    let tags = Regex::new(r"(?s)\{%-?\s*(.*?)\s*-?%\}|\{\{\s*(.*?)\s*\}\}").unwrap();
    let space = Regex::new(r"\s+").unwrap();
    let joined = Regex::new(r#"join\(" \w+ "\)"#).unwrap();
    // In another language the words to answer with stand in `words.toml`, the
    // labels of the form in `form.toml`; the English text spells both out.
    let own = |fact: &str| fact.starts_with("answer.") || (fact.starts_with('"') && fact.ends_with("|label"));
    let of = |text: &str| {
        let (mut branches, mut facts) = (Vec::new(), BTreeSet::new());
        for tag in tags.captures_iter(text) {
            let plain = |one: regex::Match<'_>| space.replace_all(one.as_str(), " ").into_owned();
            branches.extend(tag.get(1).map(plain));
            facts.extend(
                tag.get(2).map(plain).filter(|fact| !own(fact)).map(|fact| joined.replace(&fact, "join").into_owned()),
            );
        }
        branches.sort();
        (branches, facts)
    };
    let mut wrong = Vec::new();
    for template in Template::VARIANTS.iter().filter(|template| !template.is_for_staff()) {
        let english = of(&rules().letters[&format!("en/{}", template.name())]);
        for language in Language::VARIANTS.iter().filter(|language| **language != Language::En) {
            let name = format!("{}/{}", language.code(), template.name());
            let found = of(&rules().letters[&name]);
            if found != english {
                wrong.push(format!("rules/letters/{name}.txt: expected {english:?}, found {found:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_letter_promises_or_is_too_wide() {
    let mut faults: Vec<String> = shown().iter().flat_map(lint::faults).collect();
    faults.extend(lint::promises_in(&rules().letters));
    assert_eq!(faults, Vec::<String>::new());
}

/// The file and the line of a promise are named, though it stands on two lines.
#[test]
fn a_promise_is_found_where_it_is_written() {
    let file = |name: &str, text: &str| [(name.to_owned(), text.to_owned())].into();
    for (name, text, expected) in [
        ("en/M-05", "x\n\nIt will be\nback by noon.", Some("letters/en/M-05.txt:3: ")),
        ("de/M-05", "x\n\nDas ist\ngarantiert.", Some("letters/de/M-05.txt:4: ")),
        ("es/M-09", "x\n\nEstá garantizado.", Some("letters/es/M-09.txt:3: ")),
        ("fr/M-09", "x\n\nC'est garanti.", Some("letters/fr/M-09.txt:3: ")),
        ("de/M-05", "x\n\nDas kann nicht\ngarantiert werden.", None),
        ("es/M-05", "x\n\nNo se puede\ngarantizar.", None),
        ("en/M-27", "x\n\nWe promise.", None),
    ] {
        let faults = lint::promises_in(&file(name, text));
        assert_eq!(faults.len(), usize::from(expected.is_some()), "{text}: {faults:?}");
        assert!(expected.is_none_or(|expected| faults[0].starts_with(expected)), "{faults:?}");
    }
}

#[test]
fn every_letter_has_a_sample() {
    let mut shown = shown();
    assert_eq!(lint::without_sample(&rules().letters, &shown), Vec::<String>::new());
    shown.retain(|one| one.template != Template::Started || one.language != Language::Fr);
    let faults = lint::without_sample(&rules().letters, &shown);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("letters/fr/M-13.txt: expected a sample"), "{faults:?}");
}

#[test]
fn the_lint_knows_promises() {
    let text = |language, text: &str| Shown {
        sample: 0,
        template: Template::Started,
        language,
        subject: "x".to_owned(),
        text: text.to_owned(),
    };
    for (language, promise) in [
        (Language::En, "We guarantee that."),
        (Language::En, "It will be back by noon."),
        (Language::Es, "Lo garantizamos."),
        (Language::De, "Das garantieren wir."),
        (Language::Fr, "C'est garanti."),
    ] {
        assert_eq!(lint::faults(&text(language, promise)).len(), 1, "{promise}");
    }
    let denied = "How long it takes\ncannot be guaranteed.";
    assert_eq!(lint::faults(&text(Language::En, denied)), Vec::<String>::new());
}

/// Every sentence that the code can say stands in each language, with the same
/// places to fill.
#[test]
fn every_phrase_of_the_code_is_translated() {
    let mut sources = String::new();
    read_all(Path::new("src/desk"), &mut sources);
    let calls = Regex::new(r#"phrase!\(\s*"([^"]+)",\s*"((?:[^"\\]|\\.|\\\n)*)""#).unwrap();
    let places = Regex::new(r"\{(\w+)\}").unwrap();
    let of = |text: &str| places.captures_iter(text).map(|found| found[1].to_owned()).collect::<BTreeSet<String>>();
    let mut wrong = Vec::new();
    let mut codes = 0;
    for call in calls.captures_iter(&sources) {
        let (code, english) = (&call[1], of(&call[2]));
        codes += 1;
        for language in Language::VARIANTS.iter().filter(|language| **language != Language::En) {
            match rules().words[language].phrases.get(code) {
                None => wrong.push(format!("{}: {code} is missing", language.code())),
                Some(text) if of(text) != english && !code.starts_with("hours_no") => {
                    wrong.push(format!("{}: {code} has other places", language.code()));
                }
                Some(_) => {}
            }
        }
    }
    assert!(codes > 60, "{codes}");
    assert_eq!(wrong, Vec::<String>::new());
}

fn read_all(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            read_all(&entry, text);
        } else {
            text.push_str(&fs::read_to_string(&entry).unwrap());
        }
    }
}

/// What a reply of this one line says.
fn tone(line: &str) -> Tone {
    let mail = format!("From: Dana Ruiz <dana@acme-tel.example>\r\nSubject: Re: solved\r\n\r\n{line}\r\n");
    input::understand(mail.as_bytes(), "2026-12-01T17:00:30Z".parse().unwrap(), rules(), &Prints::default())
        .urgency
        .tone
}

/// A letter never asks for a word that the desk does not understand.
#[test]
fn every_word_that_letters_ask_for_is_read_as_such() {
    let classify = &rules().classify;
    for (language, words) in &rules().words {
        for (meaning, word) in &words.answers {
            let word = word.to_lowercase();
            let known = match meaning.as_str() {
                "yes" => classify.yes.contains(&word),
                "go_ahead" => classify.yes.contains(&word) && classify.keep.contains(&word),
                "no" => classify.no.contains(&word),
                "cancel" | "stop" => classify.withdraw.contains(&word),
                "done" => classify.done.contains(&word),
                "unsubscribe" => classify.unsubscribe.contains(&word),
                "tested" => rules().form.rule(FieldKey::PasswordTested).unwrap().labels.contains(&word),
                "works" => tone(&word) == Tone::Restored,
                "still_not" => tone(&word) == Tone::Problem,
                other => panic!("{other}: nothing is known of what it means"),
            };
            assert!(known, "{}: {meaning} = {word}", language.code());
        }
        for (field, label) in &words.labels {
            let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let rule = rules().form.rule(*field).unwrap();
            let bare = label.split('(').next().unwrap_or(label);
            let known = rule.labels.iter().any(|one| plain(one) == plain(label) || plain(one) == plain(bare));
            assert!(known, "{}: {label} is not read as {}", language.code(), field.key());
        }
    }
    // The line above the form of M-02 and M-03, in each language.
    for one in shown().iter().filter(|one| one.template == Template::Missing) {
        let marked = rules().form.question_marks.iter().any(|mark| one.text.contains(mark));
        assert!(marked, "{}", one.language.code());
    }
}

#[test]
fn a_customers_language_is_known_by_his_words() {
    use upgrade_desk::desk::language::detect;
    let words = &rules().classify.languages;
    for (text, expected) in [
        ("Buenos días, necesitamos actualizar nuestro equipo el martes por la tarde, gracias", Some(Language::Es)),
        ("Guten Tag, bitte aktualisieren Sie unser Gerät am Dienstag, vielen Dank", Some(Language::De)),
        ("Bonjour, nous souhaitons une mise à jour de notre appareil mardi, merci", Some(Language::Fr)),
        ("Hello, please upgrade our unit on Tuesday, thank you", Some(Language::En)),
        ("Unit Serial Number: SM-0417-22A", None),
        ("ok", None),
        ("", None),
    ] {
        assert_eq!(detect(text, words), expected, "{text}");
    }
}

/// F-14, decisions 9: who ticks that he wants news reads so below the letter about
/// his request, and gets no second one for it.
#[tokio::test(flavor = "multi_thread")]
async fn who_ticks_news_reads_so_in_the_letter_about_his_request() {
    let played = crate::stories::play(Path::new("fixtures/stories/news")).await;
    let postman = Stage::postman(&played.folder.path().join("desk")).join("new");
    let texts: Vec<String> =
        fs::read_dir(postman).unwrap().map(|file| text(&fs::read(file.unwrap().path()).unwrap())).collect();
    let told: Vec<&String> = texts.iter().filter(|text| text.contains("PS: As you asked in the form")).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("the upgrade of unit SM-0417-22A") && told[0].trim_end().ends_with("unsubscribe."));
    // The other letter about news is that of the end, to her own mail.
    let ended = texts.iter().filter(|text| text.contains("you get no more news of releases")).count();
    let begun = texts.iter().filter(|text| text.contains("we will write to you when there is a new")).count();
    assert_eq!((ended, begun), (1, 0));
}

/// T1b once for a company, T1c for each unit of which nobody told us.
#[tokio::test(flavor = "multi_thread")]
async fn what_we_do_not_know_is_asked_once_for_a_company() {
    let played = crate::stories::play(Path::new("fixtures/stories/what-we-ask")).await;
    let postman = Stage::postman(&played.folder.path().join("desk")).join("new");
    let texts = fs::read_dir(postman).unwrap().map(|file| text(&fs::read(file.unwrap().path()).unwrap()));
    let confirmations: Vec<String> = texts.filter(|text| text.contains("is scheduled for")).collect();
    let asking = |words: &str| confirmations.iter().filter(|text| text.contains(words)).count();
    let quiet = "At which hours, and in which time zone";
    assert_eq!((confirmations.len(), asking("custom CRM pages or web settings"), asking(quiet)), (2, 2, 1));
}
