//! URLs as dicts. Nothing here reaches a network.

use super::table::{NIL_POINTER, map, str_arg};
use crate::go::url::{Url, User};
use crate::gotmpl::func::{CallCtx, Func, FuncError, Param};
use crate::value::{Map, MapType, Str, Value};

fn url_parse(_: &mut CallCtx<'_>, args: &[Value]) -> Result<Value, FuncError> {
    let url = Url::parse(str_arg(args, 0).as_bytes())
        .map_err(|error| FuncError::new(format!("unable to parse url: {error}")))?;
    let text = |bytes: &[u8]| Value::Str(Str::from_bytes(bytes));
    let entries: Vec<(Str, Value)> = vec![
        ("fragment".into(), text(&url.fragment)),
        ("host".into(), text(&url.host)),
        ("hostname".into(), text(url.hostname())),
        ("opaque".into(), text(&url.opaque)),
        ("path".into(), text(&url.path)),
        ("query".into(), text(&url.query)),
        ("scheme".into(), text(url.scheme.as_bytes())),
        ("userinfo".into(), text(&url.user_text())),
    ];
    Ok(Value::Map(Map::of(&MapType::ANY, entries)))
}

/// The text under a key; empty when the key is not there.
///
/// Rule: sprig v3.3.0 url.go `dictGetOrEmpty`.
fn part(parts: &Map, key: &str) -> Result<Str, FuncError> {
    match parts.get(key) {
        None => Ok(Str::EMPTY),
        Some(Value::Str(text)) => Ok(text),
        Some(other) if other.is_nil() => Err(FuncError::new(NIL_POINTER)),
        Some(other) => Err(FuncError::new(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind().name()
        ))),
    }
}

fn url_join(_: &mut CallCtx<'_>, args: &[Value]) -> Result<Value, FuncError> {
    let parts = &map(args, 0);
    let bytes = |key| part(parts, key).map(|text| text.as_bytes().to_vec());
    let mut url = Url {
        scheme: part(parts, "scheme")?.text().into_owned(),
        host: bytes("host")?,
        path: bytes("path")?,
        query: bytes("query")?,
        opaque: bytes("opaque")?,
        fragment: bytes("fragment")?,
        ..Url::default()
    };
    let user = part(parts, "userinfo")?;
    if !user.is_empty() {
        url.user = Some(user_of(&user)?);
    }
    Ok(Value::Str(Str::from_bytes(url.text())))
}

fn user_of(text: &Str) -> Result<User, FuncError> {
    let whole = [b"proto://", text.as_bytes(), b"@host"].concat();
    let url = Url::parse(&whole)
        .map_err(|error| FuncError::new(format!("unable to parse userinfo in dict: {error}")))?;
    Ok(url.user.unwrap_or_default())
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    Func::new("urlJoin", &[Param::Map], url_join, "The URL of a dict of its parts.").examples(&[(
        r#"{{ urlJoin (dict "scheme" "http" "host" "h:80" "path" "/a b" "query" "q=1") }}"#,
        "http://h:80/a%20b?q=1",
    )]),
    Func::new("urlParse", &[Param::String], url_parse, "The parts of a URL as a dict.")
        .examples(&[(r#"{{ get (urlParse "http://u:p@h:80/a?b#c") "hostname" }}"#, "h")]),
];
