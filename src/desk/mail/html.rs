//! HTML to the text that a person sees: hidden parts are left out, a table row
//! becomes one line with TABs between its cells.

use ego_tree::iter::Edge;
use scraper::Html;
use scraper::node::{Element, Node};

use crate::desk::limits::Limits;

/// Elements whose content nobody sees.
const HIDDEN: &[&str] =
    &["head", "style", "script", "template", "noscript", "title", "object", "select", "svg", "math"];
/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// The visible text of `markup`. Markup nested too deep is read by its text
/// alone, without a parser that would take too long (crates 1.4).
pub(super) fn text(markup: &str, limits: &Limits, exceeded: &mut Vec<String>) -> String {
    if depth(markup) > limits.html_depth_max {
        exceeded.push("html_depth_max".to_owned());
        return without_tags(markup);
    }
    let html = Html::parse_document(markup);
    let mut writer = Writer::default();
    let mut hidden_below = 0_usize;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) if hidden_below > 0 || is_hidden(element) => hidden_below += 1,
                Node::Element(element) => writer.open(element.name()),
                Node::Text(text) if hidden_below == 0 => writer.text(text),
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    if hidden_below > 0 {
                        hidden_below -= 1;
                    } else {
                        writer.close(element.name());
                    }
                }
            }
        }
    }
    writer.finish()
}

fn is_hidden(element: &Element) -> bool {
    if HIDDEN.contains(&element.name()) || element.attr("hidden").is_some() {
        return true;
    }
    let style: String = element.attr("style").unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        matches!(rule, "display:none" | "visibility:hidden" | "visibility:collapse" | "opacity:0" | "mso-hide:all")
            || ["font-size:0", "max-height:0", "height:0", "width:0"].iter().any(|zero| is_zero(rule, zero))
    })
}

/// `font-size:0`, `font-size:0px`, but not `font-size:0.9em`.
fn is_zero(rule: &str, zero: &str) -> bool {
    rule.strip_prefix(zero)
        .is_some_and(|unit| unit.is_empty() || unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%'))
}

#[derive(Default)]
struct Writer {
    lines: Vec<String>,
    line: String,
    /// Levels of quoting around the current line.
    quotes: usize,
    /// A blank is due before the next word.
    gap: bool,
    preformatted: usize,
    /// Tables inside a cell do not break its line apart from their rows.
    cell: bool,
}

impl Writer {
    fn open(&mut self, name: &str) {
        match name {
            "br" => self.end_line(),
            "td" | "th" => {
                if self.cell {
                    self.line.push('\t');
                    self.gap = false;
                }
                self.cell = true;
            }
            "pre" => {
                self.begin_block();
                self.preformatted += 1;
            }
            "blockquote" => {
                self.begin_block();
                self.quotes += 1;
            }
            "tr" => {
                self.begin_block();
                self.cell = false;
            }
            "p" | "div" if self.cell && self.line.ends_with('\t') => {}
            name if BLOCKS.contains(&name) => self.begin_block(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "pre" => {
                self.begin_block();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "blockquote" => {
                self.begin_block();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "tr" => {
                self.begin_block();
                self.cell = false;
            }
            // A paragraph inside a table cell leaves the row on its line.
            "p" | "div" if self.cell => self.gap = true,
            "p" => {
                self.begin_block();
                self.end_line();
            }
            name if BLOCKS.contains(&name) => self.begin_block(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            for (count, line) in text.split('\n').enumerate() {
                if count > 0 {
                    self.end_line();
                }
                self.line.push_str(line);
            }
            return;
        }
        for c in text.chars() {
            if c.is_whitespace() {
                self.gap = !self.line.is_empty() && !self.line.ends_with(['\t', ' ']);
                continue;
            }
            if self.gap {
                self.line.push(' ');
                self.gap = false;
            }
            self.line.push(c);
        }
    }

    fn begin_block(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
        self.gap = false;
    }

    fn end_line(&mut self) {
        let quote = "> ".repeat(self.quotes.min(20));
        let line = format!("{quote}{}", self.line.trim_end());
        let doubled = line.trim().is_empty() && self.lines.last().is_none_or(|last| last.trim().is_empty());
        if !doubled {
            self.lines.push(line);
        }
        self.line.clear();
        self.gap = false;
    }

    fn finish(mut self) -> String {
        self.begin_block();
        let mut text = self.lines.join("\n").trim_end().to_owned();
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// How deep elements may be nested at most, counted without parsing: tags that
/// never close count as open.
fn depth(markup: &str) -> usize {
    const EMPTY: &[&str] = &["br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source"];
    const CLOSED_BY_THEMSELVES: &[&str] = &["p", "li", "td", "th", "tr", "dt", "dd", "option"];
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for piece in markup.split('<').skip(1) {
        let name: String = piece
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if name.is_empty() || EMPTY.contains(&name.as_str()) || CLOSED_BY_THEMSELVES.contains(&name.as_str()) {
            continue;
        }
        if piece.starts_with('/') {
            open = open.saturating_sub(1);
        } else {
            open += 1;
            deepest = deepest.max(open);
        }
    }
    deepest
}

/// The text between the tags, for markup that is not parsed.
fn without_tags(markup: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
