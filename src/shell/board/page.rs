//! The board as one page of HTML without a script. On a phone each row of a table
//! is a card of its own.

use std::fmt::Write as _;

use crate::desk::board::{Board, Entry, Table, Tone};
use crate::shell::terminal;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8885; --quiet: #8882; --bad: #b3261e; --good: #1b6e2c; --soft: #666; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #81c995; --soft: #aaa; } }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 82rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .2rem 0; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: .75rem; letter-spacing: .04em; color: var(--soft); background: var(--quiet); }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); }
@media (max-width: 44rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; width: 100%; }
  tr { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .3rem 0; }
  td { border: 0; padding: .15rem .7rem; display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; }
  td::before { content: attr(data-head); color: var(--soft); font-size: .75rem; font-weight: 400; padding-top: .15rem; }
  td.empty { display: none; }
}
@media print { body { font-size: 11px; } tr { break-inside: avoid; } }
";

/// The whole page; it asks for itself again every minute.
pub fn page(board: &Board, name: &str) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta http-equiv=\"refresh\" content=\"60\">\n<meta name=\"robots\" content=\"noindex\">\n");
    // Whatever got past the escaping could still load and run nothing.
    page.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    let (name, at) = (shown(name), shown(&board.when(board.at)));
    let _ = write!(page, "<title>Board of {name}</title><style>{STYLE}</style></head><body>\n<h1>{name}</h1>\n");
    let _ = writeln!(page, "<p>As of {at}. All times are in {}.</p>", shown(&board.zone));
    let (full, empty): (Vec<Table>, Vec<Table>) = board.tables().into_iter().partition(|table| !table.rows.is_empty());
    for one in &full {
        table(&mut page, one);
    }
    if !empty.is_empty() {
        let titles: Vec<String> = empty.iter().map(|table| shown(table.title)).collect();
        let _ = writeln!(page, "<h2>Nothing in</h2>\n<p>{}</p>", titles.join(" · "));
    }
    page.push_str("</body></html>\n");
    page
}

fn table(page: &mut String, table: &Table) {
    let _ = write!(page, "<h2>{}</h2>\n<table><thead><tr>", shown(table.title));
    for head in &table.heads {
        let _ = write!(page, "<th scope=\"col\">{}</th>", shown(head));
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for (head, entry) in table.heads.iter().zip(row) {
            let _ = write!(page, "<td data-head=\"{}\"{}>{}</td>", shown(head), class(entry), shown(&entry.text));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table>\n");
}

fn class(entry: &Entry) -> &'static str {
    match entry.tone {
        _ if entry.text.is_empty() => " class=\"empty\"",
        Tone::Plain => "",
        Tone::Good => " class=\"good\"",
        Tone::Bad => " class=\"bad\"",
    }
}

/// Text of mails can neither build the page nor turn its direction of reading.
fn shown(text: &str) -> String {
    escaped(&terminal::line(text))
}

/// Text between tags or in a quoted attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
