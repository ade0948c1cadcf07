//! The widget's web pages, cut down to what clients look for (protocol.md 2.3 and 3.3).

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// The landing page; a ticket in its address stays untouched (protocol.md 4.1).
pub(super) fn embed() -> Response {
    page("GAuth Embedded Version", "").into_response()
}

/// The form, as it looks at first and as it looks after a wrong password.
pub(super) fn sign_in(form_token: &str, is_wrong: bool) -> Response {
    let (code, status, result, notice) = if is_wrong {
        let notice = "<div id=\"status\" class=\"error\">Invalid sign in. (Passwords are case sensitive.)</div>";
        (StatusCode::UNAUTHORIZED, "FAIL", "error", notice)
    } else {
        (StatusCode::OK, "", "", "")
    };
    let body = format!(
        r#"<script>
var status = "{status}";
var result = "{result}";
</script>
<form method="post" id="login-form">
{notice}
<input name="username" id="username" type="email" value="" />
<input name="password" id="password" type="password" />
<input type="hidden" name="embed" value="true"/>
<input type="hidden" name="_csrf" value="{form_token}" />
<button type="submit">Sign In</button>
</form>"#
    );
    (code, page("GARMIN Authentication Application", &body)).into_response()
}

/// The end of every way: a ticket inside a script.
pub(super) fn success(service: &str, ticket: &str, is_embed: bool) -> Response {
    let joint = if service.contains('?') { '&' } else { '?' };
    let address = format!("{service}{joint}ticket={ticket}");
    // Moves the browser to the landing page of this host, where a person copies the address
    // (protocol.md 4.1). Other services are called in the background, and nobody answers.
    let leave = if is_embed {
        "top.location.href = \"/sso/embed\" + response_url.substring(response_url.indexOf(\"?\"));"
    } else {
        ""
    };
    let body = format!(
        "<script>\nvar response_url = {};\n{leave}\n</script>",
        script_text(&address)
    );
    page("Success", &body).into_response()
}

/// What the page for the code says about itself.
pub(super) struct CodePage<'p> {
    pub(super) customer_guid: &'p str,
    pub(super) method: &'p str,
    /// Empty while nothing was sent.
    pub(super) sent_to: &'p str,
    /// Empty after a wrong code: the page must be loaded again (protocol.md 3.3).
    pub(super) form_token: &'p str,
    /// The element that tells what was wrong, if something was.
    pub(super) error_id: Option<&'p str>,
}

impl IntoResponse for CodePage<'_> {
    fn into_response(self) -> Response {
        let Self {
            customer_guid,
            method,
            sent_to,
            form_token,
            error_id,
        } = self;
        let error = error_id.map_or_else(String::new, |id| {
            format!("<div id=\"{id}\" class=\"error\">This code cannot be used.</div>")
        });
        let body = format!(
            r#"<script>
var customerGuid = "{customer_guid}";
var mfaMethod = "{method}";
var locale = "";
var clientId = "";
var codeSentTo = "{sent_to}";
</script>
<form method="post" id="submit-mfa-verification-code-form">
{error}
<input type="number" id="mfa-code" name="mfa-code" maxlength="6" />
<input type="hidden" name="embed" value="true"/>
<input type="hidden" name="_csrf" value="{form_token}" />
<input type="hidden" name="fromPage" value="setupEnterMfaCode"/>
<button type="submit">Next</button>
</form>"#
        );
        page("Enter MFA code for login", &body).into_response()
    }
}

/// A page whose title is all there is to it.
pub(super) fn titled(status: StatusCode, title: &str) -> Response {
    (status, page(title, "")).into_response()
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{title}</title></head><body>\n{body}\n</body></html>"
    ))
}

/// A string literal that neither ends the script nor, as at Garmin, holds a bare slash.
fn script_text(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('/', "\\/")
        .replace('<', "\\u003c")
}
