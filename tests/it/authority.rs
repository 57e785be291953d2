//! Authority, tokens and silence (security 3 A, C, D, E): mails in a name, and what
//! must come of them, on a whole desk in a folder.

mod answers;
mod caps;
mod commands;
pub mod desk;
mod files;
mod loops;
mod oracle;
mod permissions;
mod refusals;
mod safe;
mod shared;
mod undo;
