//! TA12: a pass of a domain that many share proves the domain, not the person.

use upgrade_desk::desk::record::OutcomeWord;

use super::desk::{DANA, Desk, Mail, Proof, right_form};

async fn shared() -> Desk {
    Desk::with(|rules| {
        rules.access.shared_domains.insert("acme-tel.example".to_owned());
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ta12_a_request_from_a_shared_domain_is_confirmed_and_consent_needs_the_token() {
    let mut desk = shared().await;
    let asked = desk.mail("mon 09:00", &Mail::new(DANA, "Upgrade request", &right_form())).await;
    assert_eq!(asked.outcome(), OutcomeWord::RepCheck);
    assert_eq!(asked.outside(), [format!("M-15 {DANA}")]);
    // A yes with the pass, but without the letter, is nobody's word.
    let bare = desk.mail("mon 09:10", &Mail::new(DANA, "[UP-2026-00001] yes", "yes\n")).await;
    assert_eq!((bare.outcome(), bare.outside()), (OutcomeWord::Quarantine, Vec::new()));
    assert_eq!(desk.states().await, ["UP-2026-00001 REP_CHECK"]);
    let id = asked.message_id("M-15");
    let yes = desk.mail("mon 09:20", &Mail::new(DANA, "Re: yes", "yes\n").answers(&id)).await;
    assert_eq!(yes.outcome(), OutcomeWord::Scheduled);
    // Who answers the letter to him is he: he may withdraw at once.
    let id = yes.message_id("M-05");
    let stop = desk.mail("mon 09:30", &Mail::new(DANA, "Re: scheduled", "cancel\n").answers(&id)).await;
    assert_eq!(stop.outcome(), OutcomeWord::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn ta12_a_stranger_of_a_shared_domain_is_not_answered() {
    let mut desk = shared().await;
    let stranger = Mail::new("eve@acme-tel.example", "Hello", "Which units do you have there?\n");
    let came = desk.mail("mon 09:00", &stranger).await;
    assert_eq!(came.outcome(), OutcomeWord::Quarantine);
    assert_eq!(came.letters(), Vec::<String>::new());
    // Her neighbour of a domain of its own gets the neutral note.
    let other = desk.mail("mon 09:05", &Mail::new("max@elsewhere.example", "Hello", "Which units?\n")).await;
    assert_eq!(other.outside(), ["M-04-neutral max@elsewhere.example"]);
}

/// TC13: SPF alone is not consent, whatever the request says.
#[tokio::test(flavor = "multi_thread")]
async fn tc13_a_request_with_spf_alone_is_confirmed_first() {
    let mut desk = Desk::open().await;
    let mail = Mail::new(DANA, "Upgrade request", &right_form()).proof(Proof::Spf);
    let came = desk.mail("mon 09:00", &mail).await;
    assert_eq!(came.outcome(), OutcomeWord::RepCheck);
    assert!(came.has_letter(&format!("M-15 {DANA}")), "{:?}", came.letters());
    assert_eq!(desk.states().await, ["UP-2026-00001 REP_CHECK"]);
}

/// The sample list and the big public providers count.
#[test]
fn ta12_public_providers_are_shared() {
    let rules = upgrade_desk::shell::rules::load(None).unwrap();
    for domain in ["bigmail.example", "gmail.com", "outlook.com", "qq.com"] {
        assert!(rules.access.is_shared(domain), "{domain}");
    }
    assert!(!rules.access.is_shared("acme-tel.example"));
}
