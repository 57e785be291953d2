//! A real Dovecot of the test's own: IMAP with STARTTLS, IMAPS, LMTP, in its
//! own folder on free loopback ports. Any user, password `secret`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::program::{free_port, is_root, program};

pub struct Dovecot {
    folder: tempfile::TempDir,
    pub imap_port: u16,
    pub imaps_port: u16,
    pub lmtp_port: u16,
}

/// The unprivileged user that mail processes run as when the test is root.
const USER: &str = "dovecot";

impl Dovecot {
    pub fn start() -> Dovecot {
        Dovecot::with("")
    }

    /// With more lines of configuration.
    pub fn with(more: &str) -> Dovecot {
        Dovecot::made(|_| more.to_owned())
    }

    /// The user may do no more in his inbox than `rights` say (RFC 4314).
    pub fn with_rights(more: &str, rights: &str) -> Dovecot {
        Dovecot::made(|dovecot| {
            let list = dovecot.path("acl");
            fs::write(&list, format!("INBOX owner {rights}\n")).unwrap();
            format!("{more}\nmail_plugins = acl\nplugin {{\n acl = vfile:{}\n}}\n", list.display())
        })
    }

    fn made(more: impl FnOnce(&Dovecot) -> String) -> Dovecot {
        let folder = tempfile::tempdir().unwrap();
        let dovecot = Dovecot { folder, imap_port: free_port(), imaps_port: free_port(), lmtp_port: free_port() };
        dovecot.make_certificate();
        let more = more(&dovecot);
        fs::write(dovecot.path("dovecot.conf"), dovecot.configuration(&more)).unwrap();
        dovecot.give_away();
        dovecot.start_again();
        dovecot
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Signs itself: the authority that a configuration names as private.
    pub fn authority(&self) -> PathBuf {
        self.path("cert.pem")
    }

    fn make_certificate(&self) {
        let made = Command::new(program("openssl", "openssl"))
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(self.path("key.pem"))
            .arg("-out")
            .arg(self.path("cert.pem"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn configuration(&self, more: &str) -> String {
        let folder = self.folder.path().display();
        let me = if is_root() { USER.to_owned() } else { run(Command::new("id").arg("-un")) };
        let group = if is_root() { USER.to_owned() } else { run(Command::new("id").arg("-gn")) };
        let (imap, imaps, lmtp) = (self.imap_port, self.imaps_port, self.lmtp_port);
        format!(
            "base_dir = {folder}/run\nstate_dir = {folder}/run\nlog_path = {folder}/dovecot.log\n\
             protocols = imap lmtp\nlisten = 127.0.0.1\ninstance_name = desk-{imap}\n\
             default_internal_user = {me}\ndefault_internal_group = {group}\ndefault_login_user = {me}\n\
             mail_location = maildir:{folder}/mail/%n/Maildir\nmail_uid = {me}\nmail_gid = {group}\n\
             first_valid_uid = 1\nfirst_valid_gid = 1\ndisable_plaintext_auth = no\nauth_mechanisms = plain login\n\
             mail_fsync = never\nmail_max_userip_connections = 100\n\
             ssl = yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem\n\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid={me} gid={group} home={folder}/mail/%n allow_all_users=yes\n}}\n\
             namespace inbox {{\n inbox = yes\n separator = /\n}}\n\
             protocol lmtp {{\n auth_username_format = %Ln\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {imap}\n }}\n \
             inet_listener imaps {{\n  port = {imaps}\n  ssl = yes\n }}\n}}\n\
             service lmtp {{\n inet_listener lmtp {{\n  address = 127.0.0.1\n  port = {lmtp}\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n{more}\n"
        )
    }

    /// Dovecot refuses to touch mail as root, so as root the folder is given away.
    fn give_away(&self) {
        for part in ["mail", "run"] {
            fs::create_dir_all(self.path(part)).unwrap();
        }
        if !is_root() {
            return;
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        let line = passwd.lines().find(|line| line.starts_with(&format!("{USER}:"))).expect("the user of dovecot-core");
        let mut fields = line.split(':').skip(2);
        let uid: u32 = fields.next().unwrap().parse().unwrap();
        let gid: u32 = fields.next().unwrap().parse().unwrap();
        for part in ["mail", "run", "key.pem", "cert.pem", ""] {
            chown(self.path(part), Some(uid), Some(gid)).unwrap();
        }
        fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// On the same ports, after [`Dovecot::stop`].
    pub fn start_again(&self) {
        let dovecot = program("dovecot", "dovecot-imapd dovecot-lmtpd");
        // It goes into the background and keeps what it inherits: no pipes.
        let mut command = Command::new(dovecot);
        command.arg("-c").arg(self.path("dovecot.conf"));
        let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        let configuration = self.path("dovecot.conf");
        assert!(started.success(), "dovecot does not start with {}", configuration.display());
        for _ in 0..100 {
            let open = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_ok();
            if open(self.imap_port) && open(self.imaps_port) && open(self.lmtp_port) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("dovecot does not listen: {}", fs::read_to_string(self.path("dovecot.log")).unwrap_or_default());
    }

    /// Ends the master and waits for it; its children say BYE and go.
    pub fn stop(&self) {
        let Ok(pid) = fs::read_to_string(self.path("run/master.pid")) else { return };
        let pid = pid.trim().to_owned();
        let _ = Command::new("kill").arg(&pid).output();
        for _ in 0..100 {
            if !Path::new("/proc").join(&pid).exists() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        let _ = Command::new("kill").args(["-9", &pid]).output();
    }

    /// Ends master and children at once, without a word to anybody (kill -9).
    pub fn kill(&self) {
        let master = fs::read_to_string(self.path("run/master.pid")).unwrap().trim().to_owned();
        // The master first: it would start its children again.
        let mut pids = vec![master.clone()];
        pids.extend(children_of(&master));
        let killed = Command::new("kill").arg("-9").args(&pids).output().unwrap();
        assert!(killed.status.success(), "{}", String::from_utf8_lossy(&killed.stderr));
        for _ in 0..100 {
            if pids.iter().all(|pid| !is_running(pid)) {
                // It would take a master that nobody has waited for yet for a living one.
                fs::remove_file(self.path("run/master.pid")).unwrap();
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("dovecot lives on: {pids:?}");
    }

    /// Stops master and children where they stand, connections open, until dropped.
    pub fn silence(&self) -> Silence {
        let master = fs::read_to_string(self.path("run/master.pid")).unwrap().trim().to_owned();
        let mut pids = children_of(&master);
        pids.push(master);
        assert!(Command::new("kill").arg("-STOP").args(&pids).status().unwrap().success());
        Silence { pids }
    }

    /// Delivers by LMTP (RFC 2033), as a mail host would.
    pub fn deliver(&self, user: &str, mail: &str) {
        let mail = mail.replace("\r\n", "\n").replace('\n', "\r\n");
        self.hand_over(user, "sender@elsewhere.example", mail.as_bytes());
    }

    /// The same with an envelope sender and the bytes as they are.
    pub fn hand_over(&self, user: &str, sender: &str, mail: &[u8]) {
        let stream = TcpStream::connect(("127.0.0.1", self.lmtp_port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        let mut say = |text: &[u8]| {
            writer.write_all(text).unwrap();
            let said = String::from_utf8_lossy(text.get(..80).unwrap_or(text)).into_owned();
            loop {
                let mut answer = String::new();
                assert!(reader.read_line(&mut answer).unwrap() > 0, "LMTP ended after {said:?}");
                if answer.chars().nth(3) != Some('-') {
                    assert!(answer.starts_with('2') || answer.starts_with('3'), "LMTP says {answer} to {said:?}");
                    return;
                }
            }
        };
        say(b"");
        say(b"LHLO localhost\r\n");
        say(format!("MAIL FROM:<{sender}>\r\n").as_bytes());
        say(format!("RCPT TO:<{user}@vendor.example>\r\n").as_bytes());
        say(b"DATA\r\n");
        let mut text = Vec::with_capacity(mail.len() + 16);
        let mut before = b'\n';
        for &byte in mail {
            if byte == b'.' && before == b'\n' {
                text.push(b'.');
            }
            text.push(byte);
            before = byte;
        }
        if !text.ends_with(b"\r\n") {
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b".\r\n");
        say(&text);
        say(b"QUIT\r\n");
    }

    /// The flags of each mail in the inbox, as the Maildir keeps them.
    pub fn flags(&self, user: &str) -> Vec<String> {
        let inbox = self.path("mail").join(user).join("Maildir");
        let names = ["new", "cur"].map(|part| fs::read_dir(inbox.join(part)).unwrap());
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        names
            .into_iter()
            .flatten()
            .map(name)
            .map(|name| name.split_once(":2,").map_or("", |(_, flags)| flags).to_owned())
            .collect()
    }

    fn maildir(&self, user: &str) -> PathBuf {
        self.path("mail").join(user).join("Maildir")
    }

    /// The files of mail in the inbox.
    fn inbox(&self, user: &str) -> Vec<PathBuf> {
        let parts = ["new", "cur"].map(|part| fs::read_dir(self.maildir(user).join(part)).into_iter().flatten());
        parts.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }

    /// The file of the mail in the inbox that says this.
    fn file(&self, user: &str, text: &str) -> PathBuf {
        let says = |path: &PathBuf| fs::read_to_string(path).unwrap().contains(text);
        self.inbox(user).into_iter().find(says).unwrap_or_else(|| panic!("no mail says {text:?}"))
    }

    /// Somebody flags the mail that says this as deleted.
    pub fn flag_deleted(&self, user: &str, text: &str) {
        let path = self.file(user, text);
        let name = path.file_name().unwrap().to_str().unwrap();
        let flagged = format!("{}:2,ST", name.split_once(":2,").map_or(name, |(base, _)| base));
        fs::rename(&path, self.maildir(user).join("cur").join(flagged)).unwrap();
    }

    /// The flags of the mails in the inbox that say this.
    pub fn flags_of(&self, user: &str, text: &str) -> Vec<String> {
        let says = |path: &PathBuf| fs::read_to_string(path).unwrap().contains(text);
        let flags = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            name.split_once(":2,").map_or_else(String::new, |(_, flags)| flags.to_owned())
        };
        self.inbox(user).into_iter().filter(says).map(flags).collect()
    }

    /// Delivers the mail that says this a second time, the same to the byte.
    pub fn copy(&self, user: &str, text: &str) {
        let path = self.file(user, text);
        let copy = self.maildir(user).join("tmp").join("1764064800.M1P1.copy");
        fs::copy(&path, &copy).unwrap();
        give_to(&copy, &fs::metadata(&path).unwrap());
        fs::rename(&copy, self.maildir(user).join("new/1764064800.M1P1.copy")).unwrap();
    }

    /// These mails, to the byte, in the inbox of a user who has one mail already.
    pub fn put(&self, user: &str, mails: &[Vec<u8>]) {
        let like = fs::metadata(&self.inbox(user)[0]).unwrap();
        for (number, mail) in mails.iter().enumerate() {
            let name = format!("{}.M{number}P1.put", 1_764_064_800 + number);
            let path = self.maildir(user).join("tmp").join(&name);
            fs::write(&path, mail).unwrap();
            give_to(&path, &like);
            fs::rename(&path, self.maildir(user).join("new").join(&name)).unwrap();
        }
    }

    /// Everything of it: mail, indexes, caches, its log.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The same for mails of any bytes, under a name of their own.
    pub fn put_all(&self, user: &str, name: &str, mails: &[Vec<u8>]) {
        let inbox = self.maildir(user);
        let like = fs::metadata(inbox.join("new")).unwrap();
        for (number, mail) in mails.iter().enumerate() {
            let name = format!("1764064800.M{number}P3.{name}");
            let half = inbox.join("tmp").join(&name);
            fs::write(&half, mail).unwrap();
            give_to(&half, &like);
            fs::rename(half, inbox.join("new").join(name)).unwrap();
        }
    }

    /// The same inbox many more mails full: links to the one that says this, so
    /// many and of that time.
    pub fn fill(&self, user: &str, text: &str, mails: usize) {
        let path = self.file(user, text);
        for number in 0..mails {
            fs::hard_link(
                &path,
                self.maildir(user).join(format!("cur/{}.M{number}P1.old:2,S", 1_500_000_000 + number)),
            )
            .unwrap();
        }
    }

    /// Puts mails into the inbox as a delivery program would, without one: the
    /// mailbox must be there.
    pub fn put_many(&self, user: &str, mails: impl Iterator<Item = String>) {
        let inbox = self.maildir(user);
        let like = fs::metadata(inbox.join("new")).unwrap();
        for (number, mail) in mails.enumerate() {
            let name = format!("1764064800.M{number}P2.flood");
            let half = inbox.join("tmp").join(&name);
            fs::write(&half, mail).unwrap();
            give_to(&half, &like);
            fs::rename(half, inbox.join("new").join(name)).unwrap();
        }
    }

    /// Forgets all UIDs, as a server does that was restored or replaced: the
    /// same mails are there under another UIDVALIDITY.
    pub fn renumber(&self, user: &str) {
        self.stop();
        let entries = fs::read_dir(self.maildir(user)).unwrap().map(|entry| entry.unwrap().path());
        let numbers = ["dovecot-uidlist", "dovecot-uidvalidity", "dovecot.index"];
        let is_one = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            numbers.iter().any(|number| name.starts_with(number))
        };
        entries.filter(is_one).for_each(|path| fs::remove_file(path).unwrap());
        self.start_again();
    }

    /// The mails of a folder, to the byte; `""` is the inbox.
    pub fn mails(&self, user: &str, folder: &str) -> Vec<Vec<u8>> {
        let mut path = self.maildir(user);
        if !folder.is_empty() {
            path = path.join(format!(".{folder}"));
        }
        let parts = ["new", "cur"].map(|part| fs::read_dir(path.join(part)).into_iter().flatten());
        parts.into_iter().flatten().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
    }

    /// The files of all folders of the user in which these bytes stand, indexes too.
    pub fn files_with(&self, user: &str, bytes: &[u8]) -> Vec<PathBuf> {
        let mut folders = vec![self.path("mail").join(user)];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// How many mails a folder of the user holds; `""` is the inbox.
    pub fn count(&self, user: &str, folder: &str) -> usize {
        let mut path = self.path("mail").join(user).join("Maildir");
        if !folder.is_empty() {
            path = path.join(format!(".{folder}"));
        }
        let files = |part: &str| fs::read_dir(path.join(part)).map_or(0, Iterator::count);
        files("new") + files("cur")
    }
}

/// As root the new file belongs to root, whose mail Dovecot does not touch.
fn give_to(path: &Path, like: &fs::Metadata) {
    if is_root() {
        chown(path, Some(like.uid()), Some(like.gid())).unwrap();
    }
}

fn children_of(parent: &str) -> Vec<String> {
    let stat = |pid: &str| fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    // "pid (name) state ppid …"; the name may hold blanks.
    let is_child = |pid: &String| {
        let stat = stat(pid);
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)).is_some_and(|found| found == parent)
    };
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    all.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter(is_child).collect()
}

/// A zombie that nobody has waited for yet has ended, too.
fn is_running(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn run(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap().trim().to_owned()
}

/// A server that says nothing; it goes on when this is dropped.
pub struct Silence {
    pids: Vec<String>,
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("-CONT").args(&self.pids).output();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}
