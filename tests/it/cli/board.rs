//! `board`: beside a desk that runs, without one, and as a file that it keeps.

use std::fs;

use serde_json::json;

use super::mail::form;
use super::place::{FOLDERS, Place, Running, wait_for};

#[test]
fn the_board_is_asked_for_and_kept() {
    let place = Place::new();
    fs::create_dir(place.path("pages")).unwrap();
    place.configure(&format!("{FOLDERS}[board]\nfile = \"pages/board.html\"\n"));
    place.import_sample();
    let running = Running::start(&place);
    place.drop_mail("1", &form("board"));
    wait_for("the ticket", || place.desk_json(&["ticket", "list"]) != json!([]));
    let id = place.desk_json(&["ticket", "list"])[0]["id"].as_str().unwrap().to_owned();
    // The desk writes it by itself, five seconds after the last one at most.
    let kept = || fs::read_to_string(place.path("pages/board.html")).unwrap_or_default();
    wait_for("the page with the ticket", || kept().contains(&id));
    assert!(kept().contains("<h2>On duty</h2>") && !kept().contains("<script"), "{}", kept());
    let shown = place.desk(&["board"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains(&id) && shown.out.contains("ROTA") && !shown.out.contains('\u{1b}'), "{}", shown.out);
    // A folder that is gone is a warning: the desk goes on, and ends in order.
    fs::remove_dir_all(place.path("pages")).unwrap();
    assert_eq!(place.desk(&["register", "list"]).code, 0);
    assert_eq!(running.stop(), 0);
    let board = place.desk_json(&["board"]);
    let lines = ["ours", "theirs", "windows", "denials", "special"].map(|part| board[part].to_string());
    assert!(lines.iter().any(|line| line.contains(&id)), "{board}");
    assert!(board["duty"][0]["now"].is_string(), "{board}");
    let written = place.desk(&["board", "--html", "other.html"]);
    assert_eq!((written.code, written.out.as_str()), (0, "the board is in other.html\n"), "{}", written.err);
    assert!(fs::read_to_string(place.path("other.html")).unwrap().contains(&id));
    let failed = place.desk(&["board", "--html", "none/other.html"]);
    assert_eq!((failed.code, failed.out.as_str()), (1, ""), "{}", failed.err);
}

#[test]
fn a_board_that_is_no_file_is_wrong_configuration() {
    let place = Place::new();
    for (file, found) in [("mailbox", "found a folder"), ("", "found nothing")] {
        place.configure(&format!("{FOLDERS}[board]\nfile = \"{file}\"\n"));
        let ran = place.desk(&["status"]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("`board.file`: expected a file for the board"), "{}", ran.err);
        assert!(ran.err.contains(found), "{}", ran.err);
    }
    place.configure(&format!("{FOLDERS}[board]\nfile = \"none/board.html\"\n"));
    let check = place.desk(&["check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    assert!(check.out.contains("board.file: there is no folder"), "{}", check.out);
}
