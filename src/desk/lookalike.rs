//! Who an author could be mistaken for (TA6, TA8 to TA10). It only ever warns
//! people: nobody is granted anything for a likeness, and nothing is repaired.

mod domain;

use unicode_security::skeleton;

/// Somebody whose mails we act upon: a representative or a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    pub address: &'a str,
    pub name: &'a str,
}

/// What looks alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// The address, to the eye (UTS #39: one skeleton).
    Letters,
    /// The address but for a tag, dots or a dot at the end (TA10).
    Spelling,
    /// The display name is the address (TA8).
    NameIsAddress,
    /// The display name is the name (TA8).
    Name,
    /// The domain (TA9).
    Domain,
}

impl Likeness {
    /// The row of the threat table.
    pub fn id(self) -> &'static str {
        match self {
            Likeness::Letters => "TA6",
            Likeness::NameIsAddress | Likeness::Name => "TA8",
            Likeness::Domain => "TA9",
            Likeness::Spelling => "TA10",
        }
    }

    pub fn in_words(self) -> &'static str {
        match self {
            Likeness::Letters => "the address looks like that of",
            Likeness::Spelling => "the address is another spelling of that of",
            Likeness::NameIsAddress => "the display name is the address of",
            Likeness::Name => "the display name is that of",
            Likeness::Domain => "the domain looks like that of",
        }
    }
}

/// The person whom the author resembles most. Who is that person resembles
/// nobody: then the address is on file.
pub fn find<'p>(
    address: &str,
    name: &str,
    people: impl IntoIterator<Item = Person<'p>>,
) -> Option<(Person<'p>, Likeness)> {
    let author = Author::of(address, name);
    let mut best: Option<(usize, Person<'p>, Likeness)> = None;
    for person in people {
        if person.address.eq_ignore_ascii_case(address) {
            return None;
        }
        if let Some((rank, likeness)) = author.likeness(&person)
            && best.as_ref().is_none_or(|(before, ..)| rank < *before)
        {
            best = Some((rank, person, likeness));
        }
    }
    best.map(|(_, person, likeness)| (person, likeness))
}

/// The address in a From line that is not plain: what stands in the last angle
/// brackets, or the last word with an @.
pub fn address_in(from: &str) -> &str {
    let inside = from.rsplit_once('<').map(|(_, rest)| rest.split_once('>').map_or(rest, |(inside, _)| inside));
    let word = from.split_whitespace().rfind(|word| word.contains('@'));
    inside.or(word).unwrap_or(from).trim()
}

struct Author {
    local: String,
    domain: String,
    /// As its labels look, not as they are written (`xn--…`).
    seen_local: String,
    seen_domain: String,
    name: String,
}

impl Author {
    fn of(address: &str, name: &str) -> Author {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        // An error is a label that nobody can read: then it resembles nothing.
        let (unicode, _) = idna::domain_to_unicode(domain.trim_end_matches('.'));
        Author {
            local: local.to_lowercase(),
            domain: domain.to_lowercase(),
            seen_local: seen(local),
            seen_domain: seen(&unicode),
            name: seen(name.trim_matches(['"', '\'', ' '])),
        }
    }

    /// What is alike; the smaller the number, the more.
    fn likeness(&self, person: &Person<'_>) -> Option<(usize, Likeness)> {
        let (local, domain) = person.address.rsplit_once('@')?;
        let (seen_local, seen_domain) = (seen(local), seen(domain));
        let same_local = self.seen_local == seen_local;
        let is_same_domain = self.domain.trim_end_matches('.').eq_ignore_ascii_case(domain);
        if same_local && self.seen_domain == seen_domain && !is_same_domain {
            return Some((0, Likeness::Letters));
        }
        if is_same_domain && plain_local(&self.local) == plain_local(&local.to_lowercase()) {
            return Some((1, Likeness::Spelling));
        }
        if same_local && is_same_domain {
            return Some((0, Likeness::Letters));
        }
        // As written, too: two letters that were turned round look like nothing.
        let resembles = domain::resemble(&self.seen_domain, &seen_domain, same_local)
            || domain::resemble(&self.domain, &domain.to_lowercase(), same_local);
        if resembles && same_local {
            return Some((2, Likeness::Domain));
        }
        if self.name.contains(&seen(person.address)) {
            return Some((3, Likeness::NameIsAddress));
        }
        // "Dana" alone is anybody.
        let name = seen(person.name);
        if self.name == name && name.contains(' ') {
            return Some((4, Likeness::Name));
        }
        resembles.then_some((5, Likeness::Domain))
    }
}

/// Without what many mail hosts overlook: a tag, dots, `user%domain`.
fn plain_local(local: &str) -> String {
    let bare = local.split(['+', '%']).next().unwrap_or(local);
    bare.chars().filter(|c| *c != '.').collect()
}

/// How a text looks (UTS #39 4): two that look alike are the same here. Not for
/// showing or keeping: `0` becomes `o` and `m` becomes `rn`.
fn seen(text: &str) -> String {
    let shape: String = skeleton(&text.to_lowercase()).collect();
    let words: Vec<String> = shape.to_lowercase().split_whitespace().map(str::to_owned).collect();
    words.join(" ")
}
