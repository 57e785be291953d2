//! What sealing costs: the same mails through the same path, once with originals
//! and passwords sealed, printed and looked for, once with none of it. The path is
//! written out here, for the program itself has no way to leave the seal out.
//! Nothing comes from a server and no letter leaves: both would hide some of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use upgrade_desk::desk::decide::decide;
use upgrade_desk::desk::input::{Input, Place, understand};
use upgrade_desk::desk::known::Ask;
use upgrade_desk::desk::letter::compose::Composer;
use upgrade_desk::desk::rules::Rules;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::desk::writer::writer;
use upgrade_desk::shell::clock;
use upgrade_desk::shell::process::decided;
use upgrade_desk::shell::run::message_key;
use upgrade_desk::shell::store::{Body, Commitment, Store};
use upgrade_desk::shell::vault::Vault;

use crate::desk::Desk;
use crate::measured::now;

/// As the intake takes them: read at the same time, and committed as one set.
const READING: usize = 8;
const SET: usize = 400;

/// How long it took.
pub struct Took {
    pub seconds: f64,
    /// Of this process, all threads.
    pub cpu_seconds: f64,
    pub secrets: usize,
}

struct Way {
    store: Store,
    composer: Composer,
    rules: Arc<Rules>,
    /// `None`: nothing is sealed.
    vault: Option<Vault>,
}

struct Ready {
    input: Input,
    text: Vec<u8>,
    original: Vec<u8>,
    secrets: Vec<String>,
}

/// Takes all mails in, as a desk that was copied for it.
pub fn measure(desk: &Desk, mails: &[PathBuf], sealing: bool) -> Took {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("the runtime: {error}"));
    let (data, rules) = (desk.data(), Arc::clone(desk.rules()));
    let (store, _) = Store::open(&data, Arc::clone(&rules), &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    let vault = sealing.then(|| desk.vault());
    let key = message_key(&data).unwrap_or_else(|error| panic!("{error}"));
    let composer = Composer::new(&rules, key).unwrap_or_else(|error| panic!("{error}"));
    let path = Arc::new(Way { store, composer, rules, vault });
    let (begin, cpu) = (now(), cpu_seconds());
    let secrets = runtime.block_on(all(&path, mails));
    let took = Took { seconds: begin.elapsed().as_secs_f64(), cpu_seconds: cpu_seconds() - cpu, secrets };
    runtime.block_on(path.store.clone().close());
    took
}

async fn all(path: &Arc<Way>, mails: &[PathBuf]) -> usize {
    let mut secrets = 0;
    for (set, mails) in mails.chunks(SET).enumerate() {
        let reading = mails.iter().enumerate().map(|(at, mail)| {
            let (path, mail) = (Arc::clone(path), mail.clone());
            tokio::task::spawn_blocking(move || path.prepare(set * SET + at, &mail))
        });
        let mut ready = futures_util::stream::iter(reading).buffered(READING);
        let mut commits = Vec::new();
        while let Some(ready) = ready.next().await {
            let ready = ready.unwrap_or_else(|error| panic!("reading: {error}"));
            secrets += ready.secrets.len();
            commits.push(path.happened(ready));
        }
        for commit in commits {
            commit.await;
        }
    }
    secrets
}

impl Way {
    fn prepare(&self, number: usize, mail: &Path) -> Ready {
        let bytes = fs::read(mail).unwrap_or_else(|error| panic!("{error}"));
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let prints = self.vault.as_ref().map_or_else(Prints::default, Vault::prints);
        let received = clock::now();
        let read = understand(&bytes, received, &self.rules, &prints);
        let (original, secrets) = match &self.vault {
            None => {
                let id = |(at, _)| format!("{:032x}", number * 100 + at);
                (bytes, read.secrets.iter().enumerate().map(id).collect::<Vec<String>>())
            }
            Some(vault) => {
                let by = writer(&read.mail, &read.proof, &self.rules);
                let sealed = read.secrets.iter().map(|secret| {
                    let id = vault.seal_secret(secret)?;
                    vault.remember(&id, secret, by)?;
                    Ok(id)
                });
                let sealed = sealed.collect::<Result<Vec<String>, upgrade_desk::shell::vault::VaultError>>();
                let original = vault.seal_original(&bytes).unwrap_or_else(|error| panic!("{error}"));
                (original, sealed.unwrap_or_else(|error| panic!("{error}")))
            }
        };
        let text = read.mail.text.clone().into_bytes();
        let place = Place { source: "bench".to_owned(), mailbox: String::new(), validity: 1, item: number.to_string() };
        Ready { input: read.into_input(place, received, secrets.clone(), sha256), text, original, secrets }
    }

    /// Decides and commits, in the order of the calls.
    fn happened(self: &Arc<Self>, ready: Ready) -> impl Future<Output = ()> + use<> {
        let path = Arc::clone(self);
        let (all, now) = (ready.secrets.clone(), clock::now());
        let commit = self.store.commit(move |view| {
            let Ready { input, text, original, secrets } = ready;
            let rules = view.rules();
            let mut known = view.look_up(&Ask::about(&input, rules), now).map_err(|error| error.to_string())?;
            known.token = path.composer.token(&input, &known);
            let decision = decide(&input, &known, now, rules);
            let composed = path.composer.compose(&decision.letters, &[], known.next_letter, now, rules);
            let letters = composed.map_err(|error| error.to_string())?;
            let decided = Box::new(decided(&input, decision, rules));
            let mut beside = Vec::new();
            if let Some(vault) = &path.vault {
                vault.keep(&decided.secrets);
                beside.extend(decided.secrets.iter().map(|id| vault.path(id)));
                beside.extend(secrets.iter().filter_map(|id| vault.print_path(id)));
            }
            let (text, original) = (Some(text), Some(original));
            Ok(Commitment {
                at: now,
                body: Body::Decided { decided, letters, text, original, attachments: Vec::new(), beside },
            })
        });
        let path = Arc::clone(self);
        async move {
            let receipt = commit.await.unwrap_or_else(|error| panic!("{error}"));
            let Some(vault) = &path.vault else { return };
            for unused in all.iter().filter(|id| !receipt.secrets.contains(id)) {
                vault.destroy(unused, now).unwrap_or_else(|error| panic!("{error}"));
            }
        }
    }
}

/// User and system time of this process so far (proc(5)).
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
