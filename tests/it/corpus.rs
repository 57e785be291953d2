//! Real mail of other projects, where it is at hand: everything can be read.

use std::path::Path;

use upgrade_desk::shell::{clock, rules, view};

/// `CORPUS=FOLDER` names the folder with one `expectations.jsonl` a source.
#[test]
fn every_corpus_mail_is_read() {
    let Some(corpus) = std::env::var_os("CORPUS") else {
        eprintln!("SKIPPED: every_corpus_mail_is_read (set CORPUS=FOLDER)");
        return;
    };
    let rules = rules::load(None).unwrap();
    let (mut read, mut requests, mut automatic) = (0, 0, 0);
    for source in std::fs::read_dir(Path::new(&corpus)).unwrap() {
        let folder = source.unwrap().path();
        let Ok(list) = std::fs::read_to_string(folder.join("expectations.jsonl")) else { continue };
        for line in list.lines() {
            let expected: serde_json::Value = serde_json::from_str(line).unwrap();
            let Ok(bytes) = std::fs::read(folder.join(expected["file"].as_str().unwrap())) else { continue };
            let answer = view::read(&bytes, clock::now(), &rules);
            assert!(answer["kind"].is_string(), "{}", expected["file"]);
            read += 1;
            requests += usize::from(answer["kind"] == "request");
            automatic += usize::from(answer["automatic"] == true);
        }
    }
    println!("corpus: {read} mails read, {requests} taken for requests, {automatic} for automatic");
    assert!(read > 1000, "only {read} mails were found");
}
