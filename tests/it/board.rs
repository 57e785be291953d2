//! The duty board as a page: each board of `fixtures/board/*.json` with the page
//! that comes of it, which `UPDATE=1` writes anew to be looked at in a browser.

use std::fs;
use std::path::PathBuf;

use upgrade_desk::desk::board::Board;
use upgrade_desk::shell::board::{page, write};

fn boards() -> Vec<(PathBuf, Board)> {
    let files = fs::read_dir("fixtures/board").unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| (path.clone(), serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()))
        .collect()
}

#[test]
fn each_board_makes_the_page_that_a_person_looked_at() {
    let boards = boards();
    assert!(!boards.is_empty());
    for (path, board) in boards {
        let (file, made) = (path.with_extension("html"), page(&board, "Upgrade Desk & Co"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &made).unwrap();
        }
        let right = fs::read_to_string(&file).unwrap_or_default();
        assert!(right == made, "{} differs; UPDATE=1 and look at it", file.display());
    }
}

/// A company's name, a mail's words: nothing of it becomes markup or runs.
#[test]
fn no_text_becomes_a_part_of_the_page() {
    for (_, board) in boards() {
        let page = page(&board, "<img src=x onerror=alert(1)>");
        for bad in
            ["<script", "<img", "<b>", "\" onmouseover", "\u{202e}", "\u{7}", "javascript:", "http://", "https://"]
        {
            assert!(!page.contains(bad), "{bad:?} in the page");
        }
        // What was escaped already is shown as it was written.
        assert!(page.contains("&amp;lt;b&amp;gt;") && page.contains("&lt;script&gt;"));
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn the_page_is_written_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_, board) = boards().remove(0);
    let file = folder.path().join("board.html");
    fs::write(&file, "old").unwrap();
    write(&file, &board, "Desk").unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), page(&board, "Desk"));
    // Where a folder has its name, and where there is no folder.
    fs::create_dir(folder.path().join("taken")).unwrap();
    assert!(write(&folder.path().join("taken"), &board, "Desk").is_err());
    assert!(write(&folder.path().join("none/board.html"), &board, "Desk").is_err());
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "something half written stayed");
}
