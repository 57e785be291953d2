//! A Maildir as the mailbox.
