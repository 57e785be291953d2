//! Cousins of a domain (TA9): names that somebody in a hurry takes for it.

/// Shorter names are near too many others.
const LETTERS_MIN: usize = 5;
/// Second-level labels under which countries register names: `co.uk`.
const SHORT_SECOND_LEVEL: usize = 3;

/// Whether `domain` could be taken for `known`; both as they look, in lower
/// case. A sub-domain of `known` is its owner's: it counts only for the same
/// user (TA10).
pub(super) fn resemble(domain: &str, known: &str, same_local: bool) -> bool {
    if domain == known {
        return false;
    }
    if domain.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')) {
        return same_local;
    }
    let name = bare(main_label(known));
    let labels: Vec<&str> = domain.split('.').collect();
    let (_, names) = labels.split_last().unwrap_or((&"", &[]));
    names.iter().any(|label| is_near(&bare(label), &name))
}

/// The label that is a name of somebody: `acme` of `mail.acme.co.uk`.
fn main_label(domain: &str) -> &str {
    let mut labels = domain.rsplit('.').skip(1);
    let second = labels.next().unwrap_or(domain);
    match labels.next() {
        Some(third) if second.chars().count() <= SHORT_SECOND_LEVEL => third,
        _ => second,
    }
}

fn bare(label: &str) -> String {
    label.chars().filter(|c| *c != '-').collect()
}

fn is_near(label: &str, name: &str) -> bool {
    if label == name {
        return !name.is_empty();
    }
    name.chars().count() >= LETTERS_MIN && (label.contains(name) || is_one_edit_away(label, name))
}

/// One letter more, less, other, or two turned round.
fn is_one_edit_away(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let before = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = |of: &[char], skip: usize| of.get(before.saturating_add(skip)..).map(<[char]>::to_vec);
    let turned = one.get(before) == other.get(before.saturating_add(1))
        && one.get(before.saturating_add(1)) == other.get(before)
        && one.get(before).is_some();
    let pairs = [(1, 0), (0, 1), (1, 1)].map(|(a, b)| (rest(&one, a), rest(&other, b)));
    let one_letter = pairs.iter().any(|(a, b)| a.is_some() && a == b);
    one_letter || (turned && rest(&one, 2) == rest(&other, 2))
}
