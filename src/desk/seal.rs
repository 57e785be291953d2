//! Takes secrets out of a [`Mail`] before anything else sees them (F-09, TD4).

use zeroize::Zeroizing;

/// A secret on its way from the mail to the vault: it cannot print or copy itself.
pub struct Secret {
    value: Zeroizing<String>,
}

impl Secret {
    pub fn new(value: String) -> Secret {
        Secret { value: Zeroizing::new(value) }
    }

    /// The exact bytes, for sealing only.
    pub fn expose(&self) -> &str {
        &self.value
    }
}
