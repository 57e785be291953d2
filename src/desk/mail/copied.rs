//! The text of a redacted copy (TD5), parted again into what its original said in
//! plain text, in HTML and in attached texts: one request is not to count as two.

use crate::desk::mail::{AttachedText, Mail, Quotes, body};

/// Stands above what the HTML part said, where that was something else.
pub const HTML_BELOW: &str = "[The same mail as its HTML part tells it:]";
/// Stands above what attached texts said.
pub const ATTACHED_BELOW: &str = "[What its attached text files say:]";
/// Stands below all that the mail said.
pub const COPY_ABOVE: &str = "-- \nThis is a copy that the upgrade desk made.";

impl Mail {
    /// Parts the text of a copy. Anybody can write these lines: they prove nothing.
    pub(in crate::desk) fn part_copy(&mut self, quotes: &Quotes) {
        let (said, rest) = match self.text.rsplit_once(COPY_ABOVE) {
            Some((said, rest)) => (said, format!("\n\n{COPY_ABOVE}{rest}")),
            None => (self.text.as_str(), String::new()),
        };
        let (said, attached) = said.split_once(ATTACHED_BELOW).unwrap_or((said, ""));
        let (text, html) = said.split_once(HTML_BELOW).unwrap_or((said, ""));
        let (html, attached) = (html.trim().to_owned(), attached.trim().to_owned());
        self.text = format!("{}{rest}", text.trim_end());
        self.html_text = html;
        let attached = AttachedText { text: attached, ..AttachedText::default() };
        self.attached = if attached.text.is_empty() { Vec::new() } else { vec![attached] };
        let parts = body::split(&self.text, quotes);
        self.own_text = parts.own;
        self.quoted_text = parts.quoted;
        self.signature = parts.signature;
    }
}
