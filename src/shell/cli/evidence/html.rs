//! The evidence page for a browser and for paper: one file, nothing loaded, no
//! script.

use std::fmt::Write as _;

use strum::VariantArray;

use crate::shell::board::escaped;
use crate::shell::cli::evidence::{Evidence, Row, Section};
use crate::shell::cli::page::{Page, Style};

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8885; --quiet: #8882; --soft: #666; }
@media (prefers-color-scheme: dark) { :root { --soft: #aaa; } }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 64rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .3rem; border-bottom: 2px solid var(--line); }
p { margin: .2rem 0; color: var(--soft); overflow-wrap: anywhere; }
.row { display: grid; grid-template-columns: 11rem 1fr 5.5rem; gap: 0 1rem; padding: .4rem 0;
  border-bottom: 1px solid var(--line); break-inside: avoid; }
.when, .record { color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums; }
.record { text-align: right; }
.what { overflow-wrap: anywhere; }
.by { color: var(--soft); font-size: .85rem; }
ul { margin: .3rem 0; padding-left: 1.1rem; font-size: .85rem; }
blockquote { margin: .4rem 0; padding: .3rem .7rem; border-left: 3px solid var(--line); background: var(--quiet);
  font: .8rem/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .row { grid-template-columns: 1fr; } .record { text-align: left; } }
@media print { html { font-size: 70%; } body { font-size: .95rem; max-width: none; padding: 0; }
  h2 { break-after: avoid; } }
@page { margin: 15mm; }
";

/// The whole page, its times in `zone`; `desk` is what the desk is called.
pub fn html(evidence: &Evidence, zone: &str, desk: &str) -> String {
    let page = &Page::new(Style::plain(zone));
    let mut html = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.push_str("<meta name=\"robots\" content=\"noindex\">\n");
    // Whatever got past the escaping could still load and run nothing.
    html.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    let id = escaped(&evidence.ticket.0);
    let _ = write!(html, "<title>Evidence of {id}</title><style>{STYLE}</style></head><body>\n<h1>{id}</h1>\n");
    for line in about(evidence, page, desk) {
        let _ = writeln!(html, "<p>{}</p>", escaped(&line));
    }
    for section in Section::VARIANTS {
        let title: &'static str = section.into();
        let _ = writeln!(html, "<h2>{}</h2>", escaped(title));
        let mut rows = evidence.of(*section).peekable();
        if rows.peek().is_none() {
            html.push_str("<p>Nothing.</p>\n");
        }
        rows.for_each(|one| row(&mut html, one, page));
    }
    html.push_str("</body></html>\n");
    html
}

/// What the page is about and what it stands on.
pub fn about(evidence: &Evidence, page: &Page, desk: &str) -> Vec<String> {
    let company = evidence.company.as_deref().unwrap_or("no company on file");
    let mut lines = vec![
        format!("Unit {}, {company}; {}. Evidence of {desk}.", evidence.serial, evidence.state.name()),
        format!(
            "Made {} from a journal of {} records. Its last record has the SHA-256 {}. The number at the end of \
             each line is the record that the line was read from.",
            page.moment(evidence.made_at),
            evidence.records,
            evidence.head
        ),
    ];
    let rules: Vec<&str> = evidence.rules.iter().map(String::as_str).collect();
    lines.push(format!("Rule files that decided, by their SHA-256: {}.", rules.join(", ")));
    lines
}

fn row(html: &mut String, row: &Row, page: &Page) {
    let _ = write!(
        html,
        "<div class=\"row\"><div class=\"when\">{}</div><div class=\"what\">{}",
        escaped(&page.moment(row.at)),
        escaped(&row.text)
    );
    if !row.by.is_empty() {
        let _ = write!(html, "<div class=\"by\">{}</div>", escaped(&row.by));
    }
    let (said, facts): (Vec<&String>, Vec<&String>) = row.detail.iter().partition(|line| line.starts_with('|'));
    if !facts.is_empty() {
        let facts: String = facts.iter().map(|fact| format!("<li>{}</li>", escaped(fact))).collect();
        let _ = write!(html, "<ul>{facts}</ul>");
    }
    if !said.is_empty() {
        let words = |line: &&String| escaped(line.trim_start_matches("| ").trim_start_matches('|'));
        let said: Vec<String> = said.iter().map(words).collect();
        let _ = write!(html, "<blockquote>{}</blockquote>", said.join("\n"));
    }
    let short: String = row.record_sha256.chars().take(8).collect();
    let _ = writeln!(
        html,
        "</div><div class=\"record\" title=\"{}\">{}<br>{short}</div></div>",
        row.record_sha256, row.record
    );
}
