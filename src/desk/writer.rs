//! Who wrote a mail, as far as it matters for the passwords that may stand in it.

use crate::desk::mail::{Mail, Proof};
use crate::desk::rules::Rules;
use crate::desk::seal::prints::{Writer, WriterKind};

/// Who wrote a mail, for the prints of secrets.
pub fn writer<'a>(mail: &'a Mail, proof: &Proof, rules: &Rules) -> Writer<'a> {
    let address = mail.address();
    let by_staff = address.is_some_and(|address| rules.access.staff_by_address(address).is_some());
    let kind = match by_staff {
        _ if mail.is_automatic() || mail.report.is_some() => WriterKind::Machine,
        true => WriterKind::Staff,
        false => WriterKind::Person,
    };
    Writer { address, proven: proof.is_pass(), kind }
}
