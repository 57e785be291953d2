//! Looks for passwords in files of any kind: however they are coded, also where
//! only a piece of one is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use mail_parser::{Message, MessageParser, PartType};

/// So many letters at each end of a password are looked for.
const PIECE: usize = 12;

/// Whose password was found in which form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub number: usize,
    pub form: &'static str,
    pub file: String,
}

pub struct Searcher {
    automaton: AhoCorasick,
    /// Of each needle.
    meanings: Vec<(usize, &'static str)>,
}

impl Searcher {
    pub fn new<'a>(passwords: impl Iterator<Item = (usize, &'a str)>) -> Searcher {
        let mut needles: BTreeMap<Vec<u8>, (usize, &'static str)> = BTreeMap::new();
        for (number, value) in passwords {
            for piece in pieces(value) {
                for (form, needle) in forms(&piece) {
                    // A short needle would be found by chance.
                    if needle.len() >= 9 {
                        needles.entry(needle).or_insert((number, form));
                    }
                }
            }
        }
        let (texts, meanings): (Vec<Vec<u8>>, Vec<_>) = needles.into_iter().unzip();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts).unwrap();
        Searcher { automaton, meanings }
    }

    /// In some bytes just as they are.
    pub fn in_raw(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        self.automaton.find_overlapping_iter(bytes).map(|hit| self.meanings[hit.pattern().as_usize()]).collect()
    }

    /// In some bytes, as they are, and without what breaks lines.
    pub fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        let mut found = BTreeSet::new();
        for text in [bytes.to_vec(), joined(bytes), squeezed(bytes)] {
            found.extend(self.in_raw(&text));
        }
        found
    }

    /// What stands around the first place where one's password is, as it is.
    pub fn around(&self, bytes: &[u8], number: usize) -> Option<String> {
        let is_his = |hit: &aho_corasick::Match| self.meanings[hit.pattern().as_usize()].0 == number;
        let hit = self.automaton.find_overlapping_iter(bytes).find(is_his)?;
        let around = &bytes[hit.start().saturating_sub(150)..bytes.len().min(hit.end() + 80)];
        Some(String::from_utf8_lossy(around).into_owned())
    }

    /// In a file, and where it is a mail also in its parts, decoded.
    pub fn in_file(&self, name: &str, bytes: &[u8]) -> BTreeSet<Hit> {
        let mut found = self.in_bytes(bytes);
        if let Some(message) = MessageParser::default().parse(bytes) {
            let mut parts = Vec::new();
            decoded(&message, &mut parts);
            found.extend(parts.iter().flat_map(|part| self.in_bytes(part)));
        }
        found.into_iter().map(|(number, form)| Hit { number, form, file: name.to_owned() }).collect()
    }

    /// In every file of a folder, on two threads; the hits, and how many files and
    /// bytes there were.
    pub fn in_folder(&self, folder: &Path) -> (BTreeSet<Hit>, usize, u64) {
        let paths = files(folder);
        let read = |path: &PathBuf| {
            let bytes = fs::read(path).unwrap_or_default();
            let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
            (self.in_file(&name, &bytes), bytes.len() as u64)
        };
        let half = |odd: usize| -> Vec<_> { paths.iter().skip(odd).step_by(2).map(read).collect() };
        let both = std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            let mut all = half(0);
            all.extend(other.join().unwrap());
            all
        });
        let bytes = both.iter().map(|(_, bytes)| bytes).sum();
        (both.into_iter().flat_map(|(hits, _)| hits).collect(), paths.len(), bytes)
    }
}

/// Every file below a folder; sockets and such are none.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// Its beginning and its end: of what is cut or taken out in part, one stays.
fn pieces(value: &str) -> BTreeSet<String> {
    let letters: Vec<char> = value.trim().chars().collect();
    let size = PIECE.min(letters.len());
    let piece = |letters: &[char]| letters.iter().collect::<String>();
    BTreeSet::from([piece(&letters[..size]), piece(&letters[letters.len() - size..])])
}

/// A piece in every coding that is looked for.
fn forms(piece: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = piece.as_bytes();
    let coded = |code: &dyn Fn(char) -> String| piece.chars().map(code).collect::<String>().into_bytes();
    let hexed = |sign: &str, plain: &dyn Fn(u8) -> bool| {
        let one = |byte: &u8| if plain(*byte) { char::from(*byte).to_string() } else { format!("{sign}{byte:02X}") };
        bytes.iter().map(one).collect::<String>().into_bytes()
    };
    let markup = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c => c.to_string(),
    };
    let wide = |unit: fn(u16) -> [u8; 2]| piece.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let json = serde_json::to_string(piece).unwrap();
    let unicode = |c: char| {
        let escaped = serde_json::to_string(&c.to_string()).unwrap();
        let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
        if c.is_ascii() { escaped.trim_matches('"').to_owned() } else { units }
    };
    let narrow = |c: char| match c {
        '€' => 0x80,
        c => u8::try_from(u32::from(c)).unwrap_or(b'?'),
    };
    let mut forms = vec![
        ("plain", bytes.to_vec()),
        ("plain, without blanks", squeezed(bytes)),
        ("JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
        ("JSON in JSON", serde_json::to_string(&json).unwrap()[3..].trim_end_matches("\\\"\"").as_bytes().to_vec()),
        ("JSON in ASCII", coded(&unicode)),
        ("Rust", format!("{piece:?}")[1..].trim_end_matches('"').as_bytes().to_vec()),
        ("HTML", coded(&markup)),
        ("XML", coded(&|c| if c == '>' { "&#62;".to_owned() } else { markup(c) })),
        ("CSV", piece.replace('"', "\"\"").into_bytes()),
        ("HTML with apostrophes", coded(&|c| if c == '\'' { "&#39;".to_owned() } else { markup(c) })),
        (
            "HTML, hexadecimal as minijinja writes",
            coded(&|c| match c {
                '\'' => "&#x27;".to_owned(),
                '/' => "&#x2f;".to_owned(),
                c => markup(c),
            }),
        ),
        (
            "HTML, numeric",
            coded(&|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) }),
        ),
        ("URL", hexed("%", &|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))),
        ("quoted-printable", hexed("=", &|byte| (33..=126).contains(&byte) && byte != b'=' || byte == b' ')),
        ("encoded word", hexed("=", &|byte| byte.is_ascii_alphanumeric())),
        ("UTF-16LE", wide(u16::to_le_bytes)),
        ("UTF-16BE", wide(u16::to_be_bytes)),
        ("windows-1252", piece.chars().map(narrow).collect()),
    ];
    for (name, text) in [("base64", bytes.to_vec()), ("base64 of UTF-16LE", wide(u16::to_le_bytes))] {
        forms.extend((0..3).map(|shift| (name, base64_core(&text, shift))));
    }
    forms
}

/// What base64 makes of it behind `shift` other bytes, without the letters that
/// depend on its neighbours.
fn base64_core(bytes: &[u8], shift: usize) -> Vec<u8> {
    let coded = STANDARD.encode([&vec![0; shift], bytes].concat());
    let begin = (shift * 8).div_ceil(6);
    let end = (shift + bytes.len()) * 8 / 6;
    coded.as_bytes()[begin..end].to_vec()
}

/// Without the breaks of quoted-printable and base64.
fn joined(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\n' if text.last() == Some(&b'=') => {
                text.pop();
            }
            b'\r' | b'\n' => {}
            byte => text.push(*byte),
        }
    }
    text
}

/// Without any white space, however lines were wrapped and folded.
fn squeezed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

fn decoded(message: &Message<'_>, parts: &mut Vec<Vec<u8>>) {
    parts.extend(message.subject().map(|subject| subject.as_bytes().to_vec()));
    for part in &message.parts {
        match &part.body {
            PartType::Message(inner) => decoded(inner, parts),
            PartType::Html(markup) => {
                parts.push(markup.as_bytes().to_vec());
                parts.push(mail_parser::decoders::html::html_to_text(markup).into_bytes());
            }
            PartType::Multipart(_) => {}
            _ => {
                parts.extend(unpacked(part.contents()));
                parts.push(part.contents().to_vec());
            }
        }
    }
}

/// The texts of an office file, which are deflated: behind each of its local headers (APPNOTE 4.3.7).
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    const BEGINS: &[u8] = b"PK\x03\x04";
    if !bytes.starts_with(BEGINS) {
        return Vec::new();
    }
    let heads = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(BEGINS));
    let entry = |at: usize| {
        let length = |place: usize| {
            Some(usize::from(u16::from_le_bytes([*bytes.get(at + place)?, *bytes.get(at + place + 1)?])))
        };
        let from = at + 30 + length(26)? + length(28)?;
        let mut text = Vec::new();
        DeflateDecoder::new(bytes.get(from..)?).take(1 << 20).read_to_end(&mut text).ok()?;
        Some(text)
    };
    // A value may stand in several runs of a document.
    let without_tags = |text: Vec<u8>| {
        let mut inside = false;
        let is_text = |byte: &u8| match byte {
            b'<' => {
                inside = true;
                false
            }
            b'>' => {
                inside = false;
                false
            }
            _ => !inside,
        };
        text.into_iter().filter(is_text).collect()
    };
    heads.filter_map(entry).map(without_tags).collect()
}

#[test]
fn what_was_planted_is_found_in_every_coding() {
    let value = "k=20 \"ä\\&<é'7/x  Zb;y中%41🔑\u{2009}$Q9~w";
    let searcher = Searcher::new([(7, value), (8, "another$password")].into_iter());
    for (form, needle) in pieces(value).iter().flat_map(|piece| forms(piece)) {
        let text = [b"before ".as_slice(), &needle, b" behind"].concat();
        assert!(searcher.in_bytes(&text).iter().any(|(number, _)| *number == 7), "{form}");
    }
    // However far into a line of base64 or quoted-printable it begins.
    for shift in 0..80 {
        let text = format!("{}{value}", "x".repeat(shift));
        for coded in [super::mails::base64(text.as_bytes()), super::mails::quoted_printable(text.as_bytes())] {
            assert!(searcher.in_bytes(&coded).iter().any(|(number, _)| *number == 7), "{shift}");
        }
        let cut = text.as_bytes()[..text.len() - 25].to_vec();
        assert!(searcher.in_bytes(&cut).iter().any(|(number, _)| *number == 7), "a part is found, {shift}");
    }
    for innocent in ["nothing here at all", "k=20 \"ä\\&", "password", "[sealed]"] {
        assert_eq!(searcher.in_bytes(innocent.as_bytes()), BTreeSet::new(), "{innocent}");
    }
}

/// The mails of the run themselves: whatever the pair, the value is found in them.
/// What finds nothing afterwards could have found something.
#[test]
fn every_mail_of_the_run_is_one_in_which_the_value_is_found() {
    let passwords = super::passwords::all(11, 192, 0);
    let searcher = Searcher::new(passwords.iter().map(|one| (one.number, one.value.as_str())));
    let letter = super::answers::Letter {
        message_id: "a@vendor.example".to_owned(),
        subject: "your request".to_owned(),
        text: "--- please answer below each line ---\nManager Password:\n".to_owned(),
    };
    for one in &passwords {
        let first = super::mails::first(one);
        let answer = super::answers::answer(one, &letter);
        for (kind, mail) in [("first", &first), ("answer", &answer)] {
            let hits = searcher.in_file(kind, mail);
            let asked_later = kind == "first" && one.place == super::passwords::Place::QuotedForm;
            let is_found = hits.iter().any(|hit| hit.number == one.number);
            assert_eq!(is_found, !asked_later, "{kind}, {:?}, {:?}: {}", one.encoding, one.place, one.value);
            assert!(hits.iter().all(|hit| hit.number == one.number), "{hits:?}");
        }
    }
}
