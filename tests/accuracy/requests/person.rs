//! People and companies, with the spellings of their addresses and numbers.

use upgrade_desk::desk::form::FieldKey;

use super::chance::Chance;
use super::field::{Field, Want};
use super::labels::Language;

pub struct Person {
    pub name: &'static str,
    pub company: &'static str,
    pub email: String,
    /// `+` and digits.
    pub phone: String,
}

impl Person {
    pub fn new(chance: &mut Chance, language: Language) -> Person {
        let (names, companies) = PEOPLE[language as usize];
        let mailbox = chance.pick(&["dana", "it", "voice.team", "j.doe", "ops-desk", "k_m"]);
        let domain = chance.pick(&["acme-tel.example", "voz.example.com", "tel.example.net", "example.org"]);
        let number = format!("55501{:02}", chance.below(100));
        let area = chance.pick(&["415", "212", "305", "713"]);
        let code = match language {
            Language::En => format!("1{area}"),
            Language::Es => "3491".to_owned(),
            Language::De => "4930".to_owned(),
            Language::Fr => "331".to_owned(),
            Language::It => "3906".to_owned(),
            Language::Pt => "35121".to_owned(),
            Language::Ru => "7495".to_owned(),
            Language::Zh => "8610".to_owned(),
            Language::Ja => "813".to_owned(),
        };
        Person {
            name: chance.pick(names),
            company: chance.pick(companies),
            email: format!("{mailbox}@{domain}"),
            phone: format!("+{code}{number}"),
        }
    }

    pub fn plain(&self) -> Vec<Field> {
        vec![
            Field::plain(FieldKey::AdminName, self.name),
            Field::plain(FieldKey::CompanyName, self.company),
            Field::plain(FieldKey::AdminEmail, &self.email),
            Field::new(FieldKey::AdminPhone, self.phone_grouped(" "), Want::is(self.phone.clone())),
        ]
    }

    pub fn spelled(&self, chance: &mut Chance) -> Vec<Field> {
        let mut fields = self.plain();
        fields[2].text = match chance.below(6) {
            0 => format!("<{}>", self.email),
            1 => format!("{} <{}>", self.name, self.email),
            2 => format!("{0}<mailto:{0}>", self.email),
            3 => format!("mailto:{}", self.email),
            _ => self.email.clone(),
        };
        fields[3].text = self.phone_spelling(chance);
        fields
    }

    fn parts(&self) -> (&str, &str, &str) {
        let split = self.phone.len() - 7;
        (&self.phone[1..split], &self.phone[split..split + 3], &self.phone[split + 3..])
    }

    fn phone_grouped(&self, with: &str) -> String {
        let (code, first, last) = self.parts();
        format!("+{code}{with}{first}{with}{last}")
    }

    pub fn phone_spelling(&self, chance: &mut Chance) -> String {
        let (code, first, last) = self.parts();
        match chance.below(9) {
            0 => format!("+{code} {first}-{last} x22"),
            1 => format!("00{code}-{first}-{last}"),
            2 => self.phone.clone(),
            3 => self.phone_grouped("-"),
            4 => format!("{} ext. 22", self.phone_grouped(" ")),
            5 => format!("{} (WhatsApp)", self.phone_grouped(" ")),
            6 => format!("Tel. {}", self.phone_grouped(" ")),
            7 => match code.strip_prefix('1').filter(|area| area.len() == 3) {
                Some(area) => format!("({area}) {first}-{last}"),
                None => self.phone_grouped("."),
            },
            _ => self.phone_grouped(" "),
        }
    }

    /// Numbers that nobody can call from elsewhere.
    pub fn phone_faulty(&self, chance: &mut Chance) -> Field {
        let (_, first, last) = self.parts();
        let text = match chance.below(5) {
            0 => format!("{first}-{last}"),
            1 => "same as on file".to_owned(),
            2 => format!("030 {first} {last}"),
            3 => format!("0{first}/{last}"),
            _ => "n/a".to_owned(),
        };
        Field::new(FieldKey::AdminPhone, text, Want::fault("phone_format").or_nothing())
    }

    pub fn email_faulty(&self, chance: &mut Chance) -> Field {
        let (text, want) = match chance.below(3) {
            0 => (self.email.replace('@', "(at)"), Want::fault("email_format")),
            1 => (self.email.replace('@', "@@"), Want::fault("email_format")),
            _ => (format!("{}, second@example.net", self.email), Want::fault("two_values")),
        };
        Field::new(FieldKey::AdminEmail, text, want)
    }
}

type People = (&'static [&'static str], &'static [&'static str]);

const PEOPLE: [People; 9] = [
    (&["Dana Ruiz", "Pat O'Neil", "J. van der Berg"], &["Acme Telephony Inc", "Example & Sons, LLC", "NorthTel Ltd."]),
    (&["José Núñez", "María-Luz Peña"], &["Telefonía Ejemplo S.A.", "Voz del Sur, S.L."]),
    (&["Jörg Müller", "Anke Groß"], &["Beispiel Telefonie GmbH", "Funk & Söhne GmbH & Co. KG"]),
    (&["Hélène D'Aubigné", "Noël Lefèvre"], &["Télécom Exemple SARL", "Voix d'Île-de-France S.A.S."]),
    (&["Niccolò D'Angelo", "Perla Rossi"], &["Telefonia Esempio S.r.l.", "Voce S.p.A."]),
    (&["João Conceição", "Inês d'Ávila"], &["Telefonia Exemplo Ltda.", "Voz Nova, S.A."]),
    (&["Иван Петров", "Ольга Сёмина"], &["ООО «Пример Телеком»", "АО Связь-Юг"]),
    (&["李雷", "欧阳小明"], &["示例电信有限公司", "北京样本通信股份有限公司"]),
    (&["山田太郎", "佐藤 花子"], &["株式会社サンプル通信", "例示テレコム合同会社"]),
];
