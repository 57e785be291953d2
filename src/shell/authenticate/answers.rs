//! The answers of the name servers about one mail: each question is asked once,
//! and only so many are (security 2.2, TB12).

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mail_auth::{DnsError, Error, ResolverCache, Txt};

/// What is known by now, and how many questions are left.
pub struct Answers(Mutex<State>);

struct State {
    known: HashMap<Box<str>, Txt>,
    left: usize,
}

impl Answers {
    /// At most `queries_max` questions; 0: nothing but what is put in.
    pub fn new(queries_max: usize) -> Answers {
        Answers(Mutex::new(State { known: HashMap::new(), left: queries_max }))
    }

    /// This is known beforehand.
    pub fn put(&self, name: Box<str>, value: Txt) {
        self.state().known.insert(name, value);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question too many is answered here: "not known now".
impl ResolverCache<Box<str>, Txt> for Answers {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut state = self.state();
        if let Some(known) = state.known.get(name) {
            return Some(known.clone());
        }
        match state.left.checked_sub(1) {
            Some(left) => {
                state.left = left;
                None
            }
            None => Some(Txt::Error(Error::Dns(DnsError::Resolver("too many questions for one mail".to_owned())))),
        }
    }

    fn remove<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.state().known.remove(name)
    }

    /// How long it holds is kept by the resolver's own cache.
    fn insert(&self, name: Box<str>, value: Txt, _valid_until: Instant) {
        self.put(name, value);
    }
}
