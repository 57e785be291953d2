//! The readers of forms, times, secrets and commands.

mod hours;
mod moment;
mod spec;
