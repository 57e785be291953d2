//! Answers of our own: each line of them says whose it is. None may be taken from
//! its writer, none given to him.

use std::path::PathBuf;

use upgrade_desk::desk::mail;

use crate::own_text::likeness::folded;
use crate::rules;

/// In the order of their answers in `pages.txt`.
const PAGES: [&str; 13] = [
    "outlook-desktop.html",
    "outlook-web.html",
    "outlook-mobile.html",
    "gmail.html",
    "gmail-between.html",
    "gmail-forward.html",
    "apple.html",
    "apple-phone.html",
    "thunderbird.html",
    "yahoo.html",
    "seen-again.html",
    "signed.html",
    "paragraphs.html",
];

/// A title, and for each line the letter of its owner and what it says.
type Answer = (String, Vec<(char, String)>);

#[test]
fn each_line_of_an_answer_is_whose_it_is() {
    let mut wrong = Vec::new();
    for file in ["languages.txt", "shapes.txt"] {
        let answers = answers(&text(file));
        assert!(answers.len() > 20, "{file} has {} answers", answers.len());
        for (title, lines) in answers {
            // As people write, with blank lines between what is theirs and what is not;
            // and as some programs do, without any.
            for apart in [true, false] {
                let raw = format!(
                    "From: ann@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}",
                    body(&lines, apart)
                );
                compare(&format!("{file}: {title}"), &raw, &lines, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_line_of_a_page_is_whose_it_is() {
    let answers = answers(&text("pages.txt"));
    assert_eq!(answers.len(), PAGES.len());
    let mut wrong = Vec::new();
    for ((title, lines), file) in answers.into_iter().zip(PAGES) {
        assert!(file.starts_with(&title), "{title} is not {file}");
        let page = text(file);
        let raw = format!("From: ann@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
        compare(&title, &raw, &lines, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn text(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/own-text").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn answers(text: &str) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            answers.push((title.to_owned(), Vec::new()));
        } else if let Some((owner, said)) = line.split_once('|') {
            answers.last_mut().unwrap().1.push((owner.chars().next().unwrap(), said.to_owned()));
        }
    }
    answers
}

fn body(lines: &[(char, String)], apart: bool) -> String {
    let mut body = String::new();
    let mut last = None;
    for (owner, line) in lines {
        // A device's signature stands alone, however a program sets the rest.
        let changes = last.is_some_and(|last| last != *owner);
        let signs = *owner == 'S' || last == Some('S');
        if changes && (apart || signs) {
            body.push_str("\r\n");
        }
        body.push_str(line);
        body.push_str("\r\n");
        last = Some(*owner);
    }
    body
}

fn compare(title: &str, raw: &str, lines: &[(char, String)], wrong: &mut Vec<String>) {
    let mail = mail::read(raw.as_bytes(), &rules().limits, &rules().classify.marks);
    for (owner, found) in [('O', &mail.own_text), ('Q', &mail.quoted_text), ('S', &mail.signature)] {
        let said: Vec<&str> = lines.iter().filter(|line| line.0 == owner).map(|line| line.1.as_str()).collect();
        let (found, said) = (folded(found), folded(&said.join("\n")));
        if found != said {
            wrong.push(format!("{title}: {owner} is {found:?}, not {said:?}"));
        }
    }
}
