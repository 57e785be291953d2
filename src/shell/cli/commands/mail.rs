//! `read` and `try`: one mail, looked at without touching anything.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use crate::desk::rules::Rules;
use crate::shell::cli::commands::{answered, print_json};
use crate::shell::cli::page::{Page, Style};
use crate::shell::cli::{Asking, people, reach};
use crate::shell::clock;
use crate::shell::run::{self, Failure};
use crate::shell::socket;
use crate::shell::view::{self, Case, Request};

/// With a configuration: its rules, and our own look at the signatures where
/// they ask for one.
pub async fn read(file: &Path, rules: Option<&Path>, config: Option<&Path>, json: bool) -> Result<(), Failure> {
    let config = config.map(reach::load).transpose()?;
    let rules = reach::load_rules(rules.or(config.as_ref().and_then(|config| config.rules.as_deref())))?;
    let authenticator = match &config {
        Some(_) => run::authenticator(config.as_ref(), &rules)?,
        None => None,
    };
    let (bytes, received) = mail(file, &rules)?;
    let limit = rules.limits.message_bytes_max;
    if bytes.len() as u64 > limit {
        return Err(Failure::Work(format!(
            "{}: expected a mail of at most {limit} bytes (message_bytes_max in limits.toml), found a bigger one; \
             the desk would set it aside unread",
            file.display()
        )));
    }
    let read = match &authenticator {
        Some(authenticator) => view::looked_at(&bytes, received, &rules, authenticator).await,
        None => Some(view::read(&bytes, received, &rules)),
    };
    let read = read.ok_or_else(|| Failure::Work(format!("{}: its signatures cannot be read", file.display())))?;
    if json {
        return print_json(&read);
    }
    let mut page = Page::new(Style::here(&rules.hours.zone));
    people::read::read(&mut page, &read);
    page.print()
}

/// A mail's bytes and when it arrived: the file's time (decisions 26). One that
/// is over the limit is read to one byte more, which is enough to tell.
pub fn mail(file: &Path, rules: &Rules) -> Result<(Vec<u8>, Timestamp), Failure> {
    let fail = |error: std::io::Error| {
        Failure::Use(format!(
            "{}: expected a mail, found: {error}; name a mail file, or - for standard input",
            file.display()
        ))
    };
    let most = rules.limits.message_bytes_max.saturating_add(1);
    let mut bytes = Vec::new();
    let received = if file == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes).map_err(fail)?;
        clock::now()
    } else {
        let opened = std::fs::File::open(file).map_err(fail)?;
        let modified = opened.metadata().and_then(|metadata| metadata.modified()).map_err(fail)?;
        opened.take(most).read_to_end(&mut bytes).map_err(fail)?;
        Timestamp::try_from(modified).unwrap_or_else(|_| clock::now())
    };
    if bytes.is_empty() {
        return Err(Failure::Use(format!("{}: expected a mail, found nothing at all", file.display())));
    }
    Ok((bytes, received))
}

pub async fn try_mail(file: &Path, at: Option<Timestamp>, asking: &Asking) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let (bytes, received) = mail(file, &reached.rules)?;
    // Asked about another time, the mail arrived then.
    let case = Case::new(&bytes, at.unwrap_or(received), at);
    let is_there = reached.has_store() || socket::path(&reached.data).exists();
    let answer = if is_there {
        reach::ask(&reached, Request::Try { case }).await?
    } else {
        eprintln!("note: there is no desk in {} yet, so the register is empty", reached.data.display());
        let composer = reached.composer()?;
        let authenticator = reached.authenticator()?;
        let considered = view::considered_alone(&case, clock::now(), &reached.rules, &composer, authenticator.as_ref());
        considered.await.map_err(reach::failure)?
    };
    answered(&reached, asking.form.json, &answer, people::read::considered)
}
