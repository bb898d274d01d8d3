//! Template functions that read the environment: for `--name-template` only.

use clearml_k8s::gotmpl::func::{CallCtx, Func, FuncError, Param};
use clearml_k8s::value::{Str, Value};

/// `env` and `expandenv`.
pub(super) const TABLE: &[Func] = &[
    Func::new("env", &[Param::String], env, "the value of an environment variable, empty without one"),
    Func::new("expandenv", &[Param::String], expand, "the text with `$NAME` and `${NAME}` replaced"),
];

fn argument(arguments: &[Value]) -> Str {
    arguments.first().and_then(Value::as_str).cloned().unwrap_or_default()
}

fn variable(name: &str) -> String {
    if name.is_empty() || name.contains(['=', '\0']) {
        return String::new();
    }
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}

fn env(_: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    Ok(Value::Str(Str::from(variable(&argument(arguments).text()))))
}

fn expand(_: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    Ok(Value::Str(Str::from(expanded(&argument(arguments).text(), variable))))
}

// Rule: Go 1.27 os/env.go, Expand and getShellName.
fn expanded(text: &str, variable: impl Fn(&str) -> String) -> String {
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let is_special = |c: char| matches!(c, '*' | '#' | '$' | '@' | '!' | '?' | '-') || c.is_ascii_digit();
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out += before;
        let Some(first) = after.chars().next() else {
            out.push('$');
            return out;
        };
        if let Some(inner) = after.strip_prefix('{') {
            match inner.find('}') {
                // Bad syntax eats the brace, or both.
                None => rest = inner,
                Some(0) => rest = inner.get(1..).unwrap_or_default(),
                Some(end) => {
                    out += &variable(inner.get(..end).unwrap_or_default());
                    rest = inner.get(end + 1..).unwrap_or_default();
                }
            }
            continue;
        }
        let length = if is_special(first) { 1 } else { after.find(|c| !is_name(c)).unwrap_or(after.len()) };
        if length == 0 {
            out.push('$');
        } else {
            out += &variable(after.get(..length).unwrap_or_default());
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn names_are_replaced_as_go_does() {
        for (text, wanted) in [
            ("a-$X/${Y}z", "a-<X>/<Y>z"),
            ("$", "$"),
            ("$$x", "<$>x"),
            ("${}a", "a"),
            ("$.", "$."),
            ("$1a", "<1>a"),
        ] {
            assert_eq!(expanded(text, |name| format!("<{name}>")), wanted, "{text}");
        }
    }
}
