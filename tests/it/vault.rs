//! What is sealed stays sealed, can be opened by its key only, and is gone when
//! it was destroyed.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;
use upgrade_desk::desk::seal::Secret;
use upgrade_desk::shell::vault::key::{Recipient, RecipientFault, new_pair};
use upgrade_desk::shell::vault::{Vault, VaultError, open_original, reveal};

const PASSWORD: &str = " S3cret! \u{e9}\u{4e2d} ";

struct World {
    folder: TempDir,
    vault: Vault,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str| new_pair(&folder.path().join(name)).unwrap();
        let (staff, evidence) = (vec![key("noa.key"), key("sam.key")], key("evidence.key"));
        key("stranger.key");
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let vault = Vault::open(&data, staff, evidence).unwrap();
        World { folder, vault }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sealed_files(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.data().join("secrets")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn now() -> Timestamp {
    "2026-12-01T18:00:00Z".parse().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Every byte under a folder.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { all_bytes(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_secret_comes_back_to_every_member_of_staff_and_to_nobody_else() {
    let world = World::new();
    let id = world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    for staff in ["noa.key", "sam.key"] {
        assert_eq!(reveal(&world.data(), &id, &world.key(staff)).unwrap().expose(), PASSWORD, "{staff}");
    }
    for other in ["evidence.key", "stranger.key"] {
        let error = reveal(&world.data(), &id, &world.key(other)).err().unwrap();
        assert!(matches!(error, VaultError::Open(_)), "{other} gave {error:?}");
        assert!(error.to_string().contains("use the key of a person for whom it was sealed"), "{error}");
    }
}

#[test]
fn an_original_opens_with_the_evidence_key_alone() {
    let world = World::new();
    let original = b"Subject: upgrade\r\n\r\nManager Password: S3cret!\r\n".repeat(5_000);
    let sealed = world.vault.seal_original(&original).unwrap();
    assert_eq!(*open_original(&sealed, &world.key("evidence.key")).unwrap(), original);
    assert!(open_original(&sealed, &world.key("noa.key")).is_err());
    assert!(!holds(&sealed, b"S3cret!"));
    assert_eq!(world.sealed_files(), BTreeSet::new(), "originals lie in the store's packs, not here");

    let mut damaged = sealed.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let error = open_original(&damaged, &world.key("evidence.key")).err().unwrap();
    assert!(matches!(error, VaultError::Damaged(_)), "{error:?}");
    assert!(open_original(&sealed[..100], &world.key("evidence.key")).is_err());
}

#[test]
fn no_plain_value_is_in_any_file_and_none_is_readable_by_others() {
    let world = World::new();
    let mut ids = BTreeSet::new();
    for number in 0..20 {
        ids.insert(world.vault.seal_secret(&Secret::new(format!("{PASSWORD}{number}"))).unwrap());
    }
    assert_eq!(ids.len(), 20);
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{ids:?}");
    assert_eq!(world.sealed_files(), ids.iter().map(|id| format!("{id}.age")).collect(), "nothing unfinished is left");
    let bytes = all_bytes(world.folder.path());
    assert!(!holds(&bytes, PASSWORD.trim().as_bytes()));
    assert!(!holds(&bytes, b"S3cret"));
    let secrets = world.data().join("secrets");
    assert_eq!(mode(&secrets), 0o700);
    for file in world.sealed_files() {
        assert_eq!(mode(&secrets.join(file)), 0o600);
    }
    assert!(!holds(&all_bytes(&world.data()), b"AGE-SECRET-KEY-"), "the desk's data never holds a private key");
    assert!(!format!("{:?}", world.vault).contains("AGE-SECRET-KEY-"));
}

#[test]
fn the_same_secret_twice_is_two_files_that_do_not_look_alike() {
    let world = World::new();
    let seal = || world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    let (one, two) = (seal(), seal());
    assert_ne!(one, two);
    let file = |id: &str| fs::read(world.data().join("secrets").join(format!("{id}.age"))).unwrap();
    assert_ne!(file(&one), file(&two));
}

#[test]
fn destroyed_means_gone() {
    let world = World::new();
    let seal = || world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    let (kept, destroyed) = (seal(), seal());
    assert!(world.vault.destroy(&destroyed, now()).unwrap());
    assert!(!world.vault.destroy(&destroyed, now()).unwrap(), "twice is no error: a timer may fire again");
    let error = reveal(&world.data(), &destroyed, &world.key("noa.key")).err().unwrap();
    assert!(matches!(error, VaultError::Gone(_)), "{error:?}");
    assert_eq!(world.sealed_files(), BTreeSet::from([format!("{kept}.age")]));
    assert_eq!(reveal(&world.data(), &kept, &world.key("noa.key")).unwrap().expose(), PASSWORD);
}

#[test]
fn orphans_go_and_what_is_named_stays() {
    let world = World::new();
    let seal = || world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    let (named, orphan, unfinished) = (seal(), seal(), seal());
    let secrets = world.data().join("secrets");
    let file = |name: &str| secrets.join(name);
    fs::rename(file(&format!("{unfinished}.age")), file(&format!("{unfinished}.tmp"))).unwrap();
    fs::write(file("README"), "not ours").unwrap();
    fs::write(file("notes.age"), "not ours either").unwrap();

    let known = BTreeSet::from([named.clone(), unfinished.clone(), "0".repeat(32)]);
    assert_eq!(world.vault.remove_orphans(&known, now()).unwrap(), 2);
    let left = BTreeSet::from([format!("{named}.age"), "README".to_owned(), "notes.age".to_owned()]);
    assert_eq!(world.sealed_files(), left, "{orphan} is gone, and nothing of somebody else's is");
    assert_eq!(world.vault.remove_orphans(&known, now()).unwrap(), 0);
}

#[test]
fn an_id_cannot_name_another_file() {
    let world = World::new();
    fs::write(world.data().join("precious.age"), "keep").unwrap();
    let upper = "A".repeat(32);
    for id in ["../precious", "..", "", "precious", &upper, &format!("{}/", "a".repeat(31)), &"a".repeat(33)] {
        assert!(matches!(reveal(&world.data(), id, &world.key("noa.key")), Err(VaultError::BadId(_))), "{id:?}");
        assert!(matches!(world.vault.destroy(id, now()), Err(VaultError::BadId(_))), "{id:?}");
    }
    assert!(world.data().join("precious.age").exists());
}

#[test]
fn a_damaged_secret_is_an_error_and_not_a_shorter_password() {
    let world = World::new();
    let id = world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    let path = world.data().join("secrets").join(format!("{id}.age"));
    let sealed = fs::read(&path).unwrap();
    for length in [0, 10, sealed.len() / 2, sealed.len() - 1] {
        fs::write(&path, &sealed[..length]).unwrap();
        assert!(reveal(&world.data(), &id, &world.key("noa.key")).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn a_new_key_is_private_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noa.key");
    let recipient = new_pair(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&recipient.to_string()) && text.contains("AGE-SECRET-KEY-1"));

    let error = new_pair(&path).err().unwrap();
    assert!(matches!(error, VaultError::KeyExists(_)), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let vault = Vault::open(folder.path(), vec![recipient.clone()], recipient).unwrap();
    let id = vault.seal_secret(&Secret::new(String::new())).unwrap();
    assert_eq!(reveal(folder.path(), &id, &path).unwrap().expose(), "", "the file that was written opens it");
}

#[test]
fn only_a_public_key_is_a_recipient() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noa.key");
    let key = new_pair(&path).unwrap();
    let private = fs::read_to_string(&path).unwrap();
    let read = |text: &str| text.parse::<Recipient>();
    assert_eq!(read(&format!("# noa\n\n  {key}\n")), Ok(key.clone()));
    assert_eq!(read(&private), Err(RecipientFault::Private));
    assert_eq!(read(&format!("{key}\n{key}\n")), Err(RecipientFault::Several));
    for text in ["", "# nothing", "age1", &key.to_string().replace("age1", "age2")] {
        assert_eq!(read(text), Err(RecipientFault::NotAKey), "{text:?}");
    }
    assert!(!format!("{} {:?}", RecipientFault::Private, read(&private)).contains("AGE-SECRET-KEY-1"));
}

#[test]
fn a_file_that_holds_no_private_key_is_named() {
    let world = World::new();
    let id = world.vault.seal_secret(&Secret::new(PASSWORD.to_owned())).unwrap();
    let public = world.key("noa.pub");
    fs::write(&public, "age1notaprivatekey\n").unwrap();
    let error = reveal(&world.data(), &id, &public).err().unwrap();
    assert!(error.to_string().contains("noa.pub: expected a private key file"), "{error}");
    let error = reveal(&world.data(), &id, &world.key("missing.key")).err().unwrap();
    assert!(error.to_string().contains("missing.key: cannot read the private key"), "{error}");
}
