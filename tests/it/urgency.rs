//! Mails and how urgent they are: `fixtures/urgency/*.txt`, each case with its
//! right answer, and what must hold for any mail.

mod cases;
mod any;
