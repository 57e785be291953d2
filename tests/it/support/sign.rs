//! Signs mails with our own test keys (`fixtures/attack/keys/`), well and badly,
//! and writes the zone that holds their public halves. The same mail always
//! becomes the same bytes: time and keys are fixed.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{Ed25519Key, HashAlgorithm, RsaKey, Sha256, SigningKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer};

/// When every signature was made: 2026-11-25, noon UTC.
pub const SIGNED_AT: u64 = 1_795_608_000;

/// Every field that consent needs, and what threads and content are made of.
pub const FULL: &str =
    "from:to:subject:date:message-id:in-reply-to:references:mime-version:content-type:content-transfer-encoding";

/// How a mail is signed. [`Signing::of`] is an honest signature.
#[derive(Debug, Clone)]
pub struct Signing {
    /// File of the key: `acme-tel.pem`, `weak-512.pem` …
    pub key: String,
    /// `rsa-sha256`, `rsa-sha1` or `ed25519-sha256`.
    pub algorithm: String,
    pub domain: String,
    pub selector: String,
    /// `h=`; a name that stands once more than the mail has the field is
    /// oversigned.
    pub covers: String,
    /// `c=`.
    pub canonical: String,
    pub signed_at: u64,
    /// `x=`.
    pub expires: Option<u64>,
    /// `l=`: bytes of the body, and no more, are signed.
    pub length: Option<usize>,
    /// `i=`.
    pub agent: Option<String>,
}

impl Signing {
    /// As the domain itself signs: selector `s1`, all of [`FULL`], relaxed.
    pub fn of(domain: &str) -> Signing {
        let owner = DOMAINS.iter().find(|(name, _, _)| *name == domain).unwrap();
        let key = owner.1.expect("this domain signs nothing").to_owned();
        let rsa = fs::read_to_string(pem_path(&key)).unwrap().contains("RSA");
        let algorithm = if rsa { "rsa-sha256" } else { "ed25519-sha256" };
        Signing {
            key,
            algorithm: algorithm.to_owned(),
            domain: domain.to_owned(),
            selector: "s1".to_owned(),
            covers: FULL.to_owned(),
            canonical: "relaxed/relaxed".to_owned(),
            signed_at: SIGNED_AT,
            expires: None,
            length: None,
            agent: None,
        }
    }

    /// With a key of another kind under another selector of the same domain:
    /// see [`zone`] for the selectors that there are.
    pub fn with(domain: &str, key: &str, algorithm: &str, selector: &str) -> Signing {
        let honest = Signing::of(domain);
        Signing { key: key.to_owned(), algorithm: algorithm.to_owned(), selector: selector.to_owned(), ..honest }
    }

    #[must_use]
    pub fn covering(self, covers: &str) -> Signing {
        Signing { covers: covers.to_owned(), ..self }
    }
}

/// `mail` with CR LF line ends and the signature on top of it.
pub fn signed(mail: &str, signing: &Signing) -> Vec<u8> {
    let mail = with_crlf(mail);
    let mut bytes = field(&mail, signing).into_bytes();
    bytes.extend(mail.as_bytes());
    bytes
}

/// The same signed by the domain of its honest author.
pub fn honestly_signed(mail: &str, domain: &str) -> Vec<u8> {
    signed(mail, &Signing::of(domain))
}

/// The `DKIM-Signature` field, folded, with its line end. `mail` has CR LF.
pub fn field(mail: &str, signing: &Signing) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let (head_way, body_way) = signing.canonical.split_once('/').unwrap_or((&signing.canonical, "simple"));
    let body = canonical_body(body, body_way);
    let hashed = body.get(..signing.length.unwrap_or(body.len())).unwrap();
    let is_sha1 = signing.algorithm == "rsa-sha1";
    let hash = if is_sha1 { HashAlgorithm::Sha1 } else { HashAlgorithm::Sha256 };
    let body_hash = STANDARD.encode(hash.hash(hashed.as_bytes()).as_ref());
    let mut tags = format!(
        "v=1; a={}; c={}; d={}; s={};\r\n\tt={};",
        signing.algorithm, signing.canonical, signing.domain, signing.selector, signing.signed_at
    );
    for (name, value) in [
        ("x", signing.expires.map(|at| at.to_string())),
        ("l", signing.length.map(|bytes| bytes.to_string())),
        ("i", signing.agent.clone()),
    ] {
        if let Some(value) = value {
            let _ = write!(tags, " {name}={value};");
        }
    }
    let _ = write!(tags, "\r\n\th={};\r\n\tbh={body_hash};\r\n\tb=", signing.covers.replace(':', ":\r\n\t "));
    let mut input = signed_head(head, &signing.covers, head_way);
    input.push_str(&canonical_field(&format!("DKIM-Signature: {tags}"), head_way));
    let signature = STANDARD.encode(sign(signing, input.as_bytes()));
    let lines: Vec<&str> =
        (0..signature.len()).step_by(70).map(|at| signature.get(at..(at + 70).min(signature.len())).unwrap()).collect();
    format!("DKIM-Signature: {tags}{}\r\n", lines.join("\r\n\t "))
}

/// The fields that `covers` names, from the bottom up (RFC 6376 5.4.2).
fn signed_head(head: &str, covers: &str, way: &str) -> String {
    let mut fields: Vec<Option<String>> = Vec::new();
    for line in head.split("\r\n") {
        match fields.last_mut() {
            Some(Some(last)) if line.starts_with([' ', '\t']) => last.push_str(&format!("\r\n{line}")),
            _ => fields.push(Some(line.to_owned())),
        }
    }
    let mut input = String::new();
    for name in covers.split(':').map(str::trim) {
        let is_it = |field: &Option<String>| {
            field
                .as_deref()
                .and_then(|text| text.split_once(':'))
                .is_some_and(|(n, _)| n.trim().eq_ignore_ascii_case(name))
        };
        if let Some(found) = fields.iter().rposition(is_it).and_then(|at| fields.get_mut(at)).and_then(Option::take) {
            input.push_str(&canonical_field(&found, way));
            input.push_str("\r\n");
        }
    }
    input
}

fn canonical_field(field: &str, way: &str) -> String {
    if way == "simple" {
        return field.to_owned();
    }
    let (name, value) = field.split_once(':').unwrap();
    let value: Vec<&str> = value.split(['\r', '\n', ' ', '\t']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim().to_lowercase(), value.join(" "))
}

fn canonical_body(body: &str, way: &str) -> String {
    let relaxed = |line: &str| {
        let mut text = String::new();
        for c in line.trim_end_matches([' ', '\t']).chars() {
            let is_blank = matches!(c, ' ' | '\t');
            if !(is_blank && text.ends_with(' ')) {
                text.push(if is_blank { ' ' } else { c });
            }
        }
        text
    };
    let lines = body.split("\r\n").map(|line| if way == "relaxed" { relaxed(line) } else { line.to_owned() });
    let text = lines.collect::<Vec<_>>().join("\r\n");
    let text = text.trim_end_matches("\r\n");
    if text.is_empty() && way == "relaxed" { String::new() } else { format!("{text}\r\n") }
}

fn sign(signing: &Signing, input: &[u8]) -> Vec<u8> {
    let pem = fs::read(pem_path(&signing.key)).unwrap();
    match signing.algorithm.as_str() {
        "ed25519-sha256" => ed25519(&pem).sign(input).unwrap(),
        // The library signs with good keys only; bad ones are signed by hand.
        "rsa-sha256" if !signing.key.starts_with("weak") => rsa(&pem).sign(input).unwrap(),
        "rsa-sha256" => Weak::read(&pem).sign(HashAlgorithm::Sha256, input),
        "rsa-sha1" => Weak::read(&pem).sign(HashAlgorithm::Sha1, input),
        other => panic!("{other} cannot be signed with"),
    }
}

fn ed25519(pem: &[u8]) -> Ed25519Key {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der()).unwrap()
}

fn rsa(pem: &[u8]) -> RsaKey<Sha256> {
    RsaKey::from_key_der(PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from_pem_slice(pem).unwrap())).unwrap()
}

fn pem_path(key: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/attack/keys").join(key)
}

pub fn with_crlf(mail: &str) -> String {
    mail.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// The zone of everybody in the tests:
///
/// | domain | signs | DMARC |
/// |---|---|---|
/// | acme-tel.example, vendor.example, bigmail.example, attacker.example, acme-tel-support.example | yes | reject |
/// | nordwind.example | yes | none |
/// | cobalt.example | yes | no record |
/// | tamarind.example | no | none |
///
/// acme-tel.example and nordwind.example have, beside `s1`, the selectors
/// `weak512`, `rsa1024`, `testing` (`t=y`) and `revoked`.
pub fn zone() -> String {
    let mut zone = String::new();
    for (domain, key, policy) in DOMAINS {
        let _ = writeln!(zone, "{domain} A 192.0.2.80");
        if let Some(key) = key {
            let _ = writeln!(zone, "{}", key_record(domain, "s1", key, ""));
        }
        if let Some(policy) = policy {
            let _ = writeln!(zone, "_dmarc.{domain} TXT v=DMARC1; p={policy}; rua=mailto:dmarc@{domain}");
        }
    }
    for (domain, key) in [("acme-tel.example", "acme-tel.pem"), ("nordwind.example", "nordwind.pem")] {
        let _ = writeln!(zone, "{}", key_record(domain, "weak512", "weak-512.pem", ""));
        let _ = writeln!(zone, "{}", key_record(domain, "rsa1024", "weak-1024.pem", ""));
        let _ = writeln!(zone, "{}", key_record(domain, "testing", key, " t=y;"));
        let _ = writeln!(zone, "revoked._domainkey.{domain} TXT v=DKIM1; p=");
    }
    zone
}

/// Domain, its key under the selector `s1`, its DMARC policy.
const DOMAINS: [(&str, Option<&str>, Option<&str>); 8] = [
    ("acme-tel.example", Some("acme-tel.pem"), Some("reject")),
    ("nordwind.example", Some("nordwind.pem"), Some("none")),
    ("cobalt.example", Some("cobalt.pem"), None),
    ("tamarind.example", None, Some("none")),
    ("bigmail.example", Some("bigmail.pem"), Some("reject")),
    ("vendor.example", Some("vendor.pem"), Some("reject")),
    ("attacker.example", Some("attacker.pem"), Some("reject")),
    ("acme-tel-support.example", Some("acme-tel-support.pem"), Some("reject")),
];

/// The zone's line for a public key; `tags` such as ` t=y;` stand before it.
pub fn key_record(domain: &str, selector: &str, key: &str, tags: &str) -> String {
    let pem = fs::read(pem_path(key)).unwrap();
    let (kind, public) = if String::from_utf8_lossy(&pem).contains("RSA") {
        ("rsa", Weak::read(&pem).public_key())
    } else {
        ("ed25519", ed25519(&pem).public_key())
    };
    format!("{selector}._domainkey.{domain} TXT v=DKIM1; k={kind};{tags} p={}", STANDARD.encode(public))
}

/// An RSA key of any size, for signatures that no library makes any more.
struct Weak {
    modulus: Vec<u8>,
    public: Vec<u8>,
    private: Vec<u8>,
}

impl Weak {
    /// PKCS#1: version, modulus, public and private exponent …
    fn read(pem: &[u8]) -> Weak {
        let der = PrivatePkcs1KeyDer::from_pem_slice(pem).unwrap();
        let mut rest = element(der.secret_pkcs1_der()).0;
        let mut numbers = Vec::new();
        for _ in 0..4 {
            let (number, after) = element(rest);
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            numbers.push(number.get(zeros..).unwrap().to_vec());
            rest = after;
        }
        let [_, modulus, public, private] = <[Vec<u8>; 4]>::try_from(numbers).unwrap();
        Weak { modulus, public, private }
    }

    /// SubjectPublicKeyInfo (RFC 5280 4.1).
    fn public_key(&self) -> Vec<u8> {
        let number = |bytes: &[u8]| tagged(2, &[&[0], bytes].concat());
        let key = tagged(0x30, &[number(&self.modulus), tagged(2, &self.public)].concat());
        let kind = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
        tagged(0x30, &[kind.to_vec(), tagged(3, &[vec![0], key].concat())].concat())
    }

    /// PKCS#1 v1.5 (RFC 8017 9.2).
    fn sign(&self, hash: HashAlgorithm, input: &[u8]) -> Vec<u8> {
        let kind: &[u8] = match hash {
            HashAlgorithm::Sha1 => &[0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 14, 3, 2, 0x1a, 5, 0, 4, 20],
            HashAlgorithm::Sha256 => &[0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32],
        };
        let digest = [kind, hash.hash(input).as_ref()].concat();
        let filling = vec![0xff; self.modulus.len() - digest.len() - 3];
        let message = [&[0, 1], filling.as_slice(), &[0], &digest].concat();
        power(&message, &self.private, &self.modulus)
    }
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let first = usize::from(*der.get(1).unwrap());
    let (length, start) = if first < 0x80 {
        (first, 2)
    } else {
        let digits = der.get(2..2 + first - 0x80).unwrap();
        (digits.iter().fold(0, |sum, digit| sum * 256 + usize::from(*digit)), 2 + first - 0x80)
    };
    (der.get(start..start + length).unwrap(), der.get(start + length..).unwrap())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    // DER has one way to write a length, and the library insists on it.
    let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let length = match digits.as_slice() {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        long => [&[0x80 | u8::try_from(long.len()).unwrap()], long].concat(),
    };
    [&[tag], length.as_slice(), content].concat()
}

/// `base ^ exponent mod modulus` by Montgomery's way.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let modulus = limbs(modulus);
    let mut one = vec![0; modulus.len()];
    *one.first_mut().unwrap() = 1;
    // R and R^2 by doubling.
    let mut square = one.clone();
    for _ in 0..modulus.len() * 64 {
        let same = square.clone();
        add_within(&mut square, &same, &modulus);
    }
    let base = times(&limbs(base), &square, &modulus);
    let mut result = times(&one, &square, &modulus);
    for byte in exponent {
        for bit in (0..8).rev() {
            result = times(&result, &result, &modulus);
            if byte >> bit & 1 == 1 {
                result = times(&result, &base, &modulus);
            }
        }
    }
    times(&result, &one, &modulus).iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}

/// 32 bits each, the lowest first.
fn limbs(bytes: &[u8]) -> Vec<u32> {
    bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).collect()
}

/// `a * b / R mod modulus`, where R is one more than the limbs can hold.
fn times(a: &[u32], b: &[u32], modulus: &[u32]) -> Vec<u32> {
    let low = *modulus.first().unwrap();
    // Newton's way to the inverse of an odd number modulo 2^32.
    let inverse = (0..5).fold(1_u32, |inverse, _| inverse.wrapping_mul(2_u32.wrapping_sub(low.wrapping_mul(inverse))));
    let mut sum = vec![0_u32; modulus.len() + 2];
    for digit in b {
        add_product(&mut sum, a, *digit);
        let quotient = sum.first().unwrap().wrapping_mul(inverse).wrapping_neg();
        add_product(&mut sum, modulus, quotient);
        sum.rotate_left(1);
    }
    let mut result = vec![0; modulus.len()];
    sum.truncate(modulus.len() + 1);
    if sum.last() == Some(&0) {
        result.copy_from_slice(sum.get(..modulus.len()).unwrap());
        let nothing = vec![0; modulus.len()];
        add_within(&mut result, &nothing, modulus);
    } else {
        subtract(&mut sum, modulus);
        result.copy_from_slice(sum.get(..modulus.len()).unwrap());
    }
    result
}

fn add_product(sum: &mut [u32], number: &[u32], digit: u32) {
    let mut carry = 0_u64;
    for (limb, more) in sum.iter_mut().zip(number.iter().chain(&[0, 0])) {
        let value = u64::from(*limb) + u64::from(*more) * u64::from(digit) + carry;
        *limb = u32::try_from(value & 0xffff_ffff).unwrap();
        carry = value >> 32;
    }
}

/// `into + other mod modulus`, where both are below it.
fn add_within(into: &mut [u32], other: &[u32], modulus: &[u32]) {
    let mut carry = 0_u64;
    for (limb, more) in into.iter_mut().zip(other.iter().chain(std::iter::repeat(&0))) {
        let sum = u64::from(*limb) + u64::from(*more) + carry;
        *limb = u32::try_from(sum & 0xffff_ffff).unwrap();
        carry = sum >> 32;
    }
    if carry == 1 || into.iter().rev().ge(modulus.iter().rev()) {
        subtract(into, modulus);
    }
}

fn subtract(from: &mut [u32], number: &[u32]) {
    let mut borrow = 0_i64;
    for (limb, less) in from.iter_mut().zip(number.iter().chain(&[0, 0])) {
        let difference = i64::from(*limb) - i64::from(*less) - borrow;
        borrow = i64::from(difference < 0);
        *limb = u32::try_from(difference + (borrow << 32)).unwrap();
    }
}
