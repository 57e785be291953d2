//! Wires the desk together and lets it run: intake, outbox, timers, socket.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::desk::decide::closed;
use crate::desk::input::Input;
use crate::desk::letter::compose::Composer;
use crate::desk::mail::proof::Checks;
use crate::desk::rules::Rules;
use crate::shell::authenticate::Authenticator;
use crate::shell::canary::Trust;
use crate::shell::carrier::folder::Folder as FolderCarrier;
use crate::shell::carrier::smtp::Smtp;
use crate::shell::challenge::Challenges;
use crate::shell::clock::Clock;
use crate::shell::config::{Carrier, Config, Keys, Source};
use crate::shell::health::Health;
use crate::shell::held::Holding;
use crate::shell::intake::Intake;
use crate::shell::ports::Testing;
use crate::shell::process::{Desk, InHands, ProcessError};
use crate::shell::source::folder::FolderSource;
use crate::shell::source::imap::ImapSource;
use crate::shell::source::recall::Mailbox;
use crate::shell::store::files;
use crate::shell::store::inhand::InHand;
use crate::shell::store::journal::Torn;
use crate::shell::store::{OpenError, OpenReport, Progress, Store};
use crate::shell::vault::{Vault, VaultError};
use crate::shell::{board, hook, outbox, ports, socket, timers, view};

/// Why a command ended without doing its work, as an exit code (cli.md).
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// 1: the work failed.
    #[error("{0}")]
    Work(String),
    /// 2: wrong use or configuration.
    #[error("{0}")]
    Use(String),
    /// 3: the outcome of a commit is unknown: start again.
    #[error("{0}")]
    Unknown(String),
}

impl Failure {
    pub fn code(&self) -> u8 {
        match self {
            Failure::Work(_) => 1,
            Failure::Use(_) => 2,
            Failure::Unknown(_) => 3,
        }
    }
}

impl From<ProcessError> for Failure {
    fn from(error: ProcessError) -> Failure {
        match error {
            ProcessError::NotNow(_) => Failure::Work(error.to_string()),
            ProcessError::Unknown(_) => Failure::Unknown(error.to_string()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::Locked { .. } | OpenError::TooNew { .. } => Failure::Use(error.to_string()),
            OpenError::Journal(_) | OpenError::Io { .. } | OpenError::State(_) => Failure::Work(error.to_string()),
        }
    }
}

/// Opens store and vault and puts the desk together.
pub fn open_desk(
    data: &Path,
    keys: &Keys,
    rules: Arc<Rules>,
    clock: Clock,
    authenticator: Option<Authenticator>,
) -> Result<Arc<Desk>, Failure> {
    let (store, report) = Store::open(data, Arc::clone(&rules), &mut progress)?;
    tell(&report);
    let recipients = keys.with_staff(&rules.access).map_err(Failure::Use)?;
    let vault = Vault::open(data, recipients, keys.evidence.clone());
    let vault = vault.map_err(|error| match error {
        VaultError::PrintKey { .. } => Failure::Use(error.to_string()),
        _ => Failure::Work(error.to_string()),
    })?;
    let known = store.read_blocking(|view| view.known_secrets()).map_err(|error| Failure::Work(error.to_string()))?;
    let orphans = vault.remove_orphans(&known, clock.now()).map_err(|error| Failure::Work(error.to_string()))?;
    if orphans > 0 {
        tracing::info!(orphans, "removed sealed secrets that no decision names");
    }
    vault.sweep_prints(clock.now()).map_err(|error| Failure::Work(error.to_string()))?;
    let composer = Composer::new(&rules, message_key(data)?).map_err(|error| Failure::Use(error.to_string()))?;
    let trust = Trust::new(data, &rules, clock.clone());
    let (committed, in_hands) = (Notify::new(), InHands::default());
    let challenges = Challenges::default();
    Ok(Arc::new(Desk { store, vault, authenticator, rules, trust, composer, clock, committed, in_hands, challenges }))
}

/// Our own look at signatures, where the rules ask for one.
pub fn authenticator(config: Option<&Config>, rules: &Rules) -> Result<Option<Authenticator>, Failure> {
    let servers = config.map_or(&[][..], |config| &config.dns_servers);
    match rules.access.checks {
        Checks::Host => Ok(None),
        Checks::Own | Checks::Both => Authenticator::new(servers, &rules.lookups).map(Some).map_err(Failure::Use),
    }
}

/// The key of our Message-IDs: made once, known to nobody else.
pub fn message_key(data: &Path) -> Result<Vec<u8>, Failure> {
    let path = data.join("message-id.key");
    let fail = |error: std::io::Error| Failure::Work(format!("{}: {error}", path.display()));
    match std::fs::read(&path) {
        Ok(key) if key.len() >= 32 => Ok(key),
        Ok(key) => Err(Failure::Work(format!(
            "{}: expected 32 bytes, found {}; restore it from a backup",
            path.display(),
            key.len()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = crate::shell::clock::random_bytes().map_err(fail)?;
            files::write_synced(&path, &key).map_err(fail)?;
            Ok(key)
        }
        Err(error) => Err(fail(error)),
    }
}

fn progress(progress: Progress) {
    match progress {
        Progress::Verifying { records } => tracing::info!(records, "verifying the journal"),
        Progress::Rebuilding { records, of } => tracing::info!(records, of, "rebuilding the ticket store"),
    }
}

fn tell(report: &OpenReport) {
    if let Some(why) = &report.rebuilt {
        tracing::warn!(reason = %why, records = report.applied, "the ticket store was rebuilt from the journal");
    }
    if let Some(torn) = &report.torn {
        let Torn { segment, bytes, saved_as } = torn;
        tracing::warn!(file = %segment, bytes, saved = %saved_as, "a torn last line was cut off");
    }
    if report.removed > 0 {
        tracing::info!(files = report.removed, "removed sealed mails whose time is over");
    }
    if report.weak_flush {
        tracing::warn!("sled's flush does not reach the disk here; the journal alone is safe against a power cut");
    }
}

/// Runs the desk. With `drain`: handles what is there, fires what is due,
/// sends what can be sent, and ends.
pub async fn run(config: Config, rules: Arc<Rules>, drain: bool) -> Result<(), Failure> {
    config.fits(&rules).map_err(|error| Failure::Use(error.to_string()))?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let clock = Clock::default();
    let (data, keys) = (config.data.clone(), &config.keys);
    let authenticator = authenticator(Some(&config), &rules)?;
    let desk =
        tokio::task::block_in_place(|| open_desk(&data, keys, Arc::clone(&rules), clock.clone(), authenticator))?;
    warn_of_gaps(&desk).await?;
    tell_of_closed(&desk).await?;
    // Says now, and whenever it changes, whether the mail host's word counts.
    desk.trust.rules();
    let health = Health::new(clock);
    let (stop_sender, stop) = watch::channel(false);
    let mut tasks: JoinSet<Result<(), Failure>> = JoinSet::new();
    let socket = socket::serve(data.join("desk.sock"), view::handler(Arc::clone(&desk), health.clone()), stop.clone());
    let socket = tokio::spawn(socket);
    tracing::info!(data = %data.display(), "the desk runs");
    let testing = Testing::new(Arc::clone(&desk), ports::by_sockets(desk.clock.clone()));
    let mut holding = Holding::new(Arc::clone(&desk), Mailbox::from(&config.source));
    holding.bring_all().await?;
    if drain {
        let ended = drain_once(&desk, &config, &health, testing, stop.clone()).await;
        let _receivers_may_be_gone = stop_sender.send(true);
        if let Some(file) = config.board.clone() {
            board::keep(Arc::clone(&desk), file, stop).await;
        }
        end_socket(socket).await;
        return finish(desk, ended).await;
    }
    spawn_intake(&mut tasks, &desk, &config, &health, false, stop.clone())?;
    let (_never, drain) = watch::channel(false);
    spawn_outbox(&mut tasks, &desk, &config, drain, stop.clone())?;
    let (waiting, stop_holding) = (holding, stop.clone());
    tasks.spawn(async move { waiting.run(stop_holding).await.map_err(Failure::from) });
    if let Some(hook) = config.alarm_hook.clone() {
        let telling = hook::run(Arc::clone(&desk), hook, stop.clone());
        tasks.spawn(async move { telling.await.map_err(Failure::from) });
    }
    if testing.is_on() {
        let tests = testing.run(stop.clone());
        tasks.spawn(async move { tests.await.map_err(Failure::from) });
    }
    let timing = timers::run(Arc::clone(&desk), stop.clone());
    tasks.spawn(async move { timing.await.map_err(Failure::from) });
    if let Some(file) = config.board.clone() {
        let keeping = board::keep(Arc::clone(&desk), file, stop.clone());
        tasks.spawn(async move {
            keeping.await;
            Ok(())
        });
    }
    let ended = tokio::select! {
        () = asked_to_stop() => Ok(()),
        Some(ended) = tasks.join_next() => ended.unwrap_or_else(|error| Err(Failure::Unknown(error.to_string()))),
    };
    let _receivers_may_be_gone = stop_sender.send(true);
    let ended = wind_down(&mut tasks, ended).await;
    end_socket(socket).await;
    finish(desk, ended).await
}

/// A rota with holes is for the operator, before an alarm falls into one (2.8).
async fn warn_of_gaps(desk: &Desk) -> Result<(), Failure> {
    let now = desk.clock.now();
    let gaps = desk.store.read(move |view| Ok(view::gaps(view.rules(), &view.office()?.takeovers, now))).await;
    for gap in gaps.map_err(|error| Failure::Work(error.to_string()))? {
        tracing::warn!(%gap, "nobody is on duty then; see `upgrade-desk rota show`");
    }
    Ok(())
}

/// What is booked on days that the rules close by now is for staff, each once (S-09).
pub async fn tell_of_closed(desk: &Arc<Desk>) -> Result<(), Failure> {
    let is_new = desk.store.read(|view| {
        let hours = &view.rules().hours;
        Ok(view.tickets()?.iter().any(|ticket| closed::is_new(ticket, hours)))
    });
    if is_new.await.map_err(|error| Failure::Work(error.to_string()))? {
        desk.decide_on(Input::Started).await?;
    }
    Ok(())
}

/// Gives every part 30 seconds to end in order (R8).
async fn wind_down(tasks: &mut JoinSet<Result<(), Failure>>, mut ended: Result<(), Failure>) -> Result<(), Failure> {
    let limit = tokio::time::sleep(std::time::Duration::from_secs(30));
    let mut limit = std::pin::pin!(limit);
    loop {
        tokio::select! {
            () = &mut limit => {
                tracing::warn!("not everything ended in time; what is committed is safe");
                tasks.shutdown().await;
                return ended;
            }
            joined = tasks.join_next() => match joined {
                None => return ended,
                Some(Ok(result)) => ended = ended.and(result),
                Some(Err(error)) => ended = ended.and(Err(Failure::Unknown(error.to_string()))),
            }
        }
    }
}

async fn end_socket(socket: tokio::task::JoinHandle<std::io::Result<()>>) {
    match socket.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the command socket failed"),
        Err(error) => tracing::warn!(%error, "the command socket broke off"),
    }
}

/// An orderly end: everything out, a mark that says so.
async fn finish(desk: Arc<Desk>, ended: Result<(), Failure>) -> Result<(), Failure> {
    desk.store.clone().close().await;
    tracing::info!("the desk has ended");
    ended
}

async fn drain_once(
    desk: &Arc<Desk>,
    config: &Config,
    health: &Health,
    mut testing: Testing,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let (drain_sender, drain) = watch::channel(false);
    let (mut intake, mut letters) = (JoinSet::new(), JoinSet::new());
    spawn_intake(&mut intake, desk, config, health, true, stop.clone())?;
    // Letters leave while mail comes in: both servers wait for nobody.
    spawn_outbox(&mut letters, desk, config, drain, stop)?;
    let taken_in = all_of(&mut intake).await;
    let handled = match taken_in {
        Ok(()) => fire_and_test(desk, &mut testing).await.map_err(Failure::from),
        failed => failed,
    };
    let told = match &config.alarm_hook {
        Some(hook) => hook::tell_due(desk, hook).await.map(|_| ()).map_err(Failure::from),
        None => Ok(()),
    };
    let _outbox_may_have_ended = drain_sender.send(true);
    handled.and(told).and(all_of(&mut letters).await)
}

/// What is due, with the tests of ports that it wishes for.
async fn fire_and_test(desk: &Arc<Desk>, testing: &mut Testing) -> Result<(), ProcessError> {
    timers::fire_all(desk).await?;
    match testing.all().await? {
        0 => Ok(()),
        _ => timers::fire_all(desk).await,
    }
}

async fn all_of(tasks: &mut JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|error| Failure::Unknown(error.to_string()))??;
    }
    Ok(())
}

fn spawn_intake(
    tasks: &mut JoinSet<Result<(), Failure>>,
    desk: &Arc<Desk>,
    config: &Config,
    health: &Health,
    drain: bool,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let in_hand = InHand::open(&config.data).map_err(|error| Failure::Work(error.to_string()))?;
    let size_max = desk.rules.limits.message_bytes_max;
    let (desk, health) = (Arc::clone(desk), health.clone());
    match &config.source {
        Source::Imap(imap) => {
            let source = ImapSource::new(imap.clone(), size_max).map_err(|error| Failure::Use(error.to_string()))?;
            let intake = Intake::new(desk, source, imap.start_from, in_hand, health, drain);
            tasks.spawn(async move { intake.run(stop).await.map_err(Failure::from) });
        }
        Source::Folder(folder) => {
            let source = FolderSource::new(folder.path.clone(), size_max).replacing(folder.replace_secrets);
            let intake = Intake::new(desk, source, folder.start_from, in_hand, health, drain);
            tasks.spawn(async move { intake.run(stop).await.map_err(Failure::from) });
        }
    }
    Ok(())
}

fn spawn_outbox(
    tasks: &mut JoinSet<Result<(), Failure>>,
    desk: &Arc<Desk>,
    config: &Config,
    drain: watch::Receiver<bool>,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let desk = Arc::clone(desk);
    match &config.carrier {
        Carrier::Smtp(smtp) => {
            let carriers = Smtp::several(smtp).map_err(|error| Failure::Use(error.to_string()))?;
            tasks.spawn(async move { outbox::run(desk, carriers, drain, stop).await.map_err(Failure::from) });
        }
        Carrier::Folder(path) => {
            let carrier =
                FolderCarrier::open(path).map_err(|error| Failure::Work(format!("{}: {error}", path.display())))?;
            tasks.spawn(async move { outbox::run(desk, vec![carrier], drain, stop).await.map_err(Failure::from) });
        }
    }
    Ok(())
}

/// SIGTERM or Ctrl-C.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; only Ctrl-C ends the desk in order");
            return drop(tokio::signal::ctrl_c().await);
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
