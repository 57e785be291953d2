//! Whether a `style` attribute hides its element.

/// The values that leave nothing to see, blanks taken out.
const HIDING: &[&str] = &["display:none", "visibility:hidden", "visibility:collapse", "opacity:0", "mso-hide:all"];
/// Sizes that leave nothing to see when they are zero.
const SIZES: &[&str] = &["font-size:0", "max-height:0", "height:0", "width:0"];

pub(super) fn hides(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.to_ascii_lowercase().split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        HIDING.contains(&rule) || SIZES.iter().any(|zero| is_zero(rule, zero))
    })
}

/// `font-size:0`, `font-size:0px`, but not `font-size:0.9em`.
fn is_zero(rule: &str, zero: &str) -> bool {
    rule.strip_prefix(zero)
        .is_some_and(|unit| unit.is_empty() || unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%'))
}
