//! Which elements are open while the tags of a page go by, and so what is seen.
//! What ends what follows the tree builder of HTML 13.2.6 as far as it can be
//! seen; each step costs no more than a bounded look at what is open.

use std::collections::BTreeMap;

use html5gum::State;

use crate::desk::mail::html::element::{self, Wall};
use crate::desk::mail::html::quoted::Quoted;
use crate::desk::mail::html::writer::Writer;

/// Looks at open elements that are allowed for each byte of markup. Honest mail
/// needs less than one.
const LOOKS_A_BYTE: usize = 16;
/// Hidden formatting of one name that goes on behind its block (HTML 13.2.4.3
/// keeps three of a kind).
const GHOSTS_OF_A_NAME_MAX: usize = 3;

/// One open element.
struct Open {
    name: String,
    wall: Wall,
    hidden: bool,
    /// The writer knows that it is open.
    shown: bool,
    /// The writer marks what it holds.
    quoted: bool,
    /// Its content is no HTML.
    foreign: bool,
    /// Ghosts below this place are outside of the nearest cell and do not reach in.
    floor: usize,
}

/// What is open, and what was seen so far.
pub(super) struct Page {
    open: Vec<Open>,
    /// How many elements of a name are open.
    counts: BTreeMap<String, usize>,
    /// How many hidden elements are open.
    hidden: usize,
    /// Hidden formatting whose block has ended, but not it: `<p><b hidden>x</p>y`.
    ghosts: Vec<String>,
    /// `<body hidden>`: its attributes count wherever it stands.
    all_hidden: bool,
    depth_max: usize,
    looks_left: usize,
    too_much: bool,
    writer: Writer,
}

impl Page {
    /// For markup of so many bytes.
    pub(super) fn new(depth_max: usize, bytes: usize) -> Page {
        Page {
            open: Vec::new(),
            counts: BTreeMap::new(),
            hidden: 0,
            ghosts: Vec::new(),
            all_hidden: false,
            depth_max,
            looks_left: bytes.saturating_mul(LOOKS_A_BYTE),
            too_much: false,
            writer: Writer::default(),
        }
    }

    /// The text; `None` when the page was nested too deep.
    pub(super) fn finish(self) -> Option<String> {
        (!self.too_much).then(|| self.writer.finish())
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.is_seen() && self.ghosts.len() <= self.floor() {
            self.writer.text(text);
        }
    }

    /// A start tag; how its content is read, where that is not as markup.
    pub(super) fn start(&mut self, name: &str, hidden: bool, self_closing: bool) -> Option<State> {
        if self.too_much {
            return None;
        }
        if self.open.last().is_some_and(|parent| parent.foreign) {
            if !element::is_block(name) && name != "br" {
                if !self_closing {
                    self.push(name, hidden);
                }
                return None;
            }
            // A block ends what is no HTML, closed or not.
            let root = self.open.iter().rposition(|open| !open.foreign).map_or(0, |place| place + 1);
            self.pop_to(root);
        }
        match name {
            "html" | "body" => self.all_hidden |= hidden,
            "head" => {}
            _ if !self.has_place(name) => {}
            _ if element::is_void(name) => {
                if self.is_seen() && !hidden {
                    self.writer.open(name);
                }
            }
            _ => {
                self.push(name, hidden);
                return element::raw_text(name);
            }
        }
        None
    }

    /// What the tag says of quoted text that has just started an element of this name.
    pub(super) fn quote(&mut self, name: &str, quoted: Quoted) {
        if self.too_much || !self.is_seen() {
            return;
        }
        let last = self.open.last_mut().filter(|open| open.name == name && open.shown);
        match (quoted, last) {
            (Quoted::FromHere, _) => self.writer.begin_quote(),
            (Quoted::Inside, Some(open)) if !open.quoted => {
                open.quoted = true;
                self.writer.begin_quote();
            }
            (Quoted::Inside, _) | (Quoted::No, _) => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        if self.too_much {
            return;
        }
        let place = match name {
            "html" | "body" | "head" => None,
            "br" => {
                self.start("br", false, false);
                None
            }
            "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" => self.find(&[name], Wall::Table),
            "li" => self.find(&[name], Wall::List),
            "template" => self.find(&[name], Wall::Template),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.find(&["h1", "h2", "h3", "h4", "h5", "h6"], Wall::Scope),
            "p" => {
                let place = self.find(&[name], Wall::Scope);
                if place.is_none() && self.is_seen() {
                    // An end tag alone is an empty paragraph.
                    self.writer.open(name);
                    self.writer.close(name);
                }
                place
            }
            _ if element::is_formatting(name) => return self.end_formatting(name),
            _ if element::wall(name) > Wall::Phrase => self.find(&[name], Wall::Scope),
            _ => self.find(&[name], Wall::Soft),
        };
        if let Some(place) = place {
            self.pop_to(place);
        }
    }

    /// Formatting ends without ending the blocks that were opened inside it.
    fn end_formatting(&mut self, name: &str) {
        let Some(place) = self.find(&[name], Wall::Scope) else {
            let floor = self.floor();
            if let Some(ghost) = self.ghosts.iter().rposition(|ghost| ghost == name)
                && ghost >= floor
            {
                self.ghosts.remove(ghost);
            }
            return;
        };
        let around_block = self.open.iter().skip(place + 1).any(|open| open.wall >= Wall::Soft);
        if !around_block {
            self.pop_to(place + 1);
        }
        let ended = self.open.remove(place);
        self.forget(&ended);
        if ended.hidden && self.is_seen() {
            self.show_from(place);
        }
    }

    /// What was hidden by something around it that has ended is seen from here on.
    fn show_from(&mut self, place: usize) {
        for open in self.open.iter_mut().skip(place).filter(|open| !open.shown) {
            open.shown = true;
            self.writer.open(&open.name);
        }
    }

    /// Ends what cannot stand around a start tag; `false` when it has no place
    /// here: a row or cell outside of a table.
    fn has_place(&mut self, name: &str) -> bool {
        const ROWS: &[&str] = &["tr", "tbody", "thead", "tfoot", "table"];
        match name {
            "td" | "th" => return self.begin_cell(ROWS),
            "tr" => return self.clear_above(ROWS.get(1..).unwrap_or_default()),
            "tbody" | "thead" | "tfoot" | "caption" | "colgroup" | "col" => return self.clear_above(&["table"]),
            // A table in a table, but in none of its cells, ends it.
            "table" => self.pop_found(&["table"], Wall::Scope),
            "li" => self.pop_found(&["li"], Wall::Block),
            "dd" | "dt" => self.pop_found(&["dd", "dt"], Wall::Block),
            "a" | "nobr" => self.end_formatting(name),
            "option" | "optgroup" => self.pop_top(|open| open == "option"),
            _ => {}
        }
        if element::closes_paragraph(name) {
            self.pop_found(&["p"], Wall::Scope);
        }
        if element::is_heading(name) {
            self.pop_top(element::is_heading);
        }
        true
    }

    fn begin_cell(&mut self, rows: &[&str]) -> bool {
        let in_table = self.clear_above(rows);
        if in_table && self.open.last().is_some_and(|open| open.name != "tr") {
            self.push("tr", false);
        }
        in_table
    }

    /// Ends everything inside the nearest of these elements of a table.
    fn clear_above(&mut self, names: &[&str]) -> bool {
        let place = self.find(names, Wall::Table);
        if let Some(place) = place {
            self.pop_to(place + 1);
        }
        place.is_some()
    }

    fn pop_found(&mut self, names: &[&str], reach: Wall) {
        if let Some(place) = self.find(names, reach) {
            self.pop_to(place);
        }
    }

    fn pop_top(&mut self, is_ended: impl Fn(&str) -> bool) {
        if self.open.last().is_some_and(|open| is_ended(&open.name)) {
            self.pop_to(self.open.len().saturating_sub(1));
        }
    }

    /// The innermost open element of one of these names, not past a wall.
    fn find(&mut self, names: &[&str], reach: Wall) -> Option<usize> {
        if !names.iter().any(|name| self.counts.get(*name).is_some_and(|count| *count > 0)) {
            return None;
        }
        for (place, open) in self.open.iter().enumerate().rev() {
            let Some(left) = self.looks_left.checked_sub(1) else {
                self.too_much = true;
                return None;
            };
            self.looks_left = left;
            if names.contains(&open.name.as_str()) {
                return Some(place);
            }
            if open.wall >= reach {
                return None;
            }
        }
        None
    }

    fn push(&mut self, name: &str, hidden: bool) {
        if self.open.len() >= self.depth_max {
            self.too_much = true;
            return;
        }
        let hidden = hidden || element::is_hidden(name);
        let wall = element::wall(name);
        let inherited = self.open.last().is_some_and(|parent| parent.foreign) && !element::holds_html(name);
        let floor = if wall >= Wall::Scope && wall != Wall::Table { self.ghosts.len() } else { self.floor() };
        self.hidden += usize::from(hidden);
        let shown = self.is_seen();
        if shown {
            self.writer.open(name);
        }
        *self.counts.entry(name.to_owned()).or_default() += 1;
        let foreign = inherited || element::is_foreign_root(name);
        self.open.push(Open { name: name.to_owned(), wall, hidden, shown, quoted: false, foreign, floor });
    }

    /// Ends all elements from this place on, the innermost first.
    fn pop_to(&mut self, place: usize) {
        while self.open.len() > place {
            let Some(ended) = self.open.pop() else { return };
            self.forget(&ended);
            if ended.shown {
                self.writer.close(&ended.name);
            }
            if ended.quoted {
                self.writer.end_quote();
            }
            if ended.wall >= Wall::Scope && ended.wall != Wall::Table {
                self.ghosts.truncate(ended.floor);
            }
            let alike = self.ghosts.iter().skip(self.floor()).filter(|ghost| **ghost == ended.name).count();
            if ended.hidden && element::is_formatting(&ended.name) && alike < GHOSTS_OF_A_NAME_MAX {
                self.ghosts.push(ended.name);
            }
        }
    }

    fn forget(&mut self, ended: &Open) {
        self.hidden -= usize::from(ended.hidden);
        if let Some(count) = self.counts.get_mut(&ended.name) {
            *count = count.saturating_sub(1);
        }
    }

    fn floor(&self) -> usize {
        self.open.last().map_or(0, |open| open.floor)
    }

    fn is_seen(&self) -> bool {
        self.hidden == 0 && !self.all_hidden
    }
}
