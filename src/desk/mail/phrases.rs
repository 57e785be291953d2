//! Phrases of the rules in a text. Both are in lower case.

/// Whether `text` has one of these phrases.
pub(super) fn has(text: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| text.contains(phrase.as_str()))
}

/// Whether `text` begins with one of these phrases.
pub(super) fn begins(text: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| text.starts_with(phrase.as_str()))
}
