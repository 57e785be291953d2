//! Keeps the C library from holding on to what was freed: bodies of mails come
//! and go on many threads, and its defaults keep a heap for each of them.

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
