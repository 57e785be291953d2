//! Credentials: from a file only the desk can read, or from the environment.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

/// How the environment is seen: a name to its value.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The real environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A password for a server. It cannot print itself and is wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    pub fn new(value: String) -> Password {
        Password(Zeroizing::new(value))
    }

    /// For the login alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What is wrong with a credential: what was found, and the way out.
pub type Wrong = (String, String);

/// The first line of a file that only its owner and group can read; the second
/// value warns when the group can.
pub fn from_file(path: &Path) -> Result<(Password, Option<String>), Wrong> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| (error.to_string(), format!("write the password into {shown}"));
    let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err((format!("mode {:03o}: every user can reach it", mode & 0o777), format!("chmod 600 {shown}")));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    let line = text.lines().next().unwrap_or("");
    if line.is_empty() {
        return Err(("an empty first line".to_owned(), format!("write the password into {shown}")));
    }
    let warning = (mode & 0o070 != 0).then(|| format!("{shown} can be read by its whole group; chmod 600 {shown}"));
    Ok((Password::new(line.to_owned()), warning))
}

pub fn from_environment(name: &str, environment: Environment<'_>) -> Result<Password, Wrong> {
    match environment(name) {
        Some(value) if !value.is_empty() => Ok(Password::new(value)),
        Some(_) => Err(("an empty value".to_owned(), format!("give the variable {name} the password"))),
        None => Err(("no such variable".to_owned(), format!("set the variable {name}, or use `password_file`"))),
    }
}
