//! `letters`: all letters in all languages as one page to be read, without a script.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::desk::letter::gallery::{self, Shown};
use crate::shell::board::escaped;
use crate::shell::rules;
use crate::shell::run::Failure;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --quiet: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 110rem; }
nav { columns: 22rem; }
nav a { display: block; padding: .1rem 0; text-decoration: none; break-inside: avoid; }
section { margin: 2rem 0; border-top: 1px solid var(--line); }
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(38rem, 100%), 1fr)); gap: 1rem; }
article { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
header { background: var(--quiet); padding: .5rem .8rem; font-size: .9rem; }
header i { float: right; font-style: normal; padding: 0 .5rem; border: 1px solid var(--line); border-radius: .4rem; }
header b { display: block; font-size: 1.05rem; }
pre { margin: 0; padding: .8rem; font: .82rem/1.45 ui-monospace, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
";

/// Writes the page to `file`, from the rules in `folder` or the built-in ones.
pub fn write(file: &Path, folder: Option<&Path>) -> Result<(), Failure> {
    let rules = rules::load(folder).map_err(|error| Failure::Use(error.to_string()))?;
    let shown = gallery::all(&rules).map_err(|error| Failure::Use(error.to_string()))?;
    let write = || {
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(file, page(&shown, &rules.desk.name, &rules.desk.address))
    };
    write().map_err(|error| Failure::Work(format!("{}: {error}", file.display())))?;
    println!("{} letters in {}", shown.len(), file.display());
    Ok(())
}

fn page(shown: &[Shown], name: &str, address: &str) -> String {
    let mut by_template: BTreeMap<&str, Vec<&Shown>> = BTreeMap::new();
    for one in shown {
        by_template.entry(one.template.name()).or_default().push(one);
    }
    let mut page = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let _ = write!(page, "<title>All letters</title><style>{STYLE}</style></head><body>\n<h1>All letters</h1>\n<nav>");
    for (template, letters) in &by_template {
        let _ = write!(page, "<a href=\"#{template}\"><b>{template}</b> {}</a>", escaped(&headline(letters)));
    }
    page.push_str("</nav>\n");
    for (template, mut letters) in by_template {
        let to = if letters.iter().any(|one| one.template.is_for_staff()) { "staff" } else { "customers" };
        let _ = write!(
            page,
            "<section id=\"{template}\"><h2>{template} {}</h2>\n<p>To {to}.</p><div class=\"row\">\n",
            escaped(&headline(&letters))
        );
        // What says the same stands side by side.
        letters.sort_by_key(|one| (one.sample, one.language));
        for one in letters {
            let _ = writeln!(
                page,
                "<article lang=\"{0}\"><header><i>{0}</i><b>{1}</b>From: {2} &lt;{3}&gt;</header>\n\
                 <pre>{4}</pre></article>",
                one.language.code(),
                escaped(&one.subject),
                escaped(name),
                escaped(address),
                escaped(&one.text)
            );
        }
        page.push_str("</div></section>\n");
    }
    page.push_str("</body></html>\n");
    page
}

/// What the letter is about: its first subject without the ticket's number.
fn headline(letters: &[&Shown]) -> String {
    let subject = letters.first().map_or("", |one| one.subject.as_str());
    subject.split_once("] ").filter(|(id, _)| id.starts_with('[')).map_or(subject, |(_, rest)| rest).to_owned()
}
