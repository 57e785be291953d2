//! Broken configurations and rules: each is refused with its file, its line,
//! what was expected, what was found, and the way out (TG6).

mod broken_rules;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use upgrade_desk::shell::config::{self, Carrier, Config, ConfigError, LogFormat, Security, Source, StartFrom};
use upgrade_desk::shell::rules;
use upgrade_desk::shell::vault::key::new_pair;

const GOOD: &str = r#"data = "data"
rules = "rules"

[source.imap]
host = "imap.vendor.example"
security = "tls"
user = "upgrade@vendor.example"
password_file = "imap-password"
start_from = "now"

[carrier.smtp]
host = "smtp.vendor.example"
security = "starttls"
user = "upgrade@vendor.example"
password_env = "SMTP_PASSWORD"
connections = 3

[keys]
staff = ["noa.pub"]
evidence = "evidence.pub"

[log]
level = "debug"
format = "json"
"#;

/// A folder in which [`GOOD`] is right.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.path("rules")).unwrap();
        fs::create_dir(world.path("mail")).unwrap();
        world.write("imap-password", "hunter2\n", 0o600);
        world.write("open-password", "hunter2\n", 0o644);
        world.write("group-password", "hunter2\n", 0o640);
        world.write("empty-password", "\n", 0o600);
        world.write("no-certificate", "hello\n", 0o644);
        world.write("ca.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", 0o644);
        for name in ["noa", "lea", "evidence"] {
            let public = new_pair(&world.path(&format!("{name}.key"))).unwrap();
            world.write(&format!("{name}.pub"), &format!("{public}\n"), 0o644);
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn load(&self, text: &str) -> Result<Config, ConfigError> {
        self.write("desk.toml", text, 0o644);
        let environment = |name: &str| match name {
            "SMTP_PASSWORD" => Some("hunter3".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        config::load(&self.path("desk.toml"), &environment)
    }

    /// The faults of a text, one a line, without the folder's changing name.
    fn refused(&self, text: &str) -> String {
        let told = self.load(text).map(|_| ()).unwrap_err().to_string();
        assert!(!told.contains("hunter"), "a password is told: {told}");
        assert!(!told.contains("AGE-SECRET-KEY-1"), "a private key is told: {told}");
        for line in told.lines() {
            let complete = line.contains(": expected ") && line.contains(", found ") && line.contains("; ");
            assert!(complete && !line.ends_with('.'), "not what, found and way out: {line}");
        }
        told.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// [`GOOD`] with one part replaced; the part must be there.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from:?} is not in the good configuration");
    GOOD.replacen(from, to, 1)
}

#[test]
fn a_good_configuration_is_taken_as_it_is_written() {
    let world = World::new();
    let config = world.load(GOOD).unwrap();
    assert_eq!(config.data, world.path("data"), "relative paths count from the file's folder");
    assert_eq!(config.rules, Some(world.path("rules")));
    let Source::Imap(imap) = &config.source else { panic!("not IMAP") };
    assert_eq!((imap.port, imap.security, imap.start_from), (993, Security::Tls, StartFrom::Now));
    assert!(imap.replace_secrets, "the safe way needs no word");
    assert_eq!((&imap.mailbox[..], &imap.processed[..], &imap.quarantine[..]), ("INBOX", "Processed", "Quarantine"));
    assert_eq!(imap.password.expose(), "hunter2", "the first line without its end");
    let Carrier::Smtp(smtp) = &config.carrier else { panic!("not SMTP") };
    assert_eq!((smtp.port, smtp.connections, smtp.private_ca.is_none()), (587, 3, true));
    assert_eq!(smtp.login.as_ref().unwrap().1.expose(), "hunter3");
    assert_eq!(config.keys.staff.len(), 1);
    assert_ne!(config.keys.staff[0], config.keys.evidence);
    assert_eq!((&config.log.level[..], config.log.format), ("debug", LogFormat::Json));
    assert_eq!(config.warnings, Vec::<String>::new());
    let debug = format!("{config:?}");
    assert!(!debug.contains("hunter"), "{debug}");
}

#[test]
fn two_folders_make_a_desk_without_servers() {
    let world = World::new();
    fs::create_dir(world.path("letters")).unwrap();
    let text = format!(
        "data = \"data\"\n[source.folder]\npath = \"mail\"\nstart_from = \"all\"\n\
         [carrier.folder]\npath = \"letters\"\n{}",
        keys()
    );
    let config = world.load(&text).unwrap();
    assert!(matches!(&config.source, Source::Folder(folder) if folder.path == world.path("mail")));
    assert!(matches!(&config.carrier, Carrier::Folder(path) if *path == world.path("letters")));
    assert_eq!((config.rules.is_none(), &config.log.level[..]), (true, "info"));
}

fn keys() -> &'static str {
    "[keys]\nstaff = [\"noa.pub\"]\nevidence = \"evidence.pub\"\n"
}

#[test]
fn every_broken_configuration_is_refused_with_its_line_and_the_way_out() {
    let world = World::new();
    let key = fs::read_to_string(world.path("noa.key")).unwrap();
    let private = key.lines().last().unwrap();
    let cases = [
        // What is broken, then what the refusal must say: its place, and the way out.
        (with("[log]", "[log"), "desk.toml:22: ", "correct the line"),
        (with("[log]", "[dns]\nservers = [\"localhost\"]\n\n[log]"), "desk.toml:23: `dns.servers`: ", "127.0.0.1:53"),
        (with("data = \"data\"", "date = \"data\""), "desk.toml:1: `date`: ", "write one of the expected names"),
        (with("data = \"data\"\n", ""), "missing field `data`", "add the line"),
        (with("data = \"data\"", "data = \"desk.toml\""), "desk.toml:1: `data`: ", "name a folder"),
        (with("rules = \"rules\"", "rules = \"rulez\""), "desk.toml:2: `rules`: ", "create it, or correct the path"),
        (with("security = \"tls\"", "security = \"tsl\""), "desk.toml:6: `security`: ", "expected one of `tls`"),
        (with("security = \"tls\"", "security = \"plain\""), "desk.toml:6: `source.imap.security`: ", "\"starttls\""),
        (with("\"starttls\"", "\"plain\""), "desk.toml:13: `carrier.smtp.security`: ", "127.0.0.1, ::1 and localhost"),
        (with("imap.vendor.example", "imap:993"), "desk.toml:5: `source.imap.host`: ", "the port into `port`"),
        (with("security = \"tls\"", "security = \"tls\"\nport = \"993\""), "desk.toml:7: `port`: ", "correct the line"),
        (with("start_from = \"now\"\n", ""), "`start_from`: ", "add start_from = \"now\" to leave it alone"),
        (with("\"now\"", "\"yesterday\""), "desk.toml:9: `start_from`: ", "expected `now` or `all`"),
        (
            with("password_file = \"imap-password\"", "password = \"hunter2\""),
            "desk.toml:8: `password`: ",
            "`password_env`",
        ),
        (with("\"imap-password\"", "\"open-password\""), "desk.toml:8: `source.imap.password_file`: ", "chmod 600 "),
        (with("\"imap-password\"", "\"empty-password\""), "desk.toml:8: ", "write the password into "),
        (with("\"imap-password\"", "\"no-such-file\""), "desk.toml:8: ", "write the password into "),
        (with("password_file = \"imap-password\"\n", ""), "desk.toml:4: `source.imap`: ", "add password_file"),
        (with("start_from", "password_env = \"X\"\nstart_from"), "desk.toml:9: ", "take one of them out"),
        (
            with("\"SMTP_PASSWORD\"", "\"UNSET\""),
            "desk.toml:15: `carrier.smtp.password_env`: ",
            "set the variable UNSET",
        ),
        (with("\"SMTP_PASSWORD\"", "\"EMPTY\""), "desk.toml:15: ", "give the variable EMPTY the password"),
        (with("connections = 3", "connections = 0"), "desk.toml:16: ", "2 are enough"),
        (with("connections = 3", "connections = 33"), "desk.toml:16: ", "a number from 1 to 32"),
        (with("connections", "private_ca = \"no-certificate\"\nconnections"), "desk.toml:16: ", "name the certificate"),
        (
            with("start_from", "replace_secrets = \"yes\"\nstart_from"),
            "desk.toml:9: `replace_secrets`: ",
            "expected a boolean",
        ),
        (with("start_from", "processed = \"INBOX\"\nstart_from"), "desk.toml:4: ", "give each its own name"),
        (with("[\"noa.pub\"]", "[]"), "desk.toml:18: `keys.staff`: ", "upgrade-desk key new staff"),
        (with("evidence = \"evidence.pub\"\n", ""), "desk.toml:18: `keys.evidence`: ", "upgrade-desk key new evidence"),
        (with("\"noa.pub\"", "\"no-such-key\""), "desk.toml:19: `keys.staff`: ", "upgrade-desk key new"),
        (with("\"noa.pub\"", "\"evidence.pub\""), "desk.toml:19: `keys.staff`: ", "a key of its own"),
        (with("\"noa.pub\"", &format!("\"{private}\"")), "found a private key; ", "must not be where mail is read"),
        (with("\"evidence.pub\"", "\"evidence.key\""), "desk.toml:20: `keys.evidence`: ", "found a private key; "),
        (with("\"debug\"", "\"loud\""), "desk.toml:23: `log.level`: ", "error, warn, info, debug, trace"),
        (with("\"json\"", "\"xml\""), "desk.toml:24: `format`: ", "expected `text` or `json`"),
    ];
    let mut wrong = Vec::new();
    for (text, place, way_out) in &cases {
        let told = world.refused(text);
        let one = told.lines().count() == 1 && told.starts_with("desk.toml");
        if !(one && told.contains(place) && told.contains(way_out)) {
            wrong.push(format!("expected one line with {place} and {way_out}, found\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn missing_and_doubled_parts_are_refused() {
    let world = World::new();
    let head = "data = \"data\"\n";
    let source = "[source.folder]\npath = \"mail\"\nstart_from = \"all\"\n";
    let carrier = "[carrier.smtp]\nhost = \"localhost\"\nsecurity = \"plain\"\n";
    let keys = keys();
    let cases = [
        (format!("{head}{source}{carrier}"), "`keys.staff`"),
        (format!("{head}{source}{carrier}"), "`keys.evidence`"),
        (format!("{head}{carrier}{keys}"), "missing field `source`"),
        (format!("{head}{source}{keys}"), "missing field `carrier`"),
        (
            format!("{head}[source]\n{carrier}{keys}"),
            "desk.toml:2: `source`: expected [source.imap] or [source.folder]",
        ),
        (format!("{head}{source}[carrier]\n{keys}"), "desk.toml:5: `carrier`: expected [carrier.smtp]"),
        (
            format!("{head}{source}{carrier}[carrier.folder]\npath = \"mail\"\n{keys}"),
            "expected [carrier.smtp] or [carrier.folder], found both; take one of them out",
        ),
        (
            format!("{head}{source}[carrier.folder]\npath = \"mail\"\n{keys}"),
            "expected another folder than the mailbox's, found the same one",
        ),
        (format!("{head}{source}{carrier}password_env = \"SMTP_PASSWORD\"\n{keys}"), "`carrier.smtp.user`"),
        (format!("{head}{source}{carrier}user = \"desk\"\n{keys}"), "expected where the password is"),
    ];
    for (text, expected) in &cases {
        let told = world.refused(text);
        assert!(told.contains(expected), "expected {expected} in\n{told}");
    }
    let told = config::load(&world.path("none.toml"), &|_| None).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("none.toml: expected a readable text file") && told.contains("--config"), "{told}");
}

#[test]
fn all_faults_come_out_together() {
    let world = World::new();
    let text =
        with("\"starttls\"", "\"plain\"").replace("\"noa.pub\"", "\"no-such-key\"").replace("\"debug\"", "\"loud\"");
    let lines: Vec<String> = world.refused(&text).lines().map(|line| line.chars().take(12).collect()).collect();
    assert_eq!(lines, ["desk.toml:13", "desk.toml:19", "desk.toml:23"]);
}

#[test]
fn a_plain_connection_is_for_this_machine_only() {
    let world = World::new();
    let plain = |host: &str| with("\"starttls\"", "\"plain\"").replace("smtp.vendor.example", host);
    for host in ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"] {
        assert!(world.load(&plain(host)).is_ok(), "{host}");
    }
    for host in ["0.0.0.0", "192.0.2.1", "localhost.vendor.example", "127.0.0.1.vendor.example", "2001:db8::1"] {
        assert!(world.refused(&plain(host)).contains("towards"), "{host}");
    }
}

#[test]
fn a_password_that_a_group_can_read_is_taken_with_a_warning() {
    let world = World::new();
    let config = world.load(&with("\"imap-password\"", "\"group-password\"")).unwrap();
    assert_eq!(config.warnings.len(), 1);
    assert!(config.warnings[0].contains("group-password") && config.warnings[0].contains("chmod 600"));
}

#[test]
fn real_servers_need_rules_of_their_own() {
    let world = World::new();
    let sample = rules::load(None).unwrap();
    let config = world.load(GOOD).unwrap();
    let told = config.fits(&sample).unwrap_err().to_string();
    assert!(told.contains("desk.toml: `rules`: ") && told.contains("copy the folder rules/"), "{told}");

    let mut own = (*sample).clone();
    own.desk.address = "upgrade@vendor.test".to_owned();
    assert!(config.fits(&own).is_ok());

    let local = GOOD.replace("imap.vendor.example", "127.0.0.1").replace("smtp.vendor.example", "localhost");
    assert!(world.load(&local).unwrap().fits(&sample).is_ok(), "trying out on one machine needs no rules");
}

#[test]
fn the_example_is_right_and_explains_every_key() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(root.join("deploy/upgrade-desk.example.toml")).unwrap();
    let world = World::new();
    world.write("smtp-password", "hunter3\n", 0o600);
    fs::create_dir(world.path("keys")).unwrap();
    for name in ["noa.pub", "lea.pub", "evidence.pub"] {
        fs::copy(world.path(name), world.path("keys").join(name)).unwrap();
    }
    let here = world.folder.path().display().to_string();
    world.load(&example.replace("/etc/upgrade-desk", &here)).unwrap();

    let written = fs::read_to_string(root.join("src/shell/config/text.rs")).unwrap();
    let keys = written.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": "));
    let mut count = 0;
    for (key, kind) in keys {
        let is_table = kind.contains("Text>") || kind.ends_with("Text,");
        let shown = |line: &str| {
            let line = line.trim_start_matches("# ");
            line.starts_with(&format!("{key} = ")) || (is_table && line.starts_with('[') && line.contains(key))
        };
        assert!(example.lines().any(shown), "`{key}` is not in the example");
        count += 1;
    }
    assert!(count > 30, "only {count} keys were found in text.rs");
}
