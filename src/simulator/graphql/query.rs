//! Just enough GraphQL to read what clients send: root fields with inline arguments (protocol.md 10.1).

use std::collections::HashMap;

/// One root field: `alias:name(arguments){selection}`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::simulator) struct Field {
    /// The key in the reply: the alias, or the name.
    pub(in crate::simulator) key: String,
    pub(in crate::simulator) name: String,
    /// Strings without their quotes, anything else as written.
    pub(in crate::simulator) arguments: HashMap<String, String>,
}

/// The root fields of a query, or what is wrong with it.
pub(in crate::simulator) fn parse(text: &str) -> Result<Vec<Field>, String> {
    let mut reader = Reader { rest: text };
    if reader.word().is_some_and(|keyword| keyword != "query") {
        return Err("only queries are supported".to_owned());
    }
    // An operation may have a name.
    reader.word();
    reader.expect('{')?;
    let mut fields = Vec::new();
    while !reader.eat('}') {
        fields.push(reader.field()?);
        reader.eat(',');
    }
    if fields.is_empty() {
        return Err("expected a field".to_owned());
    }
    Ok(fields)
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn field(&mut self) -> Result<Field, String> {
        let first = self.word().ok_or("expected a name")?.to_owned();
        let (key, name) = if self.eat(':') {
            (
                first,
                self.word()
                    .ok_or("expected a name after the alias")?
                    .to_owned(),
            )
        } else {
            (first.clone(), first)
        };
        let mut arguments = HashMap::new();
        if self.eat('(') {
            while !self.eat(')') {
                let argument = self.word().ok_or("expected an argument")?.to_owned();
                self.expect(':')?;
                arguments.insert(argument, self.value()?);
                self.eat(',');
            }
        }
        if self.rest.trim_start().starts_with('{') {
            self.skip_nested('{', '}')?;
        }
        Ok(Field {
            key,
            name,
            arguments,
        })
    }

    fn value(&mut self) -> Result<String, String> {
        let rest = self.rest.trim_start();
        if rest.starts_with('$') {
            return Err("variables are not supported".to_owned());
        }
        if rest.starts_with('[') {
            return self.skip_nested('[', ']').map(ToOwned::to_owned);
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, rest) = quoted.split_once('"').ok_or("unterminated string")?;
            self.rest = rest;
            return Ok(text.to_owned());
        }
        self.word()
            .map(ToOwned::to_owned)
            .ok_or_else(|| "expected a value".to_owned())
    }

    /// Takes everything from an opening bracket to its partner.
    fn skip_nested(&mut self, open: char, close: char) -> Result<&'t str, String> {
        let rest = self.rest.trim_start();
        let mut depth = 0_usize;
        for (at, letter) in rest.char_indices() {
            if letter == open {
                depth += 1;
            } else if letter == close {
                depth -= 1;
                if depth == 0 {
                    let (taken, left) = rest.split_at(at + close.len_utf8());
                    self.rest = left;
                    return Ok(taken);
                }
            }
        }
        Err(format!("missing {close}"))
    }

    /// A name or a number.
    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        let (word, left) =
            rest.split_at(rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()));
        self.rest = left;
        (!word.is_empty()).then_some(word)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let left = self.rest.trim_start().strip_prefix(wanted);
        self.rest = left.unwrap_or(self.rest);
        left.is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.eat(wanted) {
            Ok(())
        } else {
            Err(format!("expected {wanted}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_the_form_every_client_sends() {
        let fields =
            parse(r#"query{sleepSummariesScalar(startDate:"2026-09-05", endDate:"2026-10-02")}"#)
                .unwrap();
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].key, "sleepSummariesScalar");
        assert_eq!(fields[0].arguments["endDate"], "2026-10-02");
    }

    #[test]
    fn reads_aliases_lists_and_selections() {
        let fields = parse(r#"{ a: one(metrics: ["x", "y"], on: true) { b { c } } two }"#).unwrap();
        assert_eq!(
            (fields[0].key.as_str(), fields[0].name.as_str()),
            ("a", "one")
        );
        assert_eq!(fields[0].arguments["on"], "true");
        assert_eq!(fields[1].key, "two");
    }

    #[test]
    fn refuses_what_garmin_clients_never_send() {
        for text in [
            "",
            "mutation{x}",
            "query{x(a:$b)}",
            "query{x(a:",
            "query{}",
            "query{x(a:\"b)}",
            "query{x{y}",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
