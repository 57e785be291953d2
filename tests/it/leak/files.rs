//! A form as a file of a spreadsheet or of a word processor.

use super::mails::{base64, windows_1252};
use super::passwords::{Encoding, Password};
use crate::support::office;

/// For every second password; the others are in files of text.
pub fn form(password: &Password, lines: &[String]) -> Option<Vec<u8>> {
    let number = password.number;
    if password.encoding == Encoding::Forwarded {
        return None;
    }
    // Labels end with a colon or, where something is asked, with a question mark.
    let parts = |line: &String| {
        let (label, value) = line.split_once(": ").or_else(|| line.split_once("? ")).unwrap_or((line, ""));
        (label.to_owned(), value.to_owned())
    };
    let rows: Vec<(String, String)> = lines.iter().map(parts).collect();
    // Labels beside their values, or above them.
    let cells = if number % 12 < 6 {
        rows.iter().map(|(label, value)| vec![label.clone(), value.clone()]).collect()
    } else {
        let (labels, values) = rows.iter().cloned().unzip();
        vec![labels, values]
    };
    let (name, bytes) = match number % 6 {
        1 => ("form.csv", separated(&cells, password.encoding)),
        3 => ("form.docx", office::document(&rows)),
        5 => ("form.xlsx", office::workbook(&cells, number % 4 == 1)),
        _ => return None,
    };
    let head = format!(
        "Content-Type: application/octet-stream; name=\"{name}\"\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=\"{name}\"\n\n"
    );
    Some([head.into_bytes(), base64(&bytes)].concat())
}

fn separated(rows: &[Vec<String>], encoding: Encoding) -> Vec<u8> {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<String>>().join(";") + "\r\n";
    let text: String = rows.iter().map(row).collect();
    match encoding {
        Encoding::Windows1252 => windows_1252(&text),
        Encoding::AttachedUtf16 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.into_bytes(),
    }
}
