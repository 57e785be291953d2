//! The servers on loopback: Dovecot with its mailboxes, smtp-sink.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::measured::Ended;

/// Whose processes touch the mail when the bench is root; Dovecot refuses to as root.
const USER: &str = "dovecot";

/// The path of a program, or what to install.
pub fn program(name: &str, package: &str) -> PathBuf {
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
        .iter()
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("{name} is missing; install the Debian package {package}, or run `make bench` as root")
        })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no free port: {error}"));
    listener.local_addr().unwrap_or_else(|error| panic!("no free port: {error}")).port()
}

/// Waits until somebody listens.
fn wait_for(port: u16, what: &str) {
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("{what} does not listen");
}

/// IMAP for any user with the password `secret`, with Dovecot's own defaults for everything that costs time.
pub struct Dovecot {
    folder: PathBuf,
    pub port: u16,
    owner: Option<(u32, u32)>,
    _child: Ended,
}

impl Dovecot {
    pub fn start(folder: &Path) -> Dovecot {
        let port = free_port();
        let owner = owner();
        let folder = folder.join("dovecot");
        for part in ["mail", "run"] {
            make_folder(&folder.join(part), owner);
        }
        fs::write(folder.join("dovecot.conf"), configuration(&folder, port, owner.is_some()))
            .unwrap_or_else(|error| panic!("{error}"));
        let mut command = Command::new(program("dovecot", "dovecot-imapd"));
        command.arg("-F").arg("-c").arg(folder.join("dovecot.conf"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = Ended(child.unwrap_or_else(|error| panic!("dovecot: {error}")));
        wait_for(port, "dovecot");
        Dovecot { folder, port, owner, _child: child }
    }

    /// A user whose inbox holds these files, and whose server knows them: a
    /// mailbox that nobody ever opened would cost the first one more.
    pub fn fill(&self, user: &str, mails: &[PathBuf]) {
        let inbox = self.folder.join("mail").join(user).join("Maildir");
        for part in ["", "cur", "new", "tmp"] {
            make_folder(&inbox.join(part), self.owner);
        }
        give_away(inbox.parent().unwrap_or(&inbox), self.owner);
        for mail in mails {
            let name = mail.file_name().unwrap_or_default().to_string_lossy();
            let to = inbox.join("cur").join(format!("{name}:2,"));
            give_away(mail, self.owner);
            fs::hard_link(mail, &to).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
        }
        let held = self.look(user);
        assert_eq!(held, mails.len(), "mails that Dovecot finds");
    }

    /// Mails in the folder for handled mail.
    pub fn processed(&self, user: &str) -> usize {
        self.of_processed(user).len()
    }

    /// Those of them that are redacted copies.
    pub fn copies(&self, user: &str) -> usize {
        let is_copy = |path: &PathBuf| {
            let mail = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mail = String::from_utf8_lossy(&mail);
            mail.lines().take_while(|line| !line.is_empty()).any(|line| line.starts_with("X-Upgrade-Desk: copy "))
        };
        self.of_processed(user).iter().filter(|path| is_copy(path)).count()
    }

    fn of_processed(&self, user: &str) -> Vec<PathBuf> {
        let folder = self.folder.join("mail").join(user).join("Maildir").join(".Processed");
        let files = |part: &str| fs::read_dir(folder.join(part)).into_iter().flatten();
        files("new").chain(files("cur")).filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    /// Takes a user's mails away.
    pub fn remove(&self, user: &str) {
        let folder = self.folder.join("mail").join(user);
        fs::remove_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }

    /// Lets the server read its mailbox through, as any mail program would; how many mails it holds.
    pub fn look(&self, user: &str) -> usize {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap_or_else(|error| panic!("dovecot: {error}"));
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap_or_else(|error| panic!("dovecot: {error}"));
        let mut lines = BufReader::new(stream.try_clone().unwrap_or_else(|error| panic!("dovecot: {error}")));
        let mut writer = stream;
        let mut say = |command: &str| {
            writer.write_all(command.as_bytes()).unwrap_or_else(|error| panic!("dovecot: {error}"));
            let (mut fetched, mut line) = (0, String::new());
            while !line.starts_with("a ") {
                line.clear();
                let read = lines.read_line(&mut line).unwrap_or_else(|error| panic!("{command}: {error}"));
                assert!(read > 0, "dovecot ended after {command}");
                fetched += usize::from(line.contains(" FETCH ("));
            }
            assert!(line.starts_with("a OK"), "{command}: {line}");
            fetched
        };
        say(&format!("a LOGIN {user} secret\r\n"));
        say("a SELECT INBOX\r\n");
        let held = say("a UID FETCH 1:* (RFC822.SIZE INTERNALDATE FLAGS)\r\n");
        say("a LOGOUT\r\n");
        held
    }
}

fn configuration(folder: &Path, port: u16, as_user: bool) -> String {
    let folder = folder.display();
    let name = |flag: &str| {
        let output = Command::new("id").arg(flag).output().unwrap_or_else(|error| panic!("id: {error}"));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let (user, group) = if as_user { (USER.to_owned(), USER.to_owned()) } else { (name("-un"), name("-gn")) };
    format!(
        "base_dir = {folder}/run\nstate_dir = {folder}/run\nlog_path = {folder}/dovecot.log\nprotocols = imap\n\
         listen = 127.0.0.1\ninstance_name = bench-{port}\ndefault_internal_user = {user}\n\
         default_internal_group = {group}\ndefault_login_user = {user}\n\
         mail_location = maildir:{folder}/mail/%n/Maildir\nmail_uid = {user}\nmail_gid = {group}\n\
         first_valid_uid = 1\nfirst_valid_gid = 1\ndisable_plaintext_auth = no\nssl = no\n\
         passdb {{\n driver = static\n args = password=secret\n}}\n\
         userdb {{\n driver = static\n args = uid={user} gid={group} home={folder}/mail/%n allow_all_users=yes\n}}\n\
         namespace inbox {{\n inbox = yes\n separator = /\n}}\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {port}\n }}\n \
         inet_listener imaps {{\n  port = 0\n }}\n}}\n\
         service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n"
    )
}

/// User and group of Dovecot's mail processes, when we are root.
fn owner() -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut lines = passwd.lines();
    let line = lines.find_map(|line| line.strip_prefix(USER)?.strip_prefix(':')).filter(|_| is_root)?;
    let mut numbers = line.split(':').skip(1).filter_map(|number| number.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

fn make_folder(path: &Path, owner: Option<(u32, u32)>) {
    fs::create_dir_all(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    give_away(path, owner);
}

fn give_away(path: &Path, owner: Option<(u32, u32)>) {
    if let Some((user, group)) = owner {
        chown(path, Some(user), Some(group)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Takes every letter and keeps none; counts them.
pub struct SmtpSink {
    pub port: u16,
    counts: PathBuf,
    _child: Ended,
}

impl SmtpSink {
    pub fn start(folder: &Path) -> SmtpSink {
        let port = free_port();
        let counts = folder.join(format!("smtp-sink-{port}"));
        let out = fs::File::create(&counts).unwrap_or_else(|error| panic!("{}: {error}", counts.display()));
        let mut command = Command::new(program("smtp-sink", "postfix"));
        if owner().is_some() {
            command.args(["-u", "nobody"]);
        }
        command.args(["-c", &format!("127.0.0.1:{port}"), "100"]);
        let child = command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null()).spawn();
        let child = Ended(child.unwrap_or_else(|error| panic!("smtp-sink: {error}")));
        wait_for(port, "smtp-sink");
        SmtpSink { port, counts, _child: child }
    }

    /// Letters taken so far, by its own count: `sess=4 quit=4 mesg=120`.
    pub fn letters(&self) -> usize {
        let text = fs::read_to_string(&self.counts).unwrap_or_default();
        let last = text.rsplit("mesg=").next().unwrap_or("").split_whitespace().next().unwrap_or("");
        last.parse().unwrap_or(0)
    }
}
