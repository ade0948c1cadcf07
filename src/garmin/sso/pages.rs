//! What the widget's HTML pages say, read without a DOM: a few markers, each in
//! one place (`protocol.md` 2.3, 3.3; `recordings/sso/widget-*`).

use crate::domain::secret::Secret;

/// The text between `<title>` and its end.
pub(super) fn title(page: &str) -> Option<String> {
    between(page, "<title>", "</title>").map(|title| title.trim().to_owned())
}

/// The hidden `_csrf` value, unless it is empty.
pub(super) fn csrf(page: &str) -> Option<Secret> {
    let at = page.find("name=\"_csrf\"")?;
    // The attributes stand in either order around the name.
    let tag_start = page.get(..at)?.rfind('<')?;
    let tag = page.get(tag_start..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let value = between(tag, "value=\"", "\"")?;
    (!value.is_empty()).then(|| Secret::new(value))
}

/// The ticket in the success page's script, slashes escaped or not.
pub(super) fn ticket(page: &str) -> Option<Secret> {
    let value = page.split("ticket=").nth(1)?;
    let end = value.find(['"', '\'', '&', '\\', '<', ' ', '\n'])?;
    let ticket = value.get(..end)?;
    ticket.starts_with("ST-").then(|| Secret::new(ticket))
}

/// `var name = "value";`, unless empty.
pub(super) fn variable(page: &str, name: &str) -> Option<String> {
    let mut rest = page;
    while let Some(at) = rest.find(name) {
        let (before, from) = (rest.get(..at)?, rest.get(at + name.len()..)?);
        let is_declared = before.trim_end().ends_with("var");
        let value = from.trim_start().strip_prefix('=').map(str::trim_start);
        if let Some(value) = value.filter(|_| is_declared)
            && let Some(quote) = value.chars().next().filter(|c| *c == '"' || *c == '\'')
        {
            let text = value.get(1..)?.split(quote).next()?;
            return (!text.is_empty()).then(|| text.to_owned());
        }
        rest = from;
    }
    None
}

/// Whether the element `id` is there and not hidden.
pub(super) fn has_visible_error(page: &str, id: &str) -> bool {
    page.find(&format!("id=\"{id}\"")).is_some_and(|at| {
        let start = page
            .get(..at)
            .and_then(|before| before.rfind('<'))
            .unwrap_or(at);
        let tag = page
            .get(start..)
            .and_then(|tag| tag.split('>').next())
            .unwrap_or_default();
        !tag.contains("display:none") && !tag.contains("display: none") && !tag.contains("hidden")
    })
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let start = text.find(from)? + from.len();
    let rest = text.get(start..)?;
    rest.get(..rest.find(to)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_in_any_dress() {
        let page = r#"<title> Success </title><input value="abc" type="hidden" name="_csrf" />
            var mfaMethod = "email"; var codeSentTo=''; xvarx mfaMethodology = "no";
            var response_url = "https:\/\/sso.garmin.com\/sso\/embed?ticket=ST-1-a-cas";"#;
        assert_eq!(title(page).as_deref(), Some("Success"));
        assert_eq!(csrf(page).unwrap().expose(), "abc");
        assert_eq!(ticket(page).unwrap().expose(), "ST-1-a-cas");
        assert_eq!(variable(page, "mfaMethod").as_deref(), Some("email"));
        assert_eq!(variable(page, "codeSentTo"), None);
        assert_eq!(variable(page, "status"), None);
        assert!(csrf(r#"<input type="hidden" name="_csrf" value="" />"#).is_none());
    }

    #[test]
    fn garbage_is_no_marker() {
        for page in [
            "",
            "<title>",
            "name=\"_csrf\"",
            "ticket=",
            "var mfaMethod",
            "id=\"invalidCode\"",
            "é=\"_csrf\"",
        ] {
            let _ = (
                title(page),
                csrf(page),
                ticket(page),
                variable(page, "mfaMethod"),
            );
        }
    }
}
