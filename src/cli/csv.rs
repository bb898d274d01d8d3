//! One line of CSV, as pflag takes lists apart.

/// The fields of a text.
///
/// # Errors
/// The text of Go's `encoding/csv`.
// Rule: Go 1.27 encoding/csv Reader.readRecord, for one record.
pub(super) fn read(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let at = text.len() - rest.len();
        if let Some(quoted) = rest.strip_prefix('"') {
            let (field, after) = read_quoted(quoted, text)?;
            fields.push(field);
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => return Ok(fields),
            }
            continue;
        }
        let (field, next) = match rest.split_once(',') {
            Some((field, next)) => (field, Some(next)),
            None => (rest, None),
        };
        if let Some(quote) = field.find('"') {
            return Err(format!(
                "parse error on line 1, column {}: bare \" in non-quoted-field",
                at + quote + 1
            ));
        }
        fields.push(field.to_owned());
        match next {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

fn read_quoted<'t>(quoted: &'t str, text: &str) -> Result<(String, &'t str), String> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err(format!(
                "record on line 1; parse error on line 1, column {}: extraneous or missing \" in quoted-field",
                text.len() + 1
            ));
        };
        field.push_str(before);
        if let Some(next) = after.strip_prefix('"') {
            field.push('"');
            rest = next;
            continue;
        }
        if after.is_empty() || after.starts_with(',') {
            return Ok((field, after));
        }
        let column = text.len() - after.len();
        return Err(format!(
            "parse error on line 1, column {column}: extraneous or missing \" in quoted-field"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas() {
        assert_eq!(read("a,b").unwrap(), ["a", "b"]);
        assert_eq!(
            read("\"a,b\",c\"").unwrap_err(),
            "parse error on line 1, column 8: bare \" in non-quoted-field"
        );
        assert_eq!(read("\"a,\"\"b\",c").unwrap(), ["a,\"b", "c"]);
        assert_eq!(read("a\"b").unwrap_err(), "parse error on line 1, column 2: bare \" in non-quoted-field");
    }
}
