//! Which letter says it, who wrote it, and whether its answer is a consent.

use jiff::Timestamp;

use crate::desk::letter::Template;
use crate::desk::letter::say::Say;
use crate::desk::token::Action;

impl Say {
    pub fn template(&self) -> Template {
        match self {
            Say::Acknowledgement { .. } => Template::Acknowledgement,
            Say::Missing { .. } => Template::Missing,
            Say::Denial { .. } => Template::Denial,
            Say::NeutralNote {} => Template::NeutralNote,
            Say::ScheduleConfirmation { .. } => Template::ScheduleConfirmation,
            Say::AsapAccepted { .. } => Template::AsapAccepted,
            Say::Question { .. } => Template::Question,
            Say::Rescheduled { .. } => Template::Rescheduled,
            Say::OutsideHours { .. } => Template::OutsideHours,
            Say::Cancelled { .. } => Template::Cancelled,
            Say::Started { .. } => Template::Started,
            Say::FeedbackSuccess { .. } => Template::FeedbackSuccess,
            Say::FeedbackIssues { .. } => Template::FeedbackIssues,
            Say::FeedbackFailed { .. } => Template::FeedbackFailed,
            Say::ChangeReport { .. } => Template::ChangeReport,
            Say::AgentReply { .. } => Template::AgentReply,
            Say::CalendarQuestion { .. } => Template::CalendarQuestion,
            Say::Reminder { .. } => Template::Reminder,
            Say::Expired { .. } => Template::Expired,
            Say::WindowReminder { .. } => Template::WindowReminder,
            Say::Blocked { .. } => Template::Blocked,
            Say::NotStarted { .. } => Template::NotStarted,
            Say::TakingLonger { .. } => Template::TakingLonger,
            Say::Confirm { .. } => Template::Confirm,
            Say::Supplement { .. } => Template::Supplement,
            Say::PasswordReminder { .. } => Template::PasswordReminder,
            Say::ProblemReceived { .. } => Template::ProblemReceived,
            Say::NeutralProblemNote {} => Template::NeutralProblemNote,
            Say::Proposal { .. } => Template::Proposal,
            Say::Alarm(_) => Template::Alarm,
            Say::TestAlarm { .. } => Template::TestAlarm,
            Say::PersonHasIt { .. } => Template::PersonHasIt,
            Say::ToOperator { .. } => Template::ToOperator,
            Say::PassedOn { .. } => Template::PassedOn,
            Say::Resolved { .. } => Template::Resolved,
            Say::Transcript { .. } => Template::Transcript,
            Say::Duty { .. } => Template::Duty,
            Say::News { .. } => Template::News,
            Say::Subscription { .. } => Template::Subscription,
            Say::Undelivered { .. } => Template::Undelivered,
            Say::StaffNotice { .. } => Template::StaffNotice,
            Say::HeadsUp { .. } => Template::HeadsUp,
        }
    }

    /// Written by an agent's hand, not by the machine (3.1: no Auto-Submitted).
    pub fn is_by_a_person(&self) -> bool {
        matches!(self, Say::AgentReply { .. })
    }

    /// What the letter's single-use token is for and bound to; `None`: it has none.
    pub fn token(&self) -> Option<(Action, &str, Timestamp)> {
        match self {
            Say::Confirm { digest, until, .. } => Some((Action::Confirm, digest, *until)),
            Say::Proposal { digest, until, change, .. } => {
                let action = if change.is_empty() { Action::Accept } else { Action::Change };
                Some((action, digest, until.unwrap_or(Timestamp::MAX)))
            }
            Say::NotStarted { digest, until, slots, .. } if !slots.is_empty() => {
                Some((Action::Accept, digest, until.unwrap_or(Timestamp::MAX)))
            }
            _ => None,
        }
    }
}
