//! `backup` and `restore`.

use std::path::Path;

use crate::shell::backup::last;
use crate::shell::cli::{Which, page, reach};
use crate::shell::run::Failure;
use crate::shell::{audit, backup as copies, clock, terminal};

pub fn backup(file: &Path, which: &Which) -> Result<(), Failure> {
    let reached = reach::find(which)?;
    let bytes = copies::backup(&reached.data, file).map_err(|error| Failure::Work(error.to_string()))?;
    let last = last::Last { at: clock::now(), bytes };
    if let Err(error) = last::remember(&reached.data, &last) {
        eprintln!("note: the copy is good, but `status` will not tell of it: {error}");
    }
    page::print(&format!("{bytes} bytes in {}\n", terminal::line(&file.display().to_string())))
}

/// What was put back is read through at once: a copy that is of no use is found out now.
pub fn restore(file: &Path, which: &Which) -> Result<(), Failure> {
    let data = data(which)?;
    let failed = |text: String| Failure::Work(text);
    let files = copies::restore(file, &data).map_err(|error| failed(error.to_string()))?;
    let mut progress = |records| eprintln!("verifying the journal: {records} records so far");
    let audited = audit::audit(&data, &[], &mut progress).map_err(|error| failed(error.to_string()))?;
    if !audited.damaged.is_empty() {
        return Err(failed(format!("the backup is damaged: {}", audited.damaged.join("; "))));
    }
    page::print(&format!(
        "{files} files with {} records in {}; the next start makes the ticket store of them. What came after the \
         backup is unknown to it: see the runbook, part 7\n",
        audited.records,
        terminal::line(&data.display().to_string())
    ))
}

/// The data folder, which need not be one yet.
fn data(which: &Which) -> Result<std::path::PathBuf, Failure> {
    match (&which.config, &which.dir) {
        (Some(config), _) => Ok(reach::load(config)?.data),
        (None, Some(dir)) => Ok(dir.clone()),
        (None, None) => Err(Failure::Use("say which desk: --config FILE, or --dir DIR for its data folder".to_owned())),
    }
}
