//! The canary (TB2): a mail to ourselves with fields forged in the mail host's
//! name. What arrives of it says whether that host's word can be believed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::desk::canary::{self as desk_canary, BLANK, MICROSOFT, Mark, NO_WAY, OFF, Way, plus_address};
use crate::desk::mail::MailHost;
use crate::desk::mail::proof::Probe;
use crate::desk::rules::{Canary, Rules};
use crate::shell::canary::mailbox::{Arrived, take};
use crate::shell::canary::{self, Kept, Verdict};
use crate::shell::carrier::smtp::Smtp;
use crate::shell::carrier::{Carrier as _, Envelope, Sent};
use crate::shell::cli::check::Verdicts;
use crate::shell::cli::reach::{self, Reached};
use crate::shell::cli::{Asking, page};
use crate::shell::config::{Carrier, Config};
use crate::shell::run::{self, Failure};
use crate::shell::store::files;
use crate::shell::{clock, source::SourceError};

const WHAT: &str = "canary";
/// Between two looks into the mailbox.
const LOOK: Duration = Duration::from_secs(2);
/// One that was sent from outside before that is too old to speak for the host.
const OLD: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 7);

/// With `connect` one is sent and waited for; without, the last verdict is told.
pub async fn check(reached: &Reached, connect: bool, wait: u64, verdicts: &mut Verdicts) {
    let access = &reached.rules.access;
    if access.mail_host == MailHost::Microsoft365 {
        return verdicts.note(WHAT, MICROSOFT.to_owned());
    }
    let Some(id) = &access.authserv_id else { return verdicts.note(WHAT, BLANK.to_owned()) };
    if access.canary == Canary::Off {
        return verdicts.note(WHAT, OFF.to_owned());
    }
    if let (true, Some(config)) = (connect, &reached.config) {
        match &config.carrier {
            Carrier::Folder(_) => return verdicts.note(WHAT, NO_WAY.to_owned()),
            Carrier::Smtp(settings) => match Smtp::several(settings).map(|carriers| carriers.into_iter().next()) {
                Ok(Some(mut smtp)) => sent(reached, config, &mut smtp, (id, wait), verdicts).await,
                Ok(None) | Err(_) => return,
            },
        }
    }
    let kept = canary::kept(&reached.data);
    if let Some(standing) = canary::standing(kept.as_ref(), access, clock::now()) {
        match (standing.is_well, standing.is_believed) {
            (true, _) => verdicts.fine(WHAT, standing.text),
            (false, true) => verdicts.note(WHAT, standing.text),
            (false, false) => verdicts.broken(WHAT, standing.text),
        }
    }
}

async fn sent(reached: &Reached, config: &Config, smtp: &mut Smtp, asked: (&str, u64), verdicts: &mut Verdicts) {
    let (id, wait) = asked;
    let rules = &reached.rules;
    let key = match files::make_folder(&reached.data).map_err(|error| Failure::Work(error.to_string())) {
        Ok(()) => run::message_key(&reached.data),
        Err(error) => Err(error),
    };
    let key = match key {
        Ok(key) => key,
        Err(error) => return verdicts.broken(WHAT, error.to_string()),
    };
    let ways = if rules.desk.plus_addressing { vec![Way::Ours, Way::Plus] } else { vec![Way::Ours] };
    eprintln!("sending a canary to {} and waiting up to {wait} seconds for it …", rules.desk.address);
    let mut marks = Vec::new();
    for way in ways {
        match hand_over(smtp, way, id, &key, rules).await {
            Ok(mark) => marks.push(mark),
            // A host without plus addresses may say so at once.
            Err(why) if way == Way::Plus => verdicts.broken(WHAT, desk_canary::refused_plus(rules, &why)),
            Err(why) => return verdicts.broken(WHAT, format!("the mail server did not take the canary: {why}")),
        }
    }
    smtp.rest().await;
    let arrived = match collect(config, rules, &key, &marks, Duration::from_secs(wait)).await {
        Ok(arrived) => arrived,
        Err(error) => return verdicts.broken(WHAT, format!("looking for the canary: {error}")),
    };
    tell(reached, id, wait, &marks, &arrived, verdicts);
}

/// Says what was found and keeps it.
fn tell(reached: &Reached, id: &str, wait: u64, marks: &[Mark], arrived: &[Arrived], verdicts: &mut Verdicts) {
    let rules = &reached.rules;
    let is_there = |mark: &Mark| arrived.iter().any(|one| one.mark == *mark);
    let tried = marks.iter().find(|mark| mark.way == Way::Plus);
    match tried.map(is_there) {
        Some(true) => verdicts.fine(WHAT, format!("mail to {} arrives", plus_address(rules))),
        Some(false) => verdicts.broken(WHAT, desk_canary::lost_plus(rules, wait)),
        None => {}
    }
    if !marks.iter().filter(|mark| mark.way == Way::Ours).all(is_there) {
        verdicts.broken(WHAT, desk_canary::lost(rules, wait));
    }
    let now = clock::now();
    let recent = arrived.iter().filter(|one| now.duration_since(one.mark.at) < OLD);
    let probes: Vec<Probe> = recent.map(|one| desk_canary::judge(&one.header, &one.mark, id, rules)).collect();
    let outside = arrived.iter().filter(|one| one.mark.way == Way::Outside).count();
    if outside > 0 {
        verdicts.fine(WHAT, format!("{outside} of the canaries came from outside"));
    }
    let Some(probe) = desk_canary::worst(probes) else { return };
    let kept = Kept::new(&probe, id, tried.map(is_there), now);
    if kept.verdict == Verdict::Survived {
        verdicts.broken(WHAT, kept.text.clone());
    }
    if let Err(error) = canary::keep(&reached.data, &kept) {
        verdicts.broken(WHAT, format!("{}: {error}", reached.data.display()));
    }
}

async fn hand_over(smtp: &mut Smtp, way: Way, id: &str, key: &[u8], rules: &Rules) -> Result<Mark, String> {
    let mark = new_mark(way)?;
    let to = if way == Way::Plus { plus_address(rules) } else { rules.desk.address.clone() };
    let bytes: Arc<[u8]> = desk_canary::write(&mark, key, id, rules).into();
    let envelope = Envelope { from: rules.desk.address.clone(), to, bytes, file_name: mark.nonce.clone() };
    match smtp.send(&envelope).await {
        Sent::Accepted { .. } | Sent::Unknown { .. } => Ok(mark),
        Sent::Deferred { response } | Sent::Failed { response } | Sent::Unreachable { why: response } => Err(response),
    }
}

fn new_mark(way: Way) -> Result<Mark, String> {
    let bytes = clock::random_bytes().map_err(|error| error.to_string())?;
    let nonce = bytes.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Ok(Mark { way, at: clock::now(), nonce })
}

/// Takes canaries out of the mailbox until all of `marks` came, or it is time.
async fn collect(
    config: &Config,
    rules: &Rules,
    key: &[u8],
    marks: &[Mark],
    wait: Duration,
) -> Result<Vec<Arrived>, SourceError> {
    let until = Instant::now() + wait;
    let mut arrived: Vec<Arrived> = Vec::new();
    loop {
        arrived.extend(take(&config.source, &rules.limits, key).await?);
        let all = marks.iter().all(|mark| arrived.iter().any(|one| one.mark == *mark));
        if all || Instant::now() >= until {
            return Ok(arrived);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Writes one for sending from outside: our own way in is not a stranger's.
pub fn write(asking: &Asking, file: &Path) -> Result<(), Failure> {
    let reached = reach::find(&asking.which)?;
    let rules = &reached.rules;
    let id = rules.access.authserv_id.as_ref().ok_or_else(|| Failure::Use(BLANK.to_owned()))?;
    files::make_folder(&reached.data).map_err(|error| Failure::Work(error.to_string()))?;
    let key = run::message_key(&reached.data)?;
    let mark = new_mark(Way::Outside).map_err(Failure::Work)?;
    std::fs::write(file, desk_canary::write(&mark, &key, id, rules))
        .map_err(|error| Failure::Work(format!("{}: {error}", file.display())))?;
    page::print(&format!(
        "{} is a canary: send it as it is, from a machine outside, to {}; then run `check --connect` within a week\n",
        file.display(),
        rules.desk.address
    ))
}
