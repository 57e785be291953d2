//! Mails as people's mail programs and our mail host write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A mail before it is bytes.
#[derive(Debug, Clone)]
pub struct Mail {
    pub name: String,
    pub from: String,
    pub subject: String,
    pub answers: Option<String>,
    pub body: String,
    pub voucher: Voucher,
    pub date: Timestamp,
}

/// What our mail host says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// A good signature of the author's domain over all that matters.
    Signed,
    /// Nothing.
    Nobody,
    /// The domain disowns it.
    Forged,
    /// Signed, and sent by a robot that is away.
    Absent,
}

/// A report that a letter did not arrive.
pub fn bounce(number: u64, letter_id: &str, to: &str, at: Timestamp) -> Vec<u8> {
    let date = at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
    let domain = to.split_once('@').map_or("", |(_, domain)| domain);
    crlf(&format!(
        "Return-Path: <>\n\
         Date: {date}\n\
         From: Mail Delivery System <mailer-daemon@{domain}>\n\
         To: upgrade@vendor.example\n\
         Subject: Undelivered Mail Returned to Sender\n\
         Message-ID: <bounce.{number}@{domain}>\n\
         Auto-Submitted: auto-replied\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b{number}\"\n\
         \n\
         --b{number}\n\
         Content-Type: text/plain; charset=utf-8\n\
         \n\
         The mailbox is full.\n\
         --b{number}\n\
         Content-Type: message/delivery-status\n\
         \n\
         Reporting-MTA: dns; mx.{domain}\n\
         \n\
         Final-Recipient: rfc822; {to}\n\
         Action: failed\n\
         Status: 5.2.2\n\
         Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n\
         --b{number}\n\
         Content-Type: text/rfc822-headers\n\
         \n\
         Message-ID: <{letter_id}>\n\
         To: {to}\n\
         --b{number}--\n"
    ))
}

impl Mail {
    pub fn bytes(&self, number: u64) -> Vec<u8> {
        let domain = self.from.split_once('@').map_or("", |(_, domain)| domain);
        let (from, name, subject) = (&self.from, &self.name, &self.subject);
        let date = self.date.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
        let mark = format!("m{number:07}x");
        let host = match self.voucher {
            Voucher::Signed | Voucher::Absent => format!(
                "Authentication-Results: mx.vendor.example;\n\
                 \tdkim=pass header.d={domain} header.b={mark};\n\
                 \tspf=pass smtp.mailfrom={from};\n\
                 \tdmarc=pass header.from={domain}\n\
                 DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain};\n\
                 \ts=m1; h=from:to:subject:date:message-id:in-reply-to:references:\n\
                 \tmime-version:content-type;\n\
                 \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\
                 \tb={mark}acmQ2v8yE1kq0\n"
            ),
            Voucher::Nobody => {
                format!("Authentication-Results: mx.vendor.example; dkim=none; spf=none smtp.mailfrom={from}\n")
            }
            Voucher::Forged => format!(
                "Authentication-Results: mx.vendor.example; dkim=none;\n\
                 \tspf=fail smtp.mailfrom={from}; dmarc=fail (p=reject) header.from={domain}\n"
            ),
        };
        let thread =
            self.answers.as_ref().map_or_else(String::new, |id| format!("In-Reply-To: <{id}>\nReferences: <{id}>\n"));
        let robot = if self.voucher == Voucher::Absent { "Auto-Submitted: auto-replied\n" } else { "" };
        let body = &self.body;
        crlf(&format!(
            "Return-Path: <{from}>\n{host}Date: {date}\nFrom: {name} <{from}>\nTo: upgrade@vendor.example\n\
             Subject: {subject}\nMessage-ID: <month.{number}@{domain}>\n{thread}{robot}MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\n{body}\n"
        ))
    }
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}
