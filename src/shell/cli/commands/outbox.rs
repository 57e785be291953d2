//! `outbox`: letters on their way, held and retried by hand.

use crate::desk::record::Did;
use crate::shell::cli::actions::{OneNumber, OutboxAction};
use crate::shell::cli::commands::show;
use crate::shell::cli::people;
use crate::shell::cli::who::who;
use crate::shell::run::Failure;
use crate::shell::view::Request;

pub async fn outbox(action: OutboxAction) -> Result<(), Failure> {
    match action {
        OutboxAction::List { state, asking } => show(&asking, Request::Outbox { state }, people::kept::letters).await,
        OutboxAction::Show(OneNumber { no, asking }) => {
            show(&asking, Request::Letter { no }, people::kept::letter).await
        }
        OutboxAction::Retry(OneNumber { no, asking }) => {
            let retry = Request::ByHand { by: who(), did: Did::Retried { letter: no } };
            show(&asking, retry, people::kept::retried).await
        }
        OutboxAction::Hold(OneNumber { no, asking }) => {
            let hold = Request::ByHand { by: who(), did: Did::Held { letter: no } };
            show(&asking, hold, people::kept::held).await
        }
    }
}
