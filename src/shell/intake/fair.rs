//! Which mails of a backlog come next (TE3, mail 28). Whoever floods the mailbox
//! waits for himself: people on file have a lane of their own, and in each lane
//! every sender has his turn. What a header says gives a place here and nothing else.

use std::collections::{BTreeMap, VecDeque};

/// Of each set, as long as others wait: three quarters for people on file. The
/// rest is never starved, for anybody can write their names.
const RESERVED: (usize, usize) = (3, 4);

/// Who wrote a waiting mail, as far as its header says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hint {
    /// `None`: no plain author.
    pub address: Option<String>,
    /// Our mail host vouches for him. His own mail does not wait behind forged ones.
    pub vouched: bool,
    /// Staff, or a representative of the register.
    pub on_file: bool,
}

impl Hint {
    /// Mails with the same key wait for each other, in the order of the mailbox.
    fn key(&self) -> (bool, &str) {
        let address = self.address.as_deref().unwrap_or_default();
        let name = if self.on_file { address } else { address.rsplit_once('@').map_or("", |(_, domain)| domain) };
        (!self.vouched, name)
    }
}

/// Positions of the next `size` mails, in the order of the mailbox.
pub(super) fn choose(waiting: &[Hint], size: usize) -> Vec<usize> {
    let reserved = in_turn(waiting, size, |hint| hint.on_file);
    let others = in_turn(waiting, size, |hint| !hint.on_file);
    let share = (size * RESERVED.0 / RESERVED.1).max(size.saturating_sub(others.len()));
    let mut chosen: Vec<usize> = reserved.into_iter().take(share).collect();
    let left = size.saturating_sub(chosen.len());
    chosen.extend(others.into_iter().take(left));
    chosen.sort_unstable();
    chosen
}

/// One of each sender, then the second of each, and so on.
fn in_turn(waiting: &[Hint], size: usize, belongs: impl Fn(&Hint) -> bool) -> Vec<usize> {
    let mut places: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    let mut queues: Vec<VecDeque<usize>> = Vec::new();
    for (position, hint) in waiting.iter().enumerate().filter(|(_, hint)| belongs(hint)) {
        let place = *places.entry(hint.key()).or_insert(queues.len());
        match queues.get_mut(place) {
            Some(queue) => queue.push_back(position),
            None => queues.push(VecDeque::from([position])),
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < size && !queues.is_empty() {
        chosen.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
        queues.retain(|queue| !queue.is_empty());
    }
    chosen.truncate(size);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(addresses: &[&str]) -> Vec<Hint> {
        let hint = |address: &&str| Hint {
            address: Some((*address).to_owned()),
            on_file: address.ends_with("@acme-tel.example"),
            vouched: false,
        };
        addresses.iter().map(hint).collect()
    }

    #[test]
    fn everybody_has_his_turn() {
        let flood = ["a@x.example"; 50];
        let late = ["b@y.example", "dana@acme-tel.example", "c@z.example", "dana@acme-tel.example"];
        let all = hints(&[&flood[..], &late[..]].concat());
        // Dana's lane is not full: both of hers, and one of each domain, then the flood.
        assert_eq!(choose(&all, 6), [0, 1, 50, 51, 52, 53]);
        assert_eq!(choose(&all, 1000), (0..54).collect::<Vec<usize>>());
        assert_eq!(choose(&[], 6), Vec::<usize>::new());
    }

    #[test]
    fn forged_names_of_people_on_file_starve_nobody() {
        let forged = ["dana@acme-tel.example"; 50];
        let all = hints(&[&forged[..], &["bob@acme-tel.example", "b@y.example"]].concat());
        assert_eq!(choose(&all, 4), [0, 1, 50, 51]);
    }

    #[test]
    fn who_is_vouched_for_does_not_wait_behind_those_in_his_name() {
        let mut all = hints(&["dana@acme-tel.example"; 50]);
        for (place, hint) in all.iter_mut().enumerate() {
            hint.vouched = [40, 49].contains(&place);
        }
        assert_eq!(choose(&all, 4), [0, 1, 40, 49]);
    }

    #[test]
    fn the_order_of_one_sender_is_kept() {
        let all = hints(&["a@x.example", "b@x.example", "a@x.example", "c@y.example", "a@x.example"]);
        assert_eq!(choose(&all, 3), [0, 1, 3]);
    }
}
