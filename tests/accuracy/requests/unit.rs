//! Units: serial numbers, MAC and IP addresses, versions and passwords, each in
//! the spellings in which they come.

use upgrade_desk::desk::form::FieldKey;

use super::chance::Chance;
use super::field::{Field, Want};

/// What is true of one unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Letters, digits, last: `SM`, `0417`, `22A`.
    serial: (String, String, String),
    mac: [u8; 6],
    ip: [u8; 4],
    pub version: String,
    pub password: String,
}

impl Unit {
    pub fn new(chance: &mut Chance) -> Unit {
        let number = format!("{:04}", chance.below(10_000));
        let last = format!("{:02}{}", chance.below(100), chance.choose(&['A', 'B', 'C', 'D', 'E', 'H']));
        let net = chance.choose(&[[192, 0, 2], [198, 51, 100], [203, 0, 113]]);
        let host = u8::try_from(1 + chance.below(253)).unwrap();
        Unit {
            serial: ("SM".to_owned(), number, last),
            mac: [0, 0, 0x5E, 0, 0x53, u8::try_from(chance.below(256)).unwrap()],
            ip: [net[0], net[1], net[2], host],
            version: format!("{}.{}.{}", 4 + chance.below(2), chance.below(10), chance.below(10)),
            password: password(chance),
        }
    }

    pub fn serial(&self) -> String {
        let (letters, number, last) = &self.serial;
        format!("{letters}{number}{last}")
    }

    pub fn serial_printed(&self) -> String {
        let (letters, number, last) = &self.serial;
        format!("{letters}-{number}-{last}")
    }

    pub fn mac(&self) -> String {
        grouped(&self.mac, 1, ":")
    }

    pub fn ip(&self) -> String {
        self.ip.map(|octet| octet.to_string()).join(".")
    }

    /// The gates and the rest as a careful customer writes them.
    pub fn plain(&self) -> Vec<Field> {
        vec![
            Field::new(FieldKey::UnitSerial, self.serial_printed(), Want::is(self.serial())),
            Field::plain(FieldKey::UnitVersion, &self.version),
            Field::plain(FieldKey::UnitMac, &self.mac()),
            Field::plain(FieldKey::UnitIp, &self.ip()),
            Field::plain(FieldKey::ManagerPassword, &self.password),
        ]
    }

    /// The same in spellings that all mean it.
    pub fn spelled(&self, chance: &mut Chance) -> Vec<Field> {
        let mut fields = self.plain();
        fields[0].text = self.serial_spelling(chance);
        fields[2].text = self.mac_spelling(chance);
        fields[3].text = self.ip_spelling(chance);
        fields
    }

    pub fn serial_spelling(&self, chance: &mut Chance) -> String {
        let (letters, number, last) = &self.serial;
        let (digits, letter) = last.split_at(2);
        match chance.below(10) {
            0 => format!("{letters} {number}-{digits} {letter}"),
            1 => format!("{letters}{number} {last}").to_lowercase(),
            2 => format!("#{letters}{number}{last}"),
            3 => format!("{letters}–{number}–{last}"),
            4 => format!("{letters}‑{number}‑{last}"),
            5 => format!("{letters}{number}{last}"),
            6 => wide(&self.serial_printed()),
            7 => format!("{} (label at the back)", self.serial_printed()),
            8 => format!("\"{}\"", self.serial_printed()),
            _ => self.serial_printed(),
        }
    }

    pub fn mac_spelling(&self, chance: &mut Chance) -> String {
        let short = self.mac.map(|octet| format!("{octet:x}")).join(":");
        match chance.below(13) {
            0 => grouped(&self.mac, 1, "-").to_lowercase(),
            1 => grouped(&self.mac, 2, ".").to_lowercase(),
            2 => grouped(&self.mac, 6, ""),
            3 => grouped(&self.mac, 1, " "),
            4 => short,
            5 => format!("MAC={}", self.mac()),
            6 => grouped(&self.mac, 1, "-"),
            7 => grouped(&self.mac, 3, "-").to_lowercase(),
            8 => format!("{} (eth0)", self.mac()),
            9 => grouped(&self.mac, 1, "‑"),
            10 => wide(&self.mac()),
            11 => format!("eth0: {}", self.mac()),
            _ => self.mac(),
        }
    }

    pub fn ip_spelling(&self, chance: &mut Chance) -> String {
        let ip = self.ip();
        match chance.below(11) {
            0 => format!("{ip}:8081"),
            1 => format!("http://{ip}/admin"),
            2 => format!("{ip}/24"),
            3 => format!("{ip} (public) / 192.168.1.10 (lan)"),
            4 => format!("[{ip}]"),
            5 => format!("https://{ip}:8443/"),
            6 => format!("{ip}, port 8081"),
            7 => format!("10.0.0.5 (LAN), {ip} (WAN)"),
            8 => format!("<{ip}>"),
            9 => wide(&ip),
            _ => ip,
        }
    }

    /// MAC addresses that are none, or more than one.
    pub fn mac_faulty(&self, chance: &mut Chance) -> Field {
        let ours = self.mac();
        let bare = ours.replace(':', "");
        let mut other = self.mac;
        other[5] ^= 1;
        let other = grouped(&other, 1, ":");
        let (text, want) = match chance.below(10) {
            0 => (bare[..11].to_owned(), Want::fault("mac_length")),
            1 => (format!("{bare}1"), Want::fault("mac_length")),
            2 => (format!("00:00:5E:FF:FE:00:53:{}", &bare[10..]), Want::fault("mac_length").or_fault("mac_eui64")),
            3 => (ours.replacen("00", "0O", 1), Want::fault("mac_letter")),
            4 => (ours.replace("5E", "5Е"), Want::fault("mac_letter")),
            5 => (format!("{ours} / {other}"), Want::fault("two_values")),
            6 => (format!("eth0 {ours}, eth1 {other}"), Want::fault("two_values")),
            7 => (["FF"; 6].join(":"), Want::fault("mac_special")),
            8 => (["00"; 6].join(":"), Want::fault("mac_special")),
            _ => (ours.replace("53", "5G"), Want::fault("mac_letter")),
        };
        Field::new(FieldKey::UnitMac, text, want)
    }

    /// Serial numbers that stay as written or cannot be read.
    pub fn serial_faulty(&self, chance: &mut Chance) -> Field {
        let (letters, number, last) = &self.serial;
        let printed = self.serial_printed();
        let (text, want) = match chance.below(6) {
            0 => (format!("(01){}", self.serial()), Want::is(self.serial()).or_fault("serial_format")),
            1 => (printed.replacen('S', "Ѕ", 1), Want::fault("serial_letters")),
            2 => (printed.replacen('M', "М", 1), Want::fault("serial_letters")),
            // A look-alike stays what it is: the register says that there is no such unit.
            3 => {
                let number = format!("O{}", &number[1..]);
                (format!("{letters}-{number}-{last}"), Want::is(format!("{letters}{number}{last}")))
            }
            4 => (format!("{printed} / SM-0001-01A"), Want::fault("two_values")),
            _ => ("see label".to_owned(), Want::fault("serial_format")),
        };
        Field::new(FieldKey::UnitSerial, text, want)
    }

    /// Addresses at which nobody outside reaches a unit, and what is none.
    pub fn ip_faulty(&self, chance: &mut Chance) -> Field {
        let ip = self.ip();
        let [first, second, third, _] = self.ip;
        let six = format!("2001:db8::{:x}", 1 + chance.below(0xFFFE));
        let (text, want) = match chance.below(17) {
            0 => ("192.168.1.10".to_owned(), Want::fault("ip_private")),
            1 => ("10.0.0.5 via VPN".to_owned(), Want::fault("ip_private")),
            2 => ("192.168.1.10:8081".to_owned(), Want::fault("ip_private")),
            3 => ("127.0.0.1".to_owned(), Want::fault("ip_private").or_fault("ip_special")),
            4 => ("169.254.7.9".to_owned(), Want::fault("ip_private").or_fault("ip_special")),
            5 => (format!("100.{}.3.7", 64 + chance.below(64)), Want::fault("ip_private")),
            6 => (format!("{first:03}.{second:03}.{third:03}.010"), Want::fault("ip_leading_zeros")),
            7 => (ip.replace('.', ","), Want::fault("ip_format")),
            8 => ("pbx.acme-tel.example".to_owned(), Want::fault("ip_hostname")),
            9 => ("https://pbx.acme-tel.example:8443/admin".to_owned(), Want::fault("ip_hostname")),
            10 => (format!("{first}.{second}.{third}.300"), Want::fault("ip_format")),
            11 => (six.clone(), Want::is(six)),
            12 => (format!("[{six}]:8081"), Want::is(six)),
            13 => (format!("{six}/64"), Want::is(six)),
            14 => (format!("{ip} or {first}.{second}.{third}.254"), Want::fault("two_values")),
            15 => ("fe80::1".to_owned(), Want::fault("ip_private")),
            _ => (format!("{first}.{second}.{third}"), Want::fault("ip_format")),
        };
        Field::new(FieldKey::UnitIp, text, want)
    }
}

/// Octets as hexadecimal digits, so many octets a group.
fn grouped(octets: &[u8], octets_a_group: usize, separator: &str) -> String {
    let group = |group: &[u8]| group.iter().map(|octet| format!("{octet:02X}")).collect::<String>();
    octets.chunks(octets_a_group).map(group).collect::<Vec<_>>().join(separator)
}

/// Letters, digits and signs as wide as Chinese ones.
pub fn wide(text: &str) -> String {
    let widened = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        c => c,
    };
    text.chars().map(widened).collect()
}

fn password(chance: &mut Chance) -> String {
    let number = 10 + chance.below(90);
    match chance.below(12) {
        0 => format!("tulip#{number}"),
        1 => format!("S0mmer!{number}"),
        2 => format!("Ab:{number}x"),
        3 => format!("p&ss<w{number}>d"),
        4 => format!("Gr=ün{number}"),
        5 => format!("correct horse {number}"),
        6 => format!("x*y*{number}"),
        7 => format!("{number}%kettle?"),
        8 => format!("hunter{number}"),
        9 => format!("Qf7@desk{number}"),
        10 => format!("manager{number}"),
        _ => format!("aB3$-{number}_z"),
    }
}
