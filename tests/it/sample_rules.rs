//! The rules of this repository, loaded once for all tests of readers.

use std::sync::{Arc, LazyLock};

use upgrade_desk::desk::form::Spec;
use upgrade_desk::desk::hours::Hours;
use upgrade_desk::desk::moment::Zones;
use upgrade_desk::desk::rules::Rules;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| upgrade_desk::shell::rules::load(None).unwrap());

pub fn rules() -> &'static Rules {
    &RULES
}

pub fn zones() -> &'static Zones {
    &RULES.zones
}

pub fn hours() -> Hours {
    RULES.hours.clone()
}

pub fn spec() -> &'static Spec {
    &RULES.form
}
