//! The pure half, its modules in reading order: each may use only those above
//! it (`tests/tidy.rs` checks that). Nothing here reads a clock, a file, a
//! socket, the environment or chance, and nothing panics on input.

pub mod language;
pub mod phrase;
pub mod moment;
pub mod hours;
pub mod limits;
pub mod calendar;
pub mod mail;
pub mod form;
pub mod seal;
pub mod urgency;
pub mod denial;
pub mod register;
pub mod ports;
pub mod escalation;
pub mod rules;
pub mod office;
pub mod ticket;
pub mod bookings;
pub mod token;
pub mod canary;
pub mod command;
pub mod enclosed;
pub mod attached;
pub mod writer;
pub mod timers;
pub mod board;
pub mod input;
pub mod known;
pub mod access;
pub mod lookalike;
pub mod letter;
pub mod record;
pub mod decide;
pub mod report;
