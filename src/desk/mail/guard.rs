//! One door to code of others that reads hostile bytes: a panic in there is
//! "could not be read", not the end of the desk (TE9).

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `read` returns, or `None` when it panicked. The closure must own or
/// only read what it uses, so that nothing half done is left behind.
pub(super) fn parser<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}
