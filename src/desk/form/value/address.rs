//! E-mail addresses (F-03).

use crate::desk::form::Fault;
use crate::desk::form::value::plain;
use crate::desk::moment::shown;
use crate::phrase;

/// The one plain address in what was written, its domain in lower case.
pub(super) fn read(written: &str) -> Result<String, Fault> {
    let text = plain(written);
    // Mail programs add `<mailto:…>` by themselves.
    let words = text.split([' ', ',', ';', '<', '>', '(', ')', '[', ']', '"', '\'', '|']);
    let words = words.map(|word| word.strip_prefix("mailto:").unwrap_or(word).trim_matches(['.', ':']));
    let mut found: Vec<String> = Vec::new();
    for word in words.filter(|word| word.contains('@')) {
        let Some(address) = checked(word) else {
            return Err(unreadable(word));
        };
        if !found.contains(&address) {
            found.push(address);
        }
    }
    match found.as_slice() {
        [] => Err(unreadable(&text)),
        [one] => Ok(one.clone()),
        [first, second, ..] => {
            let text = phrase!(
                "two_emails",
                "two addresses were found, {first} and {second}; expected one",
                first = first.as_str(),
                second = second.as_str()
            );
            Err(Fault::new("two_values", text))
        }
    }
}

fn unreadable(found: &str) -> Fault {
    let text = phrase!(
        "email_format",
        "expected an e-mail address such as dana@acme-tel.example; found \"{found}\"",
        found = shown(found)
    );
    Fault::new("email_format", text)
}

/// Plain ASCII, no quoting: what every mail system takes (RFC 5321 4.1.2, 4.5.3.1).
fn checked(word: &str) -> Option<String> {
    let (local, domain) = word.rsplit_once('@')?;
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    let local_fits = local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    let label_fits = |label: &str| {
        let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        !label.is_empty() && label.len() <= 63 && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let domain_fits = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label_fits);
    (local_fits && domain_fits).then(|| format!("{local}@{}", domain.to_ascii_lowercase()))
}
