//! What stands around the fields of a request, in nine languages.

use super::labels::Language;

/// The words of one language.
pub struct Words {
    pub yes: &'static [&'static str],
    pub no: &'static [&'static str],
    pub asap: &'static [&'static str],
    pub greeting: &'static str,
    /// Sentences in which words of the form are no labels.
    pub intro: &'static [&'static str],
    pub closing: &'static [&'static str],
    pub subject: &'static [&'static str],
    /// "Unit" before a number.
    pub unit: &'static [&'static str],
    pub same_password: &'static [&'static str],
    /// What a lawyer had put below every mail.
    pub disclaimer: &'static str,
    /// "Phone", "Fax" and "Web" in a signature.
    pub job: &'static str,
    /// `{serial}`, `{mac}`, `{ip}`, `{version}`, `{when}` and `{password}` are filled in.
    pub prose: &'static [&'static str],
    /// `{right}` and `{wrong}` are MAC addresses.
    pub correction: &'static [&'static str],
    /// `{password}` alone comes later.
    pub forgot: &'static str,
    pub attached: &'static str,
    pub forward: &'static str,
}

pub fn words(language: Language) -> &'static Words {
    &WORDS[language as usize]
}

const WORDS: [Words; 9] = [EN, ES, DE, FR, IT, PT, RU, ZH, JA];

const EN: Words = Words {
    yes: &["yes", "YES", "Yes", "y", "x", "yes, this morning"],
    no: &["no", "No", "NO", "not yet"],
    asap: &["ASAP", "as soon as possible", "asap please"],
    greeting: "Hello,",
    intro: &[
        "please upgrade the unit below. We are shipping more of them to the branch next month.",
        "could you please upgrade our gateway? The details you need are below.",
        "here are the data of our unit for the upgrade. Our phone lines stay with the old carrier.",
    ],
    closing: &["Thanks,", "Best regards,", "Kind regards,"],
    subject: &["Upgrade request", "Please upgrade our unit", "Request for upgrade"],
    unit: &["Unit", "Device", "Gateway"],
    same_password: &["same as last time", "same as before", "unchanged", "will call"],
    disclaimer: "This message is confidential. Never send your password or serial numbers by unprotected mail.",
    job: "Voice operations",
    prose: &[
        "Hi guys, pls upgrade our gw ({serial}, {mac}, {ip}) to {version} {when}. pw is {password} . Thx",
        "Hello, could you please upgrade our box (s/n {serial}, mac {mac}, {ip}) to {version} {when}? Manager pw \
         is {password}",
        "We would like to have our unit upgraded to {version}. It is {serial} at {ip}, its MAC is {mac}, and the \
         password is {password}. Could you do it {when}?",
    ],
    correction: &[
        "Correction: the MAC is {right}, not {wrong}.",
        "Sorry, there was a typo. The right MAC address is {right} (not {wrong}).",
    ],
    forgot: "Sorry, I forgot the password. Manager pw: {password}",
    attached: "Please see the attached form.",
    forward: "FYI, please process this.",
};

const ES: Words = Words {
    yes: &["sí", "Sí", "si", "SI", "sí, esta mañana"],
    no: &["no", "No", "todavía no"],
    asap: &["lo antes posible", "cuanto antes", "ASAP"],
    greeting: "Buenos días:",
    intro: &[
        "les pedimos la actualización de nuestro equipo. El teléfono de la oficina no cambia.",
        "¿podrían actualizar nuestro equipo? Los datos están más abajo.",
        "aquí tienen los datos del equipo para la actualización.",
    ],
    closing: &["Saludos,", "Un saludo,", "Atentamente,"],
    subject: &["Solicitud de actualización", "Actualización de nuestro equipo", "Upgrade request"],
    unit: &["Unidad", "Equipo"],
    same_password: &["la misma", "igual que la última vez", "como antes", "les llamaré"],
    disclaimer: "Este mensaje es confidencial. Nunca envíe contraseñas ni números de serie por correo sin protección.",
    job: "Operaciones de voz",
    prose: &[
        "Hola, por favor actualicen nuestro equipo (n.º de serie {serial}, MAC {mac}, IP {ip}) a la versión {version} \
         {when}. La contraseña es {password} . Gracias",
        "Buenos días, necesitamos la actualización de la unidad {serial} ({mac}, {ip}) a {version}. Contraseña: \
         {password}",
    ],
    correction: &[
        "Corrección: la MAC es {right}, no {wrong}.",
        "Perdón, me equivoqué. La dirección MAC correcta es {right} (no {wrong}).",
    ],
    forgot: "Perdón, olvidé la contraseña. Contraseña: {password}",
    attached: "Adjunto el formulario.",
    forward: "Para su tramitación, por favor.",
};

const DE: Words = Words {
    yes: &["ja", "Ja", "JA", "ja, heute früh"],
    no: &["nein", "Nein", "noch nicht"],
    asap: &["so bald wie möglich", "schnellstmöglich", "so schnell wie möglich", "ASAP"],
    greeting: "Guten Tag,",
    intro: &[
        "bitte aktualisieren Sie unsere Anlage. Das Telefon im Lager bleibt, wie es ist.",
        "könnten Sie bitte ein Upgrade unseres Geräts machen? Die Angaben stehen unten.",
        "anbei die Daten unseres Geräts für das Upgrade.",
    ],
    closing: &["Mit freundlichen Grüßen", "Viele Grüße", "Beste Grüße"],
    subject: &["Upgrade-Anfrage", "Bitte um Upgrade unseres Geräts", "Upgrade request"],
    unit: &["Gerät", "Anlage"],
    same_password: &["wie letztes Mal", "siehe letzte Mail", "unverändert", "wir rufen an"],
    disclaimer: "Diese Nachricht ist vertraulich. Senden Sie Kennwort und Seriennummern nie ungeschützt per E-Mail.",
    job: "Sprachdienste",
    prose: &[
        "Hallo, bitte macht ein Upgrade unserer Anlage (SN {serial}, MAC {mac}, {ip}) auf {version} {when}. \
         Passwort ist {password} . Danke",
        "Guten Tag, wir bitten um ein Upgrade des Geräts {serial} mit der MAC-Adresse {mac} unter {ip} auf {version}. \
         Kennwort: {password}",
    ],
    correction: &[
        "Korrektur: die MAC ist {right}, nicht {wrong}.",
        "Entschuldigung, Tippfehler. Die richtige MAC-Adresse ist {right} (nicht {wrong}).",
    ],
    forgot: "Entschuldigung, das Kennwort fehlte noch. Kennwort: {password}",
    attached: "Das Formular liegt bei.",
    forward: "Zur Bearbeitung, bitte.",
};

const FR: Words = Words {
    yes: &["oui", "Oui", "OUI", "oui, ce matin"],
    no: &["non", "Non", "pas encore"],
    asap: &["dès que possible", "au plus vite", "ASAP"],
    greeting: "Bonjour,",
    intro: &[
        "merci de mettre à niveau notre appareil. Le téléphone de l'accueil ne change pas.",
        "pourriez-vous faire la mise à niveau de notre appareil ? Les données sont ci-dessous.",
        "voici les données de notre appareil pour la mise à niveau.",
    ],
    closing: &["Cordialement,", "Bien à vous,", "Merci d'avance,"],
    subject: &["Demande de mise à niveau", "Mise à niveau de notre appareil", "Upgrade request"],
    unit: &["Appareil", "Unité"],
    same_password: &["le même", "comme la dernière fois", "inchangé", "je vous appelle"],
    disclaimer: "Ce message est confidentiel. N'envoyez jamais de mot de passe ni de numéro de série sans protection.",
    job: "Service voix",
    prose: &[
        "Bonjour, merci de faire la mise à niveau de notre boîtier (n° de série {serial}, MAC {mac}, {ip}) en \
         {version} {when}. Le mot de passe est {password} . Merci",
        "Bonjour, nous souhaitons la mise à niveau de l'appareil {serial} ({mac}, {ip}) vers {version}. Mot de \
         passe : {password}",
    ],
    correction: &[
        "Correction : la MAC est {right}, pas {wrong}.",
        "Pardon, une faute de frappe. La bonne adresse MAC est {right} (et non {wrong}).",
    ],
    forgot: "Pardon, j'ai oublié le mot de passe. Mot de passe : {password}",
    attached: "Veuillez trouver le formulaire ci-joint.",
    forward: "Pour traitement, merci.",
};

const IT: Words = Words {
    yes: &["sì", "Sì", "si", "SI", "sì, stamattina"],
    no: &["no", "No", "non ancora"],
    asap: &["il prima possibile", "appena possibile", "ASAP"],
    greeting: "Buongiorno,",
    intro: &[
        "vi chiediamo l'aggiornamento della nostra unità. Il telefono del magazzino non cambia.",
        "potete aggiornare il nostro apparato? I dati sono qui sotto.",
        "ecco i dati della nostra unità per l'aggiornamento.",
    ],
    closing: &["Cordiali saluti,", "Grazie,", "Distinti saluti,"],
    subject: &["Richiesta di aggiornamento", "Aggiornamento della nostra unità", "Upgrade request"],
    unit: &["Unità", "Apparato"],
    same_password: &["la stessa", "come l'ultima volta", "come prima", "vi chiamo"],
    disclaimer: "Questo messaggio è riservato. Non inviate mai password o numeri di serie senza protezione.",
    job: "Servizi voce",
    prose: &[
        "Ciao, per favore aggiornate il nostro apparato (matricola {serial}, MAC {mac}, {ip}) alla {version} {when}. \
         La password è {password} . Grazie",
        "Buongiorno, chiediamo l'aggiornamento dell'unità {serial} ({mac}, {ip}) a {version}. Password: {password}",
    ],
    correction: &[
        "Correzione: il MAC è {right}, non {wrong}.",
        "Scusate, un errore. L'indirizzo MAC corretto è {right} (non {wrong}).",
    ],
    forgot: "Scusate, ho dimenticato la password. Password: {password}",
    attached: "In allegato il modulo.",
    forward: "Per la gestione, grazie.",
};

const PT: Words = Words {
    yes: &["sim", "Sim", "SIM", "sim, hoje cedo"],
    no: &["não", "Não", "nao", "ainda não"],
    asap: &["o mais rápido possível", "o quanto antes", "ASAP"],
    greeting: "Bom dia,",
    intro: &[
        "pedimos a atualização da nossa unidade. O telefone da recepção não muda.",
        "poderiam atualizar o nosso equipamento? Os dados estão abaixo.",
        "seguem os dados da nossa unidade para a atualização.",
    ],
    closing: &["Atenciosamente,", "Obrigado,", "Cumprimentos,"],
    subject: &["Pedido de atualização", "Atualização da nossa unidade", "Upgrade request"],
    unit: &["Unidade", "Equipamento"],
    same_password: &["a mesma", "como da última vez", "igual à última vez", "vou ligar"],
    disclaimer: "Esta mensagem é confidencial. Nunca envie senhas nem números de série sem proteção.",
    job: "Operações de voz",
    prose: &[
        "Olá, por favor atualizem o nosso equipamento (nº de série {serial}, MAC {mac}, {ip}) para {version} {when}. \
         A senha é {password} . Obrigado",
        "Bom dia, pedimos a atualização da unidade {serial} ({mac}, {ip}) para {version}. Senha: {password}",
    ],
    correction: &[
        "Correção: o MAC é {right}, não {wrong}.",
        "Desculpem, houve um erro. O endereço MAC correto é {right} (não {wrong}).",
    ],
    forgot: "Desculpem, esqueci a senha. Senha: {password}",
    attached: "Segue o formulário em anexo.",
    forward: "Para tratamento, por favor.",
};

const RU: Words = Words {
    yes: &["да", "Да", "ДА", "да, сегодня утром"],
    no: &["нет", "Нет", "ещё нет", "еще нет"],
    asap: &["как можно скорее", "при первой возможности", "ASAP"],
    greeting: "Добрый день!",
    intro: &[
        "Просим обновить наше устройство. Телефон на складе остаётся прежним.",
        "Можно ли обновить наш шлюз? Данные ниже.",
        "Высылаем данные устройства для обновления.",
    ],
    closing: &["С уважением,", "Спасибо,", "Всего доброго,"],
    subject: &["Заявка на обновление", "Обновление нашего устройства", "Upgrade request"],
    unit: &["Устройство", "Шлюз"],
    same_password: &["тот же", "как в прошлый раз", "без изменений", "позвоню"],
    disclaimer: "Сообщение конфиденциально. Никогда не отправляйте пароль и серийные номера без защиты.",
    job: "Отдел связи",
    prose: &[
        "Здравствуйте, просьба обновить наш шлюз (серийный номер {serial}, MAC {mac}, {ip}) до {version} {when}. \
         Пароль {password} . Спасибо",
        "Добрый день, просим обновление устройства {serial} ({mac}, {ip}) до {version}. Пароль: {password}",
    ],
    correction: &[
        "Исправление: MAC {right}, а не {wrong}.",
        "Извините, опечатка. Правильный MAC-адрес: {right} (не {wrong}).",
    ],
    forgot: "Извините, забыл пароль. Пароль: {password}",
    attached: "Форма во вложении.",
    forward: "Прошу обработать.",
};

const ZH: Words = Words {
    yes: &["是", "已测试", "是的"],
    no: &["否", "没有", "还没有"],
    asap: &["尽快", "越快越好", "ASAP"],
    greeting: "您好：",
    intro: &["请为我们的设备升级，办公室的电话不变。", "请帮我们升级网关，资料如下。", "以下是我们设备的升级资料。"],
    closing: &["谢谢！", "此致敬礼", "祝好"],
    subject: &["升级申请", "请升级我们的设备", "Upgrade request"],
    unit: &["设备", "网关"],
    same_password: &["和上次一样", "同上次", "不变", "电话告知"],
    disclaimer: "本邮件内容保密。请勿通过未加密的邮件发送密码或序列号。",
    job: "语音运营部",
    prose: &[
        "你好，请把我们的网关（序列号 {serial}，MAC {mac}，{ip}）升级到 {version}，{when}。密码是 {password} 谢谢",
        "您好，我们想升级设备 {serial}（{mac}，{ip}）到 {version}。密码：{password}",
    ],
    correction: &["更正：MAC 是 {right}，不是 {wrong}。", "抱歉写错了，正确的MAC地址是 {right}（不是 {wrong}）。"],
    forgot: "抱歉，忘了写密码。密码：{password}",
    attached: "请见附件。",
    forward: "请处理，谢谢。",
};

const JA: Words = Words {
    yes: &["はい", "確認済み", "はい、今朝確認しました"],
    no: &["いいえ", "まだです", "未確認"],
    asap: &["できるだけ早く", "至急", "ASAP"],
    greeting: "お世話になっております。",
    intro: &[
        "下記の装置のアップグレードをお願いします。事務所の電話は変わりません。",
        "ゲートウェイのアップグレードをお願いできますか。情報は以下の通りです。",
        "アップグレードに必要な情報をお送りします。",
    ],
    closing: &["よろしくお願いいたします。", "以上、よろしくお願いします。", "敬具"],
    subject: &["アップグレード依頼", "装置のアップグレードのお願い", "Upgrade request"],
    unit: &["装置", "ユニット"],
    same_password: &["前回と同じ", "変更なし", "電話でお知らせします", "別途連絡"],
    disclaimer: "このメールは機密です。パスワードやシリアル番号を保護なしで送らないでください。",
    job: "音声運用部",
    prose: &[
        "こんにちは。ゲートウェイ（シリアル番号 {serial}、MAC {mac}、{ip}）を {version} にアップグレードしてください。\
         {when}希望です。パスワードは {password} です。",
        "お世話になります。装置 {serial}（{mac}、{ip}）のアップグレードをお願いします。パスワード：{password}",
    ],
    correction: &[
        "訂正：MACは {right} です。{wrong} ではありません。",
        "すみません、間違えました。正しいMACアドレスは {right} です（{wrong} ではありません）。",
    ],
    forgot: "すみません、パスワードを忘れていました。パスワード：{password}",
    attached: "添付のフォームをご覧ください。",
    forward: "対応をお願いします。",
};
