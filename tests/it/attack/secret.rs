//! A password of a mail, looked for in every file of a desk, as it is and in the
//! forms in which mail and JSON write it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Fails with the file that holds it.
pub fn is_nowhere(password: &str, folder: &Path) {
    let disguises = disguises(password);
    for path in files(folder) {
        let bytes = fs::read(&path).unwrap();
        let holds = |disguise: &Vec<u8>| bytes.windows(disguise.len()).any(|window| window == disguise);
        assert!(!disguises.iter().any(holds), "{} holds the password", path.display());
    }
}

fn disguises(password: &str) -> Vec<Vec<u8>> {
    let quoted = |byte: u8| format!("={byte:02X}");
    let mut all = vec![
        password.to_owned(),
        password.bytes().map(quoted).collect(),
        password.replace('=', "=3D").replace(' ', "=20"),
        password.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        password.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        password.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    ];
    // Base64 of a part of a text depends on where it begins.
    for lead in 0..3 {
        let text = STANDARD.encode([vec![b'x'; lead], password.as_bytes().to_vec()].concat());
        let inner = text.trim_end_matches('=');
        all.push(inner.get(4..inner.len().saturating_sub(2)).unwrap_or(inner).to_owned());
    }
    let wide = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut bytes: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    bytes.push(wide);
    bytes
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name().is_some_and(|name| name != "lock" && name != "desk.sock") {
            found.push(path);
        }
    }
    found
}
