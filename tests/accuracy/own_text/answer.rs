//! What each source says about the own text of a mail.

use std::fmt;

use serde_json::Value;

use crate::own_text::likeness::{folded, of};

/// The own text as upstream states it, white space folded.
pub enum Answer {
    Whole(String),
    /// Only its beginning: upstream cuts an answer that is written between quoted
    /// lines into pieces, and tells the first of them.
    Begins(String),
}

/// The answer for one mail; `None`: only markup, a count of pieces, a signature
/// or words that are somewhere in it are told, which is no own text.
pub fn of_case(source: &str, expected: &Value) -> Option<Answer> {
    let text = |key: &str| expected[key].as_str();
    match source {
        // Its `body_stripped` are the regions that are not quoted; of a mail that
        // it unwraps it tells what stands above and below: nothing, if nothing.
        "quotequail" => text("body_stripped").map(whole).or_else(|| {
            let unwrapped = expected["unwrapped"].as_object()?;
            let part = |key: &str| unwrapped.get(key).and_then(Value::as_str).unwrap_or("");
            Some(whole(&format!("{}\n{}", part("text_top"), part("text_bottom"))))
        }),
        // The first piece of a mail is its own text above the first quotation;
        // with more than three pieces (own, signature, quoted) there is more of it.
        _ => text("body_stripped").or_else(|| text("html_to_text_stripped")).map(whole).or_else(|| {
            let first = text("first_fragment")?;
            let in_pieces = expected["fragments"].as_u64().is_some_and(|count| count > 3);
            Some(if in_pieces { Answer::Begins(folded(first)) } else { whole(first) })
        }),
    }
}

fn whole(text: &str) -> Answer {
    Answer::Whole(folded(text))
}

impl Answer {
    pub fn is_met_by(&self, text: &str) -> bool {
        match self {
            Answer::Whole(stated) => folded(text) == *stated,
            Answer::Begins(stated) => folded(text).starts_with(stated.as_str()),
        }
    }

    /// Word F1 of a hundred; of a beginning only whether it is there.
    pub fn likeness(&self, text: &str) -> f64 {
        match self {
            Answer::Whole(stated) => of(&folded(text), stated),
            Answer::Begins(_) => f64::from(u8::from(self.is_met_by(text))) * 100.0,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Whole(text) => write!(f, "{text:?}"),
            Answer::Begins(text) => write!(f, "a text that begins with {text:?}"),
        }
    }
}
