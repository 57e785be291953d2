//! Reaches the desk: over the socket of the one that runs, else by opening its
//! store for the time of one command.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::UnixStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::desk::letter::compose::Composer;
use crate::desk::rules::Rules;
use crate::desk::seal::prints::Prints;
use crate::shell::authenticate::Authenticator;
use crate::shell::canary::Trust;
use crate::shell::challenge::Challenges;
use crate::shell::cli::Which;
use crate::shell::clock::Clock;
use crate::shell::config::{self, Config};
use crate::shell::process::InHands;
use crate::shell::run::{self, Failure};
use crate::shell::socket::{NoAnswer, Refusal};
use crate::shell::store::lock::{self, Taken};
use crate::shell::store::{OpenError, OpenReport, Progress, Store};
use crate::shell::view::{self, Asked, Request};
use crate::shell::{demo, rules, socket};

/// Another command has the store for a moment only, a desk that starts or ends
/// for a little longer.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);
/// Progress is told this often.
const TELL: Duration = Duration::from_secs(1);

/// Where a desk is and what it runs on.
pub struct Reached {
    pub data: PathBuf,
    pub rules: Arc<Rules>,
    pub config: Option<Config>,
    /// The folder of a demo, if it is one.
    pub demo: Option<PathBuf>,
    /// Posed where no desk runs.
    challenges: Challenges,
}

impl Reached {
    /// Whether the desk has ever been started here.
    pub fn has_store(&self) -> bool {
        is_data(&self.data)
    }

    /// Our own look at who signed a mail, where the rules ask for one.
    pub fn authenticator(&self) -> Result<Option<Authenticator>, Failure> {
        run::authenticator(self.config.as_ref(), &self.rules)
    }

    /// Writes letters for looking at; what it would number and sign is not ours.
    pub fn composer(&self) -> Result<Composer, Failure> {
        Composer::new(&self.rules, vec![0; 32]).map_err(|error| Failure::Use(error.to_string()))
    }
}

fn is_data(folder: &Path) -> bool {
    folder.join("journal").is_dir()
}

/// Reads the configuration; or finds the data folder of a demo, or one whose
/// desk uses the built-in rules.
pub fn find(which: &Which) -> Result<Reached, Failure> {
    match (&which.config, &which.dir) {
        (Some(path), _) => {
            let config = load(path)?;
            let rules = load_rules(config.rules.as_deref())?;
            Ok(Reached {
                data: config.data.clone(),
                rules,
                config: Some(config),
                demo: None,
                challenges: Challenges::default(),
            })
        }
        (None, Some(dir)) => {
            let data = [dir.clone(), demo::data(dir)].into_iter().find(|data| is_data(data));
            let data = data.ok_or_else(|| {
                Failure::Use(format!(
                    "{}: expected a folder that `upgrade-desk demo` made, or a desk's data folder, found no journal \
                     in it; run the demo first, or name a configuration with --config",
                    dir.display()
                ))
            })?;
            let demo = (data == demo::data(dir)).then(|| dir.clone());
            let rules = match &demo {
                Some(dir) => demo::parts(dir)?.1,
                None => load_rules(None)?,
            };
            Ok(Reached { data, rules, config: None, demo, challenges: Challenges::default() })
        }
        (None, None) => {
            Err(Failure::Use("say which desk: --config FILE, or --dir DIR for a folder that `demo` made".to_owned()))
        }
    }
}

pub fn load(path: &Path) -> Result<Config, Failure> {
    config::load(path, &config::environment).map_err(|error| Failure::Use(error.to_string()))
}

pub fn load_rules(folder: Option<&Path>) -> Result<Arc<Rules>, Failure> {
    rules::load(folder).map_err(|error| Failure::Use(error.to_string()))
}

/// Asks the desk, running or not. Only a change makes a store where none is.
pub async fn ask(reached: &Reached, request: Request) -> Result<Value, Failure> {
    let words = serde_json::to_value(&request).map_err(|error| Failure::Work(error.to_string()))?;
    let give_up = Instant::now() + PATIENCE;
    loop {
        match socket::ask(&socket::path(&reached.data), &words).await {
            Ok(answer) => return answer.map_err(failure),
            Err(NoAnswer::Nobody(_)) => {}
            Err(NoAnswer::Broken(text)) if request.is_change() => return Err(unknown(&text)),
            Err(error) => return Err(Failure::Work(error.to_string())),
        }
        if !reached.has_store() && !request.is_change() {
            return Err(Failure::Work(format!(
                "there is no desk in {} yet: expected its journal, found none; `run` starts one, \
                 `register import` makes one with a register",
                reached.data.display()
            )));
        }
        match open(reached) {
            Ok(store) => return ask_store(reached, store, request).await,
            Err(OpenError::Locked { .. }) if Instant::now() < give_up => tokio::time::sleep(LOOK).await,
            Err(OpenError::Locked { folder, pid }) => return Err(locked(&folder, pid)),
            Err(error) => return Err(Failure::from(error)),
        }
    }
}

/// Lets commands that have the store for a moment finish, so that only another
/// desk keeps a desk from running. That one is found by whoever opens the store.
pub async fn wait_for_commands(data: &Path) -> Result<(), Failure> {
    let give_up = Instant::now() + PATIENCE;
    while is_data(data) && Instant::now() < give_up {
        let lock = data.join("lock");
        let taken = lock::take(&lock).map_err(|error| Failure::Work(format!("{}: {error}", lock.display())))?;
        if matches!(taken, Taken::Held(_)) || UnixStream::connect(socket::path(data)).await.is_ok() {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

async fn ask_store(reached: &Reached, store: Store, request: Request) -> Result<Value, Failure> {
    // What leaves is signed with the desk's own key; all else is only looked at.
    let composer = match request {
        Request::Announce { .. }
        | Request::Reveal { .. }
        | Request::OpenOriginals { .. }
        | Request::OpenAttachments { .. } => Composer::new(&reached.rules, run::message_key(&reached.data)?)
            .map_err(|error| Failure::Use(error.to_string()))?,
        _ => reached.composer()?,
    };
    let clock = Clock::default();
    let rules = Trust::new(&reached.data, &reached.rules, clock.clone()).rules();
    let (in_hands, committed) = (InHands::default(), Notify::new());
    // Only `try` reads a mail here.
    let authenticator = match request {
        Request::Try { .. } => reached.authenticator()?,
        _ => None,
    };
    let asked = Asked {
        store: &store,
        rules: &rules,
        composer: &composer,
        clock: &clock,
        authenticator: authenticator.as_ref(),
        health: None,
        in_hands: &in_hands,
        challenges: &reached.challenges,
        prints: &Prints::default(),
        committed: &committed,
    };
    let answer = view::ask(asked, request).await.map_err(failure);
    store.close().await;
    answer
}

/// Opens the store; long work is told on standard error.
fn open(reached: &Reached) -> Result<Store, OpenError> {
    own(&reached.data)?;
    let mut told = Instant::now();
    let mut progress = |progress: Progress| {
        if told.elapsed() < TELL {
            return;
        }
        told = Instant::now();
        match progress {
            Progress::Verifying { records } => eprintln!("verifying the journal: {records} records so far"),
            Progress::Rebuilding { records, of } => eprintln!("rebuilding the ticket store: {records} of {of} records"),
        }
    };
    let rules = Arc::clone(&reached.rules);
    let (store, report) = tokio::task::block_in_place(|| Store::open(&reached.data, rules, &mut progress))?;
    tell(&report);
    Ok(store)
}

/// A store opened by root would leave files that the desk's own user cannot
/// write; found out before anything is touched.
fn own(data: &Path) -> Result<(), OpenError> {
    let Ok(lock) = std::fs::metadata(data.join("lock")) else { return Ok(()) };
    if !rustix::process::geteuid().is_root() || lock.uid() == 0 {
        return Ok(());
    }
    let text =
        format!("it belongs to user {0}; run the command as that user, such as with `sudo -u '#{0}'`", lock.uid());
    Err(OpenError::Io { path: data.to_owned(), error: std::io::Error::new(std::io::ErrorKind::PermissionDenied, text) })
}

fn tell(report: &OpenReport) {
    if let Some(why) = &report.rebuilt {
        eprintln!("note: the ticket store was rebuilt from the journal: {why}");
    }
    if let Some(torn) = &report.torn {
        eprintln!(
            "note: {} ended in a torn line of {} bytes; it was cut off and is kept as {}",
            torn.segment, torn.bytes, torn.saved_as
        );
    }
}

fn locked(folder: &Path, pid: Option<u32>) -> Failure {
    let pid = pid.map_or("another process".to_owned(), |pid| format!("process {pid}"));
    Failure::Work(format!(
        "{} is in use by {pid}, which answers no commands: it may be starting or ending; try again, \
         or look whether it hangs",
        folder.display()
    ))
}

fn unknown(text: &str) -> Failure {
    Failure::Unknown(format!(
        "the running desk did not answer, so it is unknown whether the change was made: {text}; start again and look"
    ))
}

pub fn failure((code, text): Refusal) -> Failure {
    match code {
        2 => Failure::Use(text),
        3 => Failure::Unknown(text),
        _ => Failure::Work(text),
    }
}
