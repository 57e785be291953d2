//! What a mail may be and cost at most (security 2.2), from `rules/limits.toml`.

use serde::Deserialize;

/// Limits of security 2.2 (`limits.toml`). Everything has one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub message_bytes_max: u64,
    pub header_bytes_max: usize,
    pub header_field_bytes_max: usize,
    pub header_fields_max: usize,
    pub header_line_bytes_max: usize,
    pub mime_depth_max: usize,
    pub mime_parts_max: usize,
    pub mime_parameters_max: usize,
    pub addresses_per_field_max: usize,
    pub text_bytes_max: usize,
    pub text_lines_max: usize,
    pub html_depth_max: usize,
    pub attachments_max: usize,
    /// Parts of one attached file of Word or Excel (TE6).
    pub archive_entries_max: usize,
    /// How many times as big as packed a part of it may be.
    pub archive_ratio_max: usize,
    /// Bytes that are unpacked of all such files of one mail.
    pub archive_bytes_max: usize,
}

/// What an agent's files may be that go to a customer with his words (5.2).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyFiles {
    /// Files of one letter; 0: none leaves.
    pub files_max: usize,
    /// Bytes of one file, as it lies on the agent's disk.
    pub file_bytes_max: u64,
    /// Bytes of all files of one letter together.
    pub files_bytes_max: u64,
}

/// What one mail may cost in looks at signatures and names (security 2.2, TB12).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookups {
    /// Signatures that are evaluated, of those that may be the author's.
    pub signatures_max: usize,
    /// Questions to the name servers about one mail.
    pub queries_max: usize,
    /// Seconds that all of them together may take.
    pub seconds_max: u64,
    /// The same, while the name servers answer nothing at all.
    pub silent_seconds_max: u64,
}
