//! A Postfix of its own: folders, ports and users of one test, stopped at its
//! end. It needs root, as every Postfix does, and touches nothing of the
//! machine's own.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use crate::support::program::{free_port, program};
use crate::support::tls_server;

/// Takes letters for `@acme.example`: `ann` has a mailbox, `later` is put off
/// with 450, everybody else is refused.
pub struct Postfix {
    /// SMTP with STARTTLS.
    pub smtp: SocketAddr,
    /// TLS from the first byte.
    pub smtps: SocketAddr,
    folder: tempfile::TempDir,
}

impl Postfix {
    pub fn start() -> Postfix {
        Postfix::made(|_| {})
    }

    /// The mail exchanger of `vendor.example` in front of an LMTP server. It
    /// writes an `Authentication-Results` of its own on top, if `writes` it; a
    /// field that came in is taken out first, if it `strips`. `plus` addresses
    /// are delivered, or refused.
    pub fn in_front_of(lmtp_port: u16, writes: bool, strips: bool, plus: bool) -> Postfix {
        Postfix::made(|postfix| {
            let add = |name: &str, text: &str| {
                let path = postfix.path("conf").join(name);
                let before = fs::read_to_string(&path).unwrap_or_default();
                fs::write(path, format!("{before}{text}")).unwrap();
            };
            let folder = postfix.folder.path().display();
            let own = "Authentication-Results: mx.vendor.example; none";
            add("boxes", "upgrade@vendor.example upgrade/\n");
            add("transport", &format!("vendor.example lmtp:inet:127.0.0.1:{lmtp_port}\n"));
            if writes {
                add("answers", &format!("upgrade@vendor.example PREPEND {own}\n"));
            }
            if strips {
                add("checks", "/^Authentication-Results: mx\\.vendor\\.example; none$/ DUNNO\n");
                add("checks", "/^Authentication-Results:/ IGNORE\n");
            }
            add("checks", "/^X-Nothing:/ DUNNO\n");
            let delimiter = if plus { "+" } else { "" };
            add(
                "main.cf",
                &format!(
                    "virtual_mailbox_domains = acme.example, vendor.example\nrecipient_delimiter = {delimiter}\n\
                     transport_maps = texthash:{folder}/conf/transport\nheader_checks = regexp:{folder}/conf/checks\n"
                ),
            );
            add("master.cf", "lmtp unix - - n - - lmtp\n");
        })
    }

    fn made(more: impl FnOnce(&Postfix)) -> Postfix {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let postfix = Postfix { smtp: loopback(free_port()), smtps: loopback(free_port()), folder };
        postfix.configure();
        more(&postfix);
        let started = postfix.command("start");
        let log = || fs::read_to_string(postfix.path("log/mail.log")).unwrap_or_default();
        assert!(started.status.success(), "postfix does not start: {started:?}\n{}", log());
        for _ in 0..100 {
            if [postfix.smtp, postfix.smtps].iter().all(|address| TcpStream::connect(address).is_ok()) {
                return postfix;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("postfix does not listen on {} and {}\n{}", postfix.smtp, postfix.smtps, log());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self) {
        for name in ["conf", "queue", "data", "log", "mail"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        own(&self.path("data"), "postfix");
        own(&self.path("mail"), "nobody");
        for name in ["localhost.pem", "server.key"] {
            fs::copy(tls_server::file(name), self.path("conf").join(name)).unwrap();
        }
        fs::write(self.path("conf/boxes"), "ann@acme.example ann/\nlater@acme.example later/\n").unwrap();
        fs::write(self.path("conf/answers"), "later@acme.example 450 4.2.0 greylisted, come back later\n").unwrap();
        let folder = self.folder.path().display().to_string();
        fs::write(self.path("conf/main.cf"), MAIN_CF.replace("FOLDER", &folder)).unwrap();
        let master = MASTER_CF
            .replace("SMTPS_PORT", &self.smtps.port().to_string())
            .replace("SMTP_PORT", &self.smtp.port().to_string());
        fs::write(self.path("conf/master.cf"), master).unwrap();
    }

    fn command(&self, word: &str) -> Output {
        Command::new(program("postfix", "postfix")).arg("-c").arg(self.path("conf")).arg(word).output().unwrap()
    }

    /// The files in Ann's mailbox, once there are that many: Postfix says 250
    /// before it delivers.
    pub fn ann_has(&self, count: usize) -> Vec<String> {
        let mailbox = self.path("mail/ann/new");
        let read = || -> Vec<String> {
            let entries = fs::read_dir(&mailbox).into_iter().flatten();
            entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
        };
        for _ in 0..150 {
            if read().len() >= count {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        read()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let stopped = self.command("stop");
        if !stopped.status.success() {
            eprintln!("postfix in {} does not stop: {stopped:?}", self.folder.path().display());
        }
    }
}

fn own(path: &Path, user: &str) {
    let status = Command::new("chown").arg(user).arg(path).status().unwrap();
    assert!(status.success(), "chown {user} {}", path.display());
}

const MAIN_CF: &str = "\
compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
maillog_file = FOLDER/log/mail.log
maillog_file_prefixes = FOLDER
myhostname = mail.acme.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
default_transport = error:5.1.2 this server sends nothing away
relay_transport = error:5.1.2 this server sends nothing away
virtual_mailbox_domains = acme.example
virtual_mailbox_base = FOLDER/mail
virtual_mailbox_maps = texthash:FOLDER/conf/boxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_recipient_restrictions = check_recipient_access texthash:FOLDER/conf/answers, reject_unauth_destination
smtpd_tls_cert_file = FOLDER/conf/localhost.pem
smtpd_tls_key_file = FOLDER/conf/server.key
smtpd_tls_security_level = may
";

const MASTER_CF: &str = "\
127.0.0.1:SMTP_PORT inet n - n - - smtpd
127.0.0.1:SMTPS_PORT inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";
