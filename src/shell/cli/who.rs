//! Who is at the console: the name that the system has for this process's user.

use rustix::process::geteuid;

/// `ann`; behind `sudo`, `ann as upgrade-desk`. A number where the system has
/// no name.
pub fn who() -> String {
    let user = name(geteuid().as_raw());
    match std::env::var("SUDO_USER") {
        Ok(person) if !person.trim().is_empty() && person != user => format!("{person} as {user}"),
        _ => user,
    }
}

fn name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    named(&users, uid).unwrap_or_else(|| format!("user {uid}"))
}

/// Lines of passwd(5): the name, a mark, the number.
fn named(users: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number == uid && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn users_have_names_or_numbers() {
        let users = "root:x:0:0::/nowhere:/bin/sh\nbroken\nann:x:1000:1000::/nowhere:/bin/sh\n";
        for (uid, name) in [(0, Some("root")), (1000, Some("ann")), (1, None), (100, None)] {
            assert_eq!(named(users, uid).as_deref(), name);
        }
    }
}
