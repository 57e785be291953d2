//! The desk's own binary with a configuration in a temporary folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::support::dovecot::Dovecot;

pub const BINARY: &str = env!("CARGO_BIN_EXE_upgrade-desk");

/// A folder with keys, rules and configuration, ready to run.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// The way out over a mail server on this port.
pub fn smtp_at(port: u16) -> String {
    format!("smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\nconnections = 2")
}

impl Desk {
    /// `source` and `carrier` are the bodies of those parts of the configuration.
    pub fn new(source: &str, carrier: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk { folder };
        for kind in ["staff", "evidence"] {
            let out = desk.path(&format!("{kind}.key"));
            let made = desk.command(&["key", "new", kind, "--out", out.to_str().unwrap()]);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            fs::write(desk.path(&format!("{kind}.pub")), made.stdout).unwrap();
        }
        copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &desk.path("rules"));
        let configuration = format!(
            "data = \"data\"\nrules = \"rules\"\n\n[source.{source}\n\n[carrier.{carrier}\n\n\
             [keys]\nstaff = [\"staff.pub\"]\nevidence = \"evidence.pub\"\n\n[log]\nlevel = \"debug\"\n"
        );
        fs::write(desk.config(), configuration).unwrap();
        desk
    }

    /// A desk on `user`'s mailbox in Dovecot.
    pub fn on_dovecot(dovecot: &Dovecot, user: &str, carrier: &str) -> Desk {
        let source = format!(
            "imap]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nuser = \"{user}\"\n\
             password_file = \"password\"\nprivate_ca = \"{}\"\nstart_from = \"all\"",
            dovecot.imaps_port,
            dovecot.authority().display()
        );
        let desk = Desk::new(&source, carrier);
        fs::write(desk.path("password"), "secret\n").unwrap();
        fs::set_permissions(desk.path("password"), fs::Permissions::from_mode(0o600)).unwrap();
        desk
    }

    /// A desk over two Maildirs.
    pub fn of_folders() -> Desk {
        let desk = Desk::new("folder]\npath = \"mailbox\"\nstart_from = \"all\"", "folder]\npath = \"postman\"");
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(desk.path("mailbox").join(part)).unwrap();
            fs::create_dir_all(desk.path("postman").join(part)).unwrap();
        }
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("desk.toml")
    }

    /// Replaces a text in a rule file; it must be there.
    pub fn change_rule(&self, file: &str, from: &str, to: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Runs a command to its end, at most two minutes.
    pub fn command(&self, words: &[&str]) -> Output {
        Command::new(BINARY).args(words).current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap()
    }

    /// A command of this desk whose answer is JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let config = self.config();
        let mut all = words.to_vec();
        all.extend(["--config", config.to_str().unwrap(), "--json"]);
        let output = self.command(&all);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn import_sample_register(&self) {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/register/sample.json");
        let config = self.config();
        let words = ["register", "import", sample.to_str().unwrap(), "--yes", "--config", config.to_str().unwrap()];
        let output = self.command(&words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts `run`; its log goes to a file.
    pub fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Running {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let child = Command::new(BINARY)
            .arg("run")
            .arg("--config")
            .arg(self.config())
            .args(words)
            .envs(variables.iter().copied())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Running { child }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The journal's records.
    pub fn journal(&self) -> Vec<Value> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(self.path("data/journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let named = |path: &PathBuf| !path.file_name().unwrap().to_string_lossy().starts_with("torn");
        let texts = paths.iter().filter(|path| named(path)).map(|path| fs::read_to_string(path).unwrap());
        texts
            .flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
            .collect()
    }
}

/// A running desk; killed when it is dropped.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM; the exit code, if it ends within the limit.
    pub fn end(mut self, limit: Duration) -> Option<i32> {
        let _ = Command::new("kill").arg(self.child.id().to_string()).output();
        self.wait(limit)
    }

    /// The exit code, if it ends by itself within the limit; `-1` for a signal.
    pub fn wait(&mut self, limit: Duration) -> Option<i32> {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status.code().unwrap_or(-1));
            }
            sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until the answer is there, at most `limit`.
pub fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "{what} did not come within {limit:?}");
        sleep(Duration::from_millis(100));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
