//! The desk under test: its folder, its program, and what its journal says.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::shell::rules;
use upgrade_desk::shell::vault::Vault;
use upgrade_desk::shell::vault::key::{Recipient, new_pair};

use crate::mails::Letter;
use crate::measured::{Measured, run};
use crate::people;

const BINARY: &str = env!("CARGO_BIN_EXE_upgrade-desk");
/// As many as there are people in the sample rules: passwords are sealed to each.
const STAFF: [&str; 3] = ["noa", "sam", "lea"];

/// A thousand customers write on one day. The two agents of the sample rules could
/// agree to few of the times they name (S-08), and the bench would be one of
/// searches for other times.
const AGENTS: (&str, &str) = ("\nagents = 2\n", "\nagents = 50\n");

/// What becomes of a mail with a password in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// A redacted copy takes its place: what the desk does unless told otherwise.
    Copies,
    AsTheyCame,
}

impl Leaves {
    pub fn word(self) -> &'static str {
        match self {
            Leaves::Copies => "with-copies",
            Leaves::AsTheyCame => "as-they-came",
        }
    }
}

pub struct Desk {
    folder: PathBuf,
    imap_port: u16,
    rules: Arc<Rules>,
}

impl Desk {
    /// Keys, rules and register; nothing has happened yet.
    pub fn new(folder: &Path, imap_port: u16) -> Desk {
        fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
        let path = folder.join("rules");
        copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &path);
        let hours = fs::read_to_string(path.join("hours.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert!(hours.contains(AGENTS.0), "rules/hours.toml has other agents");
        fs::write(path.join("hours.toml"), hours.replace(AGENTS.0, AGENTS.1)).unwrap_or_else(|error| panic!("{error}"));
        let rules = rules::load(Some(&path)).unwrap_or_else(|error| panic!("{error}"));
        let desk = Desk { folder: folder.to_owned(), imap_port, rules };
        for name in STAFF.into_iter().chain(["evidence"]) {
            let public = new_pair(&folder.join(format!("{name}.key"))).unwrap_or_else(|error| panic!("{error}"));
            desk.write(&format!("{name}.pub"), &format!("{public}\n"));
        }
        desk.write("password", "secret\n");
        desk.write("register.json", &people::register());
        let config = desk.configure("nobody", 25, Leaves::Copies);
        let mut command = Command::new(BINARY);
        command.args(["register", "import"]).arg(folder.join("register.json")).arg("--yes").arg("--config").arg(config);
        run(command.stdout(Stdio::null()));
        desk
    }

    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap_or_else(|error| panic!("{error}"));
    }

    fn configure(&self, user: &str, smtp_port: u16, leaves: Leaves) -> PathBuf {
        let staff = STAFF.map(|name| format!("\"{name}.pub\"")).join(", ");
        let replaces = leaves == Leaves::Copies;
        let text = format!(
            "data = \"data\"\nrules = \"rules\"\n\n\
             [source.imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"{user}\"\n\
             password_file = \"password\"\nmailbox = \"INBOX\"\nprocessed = \"Processed\"\n\
             quarantine = \"Quarantine\"\nstart_from = \"all\"\nreplace_secrets = {replaces}\n\n\
             [carrier.smtp]\nhost = \"127.0.0.1\"\nport = {smtp_port}\nsecurity = \"plain\"\nconnections = 4\n\n\
             [keys]\nstaff = [{staff}]\nevidence = \"evidence.pub\"\n",
            self.imap_port
        );
        self.write("desk.toml", &text);
        self.folder.join("desk.toml")
    }

    /// `run --drain` over one user's mailbox.
    pub fn run(&self, user: &str, smtp_port: u16, leaves: Leaves) -> Measured {
        let config = self.configure(user, smtp_port, leaves);
        let log = fs::File::create(self.folder.join("log")).unwrap_or_else(|error| panic!("{error}"));
        run(Command::new(BINARY).args(["run", "--drain", "--config"]).arg(config).stdout(Stdio::null()).stderr(log))
    }

    /// The same desk with all it has, in another folder.
    pub fn copied(&self, folder: &Path) -> Desk {
        copy_folder(&self.folder, folder);
        Desk { folder: folder.to_owned(), imap_port: self.imap_port, rules: Arc::clone(&self.rules) }
    }

    /// With all it has: a round leaves hundreds of megabytes.
    pub fn remove(self) {
        fs::remove_dir_all(&self.folder).unwrap_or_else(|error| panic!("{}: {error}", self.folder.display()));
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What seals for the same people as the program does.
    pub fn vault(&self) -> Vault {
        let read = |name: &str| {
            let text = fs::read_to_string(self.folder.join(format!("{name}.pub")));
            let key = text.unwrap_or_else(|error| panic!("{name}: {error}")).parse::<Recipient>();
            key.unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let vault = Vault::open(&self.data(), STAFF.map(read).to_vec(), read("evidence"));
        vault.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    fn decisions(&self) -> Vec<Value> {
        let folder = self.data().join("journal");
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        let mut decisions = Vec::new();
        for path in paths {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let whats = text.lines().map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("the journal: {error}"));
                line["what"].take()
            });
            decisions.extend(whats.filter(|what| what["kind"] == "decided"));
        }
        decisions
    }

    /// Letters to customers that ask for what is missing or confirm a time.
    pub fn letters(&self) -> Vec<Letter> {
        let mut found = Vec::new();
        for decision in self.decisions() {
            for letter in decision["letters"].as_array().into_iter().flatten() {
                let text = |name: &str| letter[name].as_str().unwrap_or_default().to_owned();
                let asks = letter["template"] == "M-02";
                if asks || letter["template"] == "M-05" {
                    found.push(Letter {
                        message_id: text("message_id"),
                        subject: text("subject"),
                        to: text("to"),
                        asks,
                    });
                }
            }
        }
        found
    }

    /// Mails by what was decided about them.
    pub fn outcomes(&self) -> Outcomes {
        let mut counts = BTreeMap::new();
        for decision in self.decisions().iter().filter(|decision| decision["cause"]["cause"] == "mail") {
            *counts.entry(decision["outcome"].as_str().unwrap_or("?").to_owned()).or_insert(0) += 1;
        }
        Outcomes(counts)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    let output = Command::new("cp").arg("-a").arg(from).arg(to).output();
    let output = output.unwrap_or_else(|error| panic!("cp: {error}"));
    assert!(output.status.success(), "cp: {}", String::from_utf8_lossy(&output.stderr));
}

pub struct Outcomes(BTreeMap<String, usize>);

/// The request was decided: nothing is open any more.
const DECIDED: [&str; 4] = ["scheduled", "queued_asap", "special_review", "denied"];

impl Outcomes {
    pub fn without(mut self, before: &Outcomes) -> Outcomes {
        for (word, count) in &before.0 {
            if let Some(all) = self.0.get_mut(word) {
                *all -= count;
            }
        }
        self
    }

    pub fn mails(&self) -> usize {
        self.0.values().sum()
    }

    pub fn decided(&self) -> usize {
        DECIDED.iter().filter_map(|word| self.0.get(*word)).sum()
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(|(word, count)| format!("{word} {count}")).collect();
        f.write_str(&words.join(", "))
    }
}
