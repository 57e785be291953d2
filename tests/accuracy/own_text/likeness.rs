//! How alike two texts are, word by word.

use std::collections::BTreeMap;

/// White space folded to single blanks, none at the ends.
pub fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// F1 over the words of both, of a hundred: each word counts as often as it stands
/// in both.
pub fn of(text: &str, stated: &str) -> f64 {
    let (words, wanted) = (text.split(' ').count(), stated.split(' ').count());
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for word in stated.split(' ') {
        *left.entry(word).or_default() += 1;
    }
    let shared = text.split(' ').filter(|word| match left.get_mut(word) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    200.0 * shared.count() as f64 / (words + wanted) as f64
}
