//! The readers of forms, times, secrets and commands.

mod exact;
mod command;
mod hours;
mod mails;
mod moment;
mod origin;
mod read;
mod sample_mail;
mod seal;
mod spec;
mod values;
