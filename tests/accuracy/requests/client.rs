//! How ten mail programs write what was typed into them: text and HTML, quotes,
//! signatures, charsets.

use super::body::{Draft, Earlier, Piece};
use super::chance::Chance;
use super::coding::Part;
use super::labels::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    Outlook,
    OutlookWeb,
    Gmail,
    AppleMail,
    Phone,
    Thunderbird,
    Notes,
    Yahoo,
    Mutt,
    Foxmail,
}

pub const CLIENTS: [Client; 10] = [
    Client::Outlook,
    Client::OutlookWeb,
    Client::Gmail,
    Client::AppleMail,
    Client::Phone,
    Client::Thunderbird,
    Client::Notes,
    Client::Yahoo,
    Client::Mutt,
    Client::Foxmail,
];

impl Client {
    /// The parts of the body, the plainest first.
    pub fn parts(self, draft: &Draft, chance: &mut Chance) -> Vec<Part> {
        let text = || self.text(draft);
        let html = || self.html(draft);
        let plain = |text: String| Part { html: false, flowed: false, text };
        let formatted = |text: String| Part { html: true, flowed: false, text };
        match self {
            Client::OutlookWeb | Client::Foxmail if draft.other_text.is_none() => vec![formatted(html())],
            Client::Mutt | Client::AppleMail if draft.other_text.is_none() => vec![plain(text())],
            Client::Thunderbird if draft.other_text.is_none() && chance.one_in(2) => {
                vec![Part { flowed: true, ..plain(flowed(&text())) }]
            }
            _ => vec![plain(text()), formatted(html())],
        }
    }

    fn text(self, draft: &Draft) -> String {
        let mut lines = draft.lines(draft.other_text.as_ref().unwrap_or(&draft.own));
        let signature = self.signature(draft);
        let quoted = draft.earlier.as_ref().map(|earlier| self.quoted(draft, earlier)).unwrap_or_default();
        if self == Client::Mutt && draft.earlier.as_ref().is_some_and(|earlier| !earlier.forwarded) {
            // Answers below, as the old school has it.
            lines = [quoted, vec![String::new()], lines, signature].concat();
        } else if self == Client::Mutt {
            lines = [lines, quoted, signature].concat();
        } else {
            lines.extend(signature);
            lines.extend(quoted);
        }
        if self == Client::Gmail {
            lines = lines.iter().flat_map(|line| wrapped(line, 78)).collect();
        }
        if matches!(self, Client::Outlook | Client::Notes) {
            lines = lines.into_iter().map(|line| line.replace('\t', "    ")).collect();
        }
        lines.join("\r\n") + "\r\n"
    }

    fn signature(self, draft: &Draft) -> Vec<String> {
        let sent_from = [
            "Sent from my iPhone",
            "Enviado desde mi iPhone",
            "Von meinem iPhone gesendet",
            "Envoyé de mon iPhone",
            "Inviato da iPhone",
            "Enviado do meu iPhone",
            "Отправлено с iPhone",
            "发自我的iPhone",
            "iPhoneから送信",
        ];
        let mut lines = vec![String::new()];
        match self {
            Client::Phone => lines.push(sent_from[draft.language as usize].to_owned()),
            Client::Thunderbird | Client::Mutt | Client::Gmail => lines.push("-- ".to_owned()),
            _ => {}
        }
        lines.extend(draft.signature.iter().cloned());
        lines
    }

    /// The earlier mail with its head and marks.
    fn quoted(self, draft: &Draft, earlier: &Earlier) -> Vec<String> {
        let body = draft.lines(&earlier.body);
        let mut lines = vec![String::new()];
        match self {
            Client::Outlook | Client::OutlookWeb | Client::Notes | Client::Foxmail | Client::Yahoo => {
                lines.extend(head(self, draft.language, earlier));
                lines.extend(body);
            }
            _ if earlier.forwarded => {
                lines.extend(head(self, draft.language, earlier));
                lines.extend(body);
            }
            _ => {
                lines.push(attribution(draft.language, earlier));
                lines
                    .extend(body.iter().map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") }));
            }
        }
        lines
    }

    fn html(self, draft: &Draft) -> String {
        let mut page = String::new();
        let (open, close) = match self {
            Client::Outlook => ("<div class=WordSection1>", "</div>"),
            Client::Gmail => ("<div dir=\"ltr\">", "</div>"),
            Client::Notes => ("<font size=2 face=\"sans-serif\">", "</font>"),
            Client::Yahoo => ("<div class=\"ydp1a yahoo-style-wrap\" style=\"font-size:13px;\">", "</div>"),
            Client::Foxmail => ("<div style=\"font-family: 微软雅黑;\">", "</div>"),
            _ => ("<div>", "</div>"),
        };
        page.push_str("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html\">");
        if self == Client::Outlook {
            page.push_str("<style><!-- p.MsoNormal {margin:0cm;} --></style>");
        }
        page.push_str("</head><body>");
        page.push_str(open);
        page.push_str(&self.pieces(draft, &draft.own));
        page.push_str(close);
        let signature = self.signature(draft).iter().map(|line| self.line(&escaped(line))).collect::<String>();
        page.push_str(&signature);
        if let Some(earlier) = &draft.earlier {
            page.push_str(&self.html_quoted(draft, earlier));
        }
        page.push_str("</body></html>\r\n");
        page
    }

    fn html_quoted(self, draft: &Draft, earlier: &Earlier) -> String {
        let body = self.pieces(draft, &earlier.body);
        let head: String =
            head(self, draft.language, earlier).iter().map(|line| format!("{}<br>\r\n", escaped(line))).collect();
        let attribution = escaped(&attribution(draft.language, earlier));
        match self {
            Client::Outlook => {
                format!("<div style='border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>{head}</p></div>{body}")
            }
            Client::OutlookWeb => {
                format!("<hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\">{head}</div><div>{body}</div>")
            }
            Client::Notes | Client::Foxmail => format!("<br><div>{head}</div>{body}"),
            Client::Yahoo => format!("<div class=\"yahoo_quoted\"><div>{head}</div><div>{body}</div></div>"),
            Client::Gmail => {
                let head = if earlier.forwarded { head } else { format!("{attribution}<br>") };
                format!(
                    "<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{head}</div><blockquote \
                     class=\"gmail_quote\" style=\"margin:0 0 0 .8ex\">{body}</blockquote></div>"
                )
            }
            _ if earlier.forwarded => format!("<br><div>{head}</div><div>{body}</div>"),
            _ => format!("<div>{attribution}</div><blockquote type=\"cite\">{body}</blockquote>"),
        }
    }

    fn pieces(self, draft: &Draft, pieces: &[Piece]) -> String {
        let mut page = String::new();
        let mut in_table = false;
        for piece in pieces {
            let row = draft.table && matches!(piece, Piece::Row(_));
            if row && !in_table {
                page.push_str("<table border=0 cellpadding=0><tbody>\r\n");
            } else if in_table && !row {
                page.push_str("</tbody></table>\r\n");
            }
            in_table = row;
            match piece {
                Piece::Row(pairs) if row => {
                    for (label, value) in pairs {
                        page.push_str(&self.row(label, value));
                    }
                }
                Piece::Row(_) | Piece::Line(_) => page.push_str(&self.line(&escaped(&draft.text_of(piece)))),
            }
        }
        if in_table {
            page.push_str("</tbody></table>\r\n");
        }
        page
    }

    fn row(self, label: &str, value: &str) -> String {
        let (label, value) = (escaped(label), escaped(value));
        match self {
            Client::Outlook => format!(
                "<tr><td width=200 valign=top><p class=MsoNormal><b>{label}<o:p></o:p></b></p></td><td>\
                 <p class=MsoNormal>{value}<o:p></o:p></p></td></tr>\r\n"
            ),
            Client::Notes => format!(
                "<tr valign=top><td><font size=2><b>{label}:</b></font><td><font size=2>{value}</font></tr>\r\n"
            ),
            _ => format!(
                "<tr><td><b>{label}</b>&nbsp;</td><td><table><tr><td><span>{value}</span></td></tr></table></td>\
                 </tr>\r\n"
            ),
        }
    }

    fn line(self, escaped: &str) -> String {
        match self {
            Client::Outlook if escaped.is_empty() => "<p class=MsoNormal><o:p>&nbsp;</o:p></p>\r\n".to_owned(),
            Client::Outlook => format!("<p class=MsoNormal><span lang=EN-US>{escaped}<o:p></o:p></span></p>\r\n"),
            Client::Notes | Client::Phone => format!("{escaped}<br>\r\n"),
            _ if escaped.is_empty() => "<div><br></div>\r\n".to_owned(),
            _ => format!("<div>{escaped}</div>\r\n"),
        }
    }
}

/// The head of an answered or forwarded mail, in the language of its program.
fn head(client: Client, language: Language, earlier: &Earlier) -> Vec<String> {
    let [from, sent, to, subject] = match language {
        Language::En => ["From", "Sent", "To", "Subject"],
        Language::Es => ["De", "Enviado", "Para", "Asunto"],
        Language::De => ["Von", "Gesendet", "An", "Betreff"],
        Language::Fr => ["De", "Envoyé", "À", "Objet"],
        Language::It => ["Da", "Inviato", "A", "Oggetto"],
        Language::Pt => ["De", "Enviado", "Para", "Assunto"],
        Language::Ru => ["От", "Отправлено", "Кому", "Тема"],
        Language::Zh => ["发件人", "发送时间", "收件人", "主题"],
        Language::Ja => ["差出人", "送信日時", "宛先", "件名"],
    };
    let rule = match (client, earlier.forwarded) {
        (Client::Outlook, _) => "-----Original Message-----",
        (Client::Gmail, true) => "---------- Forwarded message ---------",
        (Client::Thunderbird, true) => "-------- Forwarded Message --------",
        (Client::AppleMail | Client::Phone, true) => "Begin forwarded message:",
        (Client::Mutt, true) => "----- Forwarded message from a colleague -----",
        (Client::Foxmail, _) => "------------------ Original ------------------",
        (Client::OutlookWeb, _) => "________________________________",
        _ => "",
    };
    vec![
        rule.to_owned(),
        format!("{from}: {} <{}>", earlier.from, earlier.address),
        format!("{sent}: 24 Nov 2026 09:00"),
        format!("{to}: upgrade@vendor.example"),
        format!("{subject}: {}", earlier.subject),
        String::new(),
    ]
}

fn attribution(language: Language, earlier: &Earlier) -> String {
    let (name, address) = (&earlier.from, &earlier.address);
    match language {
        Language::En => format!("On Tue, Nov 24, 2026 at 9:00 AM {name} <{address}> wrote:"),
        Language::Es => format!("El mar, 24 nov 2026 a las 9:00, {name} (<{address}>) escribió:"),
        Language::De => format!("Am 24.11.2026 um 09:00 schrieb {name} <{address}>:"),
        Language::Fr => format!("Le mar. 24 nov. 2026 à 09:00, {name} <{address}> a écrit :"),
        Language::It => format!("Il giorno mar 24 nov 2026 alle ore 09:00 {name} <{address}> ha scritto:"),
        Language::Pt => format!("Em ter., 24 de nov. de 2026 às 09:00, {name} <{address}> escreveu:"),
        Language::Ru => format!("вт, 24 нояб. 2026 г. в 09:00, {name} <{address}>:"),
        Language::Zh => format!("{name} <{address}> 于2026年11月24日周二 09:00写道："),
        Language::Ja => format!("2026年11月24日(火) 9:00 {name} <{address}>:"),
    }
}

/// Blanks at the beginning, and more than one, are kept as programs keep them.
pub fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\t', "&nbsp;&nbsp;&nbsp; ").replace("  ", "&nbsp; ")
}

/// RFC 3676: a line that goes on ends with a blank.
fn flowed(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = if line == "-- " { line } else { line.trim_end() };
        if line.starts_with('>') {
            lines.push(line.to_owned());
            continue;
        }
        let pieces = wrapped(line, 72);
        let last = pieces.len() - 1;
        for (place, piece) in pieces.into_iter().enumerate() {
            let stuffed = if piece.starts_with([' ', '>']) { format!(" {piece}") } else { piece };
            lines.push(if place < last { format!("{stuffed} ") } else { stuffed });
        }
    }
    lines.join("\r\n") + "\r\n"
}

/// Broken at blanks where it is longer than `width`.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in line.split(' ') {
        let last = pieces.last_mut().unwrap();
        let begun = !last.trim().is_empty();
        if begun && last.chars().count() + 1 + word.chars().count() > width && line.len() > width {
            pieces.push(word.to_owned());
        } else {
            if !last.is_empty() || word.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    if line.chars().count() <= width { vec![line.to_owned()] } else { pieces }
}
