//! Makes sled's flush an honest one. sled 0.34 ends a flush with
//! `sync_file_range`, which does not reach the disk; when the call is missing
//! (`ENOSYS`) it falls back to `fsync`. So the process brings its own
//! `sync_file_range` that is always missing. Nothing else in it uses the call.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Stands in for the C library's function of this name in the whole process.
///
/// # Safety
/// Touches nothing but the calling thread's `errno`.
#[expect(unsafe_code, reason = "the linker takes a C function only by its unmangled name")]
#[unsafe(no_mangle)]
pub extern "C" fn sync_file_range(_file: i32, _offset: i64, _length: i64, _flags: u32) -> i32 {
    // SAFETY: `__errno_location` always returns the calling thread's own errno.
    #[expect(unsafe_code, reason = "errno is set through a pointer")]
    unsafe {
        *libc::__errno_location() = libc::ENOSYS;
    }
    -1
}

/// Whether the call, made the way sled makes it, is refused on `file`. A
/// statically linked C library could undo the stand-in, so this is checked at
/// every start.
pub fn is_refused(file: &File) -> bool {
    // SAFETY: the descriptor is open for as long as `file` is borrowed, and the
    // call takes no pointers.
    #[expect(unsafe_code, reason = "sled calls the C function, so the check must too")]
    let result = unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, 0) };
    result == -1 && io::Error::last_os_error().raw_os_error() == Some(libc::ENOSYS)
}
