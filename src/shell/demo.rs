//! The whole desk on this machine with nothing to configure: plays a story of
//! sample mails, tells it, then watches the mailbox.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use tokio::sync::watch;

use crate::desk::register::Register;
use crate::desk::rules::Rules;
use crate::shell::config::Keys;
use crate::shell::run::Failure;
use crate::shell::story::script::Script;
use crate::shell::story::stage::Stage;
use crate::shell::story::tell::Told;
use crate::shell::{clock, register, rules, socket, vault, view};

const SCRIPT: &str = include_str!("../../fixtures/stories/first-week/story.toml");
const REGISTER: &str = include_str!("../../fixtures/register/sample.json");
/// The mails of the story.
const MAILS: &[(&str, &str)] = &[
    ("01-form.eml", include_str!("../../fixtures/stories/first-week/01-form.eml")),
    ("02-form-with-gaps.eml", include_str!("../../fixtures/stories/first-week/02-form-with-gaps.eml")),
    ("03-answers.eml", include_str!("../../fixtures/stories/first-week/03-answers.eml")),
    ("04-form-wrong-mac.eml", include_str!("../../fixtures/stories/first-week/04-form-wrong-mac.eml")),
    ("05-correction.eml", include_str!("../../fixtures/stories/first-week/05-correction.eml")),
    ("06-forged.eml", include_str!("../../fixtures/stories/first-week/06-forged.eml")),
    ("07-stranger.eml", include_str!("../../fixtures/stories/first-week/07-stranger.eml")),
    ("08-absence.eml", include_str!("../../fixtures/stories/first-week/08-absence.eml")),
    ("09-two-from.eml", include_str!("../../fixtures/stories/first-week/09-two-from.eml")),
    ("10-saturday.eml", include_str!("../../fixtures/stories/first-week/10-saturday.eml")),
    ("11-take.eml", include_str!("../../fixtures/stories/first-week/11-take.eml")),
    ("12-mistyped.eml", include_str!("../../fixtures/stories/first-week/12-mistyped.eml")),
    ("13-schedule.eml", include_str!("../../fixtures/stories/first-week/13-schedule.eml")),
    ("14-cancel.eml", include_str!("../../fixtures/stories/first-week/14-cancel.eml")),
    ("15-not-ours.eml", include_str!("../../fixtures/stories/first-week/15-not-ours.eml")),
    ("16-start.eml", include_str!("../../fixtures/stories/first-week/16-start.eml")),
    ("17-applied.eml", include_str!("../../fixtures/stories/first-week/17-applied.eml")),
    ("18-done.eml", include_str!("../../fixtures/stories/first-week/18-done.eml")),
    ("19-problem-inside-thanks.eml", include_str!("../../fixtures/stories/first-week/19-problem-inside-thanks.eml")),
    ("20-ack.eml", include_str!("../../fixtures/stories/first-week/20-ack.eml")),
    ("21-resolved.eml", include_str!("../../fixtures/stories/first-week/21-resolved.eml")),
    ("22-works-now.eml", include_str!("../../fixtures/stories/first-week/22-works-now.eml")),
    ("23-takes-another.eml", include_str!("../../fixtures/stories/first-week/23-takes-another.eml")),
    ("24-sam-starts.eml", include_str!("../../fixtures/stories/first-week/24-sam-starts.eml")),
    ("25-sam-is-done.eml", include_str!("../../fixtures/stories/first-week/25-sam-is-done.eml")),
    ("26-noa-starts.eml", include_str!("../../fixtures/stories/first-week/26-noa-starts.eml")),
    ("27-noa-is-done.eml", include_str!("../../fixtures/stories/first-week/27-noa-is-done.eml")),
];
/// Marks a folder that the demo may empty.
const MARK: &str = "this-is-a-demo";

/// Who does most of the demo's upgrades.
const AGENT: &str = "noa";

/// Where the demo's desk keeps its data.
pub fn data(dir: &Path) -> PathBuf {
    Stage::data(dir)
}

/// Keys and rules of a demo's folder, for the other commands.
pub fn parts(dir: &Path) -> Result<(Keys, Arc<Rules>), Failure> {
    if !dir.join(MARK).exists() {
        let text =
            format!("expected a folder that `upgrade-desk demo` made, found {}; run the demo first", dir.display());
        return Err(Failure::Use(text));
    }
    let public = |name: &str| -> Result<vault::Recipient, Failure> {
        let path = dir.join(name);
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::Work(format!("{}: {error}", path.display())))?;
        text.parse().map_err(|fault| Failure::Work(format!("{}: expected a public key, found {fault}", path.display())))
    };
    let keys = Keys { staff: vec![public("staff.pub")?], evidence: public("evidence.pub")? };
    let rules = with_key(built_in_rules()?, &keys);
    Ok((keys, rules))
}

/// The demo's one staff key is that of the agent who does its upgrades.
fn with_key(rules: Arc<Rules>, keys: &Keys) -> Arc<Rules> {
    let mut rules = rules.as_ref().clone();
    let key = keys.staff.first().map(ToString::to_string);
    rules.access.staff.iter_mut().filter(|person| person.id == AGENT).for_each(|person| person.key.clone_from(&key));
    Arc::new(rules)
}

fn built_in_rules() -> Result<Arc<Rules>, Failure> {
    rules::load(None).map_err(|error| Failure::Work(error.to_string()))
}

/// Plays and tells the story; without `once` goes on with what is dropped in.
pub async fn demo(dir: &Path, once: bool) -> Result<(), Failure> {
    prepare(dir)?;
    let (keys, rules) = parts(dir)?;
    let script: Script = toml::from_str(SCRIPT).map_err(|error| Failure::Work(error.to_string()))?;
    let monday = quiet_monday(&rules);
    let register = sample_register()?;
    let mut stage = Stage::build(dir, monday, &keys, Arc::clone(&rules), register).await?;
    println!("{}", bold(&script.title));
    println!("A sample vendor, four sample customers; times are those of the desk in {}.", rules.hours.zone);
    for (number, step) in (1..).zip(&script.steps) {
        let mail = step.mail.as_ref().and_then(|name| MAILS.iter().find(|(known, _)| known == name));
        let told = stage.play(step, mail.map(|(_, text)| *text)).await?;
        tell(number, &told, stage.zone());
    }
    ending(dir, once);
    if once {
        stage.close().await;
        return Ok(());
    }
    watch_on(dir, stage).await
}

/// The register of the sample vendor.
pub fn sample_register() -> Result<Register, Failure> {
    let read = register::read_text(REGISTER, false).map_err(Failure::Work)?;
    let (register, _) = register::merge_import(&Register::default(), read.register, false);
    Ok(register)
}

/// An empty folder with keys. Only a demo's own folder is ever emptied.
fn prepare(dir: &Path) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::Work(format!("{}: {error}", dir.display()));
    if dir.exists() {
        let empty = std::fs::read_dir(dir).map_err(fail)?.next().is_none();
        if !empty && !dir.join(MARK).exists() {
            let text = format!("{} holds other things; name an empty folder with --dir", dir.display());
            return Err(Failure::Use(text));
        }
        std::fs::remove_dir_all(dir).map_err(fail)?;
    }
    std::fs::create_dir_all(dir).map_err(fail)?;
    std::fs::write(dir.join(MARK), "made by `upgrade-desk demo`, which empties this folder when it runs again\n")
        .map_err(fail)?;
    for name in ["staff", "evidence"] {
        let pair = vault::key::new_pair(&dir.join(format!("{name}.key")));
        let public = pair.map_err(|error| Failure::Work(error.to_string()))?;
        std::fs::write(dir.join(format!("{name}.pub")), format!("{public}\n")).map_err(fail)?;
    }
    Ok(())
}

/// The newest Monday that lies a week and a half back and has no holidays after
/// it that the story would run into.
fn quiet_monday(rules: &Rules) -> Date {
    let today = clock::now().to_zoned(TimeZone::UTC).date();
    let mut monday = today.checked_sub(9.days()).unwrap_or(today);
    while monday.weekday() != Weekday::Monday || has_holidays(monday, rules) {
        let Ok(earlier) = monday.checked_sub(1.day()) else { break };
        monday = earlier;
    }
    monday
}

fn has_holidays(monday: Date, rules: &Rules) -> bool {
    let end = monday.checked_add(Span::new().days(9)).unwrap_or(monday);
    rules.hours.holidays.keys().any(|day| *day >= monday && *day <= end)
}

fn tell(number: usize, told: &Told, zone: &TimeZone) {
    println!();
    for (line_number, line) in told.lines(zone).iter().enumerate() {
        match line_number {
            0 => println!("{number:>2}  {}", bold(line)),
            _ => println!("{line}"),
        }
    }
}

fn bold(text: &str) -> String {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn ending(dir: &Path, once: bool) {
    let dir = dir.display();
    println!("\n{}", bold("What to try next"));
    println!("  the letters that left        ls {dir}/postman/new");
    println!("  all tickets                  upgrade-desk ticket list --dir {dir}");
    println!("  one ticket, and why          upgrade-desk ticket show UP-… --dir {dir};  ticket why UP-… --dir {dir}");
    println!("  what was not trusted         upgrade-desk quarantine list --dir {dir}");
    println!("  how a mail would be read     upgrade-desk read {dir}/mailbox/.Processed/cur/*.01-form.eml*");
    println!("  the truth, line by line      jq . {dir}/data/journal/*.jsonl | less");
    if !once {
        println!("  a mail of your own           cp some.eml {dir}/mailbox/new/   (it is answered while this runs)");
        println!("\nWatching {dir}/mailbox/new; Ctrl-C ends.");
    }
    println!("  (with cargo: `cargo run -q -- ticket list --dir {dir}`)");
}

/// Real time from now on: a person's own mails are answered as they come.
async fn watch_on(dir: &Path, mut stage: Stage) -> Result<(), Failure> {
    stage.let_time_pass();
    let (stop_sender, stop) = watch::channel(false);
    let handler = view::handler(Arc::clone(&stage.desk), stage.health.clone());
    let socket = tokio::spawn(socket::serve(data(dir).join("desk.sock"), handler, stop));
    loop {
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => {
                interrupted.map_err(|error| Failure::Work(error.to_string()))?;
                break;
            }
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        stage.work().await?;
        let told = stage.news()?;
        if !told.records.is_empty() {
            println!();
            told.lines(stage.zone()).iter().for_each(|line| println!("{line}"));
        }
    }
    let _receiver_may_be_gone = stop_sender.send(true);
    match socket.await {
        Ok(ended) => ended.map_err(|error| Failure::Work(error.to_string()))?,
        Err(error) => return Err(Failure::Work(error.to_string())),
    }
    stage.close().await;
    Ok(())
}
