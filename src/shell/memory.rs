//! The process's own memory: it stands in no dump (TD4), and the C library does not
//! hold on to what was freed, for bodies of mails come and go on many threads, and
//! its defaults keep a heap for each of them.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Heaps at most; each keeps the most that it ever held.
#[cfg(target_env = "gnu")]
const HEAPS_MAX: i32 = 2;
/// From this size on memory is the kernel's own, and goes back when it is freed.
#[cfg(target_env = "gnu")]
const OWN_MAPPING_BYTES: i32 = 64 * 1024;

/// To be called once, before there are threads. Other C libraries have no such
/// setting and need none.
pub fn be_frugal() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes numbers only; a refused setting changes nothing.
    #[expect(unsafe_code, reason = "the standard library has no such setting")]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS_MAX);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
    }
}

/// To be called once, before a password is read. The limit alone would not do:
/// where dumps go to a program, the kernel does not look at it (core(5)).
///
/// # Errors
///
/// The system allows neither; dumps may be made then.
pub fn leave_no_dumps() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
