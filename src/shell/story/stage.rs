//! The stage on which a story is played: a whole desk in a folder, a Maildir as
//! mailbox, a Maildir as postman, a clock that the story moves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::desk::decide::passing;
use crate::desk::input::Input;
use crate::desk::known::Ask;
use crate::desk::letter::times::zone_of;
use crate::desk::record::{Record, What};
use crate::desk::register::Register;
use crate::desk::rules::Rules;
use crate::desk::ticket::TicketId;
use crate::desk::token::reply_address;
use crate::shell::authenticate::Authenticator;
use crate::shell::carrier::folder::Folder;
use crate::shell::carrier::{Carrier, Envelope, Sent};
use crate::shell::clock::Clock;
use crate::shell::config::{Keys, StartFrom};
use crate::shell::health::Health;
use crate::shell::held::Holding;
use crate::shell::intake::Intake;
use crate::shell::ports::Testing;
use crate::shell::process::{Desk, plainly};
use crate::shell::run::{Failure, open_desk};
use crate::shell::source::folder::FolderSource;
use crate::shell::source::recall::Mailbox;
use crate::shell::store::inhand::InHand;
use crate::shell::store::journal::Line;
use crate::shell::story::script::{Answerable, Filling, Ports, ScriptError, Step, moment};
use crate::shell::story::tell::Told;
use crate::shell::{outbox, timers};

/// A desk in a folder.
pub struct Stage {
    pub desk: Arc<Desk>,
    pub health: Health,
    folder: PathBuf,
    monday: Date,
    zone: TimeZone,
    clock: Clock,
    refused: BTreeSet<String>,
    letters: Vec<Answerable>,
    /// What the ports of the units say to the desk.
    ports: Ports,
    /// The timers of the desk as a whole fire, too.
    desk_timers: bool,
    /// The last record that was told.
    told: u64,
}

impl From<ScriptError> for Failure {
    fn from(error: ScriptError) -> Failure {
        Failure::Work(format!("the story cannot be played: {error}"))
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::Work(format!("{path}: {error}"))
}

impl Stage {
    /// Where mail is put for the desk of this folder.
    pub fn mailbox(folder: &Path) -> PathBuf {
        folder.join("mailbox")
    }

    /// Where its letters arrive.
    pub fn postman(folder: &Path) -> PathBuf {
        folder.join("postman")
    }

    /// Where it keeps everything.
    pub fn data(folder: &Path) -> PathBuf {
        folder.join("data")
    }

    /// Builds the desk and imports the register, early on the story's Monday.
    pub async fn build(
        folder: &Path,
        monday: Date,
        keys: &Keys,
        rules: Arc<Rules>,
        register: Register,
    ) -> Result<Stage, Failure> {
        Stage::build_looking(folder, monday, keys, rules, register, None).await
    }

    /// The same with its own look at signatures.
    pub async fn build_looking(
        folder: &Path,
        monday: Date,
        keys: &Keys,
        rules: Arc<Rules>,
        register: Register,
        authenticator: Option<Authenticator>,
    ) -> Result<Stage, Failure> {
        let zone = zone_of(&rules.hours.zone);
        let clock = Clock::default();
        clock.stand_at(moment("mon 00:01", monday, &zone)?);
        for part in ["new", "cur", "tmp"] {
            let path = Stage::mailbox(folder).join(part);
            fs::create_dir_all(&path).map_err(io(&path))?;
        }
        let data = Stage::data(folder);
        let desk = tokio::task::block_in_place(|| open_desk(&data, keys, rules, clock.clone(), authenticator))?;
        plainly(&desk, vec![What::Imported { register, by: "story".to_owned() }]).await?;
        let health = Health::new(clock.clone());
        let (refused, letters) = (BTreeSet::new(), Vec::new());
        let mut stage = Stage {
            desk,
            health,
            folder: folder.to_owned(),
            monday,
            zone,
            clock,
            refused,
            letters,
            ports: Ports::default(),
            desk_timers: false,
            told: 0,
        };
        stage.told = stage.records(0)?.last().map_or(0, |(seq, _)| *seq);
        Ok(stage)
    }

    /// From here on the timers of the desk as a whole fire, too.
    pub fn with_desk_timers(&mut self, fire: bool) {
        self.desk_timers = fire;
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// From here on time passes by itself, from now.
    pub fn let_time_pass(&self) {
        self.clock.follow_the_machine();
    }

    /// Plays one step; `mail` is the text of its mail, if it has one.
    pub async fn play(&mut self, step: &Step, mail: Option<&str>) -> Result<Told, Failure> {
        let at = moment(&step.at, self.monday, &self.zone)?;
        if !step.down {
            self.pass_time(at).await?;
        }
        self.clock.stand_at(at);
        if let Some(address) = &step.refuses {
            self.refused.insert(address.to_ascii_lowercase());
        }
        if let Some(ports) = &step.ports {
            self.ports = ports.clone();
        }
        if let (Some(name), Some(mail)) = (&step.mail, mail) {
            let filling = Filling { monday: self.monday, zone: &self.zone, now: at, letters: &self.letters };
            let filled = filling.fill(mail)?.replace('\n', "\r\n");
            let arrived = match &step.arrived {
                Some(arrived) => moment(arrived, self.monday, &self.zone)?,
                None => at,
            };
            self.deliver(name, &filled, arrived)?;
        }
        if let Some(version) = step.announces.clone() {
            let notes = "Calls are set up faster, and voicemail keeps its greeting.".to_owned();
            self.desk.decide_on(Input::Announce { version, notes, by: "ann".to_owned() }).await?;
        }
        self.work().await?;
        let standing = self.standing(&step.why).await?;
        Ok(Told { says: step.says.clone(), mail: step.mail.clone(), standing, ..self.news()? })
    }

    /// Lets everything come due at its own time until `till`.
    async fn pass_time(&self, till: Timestamp) -> Result<(), Failure> {
        const TIMERS_MAX: usize = 1000;
        for _ in 0..TIMERS_MAX {
            match self.next_due().await.filter(|next| *next < till) {
                Some(next) => self.clock.stand_at(next.max(self.clock.now())),
                None => break,
            }
            self.work().await?;
        }
        Ok(())
    }

    async fn next_due(&self) -> Option<Timestamp> {
        let (now, with_desk) = (self.clock.now(), self.desk_timers);
        let next = self.desk.store.read(move |view| {
            let of_desk = if with_desk { view.next_desk_due(now)? } else { None };
            Ok(view.next_due()?.into_iter().chain(of_desk).min())
        });
        next.await.ok().flatten()
    }

    /// What was decided since it was last asked.
    pub fn news(&mut self) -> Result<Told, Failure> {
        let records = self.records(self.told)?;
        self.told = records.last().map_or(self.told, |(seq, _)| *seq);
        let records: Vec<Record> = records.into_iter().map(|(_, record)| record).collect();
        self.remember(&records);
        Ok(Told { at: self.clock.now(), says: "Something came".to_owned(), mail: None, records, standing: Vec::new() })
    }

    /// The tickets' checks, and what would let them pass: what `ticket why` shows.
    async fn standing(&self, ids: &[String]) -> Result<Vec<String>, Failure> {
        let (ids, now) = (ids.to_vec(), self.clock.now());
        let shown = self.desk.store.read(move |view| {
            let mut lines = Vec::new();
            for id in ids {
                let Some(ticket) = view.ticket(&TicketId(id.clone()))? else {
                    lines.push(format!("there is no {id}"));
                    continue;
                };
                let known = view.look_up(&Ask::about_ticket(&ticket), now)?;
                lines.push(format!("how {id} stands: {}", ticket.status.name()));
                lines.extend(passing::checks(&ticket, view.rules(), &known).into_iter().map(|check| {
                    let mark = if check.green { "passed" } else { "open  " };
                    format!("  {mark}  {}: {}", check.name, check.text)
                }));
                lines.extend(
                    passing::lacking(&ticket, view.rules(), &known).iter().map(|one| format!("  lacks   {one}")),
                );
            }
            Ok(lines)
        });
        shown.await.map_err(|error| Failure::Work(error.to_string()))
    }

    /// Puts a mail into the mailbox, arrived at `at`.
    fn deliver(&self, name: &str, mail: &str, at: Timestamp) -> Result<(), Failure> {
        let path = Stage::mailbox(&self.folder).join("new").join(name);
        fs::write(&path, mail).map_err(io(&path))?;
        let seconds = u64::try_from(at.as_second()).unwrap_or(0);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        File::open(&path).and_then(|file| file.set_modified(time)).map_err(io(&path))
    }

    /// Everything that can be done now: mail in, timers, letters out.
    pub async fn work(&self) -> Result<(), Failure> {
        // Held for as long as the parts listen to it.
        let (_never, stop) = watch::channel(false);
        let source = FolderSource::new(Stage::mailbox(&self.folder), self.desk.rules.limits.message_bytes_max);
        let data = Stage::data(&self.folder);
        let in_hand = InHand::open(&data).map_err(io(&data))?;
        let health = self.health.clone();
        let intake = Intake::new(Arc::clone(&self.desk), source, StartFrom::All, in_hand, health, true);
        intake.run(stop.clone()).await?;
        let mut holding = Holding::new(Arc::clone(&self.desk), Mailbox::Folder(Stage::mailbox(&self.folder)));
        if holding.bring_accepted().await? > 0 {
            return Box::pin(self.work()).await;
        }
        match self.desk_timers {
            true => timers::fire_all(&self.desk).await?,
            false => timers::fire_due(&self.desk).await?,
        }
        let tester = self.ports.clone().tester(self.clock.clone());
        if Testing::new(Arc::clone(&self.desk), tester).all().await? > 0 {
            timers::fire_due(&self.desk).await?;
        }
        let postman = Stage::postman(&self.folder);
        let folder = Folder::open(&postman).map_err(io(&postman))?;
        let carrier = Picky { folder, refused: self.refused.clone() };
        let (_, drain) = watch::channel(true);
        outbox::run(Arc::clone(&self.desk), vec![carrier], drain, stop).await?;
        Ok(())
    }

    /// The journal's records after number `after`.
    fn records(&self, after: u64) -> Result<Vec<(u64, Record)>, Failure> {
        let folder = Stage::data(&self.folder).join("journal");
        let mut names: Vec<PathBuf> =
            fs::read_dir(&folder).map_err(io(&folder))?.flatten().map(|entry| entry.path()).collect();
        names.sort();
        let mut records = Vec::new();
        for path in names {
            for line in fs::read_to_string(&path).map_err(io(&path))?.lines() {
                let line: Line = serde_json::from_str(line).map_err(|error| Failure::Work(error.to_string()))?;
                if line.seq > after {
                    records.push((line.seq, Record { at: line.at, what: line.what }));
                }
            }
        }
        Ok(records)
    }

    fn remember(&mut self, records: &[Record]) {
        for record in records {
            let What::Decided(decided) = &record.what else { continue };
            self.letters.extend(decided.letters.iter().map(|letter| Answerable {
                template: letter.template.clone(),
                to: letter.to.clone(),
                subject: letter.subject.clone(),
                message_id: letter.message_id.clone(),
                reply_to: reply_address::of(&self.desk.rules.desk, letter.no, &letter.message_id).unwrap_or_default(),
            }));
        }
    }

    /// Closes the desk in order.
    pub async fn close(self) {
        self.desk.store.clone().close().await;
    }
}

/// The postman of a story: refuses some addresses as a real server would.
struct Picky {
    folder: Folder,
    refused: BTreeSet<String>,
}

impl Carrier for Picky {
    async fn send(&mut self, letter: &Envelope) -> Sent {
        if self.refused.contains(&letter.to.to_ascii_lowercase()) {
            return Sent::Failed { response: "550 5.1.1 no such user here".to_owned() };
        }
        self.folder.send(letter).await
    }

    async fn rest(&mut self) {
        self.folder.rest().await;
    }
}
