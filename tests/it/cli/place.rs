//! A folder with keys and a configuration, and what the program says there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_upgrade-desk");
pub const FOLDERS: &str =
    "[source.folder]\npath = \"mailbox\"\nstart_from = \"all\"\n[carrier.folder]\npath = \"postman\"\n";

pub struct Place {
    folder: tempfile::TempDir,
    rules: bool,
}

/// What a command said and how it ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// A desk over two Maildirs with the built-in rules; never started.
    pub fn new() -> Place {
        Place::prepare(false)
    }

    /// The same with a copy of the rules that may be changed.
    pub fn with_own_rules() -> Place {
        let place = Place::prepare(true);
        copy(&source("rules"), &place.path("rules"));
        place
    }

    fn prepare(rules: bool) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap(), rules };
        for part in ["mailbox/new", "mailbox/cur", "mailbox/tmp", "postman", "tmp"] {
            fs::create_dir_all(place.path(part)).unwrap();
        }
        for kind in ["staff", "evidence"] {
            let made = place.run(&["key", "new", kind]);
            assert_eq!(made.code, 0, "{}", made.err);
            fs::write(place.path(&format!("{kind}.pub")), made.out).unwrap();
        }
        place.configure(FOLDERS);
        place
    }

    /// With keys of noa and lea, `noa.key` and `lea.key`, in rules of its own.
    pub fn with_keys() -> Place {
        let place = Place::with_own_rules();
        for person in ["noa", "lea"] {
            let file = format!("{person}.key");
            let made = place.run(&["key", "new", "staff", "--out", &file]);
            assert_eq!(made.code, 0, "{}", made.err);
            let entry = format!("id = \"{person}\"");
            place.change_rule("access.toml", &entry, &format!("{entry}\nkey = \"{}\"", made.out.trim()));
        }
        place
    }

    /// Writes the configuration with these servers.
    pub fn configure(&self, servers: &str) {
        let rules = if self.rules { "rules = \"rules\"\n" } else { "" };
        let keys = "[keys]\nstaff = [\"staff.pub\"]\nevidence = \"evidence.pub\"\n";
        fs::write(self.path("desk.toml"), format!("data = \"data\"\n{rules}{servers}{keys}")).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o777
    }

    /// For its owner alone.
    pub fn protect(&self, name: &str) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Replaces a text in a rule file; it must be there.
    pub fn change_rule(&self, file: &str, from: &str, to: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    pub fn drop_mail(&self, name: &str, mail: &str) {
        let waiting = self.path("mailbox/tmp").join(name);
        fs::write(&waiting, mail.replace('\n', "\r\n")).unwrap();
        fs::rename(waiting, self.path("mailbox/new").join(name)).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        command
            .stderr(Stdio::piped())
            .env_remove("RUST_LOG")
            .env("SUDO_USER", "tester")
            .env("TMPDIR", self.path("tmp"));
        command
    }

    pub fn start(&self, words: &[&str]) -> Child {
        self.command(words).spawn().unwrap()
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    /// The same with these variables; it may die of a signal.
    pub fn run_in(&self, words: &[&str], variables: &[(&str, &str)]) -> Output {
        self.command(words).envs(variables.iter().copied()).output().unwrap()
    }

    /// The same with something on standard input.
    pub fn run_with(&self, words: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// A command of this desk.
    pub fn desk(&self, words: &[&str]) -> Ran {
        self.run(&[words, &["--config", "desk.toml"]].concat())
    }

    /// A command of this desk that must succeed; its JSON.
    pub fn desk_json(&self, words: &[&str]) -> Value {
        let ran = self.desk(&[words, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        ran.json()
    }

    /// Imports the sample register.
    pub fn import_sample(&self) {
        let sample = source("fixtures/register/sample.json");
        let ran = self.desk(&["register", "import", sample.to_str().unwrap(), "--yes"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// The same with a way out where nobody listens: letters wait.
    pub fn without_a_way_out() -> Place {
        let place = Place::new();
        let port = crate::support::program::free_port();
        let (source, _) = FOLDERS.split_once("[carrier").unwrap();
        place
            .configure(&format!("{source}[carrier.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n"));
        place
    }

    /// Takes the ticket store away: the next command makes it anew from the journal.
    pub fn lose_the_ticket_store(&self) {
        fs::remove_dir_all(self.path("data/sled")).unwrap();
    }

    /// The files of a folder of the mailbox.
    pub fn mails(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("mailbox").join(folder)) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Handles everything in the mailbox and ends.
    pub fn drain(&self) {
        let ran = self.desk(&["run", "--drain"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

impl Ran {
    fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        // A pipe is no terminal: nothing is coloured, and nothing steers one.
        for said in [&ran.out, &ran.err] {
            let steers = said.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            assert_eq!(steers, None, "{said}");
        }
        ran
    }

    /// Standard output as exactly one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    #[track_caller]
    pub fn never_says(&self, secret: &str) {
        assert!(!self.out.contains(secret) && !self.err.contains(secret), "a secret was printed");
    }
}

/// A desk that runs until it is dropped.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn start(place: &Place) -> Running {
        let running = Running { child: place.start(&["run", "--config", "desk.toml"]) };
        wait_for("the desk to start", || place.path("data/desk.sock").exists());
        running
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end; its exit code.
    pub fn stop(mut self) -> i32 {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(kill.success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _may_have_ended = self.child.kill();
        let _may_have_ended = self.child.wait();
    }
}

/// Looks again and again, for half a minute at most.
#[track_caller]
pub fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    for _ in 0..300 {
        if is_there() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("waited in vain for {what}");
}

/// A file of this project.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
}
