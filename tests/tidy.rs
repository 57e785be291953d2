//! Rules of this project that no compiler checks, each as a test that names
//! the file, the line and the cure. `UPDATE=1 cargo test --test tidy` rewrites
//! the generated parts of ARCHITECTURE.md.

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/data.rs"]
mod data;
#[path = "tidy/direction.rs"]
mod direction;
#[path = "tidy/fixtures.rs"]
mod fixtures;
#[path = "tidy/map.rs"]
mod map;
#[path = "tidy/planted.rs"]
mod planted;
#[path = "tidy/purity.rs"]
mod purity;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/tree.rs"]
mod tree;

use tree::{Finding, Tree};

/// Runs one check over this very source tree.
#[track_caller]
fn hold(check: fn(&Tree) -> Vec<Finding>) {
    let findings = check(&Tree::load());
    let list: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    assert!(findings.is_empty(), "{} found:\n{list}", findings.len());
}

#[test]
fn desk_modules_use_only_those_above_them() {
    hold(direction::check);
}

#[test]
fn the_desk_is_pure() {
    hold(purity::check);
}

#[test]
fn files_functions_and_lines_are_short() {
    hold(shape::check_lengths);
}

#[test]
fn every_source_file_says_what_it_is() {
    hold(shape::check_headers);
}

#[test]
fn nothing_is_silenced_left_open_or_unwrapped() {
    hold(shape::check_words);
}

#[test]
fn top_level_entries_are_the_agreed_ones() {
    hold(shape::check_top_level);
}

#[test]
fn every_fixture_is_used() {
    hold(fixtures::check);
}

#[test]
fn every_source_file_is_compiled() {
    hold(shape::check_orphans);
}

#[test]
fn test_data_is_from_documentation_ranges() {
    hold(data::check_addresses);
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    hold(data::check_paths);
}

#[test]
fn every_denial_has_its_sentence() {
    hold(rules::check_denials);
}

#[test]
fn every_template_has_its_letter() {
    hold(rules::check_letters);
}

#[test]
fn every_field_has_its_labels() {
    hold(rules::check_fields);
}

#[test]
fn every_event_has_a_row_in_the_life_cycle() {
    hold(rules::check_life_cycle);
}

#[test]
fn no_banned_crate_comes_in() {
    hold(rules::check_banned);
}

#[test]
fn the_map_is_true() {
    if std::env::var_os("UPDATE").is_some() {
        map::update();
    }
    hold(map::check);
}
