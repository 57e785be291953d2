//! Files of Word and Excel as their programs write them, as small as they can be.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A zip archive of these parts, packed or not.
pub fn zip(parts: &[(&str, &str)], packed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, text) in parts {
        let method = if packed { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
        let (mut entry, config) = archive.new_file(name).compression_method(method).start().unwrap();
        let descriptor = if packed {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
            writer.write_all(text.as_bytes()).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(text.as_bytes()).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// Says that the part at `target` is the document.
pub fn points_to(target: &str) -> String {
    relations(&[("officeDocument", target)])
}

fn relations(parts: &[(&str, &str)]) -> String {
    let one = |(number, (kind, target)): (usize, &(&str, &str))| {
        format!("<Relationship Id=\"r{number}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    format!("<Relationships>{}</Relationships>", parts.iter().enumerate().map(one).collect::<String>())
}

/// The main part of a document with these paragraphs.
pub fn paragraphs(lines: &[String]) -> String {
    let one = |line: &String| format!("<w:p>{}</w:p>", run(line));
    format!("<w:document><w:body>{}</w:body></w:document>", lines.iter().map(one).collect::<String>())
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

/// A document with a table of two columns.
pub fn document(rows: &[(String, String)]) -> Vec<u8> {
    // Programs begin a new run wherever something changes, in the middle of a value.
    let cell = |text: &str| {
        let middle = text.char_indices().nth(5).map_or(text.len(), |(at, _)| at);
        let (one, other) = text.split_at(middle);
        format!("<w:tc><w:p>{}{}</w:p></w:tc>", run(one), run(other))
    };
    let row = |(label, value): &(String, String)| format!("<w:tr>{}{}</w:tr>", cell(label), cell(value));
    let table: String = rows.iter().map(row).collect();
    let document = format!("<w:document><w:body><w:tbl>{table}</w:tbl></w:body></w:document>");
    zip(&[("_rels/.rels", &points_to("word/document.xml")), ("word/document.xml", &document)], true)
}

/// A workbook with one sheet. `shared`: its texts lie in a part of their own.
pub fn workbook(rows: &[Vec<String>], shared: bool) -> Vec<u8> {
    let (mut texts, mut sheet) = (Vec::new(), String::new());
    for row in rows {
        sheet.push_str("<row>");
        for cell in row {
            let text = format!("<t xml:space=\"preserve\">{}</t>", escaped(cell));
            if shared {
                sheet.push_str(&format!("<c t=\"s\"><v>{}</v></c>", texts.len()));
                texts.push(format!("<si>{text}</si>"));
            } else {
                sheet.push_str(&format!("<c t=\"inlineStr\"><is>{text}</is></c>"));
            }
        }
        sheet.push_str("</row>");
    }
    let parts = [
        ("_rels/.rels", points_to("xl/workbook.xml")),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"One\" r:id=\"r0\"/></sheets></workbook>".to_owned()),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]),
        ),
        ("xl/sharedStrings.xml", format!("<sst>{}</sst>", texts.concat())),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    zip(&parts, true)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&#62;").replace('"', "&quot;")
}
