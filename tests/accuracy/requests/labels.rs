//! How people name the fields of the form, in nine languages. This list knows
//! nothing of `rules/form.toml`: it is what the rules are measured by.

use upgrade_desk::desk::form::FieldKey;

/// The languages in which requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    En,
    Es,
    De,
    Fr,
    It,
    Pt,
    Ru,
    Zh,
    Ja,
}

pub const LANGUAGES: [Language; 9] = [
    Language::En,
    Language::Es,
    Language::De,
    Language::Fr,
    Language::It,
    Language::Pt,
    Language::Ru,
    Language::Zh,
    Language::Ja,
];

impl Language {
    /// Whether it writes without blanks and in wide signs.
    pub fn is_wide(self) -> bool {
        matches!(self, Language::Zh | Language::Ja)
    }
}

/// The label that a form in this language prints.
pub fn formal(key: FieldKey, language: Language) -> &'static str {
    all(key, language)[0]
}

/// Every label, the one of the form first.
pub fn all(key: FieldKey, language: Language) -> &'static [&'static str] {
    let of = match key {
        FieldKey::AdminName => ADMIN_NAME,
        FieldKey::CompanyName => COMPANY_NAME,
        FieldKey::AdminEmail => ADMIN_EMAIL,
        FieldKey::AdminPhone => ADMIN_PHONE,
        FieldKey::UnitSerial => UNIT_SERIAL,
        FieldKey::UnitVersion => UNIT_VERSION,
        FieldKey::UnitMac => UNIT_MAC,
        FieldKey::UnitIp => UNIT_IP,
        FieldKey::ManagerPassword => MANAGER_PASSWORD,
        FieldKey::PasswordTested => PASSWORD_TESTED,
        FieldKey::UpgradeTime => UPGRADE_TIME,
        FieldKey::TimeZone => TIME_ZONE,
        FieldKey::Asap => ASAP,
        FieldKey::Subscribe => SUBSCRIBE,
    };
    of[language as usize]
}

type Labels = [&'static [&'static str]; 9];

const ADMIN_NAME: Labels = [
    &["Admin Name", "Administrator", "Contact", "Contact person", "Name", "Requested by", "Your name"],
    &["Nombre del administrador", "Contacto", "Persona de contacto", "Nombre", "Administrador", "Responsable"],
    &["Name des Administrators", "Ansprechpartner", "Administrator", "Name", "Kontaktperson", "Kontakt"],
    &["Nom de l'administrateur", "Contact", "Nom", "Nom du contact", "Administrateur", "Personne à contacter"],
    &["Nome dell'amministratore", "Referente", "Nome amministratore", "Nome", "Contatto", "Amministratore"],
    &["Nome do administrador", "Contato", "Contacto", "Nome", "Responsável", "Administrador"],
    &["Имя администратора", "Контактное лицо", "Администратор", "Имя", "ФИО", "Контакт"],
    &["管理员姓名", "联系人", "姓名", "管理员", "联系人姓名"],
    &["管理者名", "担当者", "担当者名", "氏名", "お名前", "管理者氏名"],
];

const COMPANY_NAME: Labels = [
    &["Company Name", "Company", "Co.", "Customer", "Organization", "Firm"],
    &["Nombre de la empresa", "Empresa", "Razón social", "Compañía", "Cliente"],
    &["Firmenname", "Firma", "Unternehmen", "Kunde", "Name der Firma"],
    &["Nom de la société", "Société", "Entreprise", "Raison sociale", "Client"],
    &["Nome dell'azienda", "Azienda", "Ragione sociale", "Società", "Cliente"],
    &["Nome da empresa", "Empresa", "Razão social", "Cliente", "Companhia"],
    &["Название компании", "Компания", "Организация", "Фирма", "Наименование организации"],
    &["公司名称", "公司", "单位", "单位名称", "企业名称"],
    &["会社名", "貴社名", "法人名", "御社名", "企業名"],
];

const ADMIN_EMAIL: Labels = [
    &["Admin Email", "E-mail", "Email", "Email address", "Contact e-mail", "Mail"],
    &["Correo del administrador", "Correo electrónico", "Correo", "E-mail", "Email", "Dirección de correo"],
    &["E-Mail des Administrators", "E-Mail", "E-Mail-Adresse", "Mail", "Mailadresse"],
    &["Courriel de l'administrateur", "Courriel", "Adresse e-mail", "Mél", "E-mail", "Adresse électronique"],
    &["E-mail dell'amministratore", "Posta elettronica", "E-mail", "Email", "Indirizzo e-mail", "Indirizzo email"],
    &["E-mail do administrador", "E-mail", "Correio eletrónico", "Correio eletrônico", "Email", "Endereço de e-mail"],
    &["Эл. почта администратора", "Эл. почта", "Почта", "E-mail", "Электронная почта", "Адрес эл. почты"],
    &["管理员邮箱", "邮箱", "电子邮件", "邮件地址", "电子邮箱", "E-mail"],
    &["管理者メールアドレス", "メールアドレス", "メール", "Eメール", "E-mail"],
];

const ADMIN_PHONE: Labels = [
    &["Admin Phone", "Phone", "Tel", "Tel.", "Telephone", "Phone number", "Mobile", "Phone no."],
    &["Teléfono del administrador", "Teléfono", "Tel.", "Número de teléfono", "Móvil", "Celular"],
    &["Telefon des Administrators", "Telefon", "Tel.-Nr.", "Rufnummer", "Tel.", "Telefonnummer", "Handy", "Mobil"],
    &["Téléphone de l'administrateur", "Téléphone", "Tél.", "Numéro de téléphone", "Portable", "Mobile"],
    &["Telefono dell'amministratore", "Telefono", "Tel.", "Numero di telefono", "Cellulare", "Recapito telefonico"],
    &["Telefone do administrador", "Telefone", "Tel.", "Número de telefone", "Celular", "Telemóvel"],
    &["Телефон администратора", "Телефон", "Тел.", "Номер телефона", "Моб. телефон", "Контактный телефон"],
    &["管理员电话", "电话", "联系电话", "手机", "电话号码", "手机号", "手机号码"],
    &["管理者電話番号", "電話番号", "電話", "TEL", "連絡先電話番号", "携帯電話"],
];

const UNIT_SERIAL: Labels = [
    &["Unit Serial Number", "S/N", "SN#", "Serial No.", "Serial", "Serial number", "SN", "Serial #"],
    &["Número de serie de la unidad", "Número de serie", "N.º de serie", "N/S", "Nº de serie", "Serie"],
    &["Seriennummer des Geräts", "Seriennummer", "Serien-Nr.", "SN", "Serien-Nummer", "Gerätenummer"],
    &["Numéro de série de l'appareil", "Numéro de série", "N° de série", "No de série", "N/S", "S/N"],
    &["Numero di serie dell'unità", "Numero di serie", "Matricola", "N. di serie", "S/N", "Seriale"],
    &["Número de série da unidade", "Número de série", "Nº de série", "N.º de série", "N/S", "Série"],
    &["Серийный номер устройства", "Серийный номер", "Зав. №", "Сер. номер", "Заводской номер", "S/N", "Серийный №"],
    &["设备序列号", "序列号", "系列号", "設備序號", "产品序列号", "SN"],
    &["装置シリアル番号", "シリアル番号", "製造番号", "シリアルナンバー", "シリアル", "S/N"],
];

const UNIT_VERSION: Labels = [
    &["Unit Version", "Version", "Software version", "Firmware", "Current version", "Firmware version"],
    &["Versión de la unidad", "Versión", "Version", "Versión actual", "Versión del software", "Firmware"],
    &["Version des Geräts", "Version", "Softwarestand", "Firmware", "Aktuelle Version", "Softwareversion"],
    &["Version de l'appareil", "Version", "Version logicielle", "Version actuelle", "Version du logiciel"],
    &["Versione dell'unità", "Versione", "Versione software", "Versione attuale", "Versione firmware"],
    &["Versão da unidade", "Versão", "Versão atual", "Versão do software", "Versão do firmware"],
    &["Версия устройства", "Версия", "Версия ПО", "Прошивка", "Текущая версия", "Версия прошивки"],
    &["设备版本", "版本", "软件版本", "固件版本", "当前版本", "版本号"],
    &["装置バージョン", "バージョン", "ソフトウェアバージョン", "現在のバージョン", "ファームウェア"],
];

const UNIT_MAC: Labels = [
    &["Unit MAC Address", "MAC", "HW addr", "Ethernet address", "MAC address", "Physical address", "Hardware address"],
    &["Dirección MAC de la unidad", "Dirección MAC", "MAC", "Dirección física"],
    &["MAC-Adresse des Geräts", "MAC-Adresse", "Hardware-Adresse", "MAC", "Physische Adresse"],
    &["Adresse MAC de l'appareil", "Adresse MAC", "Adresse physique", "MAC"],
    &["Indirizzo MAC dell'unità", "Indirizzo MAC", "MAC", "Indirizzo fisico"],
    &["Endereço MAC da unidade", "Endereço MAC", "MAC", "Endereço físico"],
    &["MAC-адрес устройства", "MAC-адрес", "МАС-адрес", "MAC", "МАС", "Физический адрес", "MAC адрес"],
    &["设备MAC地址", "MAC地址", "物理地址", "MAC", "MAC 地址", "网卡地址"],
    &["装置MACアドレス", "MACアドレス", "物理アドレス", "MAC", "MAC アドレス"],
];

const UNIT_IP: Labels = [
    &["Unit IP Address", "IP", "WAN IP", "IP address", "Public IP", "IP addr.", "External IP", "Static IP"],
    &["Dirección IP de la unidad", "Dirección IP", "IP pública", "IP"],
    &["IP-Adresse des Geräts", "IP-Adresse", "IP", "Öffentliche IP", "Öffentliche IP-Adresse"],
    &["Adresse IP de l'appareil", "Adresse IP", "IP publique", "IP", "Adresse IP publique"],
    &["Indirizzo IP dell'unità", "Indirizzo IP", "IP pubblico", "IP", "Indirizzo IP pubblico"],
    &["Endereço IP da unidade", "Endereço IP", "IP público", "IP", "Endereço IP público"],
    &["IP-адрес устройства", "IP-адрес", "IP", "Внешний IP", "IP адрес", "Внешний IP-адрес"],
    &["设备IP地址", "IP地址", "公网IP", "IP", "IP 地址", "公网IP地址"],
    &["装置IPアドレス", "IPアドレス", "IP", "グローバルIP", "IP アドレス", "グローバルIPアドレス"],
];

const MANAGER_PASSWORD: Labels = [
    &["Manager Password", "Password", "Mgr pwd", "Pwd", "PW", "Admin password", "Manager PW"],
    &["Contraseña de manager", "Contraseña", "Clave", "Contraseña del administrador", "Password"],
    &["Manager-Kennwort", "Kennwort", "Passwort", "Manager-Passwort", "PW"],
    &["Mot de passe manager", "Mot de passe", "MDP", "Mot de passe du manager", "Mot de passe administrateur"],
    &["Password del manager", "Password", "Password manager", "Password amministratore", "Parola d'ordine"],
    &["Senha do manager", "Senha", "Palavra-passe", "Senha do administrador", "Password"],
    &["Пароль менеджера", "Пароль", "Пароль manager", "Пароль администратора"],
    &["管理员密码", "密码", "口令", "manager密码", "登录密码"],
    &["管理者パスワード", "パスワード", "managerパスワード", "暗証番号"],
];

const PASSWORD_TESTED: Labels = [
    &["Is the password tested today (yes/no)?", "Password tested", "Password tested today?"],
    &["¿Contraseña probada hoy (sí/no)?", "Contraseña probada", "¿Se probó hoy la contraseña?"],
    &["Kennwort heute probiert (ja/nein)?", "Passwort getestet", "Kennwort getestet?", "Passwort heute getestet"],
    &["Mot de passe testé aujourd'hui (oui/non) ?", "Mot de passe testé", "Mot de passe vérifié"],
    &["Password provata oggi (sì/no)?", "Password provata", "Password verificata oggi", "Password testata"],
    &["Senha testada hoje (sim/não)?", "Senha testada", "Palavra-passe testada hoje"],
    &["Пароль проверен сегодня (да/нет)?", "Пароль проверен", "Пароль проверен сегодня"],
    &["密码今天是否已测试（是/否）", "密码已测试", "密码是否测试过", "今天测试过密码"],
    &["本日パスワード確認済み（はい/いいえ）", "パスワード確認済み", "パスワードは確認済みですか"],
];

const UPGRADE_TIME: Labels = [
    &["Upgrade Time", "When", "Date and time", "Preferred time", "Upgrade date", "Maintenance window"],
    &["Hora de la actualización", "Fecha y hora", "Fecha de actualización", "Fecha deseada"],
    &["Zeit des Upgrades", "Termin", "Datum/Uhrzeit", "Zeitpunkt", "Wunschtermin"],
    &["Date de la mise à niveau", "Date et heure", "Date de mise à niveau", "Date souhaitée"],
    &["Data dell'aggiornamento", "Data e ora", "Data e ora dell'aggiornamento", "Quando"],
    &["Data da atualização", "Data e hora", "Horário da atualização", "Data e hora da atualização"],
    &["Время обновления", "Дата и время", "Дата обновления", "Дата и время обновления"],
    &["升级时间", "日期", "升级日期", "希望升级时间", "日期和时间"],
    &["アップグレード日時", "希望日時", "日時", "作業日時", "アップグレード希望日時"],
];

const TIME_ZONE: Labels = [
    &["Time Zone", "TZ", "Timezone"],
    &["Zona horaria", "Huso horario"],
    &["Zeitzone"],
    &["Fuseau horaire"],
    &["Fuso orario"],
    &["Fuso horário"],
    &["Часовой пояс"],
    &["时区"],
    &["タイムゾーン", "時間帯"],
];

const ASAP: Labels = [
    &["ASAP", "As soon as possible"],
    &["ASAP", "Lo antes posible", "Cuanto antes"],
    &["ASAP", "So bald wie möglich", "Schnellstmöglich"],
    &["ASAP", "Dès que possible", "Au plus vite"],
    &["ASAP", "Il prima possibile", "Appena possibile"],
    &["ASAP", "O mais rápido possível", "O quanto antes"],
    &["ASAP", "Как можно скорее"],
    &["ASAP", "尽快", "尽快升级"],
    &["ASAP", "できるだけ早く", "至急"],
];

const SUBSCRIBE: Labels = [
    &["Subscribe for Updates", "Subscribe", "Newsletter"],
    &["Suscribirse a novedades", "Suscribirse", "Boletín"],
    &["Neuigkeiten abonnieren", "Abonnieren", "Newsletter"],
    &["S'abonner aux nouveautés", "S'abonner", "Lettre d'information"],
    &["Iscriviti alle novità", "Iscriviti", "Newsletter"],
    &["Assinar novidades", "Assinar", "Subscrever"],
    &["Подписаться на новости", "Подписаться", "Подписка"],
    &["订阅更新", "订阅"],
    &["更新情報の購読", "購読"],
];
