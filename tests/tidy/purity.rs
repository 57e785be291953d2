//! `src/desk/` decides and touches nothing: no clock, file, socket,
//! environment, chance, thread, global, log or `async`.

use crate::code::production;
use crate::tree::{Finding, Tree, line_of, pattern};

/// Something the desk must not touch.
pub struct Forbidden {
    pub name: &'static str,
    pattern: &'static str,
    cure: &'static str,
    /// Code that must be found; the planted test uses it.
    pub sample: &'static str,
}

const fn forbidden(name: &'static str, pattern: &'static str, cure: &'static str, sample: &'static str) -> Forbidden {
    Forbidden { name, pattern, cure, sample }
}

const NOW: &str = "take `now: Timestamp` as an argument; only src/shell/clock.rs reads the clock";
const VALUE: &str = "let the shell do it first and pass the result as a value (src/desk/known.rs)";
const RETURN: &str = "return it as part of the Decision; the shell carries it out and logs it";
const STATE: &str = "pass it as an argument and return the changed value";

/// Everything that is refused, with an example of each.
pub const FORBIDDEN: &[Forbidden] = &[
    forbidden("the clock", r"\b(Timestamp|Zoned|Date|DateTime|Utc|Local)\s*::\s*now\b", NOW, "Timestamp::now();"),
    forbidden("SystemTime", r"\bSystemTime\b", NOW, "use std::time::SystemTime;"),
    forbidden("Instant", r"\bInstant\b", NOW, "use std::time::Instant;"),
    forbidden("date_now", r"\bdate_now\b", NOW, "builder.date_now();"),
    forbidden("files", r"\bstd\s*::\s*fs\b", VALUE, "std::fs::read(path);"),
    forbidden("files", r"\bFile\s*::\s*(open|create)\b", VALUE, "File::open(path);"),
    forbidden("sockets", r"\b(Tcp|Unix)(Stream|Listener)\b|\bUdpSocket\b", VALUE, "use std::net::TcpStream;"),
    forbidden("name look-up", r"\bToSocketAddrs\b", VALUE, "use std::net::ToSocketAddrs;"),
    forbidden("the environment", r"\bstd\s*::\s*env\b|\boption_env!", VALUE, "std::env::var(name);"),
    forbidden("standard streams", r"\bstd\s*::\s*io\s*::\s*(stdin|stdout|stderr)\b", RETURN, "std::io::stdout();"),
    forbidden("processes", r"\bstd\s*::\s*process\b", VALUE, "std::process::exit(1);"),
    forbidden("threads", r"\bstd\s*::\s*thread\b", VALUE, "std::thread::spawn(f);"),
    forbidden(
        "a group that hides I/O",
        r"\bstd\s*::\s*\{[^}]*\b(fs|env|process|thread)\b",
        VALUE,
        "use std::{env, fmt};",
    ),
    forbidden("chance", r"\brand\s*::|\bgetrandom\b|\bthread_rng\b|\bRandomState\b", VALUE, "getrandom::fill(&mut b);"),
    forbidden(
        "hash order",
        r"\bHash(Map|Set)\b",
        "use BTreeMap or BTreeSet: same order on every run",
        "HashMap::new();",
    ),
    forbidden("logging", r"\btracing\b|\blog\s*::\s*\w+!", RETURN, "tracing::info!();"),
    forbidden("printing", r"\be?print(ln)?!|\bdbg!", RETURN, "println!();"),
    forbidden(
        "async",
        r"\basync\b|\.\s*await\b",
        "keep it a plain function; async lives in the shell",
        "async fn f() {}",
    ),
    forbidden("tokio", r"\btokio\b", "keep it a plain function; async lives in the shell", "use tokio::time;"),
    forbidden("static mut", r"\bstatic\s+mut\b", STATE, "static mut COUNT: u32 = 0;"),
    forbidden(
        "a global",
        r"\b(OnceLock|OnceCell|LazyCell)\b|\bthread_local!|\bAtomic[A-Z]\w+",
        STATE,
        "OnceLock::new();",
    ),
    forbidden("a lock or cell", r"\b(Mutex|RwLock|RefCell|Cell)\b", STATE, "Mutex::new(0);"),
    forbidden("unsafe", r"\bunsafe\b", "do it in safe code", "unsafe { f() };"),
];

/// What the desk may use besides `std`: pure crates only.
const PURE_CRATES: &[&str] = &[
    "base64",
    "csv",
    "flate2",
    "hmac",
    "html5gum",
    "idna",
    "jiff",
    "lettre",
    "mail-parser",
    "mailparse",
    "minijinja",
    "quick-xml",
    "rawzip",
    "regex",
    "serde",
    "serde_json",
    "sha2",
    "strum",
    "thiserror",
    "unicode-normalization",
    "unicode-security",
    "zeroize",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let crates = impure_crates(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.rust("src/desk/") {
        let code = production(text);
        for rule in FORBIDDEN {
            for found in pattern(rule.pattern).find_iter(&code) {
                let wrong = format!("the desk uses {} (`{}`)", rule.name, found.as_str().trim());
                findings.push(Finding::new(path, line_of(&code, found.start()), wrong, rule.cure));
            }
        }
        for name in &crates {
            let uses = pattern(&format!(r"(?:^|[^:\w])(?:::)?({name})\s*::"));
            for found in uses.captures_iter(&code) {
                let start = found.get(1).map_or(0, |name| name.start());
                let cure = "do this in the shell, or list the crate in tests/tidy/purity.rs if it is pure";
                let wrong = format!("the desk uses the crate `{name}`");
                findings.push(Finding::new(path, line_of(&code, start), wrong, cure));
            }
        }
        findings.extend(globals(path, &code));
    }
    findings
}

/// Dependencies of Cargo.toml that the desk may not name, as Rust writes them.
/// Those with a pattern of their own in [`FORBIDDEN`] are reported by that.
fn impure_crates(tree: &Tree) -> Vec<String> {
    let manifest: toml::Table = tree.text("Cargo.toml").unwrap_or_default().parse().expect("Cargo.toml is TOML");
    let dependencies = manifest.get("dependencies").and_then(|value| value.as_table());
    let names = dependencies.into_iter().flat_map(|table| table.keys());
    names
        .filter(|name| !PURE_CRATES.contains(&name.as_str()))
        .filter(|name| !["tokio", "tracing", "getrandom"].contains(&name.as_str()))
        .map(|name| name.replace('-', "_"))
        .collect()
}

/// A LazyLock may hold compiled patterns and nothing else.
fn globals(path: &str, code: &str) -> Vec<Finding> {
    let lazy = pattern(r"\bstatic\s+\w+\s*:[^=;]*\bLazyLock\b[^=;]*");
    let holds_something_else = |found: &regex::Match| !found.as_str().contains("Regex");
    lazy.find_iter(code)
        .filter(holds_something_else)
        .map(|found| {
            let wrong = "a LazyLock that holds something else than a Regex";
            Finding::new(path, line_of(code, found.start()), wrong, STATE)
        })
        .collect()
}
