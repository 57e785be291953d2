//! Reaches the desk: over the socket of the one that runs, else by opening its
//! store for the time of one command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::desk::rules::Rules;
use crate::shell::cli::Which;
use crate::shell::clock::Clock;
use crate::shell::config::{self, Config, Keys};
use crate::shell::run::{Failure, open_desk};
use crate::shell::view::{self, Request};
use crate::shell::{demo, rules, socket};

/// Where a desk is and what it runs on.
pub struct Reached {
    pub data: PathBuf,
    pub keys: Keys,
    pub rules: Arc<Rules>,
    pub config: Option<Config>,
}

/// Reads the configuration, or the folder of a demo.
pub fn find(which: &Which) -> Result<Reached, Failure> {
    match (&which.config, &which.dir) {
        (Some(path), _) => {
            let config = load(path)?;
            let rules = rules::load(config.rules.as_deref()).map_err(|error| Failure::Use(error.to_string()))?;
            let keys = Keys { staff: config.keys.staff.clone(), evidence: config.keys.evidence.clone() };
            Ok(Reached { data: config.data.clone(), keys, rules, config: Some(config) })
        }
        (None, Some(dir)) => {
            let (keys, rules) = demo::parts(dir)?;
            Ok(Reached { data: demo::data(dir), keys, rules, config: None })
        }
        (None, None) => {
            Err(Failure::Use("say which desk: --config FILE, or --dir DIR for a folder that `demo` made".to_owned()))
        }
    }
}

pub fn load(path: &Path) -> Result<Config, Failure> {
    config::load(path, &config::environment).map_err(|error| Failure::Use(error.to_string()))
}

/// Asks the desk, running or not.
pub async fn ask(which: &Which, request: Request) -> Result<Value, Failure> {
    let reached = find(which)?;
    ask_at(&reached, request).await
}

pub async fn ask_at(reached: &Reached, request: Request) -> Result<Value, Failure> {
    let words = serde_json::to_value(&request).map_err(|error| Failure::Work(error.to_string()))?;
    if let Some(answer) = socket::ask(&reached.data, &words).await {
        return answer.map_err(failure);
    }
    let opened = tokio::task::block_in_place(|| {
        open_desk(&reached.data, &reached.keys, Arc::clone(&reached.rules), Clock::default())
    });
    let desk = opened?;
    let answer = view::answer(&desk, request, None).await.map_err(failure);
    desk.store.clone().close().await;
    answer
}

pub fn failure((code, text): (u8, String)) -> Failure {
    match code {
        2 => Failure::Use(text),
        3 => Failure::Unknown(text),
        _ => Failure::Work(text),
    }
}
