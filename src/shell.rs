//! Everything that is not deciding: files, servers, time, chance, the command
//! line. In reading order.

pub mod authenticate;
pub mod clock;
pub mod memory;
pub mod terminal;
pub mod toml_file;
pub mod config;
pub mod rules;
pub mod vault;
pub mod challenge;
pub mod steps;
pub mod store;
pub mod audit;
pub mod original;
pub mod backup;
pub mod tls;
pub mod register;
pub mod source;
pub mod carrier;
pub mod canary;
pub mod intake;
pub mod process;
pub mod health;
pub mod held;
pub mod hook;
pub mod ports;
pub mod outbox;
pub mod timers;
pub mod board;
pub mod run;
pub mod replay;
pub mod story;
pub mod view;
pub mod socket;
pub mod demo;
pub mod cli;
