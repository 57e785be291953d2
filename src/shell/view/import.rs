//! An import of the register, committed as one record.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::desk::record::{OutcomeWord, What};
use crate::desk::register::Register;
use crate::shell::register::{Difference, clashes, merge_import};
use crate::shell::socket::Refusal;
use crate::shell::store::{Body, CommitError, Commitment};
use crate::shell::view::Asked;

/// Compares and commits in one step, so that two imports cannot cross. The
/// answer is the difference it made.
pub async fn import(
    asked: Asked<'_>,
    file: Register,
    merge: bool,
    by: String,
    agreed: Option<Difference>,
) -> Result<Value, Refusal> {
    let at = asked.clock.now();
    let found: Arc<Mutex<Difference>> = Arc::default();
    let made = Arc::clone(&found);
    let commit = asked.store.commit(move |view| {
        let old = view.register().map_err(|error| error.to_string())?;
        let (register, difference) = merge_import(&old, file, merge);
        if agreed.is_some_and(|agreed| agreed != difference) {
            return Err("the register was changed meanwhile and nothing was imported; look at the new difference \
                        and import again"
                .to_owned());
        }
        let clashes: Vec<String> =
            clashes(&register).iter().map(|clash| format!("{}; {}", clash.what, clash.way_out)).collect();
        if !clashes.is_empty() {
            return Err(format!("nothing was imported:\n{}", clashes.join("\n")));
        }
        let body = match difference.is_empty() {
            true => Body::Nothing(OutcomeWord::Duplicate),
            false => Body::Plain(vec![What::Imported { register, by }]),
        };
        *made.lock().unwrap_or_else(PoisonError::into_inner) = difference;
        Ok(Commitment { at, body })
    });
    let receipt = commit.await.map_err(refusal)?;
    let difference = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(json!({ "difference": difference, "imported": receipt.seq.is_some(), "record": receipt.seq }))
}

fn refusal(error: CommitError) -> Refusal {
    match error {
        CommitError::Refused(_) | CommitError::DiskFull(_) => (1, error.to_string()),
        CommitError::Unknown(text) => {
            (3, format!("it is unknown whether the register was imported: {text}; start again and look"))
        }
    }
}
