//! Everything that is not deciding: files, servers, time, chance, the command
//! line. In reading order.

pub mod carrier;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod intake;
pub mod outbox;
pub mod process;
pub mod register;
pub mod rules;
pub mod socket;
pub mod source;
pub mod store;
pub mod vault;
pub mod view;
