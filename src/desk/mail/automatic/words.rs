//! Words of mail that a machine wrote where no header says so (`automatic.toml`).

/// Phrases in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteWords {
    /// Subjects of absence notes; one that ends with a colon is a beginning.
    pub subjects: Vec<String>,
    /// Beginnings of sentences by which a text says that it is an automatic answer.
    pub replies: Vec<String>,
    /// That the writer is not there.
    pub away: Vec<String>,
    /// That he will be there again.
    pub back: Vec<String>,
    /// What becomes of the mail meanwhile.
    pub meanwhile: Vec<String>,
    /// Sentences of every note that say nothing.
    pub courtesies: Vec<String>,
    /// Lines with which a letter ends.
    pub closings: Vec<String>,
    /// What no machine writes of itself.
    pub wants: Vec<String>,
    /// That somebody's ticket system has taken in a mail, and what it calls it.
    pub received: Vec<String>,
    pub case: Vec<String>,
    /// That a mail is kept back, until the sender does something.
    pub held: Vec<String>,
    pub prove: Vec<String>,
}
