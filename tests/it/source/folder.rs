//! A Maildir as the mailbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use upgrade_desk::desk::record::Folder;
use upgrade_desk::shell::source::folder::FolderSource;
use upgrade_desk::shell::source::{ErrorKind, Source, Woken};

use super::fetch;

const NAME: &str = "1764064800.M1P2.host.example";
const OTHER: &str = "1764064801.M1P2.host.example";
const BYTES: &[u8] = b"Subject: upgrade\r\n\r\nplease\r\n";

fn maildir() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let maildir = folder.path().join("Maildir");
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(maildir.join(part)).unwrap();
    }
    (folder, maildir)
}

/// A mail that was delivered at this second.
fn put(path: &Path, bytes: &[u8], second: i64) {
    fs::write(path, bytes).unwrap();
    let time = std::time::UNIX_EPOCH + Duration::from_secs(u64::try_from(second).unwrap());
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_mail_is_listed_fetched_whole_and_moved() {
    let (_keep, maildir) = maildir();
    put(&maildir.join("new").join(OTHER), b"second", 1_764_064_801);
    put(&maildir.join("cur").join(format!("{NAME}:2,S")), BYTES, 1_764_064_800);
    put(&maildir.join("tmp").join("1764064802.M1P2.host.example"), b"half a", 1_764_064_802);

    let mut source = FolderSource::new(maildir.clone(), 1000);
    let opened = source.connect().await.unwrap();
    assert_eq!((opened.source.as_str(), opened.validity, opened.next_item), ("folder", 0, 0));
    assert_eq!(opened.mailbox, maildir.canonicalize().unwrap().to_str().unwrap());

    let listed = source.list().await.unwrap();
    let items: Vec<&str> = listed.iter().map(|mail| mail.place.item.as_str()).collect();
    assert_eq!(items, [NAME, OTHER], "oldest first, nothing of tmp");
    assert_eq!(listed[0].received, Timestamp::from_second(1_764_064_800).unwrap());
    assert_eq!((listed[0].size, &listed[0].place.mailbox), (BYTES.len() as u64, &opened.mailbox));

    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    assert_eq!(fetched[0].bytes.as_deref(), Some(BYTES));
    assert_eq!(fetched[1].bytes.as_deref(), Some(&b"second"[..]));

    let done = [(listed[0].place.clone(), Folder::Processed), (listed[1].place.clone(), Folder::Quarantine)];
    source.settle(&done).await.unwrap();
    assert_eq!(names(&maildir.join(".Processed/cur")), [format!("{NAME}:2,S")]);
    assert_eq!(names(&maildir.join(".Quarantine/cur")), [format!("{OTHER}:2,")]);
    assert_eq!(fs::read(maildir.join(".Processed/cur").join(format!("{NAME}:2,S"))).unwrap(), BYTES);
    assert_eq!(source.list().await.unwrap(), []);
    source.settle(&done).await.expect("what is gone already is fine");
}

#[tokio::test]
async fn the_same_file_name_dropped_in_twice_is_two_mails() {
    let (_keep, maildir) = maildir();
    let mut source = FolderSource::new(maildir.clone(), 1000);
    source.connect().await.unwrap();
    let mut items = Vec::new();
    for text in ["first", "second"] {
        fs::write(maildir.join("new/request.eml"), text).unwrap();
        let listed = source.list().await.unwrap();
        assert_eq!(source.list().await.unwrap(), listed, "its name does not change from list to list");
        let (fetched, result) = fetch(&mut source, &listed).await;
        result.unwrap();
        assert_eq!(fetched[0].bytes.as_deref(), Some(text.as_bytes()));
        source.settle(&[(listed[0].place.clone(), Folder::Processed)]).await.unwrap();
        items.push(listed[0].place.item.clone());
    }
    assert_ne!(items[0], items[1]);
    assert!(items.iter().all(|item| item.ends_with(".request.eml")), "{items:?}");
    assert_eq!(names(&maildir.join(".Processed/cur")).len(), 2);
}

#[tokio::test]
async fn moving_never_wipes_out_another_mail() {
    let (_keep, maildir) = maildir();
    let mut source = FolderSource::new(maildir.clone(), 1000);
    source.connect().await.unwrap();
    for text in ["first", "second", "third"] {
        fs::write(maildir.join("new").join(NAME), text).unwrap();
        let listed = source.list().await.unwrap();
        source.settle(&[(listed[0].place.clone(), Folder::Processed)]).await.unwrap();
    }
    let kept = maildir.join(".Processed/cur");
    let mut texts: Vec<String> = names(&kept).iter().map(|name| fs::read_to_string(kept.join(name)).unwrap()).collect();
    texts.sort();
    assert_eq!(texts, ["first", "second", "third"]);
}

#[tokio::test]
async fn what_is_too_big_arrives_without_bytes_and_what_vanished_not_at_all() {
    let (_keep, maildir) = maildir();
    put(&maildir.join("new").join(NAME), &[b'a'; 101], 1_764_064_800);
    put(&maildir.join("new").join(OTHER), &[b'b'; 100], 1_764_064_801);
    let gone = maildir.join("new/1764064802.M1P2.host.example");
    put(&gone, b"gone", 1_764_064_802);
    let mut source = FolderSource::new(maildir, 100);
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    fs::remove_file(gone).unwrap();
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    let got: Vec<(&str, u64, bool)> =
        fetched.iter().map(|mail| (mail.place.item.as_str(), mail.size, mail.bytes.is_some())).collect();
    assert_eq!(got, [(NAME, 101, false), (OTHER, 100, true)]);
}

#[tokio::test]
async fn a_file_still_being_written_waits_and_wakes_again() {
    let (_keep, maildir) = maildir();
    let path = maildir.join("new").join(NAME);
    put(&path, b"half", 1_764_064_800);
    let mut source = FolderSource::new(maildir, 1000);
    source.connect().await.unwrap();
    let listed = source.list().await.unwrap();
    put(&path, b"half and half", 1_764_064_801);
    let (fetched, result) = fetch(&mut source, &listed).await;
    result.unwrap();
    assert_eq!(fetched, [], "no half mail");
    assert_eq!(source.wait(Duration::from_secs(30)).await.unwrap(), Woken::News);
    let listed = source.list().await.unwrap();
    let (fetched, _) = fetch(&mut source, &listed).await;
    assert_eq!(fetched[0].bytes.as_deref(), Some(&b"half and half"[..]));
}

#[tokio::test]
async fn links_and_hidden_files_are_no_mail() {
    let (keep, maildir) = maildir();
    let secret = keep.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    std::os::unix::fs::symlink(&secret, maildir.join("new").join(NAME)).unwrap();
    fs::write(maildir.join("new/.hidden.eml"), "hidden").unwrap();
    fs::create_dir(maildir.join("new/folder.eml")).unwrap();
    let mut source = FolderSource::new(maildir, 1000);
    source.connect().await.unwrap();
    assert_eq!(source.list().await.unwrap(), []);
    assert_eq!(source.wait(Duration::from_millis(10)).await.unwrap(), Woken::TimeUp);
}

#[tokio::test]
async fn places_of_another_mailbox_are_left_alone() {
    let (_keep, maildir) = maildir();
    fs::write(maildir.join("new").join(NAME), BYTES).unwrap();
    let mut source = FolderSource::new(maildir.clone(), 1000);
    source.connect().await.unwrap();
    let mut listed = source.list().await.unwrap();
    listed[0].place.mailbox.push_str("-old");
    assert_eq!(fetch(&mut source, &listed).await.0, []);
    source.settle(&[(listed[0].place.clone(), Folder::Processed)]).await.unwrap();
    assert_eq!(names(&maildir.join("new")), [NAME]);
}

#[tokio::test]
async fn waiting_ends_with_news_or_with_time() {
    let (_keep, maildir) = maildir();
    let mut source = FolderSource::new(maildir.clone(), 1000);
    source.connect().await.unwrap();
    source.list().await.unwrap();
    assert_eq!(source.wait(Duration::from_millis(50)).await.unwrap(), Woken::TimeUp);
    let writer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        fs::write(maildir.join("tmp").join(NAME), BYTES).unwrap();
        fs::rename(maildir.join("tmp").join(NAME), maildir.join("new").join(NAME)).unwrap();
    });
    let begun = tokio::time::Instant::now();
    assert_eq!(source.wait(Duration::from_secs(60)).await.unwrap(), Woken::News);
    assert!(begun.elapsed() < Duration::from_secs(10), "woken by the mail, not by time");
    writer.await.unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_fault_of_the_configuration() {
    let (keep, _) = maildir();
    let missing = keep.path().join("missing");
    let error = FolderSource::new(missing.clone(), 1000).connect().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration);
    assert!(error.text.contains(missing.to_str().unwrap()), "{error}");
    assert!(!missing.exists(), "a wrong name makes no folder");
}
