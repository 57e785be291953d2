//! Every row of the ticket store, so that a rebuilt one can be compared with the
//! one that it replaces.

use std::collections::BTreeMap;

use strum::VariantArray as _;

use crate::shell::store::state::{StateError, Tree};
use crate::shell::store::view::View;

impl View<'_> {
    /// Tree and key, both readable, to the value as JSON.
    pub fn whole(&self) -> Result<BTreeMap<String, String>, StateError> {
        let mut rows = BTreeMap::new();
        for tree in Tree::VARIANTS {
            let name: &'static str = tree.into();
            for (key, value) in self.state.scan(*tree, b"", usize::MAX)? {
                rows.insert(format!("{name} {}", key.escape_ascii()), String::from_utf8_lossy(&value).into_owned());
            }
        }
        Ok(rows)
    }
}
