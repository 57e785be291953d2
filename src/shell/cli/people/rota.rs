//! Who is on duty, for people.

use serde_json::Value;

use crate::shell::cli::page::{Cell, Page, bad};
use crate::shell::cli::people::{list, text};

pub fn rota(page: &mut Page, rota: &Value) {
    for one in list(rota, "rotas") {
        page.head(&format!("Rota {} ({})", text(one, "name"), text(one, "zone")));
        page.facts(vec![("On duty now", who(one.get("now")))]);
        let rows = list(one, "shifts").map(|shift| {
            vec![page.when(shift, "from").into(), page.when(shift, "until").into(), who(shift.get("who"))]
        });
        let rows = rows.collect();
        page.table(&["FROM", "UNTIL", "WHO"], rows, "nobody ever");
    }
    for severity in ["P1", "P2"] {
        let ladder = rota.get("ladders").and_then(|ladders| ladders.get(severity)).cloned().unwrap_or_default();
        page.head(&format!("Alarms of {severity} call, until somebody answers"));
        let rows = (1..).zip(list(&ladder, "levels")).map(|(number, level)| {
            let to: Vec<&str> =
                level.get("to").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            let to = to.join(", ");
            let to = if to.contains("NOBODY") { bad(to) } else { to.into() };
            vec![number.to_string().into(), format!("{} min", text(level, "after_minutes")).into(), to]
        });
        page.table(&["LEVEL", "AFTER", "WHO NOW"], rows.collect(), "nobody");
        page.line(format!(
            "then the last level {} times more, every {} minutes, then {} every {} minutes",
            text(&ladder, "repeats"),
            text(&ladder, "repeat_minutes"),
            text(rota, "last_address"),
            text(&ladder, "then_every_minutes"),
        ));
    }
}

fn who(person: Option<&Value>) -> Cell {
    match person.filter(|person| person.is_object()) {
        Some(person) => format!("{} ({})", text(person, "name"), text(person, "id")).into(),
        None => bad("NOBODY: alarms call the next level at once; fill it in rules/escalation.toml"),
    }
}
