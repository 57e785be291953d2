//! Postfix's `smtp-sink`: a real SMTP server that keeps what it is given.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::program::{free_port, is_root, program};

pub struct SmtpSink {
    pub address: SocketAddr,
    child: Child,
    folder: tempfile::TempDir,
}

impl SmtpSink {
    /// `options` as in smtp-sink(1), beside those that keep every letter.
    pub fn start(options: &[&str]) -> SmtpSink {
        let sink = program("smtp-sink", "postfix");
        // Another test may take the port in between: then smtp-sink ends, and
        // the next port is tried.
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            // As root it gives up its rights and writes as `nobody`.
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
            let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
            let mut command = Command::new(&sink);
            if is_root() {
                command.args(["-u", "nobody"]);
            }
            let mut child = command
                .args(["-d", "letter."])
                .args(options)
                .args([address.to_string().as_str(), "100"])
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            for _ in 0..100 {
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                if TcpStream::connect(address).is_ok() {
                    return SmtpSink { address, child, folder };
                }
                sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("smtp-sink does not start; try it by hand: smtp-sink -c 127.0.0.1:2525 10");
    }

    /// Where they lie, with what smtp-sink writes about them.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The letters, each as received with LF line ends, in no order. The
    /// fields that smtp-sink itself puts in front are taken off.
    pub fn letters(&self) -> Vec<String> {
        let paths = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        paths.filter_map(|path| letter(&path)).collect()
    }
}

/// smtp-sink puts its own fields in front, the last of them `Received` with
/// two folded lines, and an empty line behind.
///
/// `None`: it is still being written, which the empty line at its end tells.
fn letter(path: &Path) -> Option<String> {
    let dump = fs::read_to_string(path).unwrap();
    let (_, received) = dump.split_once("\nReceived: ")?;
    let (_, text) = received.split_once(" (UTC)\n")?;
    text.ends_with("\n\n").then(|| text.strip_suffix('\n').unwrap_or(text).to_owned())
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
