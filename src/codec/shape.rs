//! Filling typed fields from a [`Node`] as Helm does: YAML turned into JSON with scalars coerced to the
//! field's type, then Go's `encoding/json` with its words about wrong shapes.

use std::fmt;

use super::{Data, Node};

/// Reads fields one by one and keeps the first complaint, as Go reads on after a wrong type.
// Rule: sigs.k8s.io/yaml v1.6.0, convertToJSONableObject; Go 1.27 encoding/json, UnmarshalTypeError.
#[derive(Debug, Default)]
pub struct Shape {
    error: Option<String>,
    /// Read from JSON: nothing is coerced.
    json: bool,
}

/// Where a value stands: the JSON path to it. Few are ever printed, so none is put together before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<'p> {
    /// Where what it stands in stands, and under which key or index; nothing for the whole.
    step: Option<(&'p Path<'p>, Step<'p>)>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Key(&'p str),
    Item(usize),
}

impl<'p> Path<'p> {
    /// The path of a key below this one.
    #[must_use]
    pub fn key(&'p self, name: &'p str) -> Self {
        Self { step: Some((self, Step::Key(name))) }
    }

    /// The path of a list item below this one.
    #[must_use]
    pub fn item(&'p self, index: usize) -> Self {
        Self { step: Some((self, Step::Item(index))) }
    }
}

impl fmt::Display for Path<'_> {
    /// Each step with a dot in front.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            None => Ok(()),
            Some((above, Step::Key(name))) => write!(f, "{above}.{name}"),
            Some((above, Step::Item(index))) => write!(f, "{above}.{index}"),
        }
    }
}

impl Shape {
    /// For a text that was JSON to begin with: numbers and booleans are no strings.
    #[must_use]
    pub fn of_json() -> Self {
        Self { error: None, json: true }
    }

    /// The first complaint, in the words Helm prints after its prefix.
    pub fn finish(self) -> Result<(), String> {
        match self.error {
            None => Ok(()),
            Some(text) if self.json => Err(text),
            Some(text) => Err(format!("error unmarshaling JSON: while decoding JSON: {text}")),
        }
    }

    fn mismatch(&mut self, node: &Node, path: &Path, go_type: &str) {
        if self.error.is_some() {
            return;
        }
        let found = match node.data() {
            Data::Bool(_) => "bool",
            _ => node.kind_name(),
        };
        let place = match path.step {
            None => "Go value".to_owned(),
            Some((_, Step::Item(_))) => path.to_string(),
            Some((_, Step::Key(_))) => format!("Go struct field {path}"),
        };
        self.error = Some(format!("json: cannot unmarshal {found} into {place} of type {go_type}"));
    }

    /// A point in time in RFC 3339, checked only.
    pub fn time(&mut self, node: &Node, path: &Path) {
        match node.data() {
            Data::Null => {}
            Data::String(text) => {
                if let Err(words) = rfc3339(text) {
                    self.error.get_or_insert(words);
                }
            }
            _ => self.mismatch(node, path, "time.Time"),
        }
    }

    /// The text of a string field; numbers and booleans are written out. None for null and for wrong shapes.
    pub fn string(&mut self, node: &Node, path: &Path) -> Option<String> {
        match node.data() {
            Data::Null => None,
            Data::String(text) => Some(String::from(&**text)),
            Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) if self.json => {
                self.mismatch(node, path, "string");
                None
            }
            Data::Bool(value) => Some(value.to_string()),
            Data::Int(value) => Some(value.to_string()),
            Data::Uint(value) => Some(value.to_string()),
            Data::Float(value) => Some(float32_text(*value)),
            Data::List(_) | Data::Map(_) => {
                self.mismatch(node, path, "string");
                None
            }
        }
    }

    /// The text of an item of a string list or map; null gives the empty string.
    pub fn string_item(&mut self, node: &Node, path: &Path) -> String {
        self.string(node, path).unwrap_or_default()
    }

    /// A boolean field.
    pub fn boolean(&mut self, node: &Node, path: &Path) -> Option<bool> {
        match node.data() {
            Data::Null => None,
            Data::Bool(value) => Some(*value),
            _ => {
                self.mismatch(node, path, "bool");
                None
            }
        }
    }

    /// The items of a list field.
    pub fn list<'n>(&mut self, node: &'n Node, path: &Path, go_type: &str) -> Option<&'n [Node]> {
        match node.data() {
            Data::Null => None,
            Data::List(items) => Some(items),
            _ => {
                self.mismatch(node, path, go_type);
                None
            }
        }
    }

    /// The fields of a struct or map.
    pub fn fields<'n>(&mut self, node: &'n Node, path: &Path, go_type: &str) -> Option<&'n super::Map> {
        match node.data() {
            Data::Null => None,
            Data::Map(map) => Some(map),
            _ => {
                self.mismatch(node, path, go_type);
                None
            }
        }
    }

    /// A list of strings.
    pub fn strings(&mut self, node: &Node, path: &Path) -> Option<Vec<String>> {
        let items = self.list(node, path, "[]string")?;
        Some(
            items.iter().enumerate().map(|(index, item)| self.string_item(item, &path.item(index))).collect(),
        )
    }

    /// A map of strings, in byte order of its keys.
    pub fn string_map(&mut self, node: &Node, path: &Path) -> Option<Vec<(String, String)>> {
        let map = self.fields(node, path, "map[string]string")?;
        Some(
            map.entries()
                .iter()
                .map(|entry| {
                    (String::from(&*entry.key), self.string_item(&entry.value, &path.key(&entry.key)))
                })
                .collect(),
        )
    }
}

/// Whether a JSON key names this Go field: letters of either case.
#[must_use]
pub fn names_field(key: &str, field: &str) -> bool {
    key.eq_ignore_ascii_case(field)
}

/// The shortest text that gives the same 32-bit float, as `strconv.FormatFloat(f, 'g', -1, 32)`.
// Quirk: sigs.k8s.io/yaml v1.6.0 formats floats for string fields with 32 bits, so 1.123456789 loses digits.
#[must_use]
pub fn float32_text(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

/// Checks a time as Go's `time.Time` does when it is read from JSON.
// Rule: Go 1.27 time, parseStrictRFC3339 and Parse.
fn rfc3339(text: &str) -> Result<(), String> {
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    let mut rest = text;
    let fail = |rest: &str, want: &str| {
        Err(format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {rest:?} as {want:?}"))
    };
    let mut numbers = [0_u32; 6];
    let parts = [
        ("2006", 4),
        ("-", 0),
        ("01", 2),
        ("-", 0),
        ("02", 2),
        ("T", 0),
        ("15", 2),
        (":", 0),
        ("04", 2),
        (":", 0),
        ("05", 2),
    ];
    let mut at = 0;
    for (want, width) in parts {
        if width == 0 {
            match rest.strip_prefix(want) {
                Some(after) => rest = after,
                None => return fail(rest, want),
            }
            continue;
        }
        match rest.get(..width).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
            Some(digits) => {
                if let Some(slot) = numbers.get_mut(at) {
                    *slot = digits.parse().unwrap_or_default();
                }
                at += 1;
                rest = rest.get(width..).unwrap_or_default();
            }
            None => return fail(rest, want),
        }
    }
    let [year, month, day, hour, minute, second] = numbers;
    let out = |what: &str| Err(format!("parsing time {text:?}: {what} out of range"));
    if !(1..=12).contains(&month) {
        return out("month");
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day == 0 || day > days {
        return out("day");
    }
    if hour > 23 {
        return out("hour");
    }
    if minute > 59 {
        return out("minute");
    }
    if second > 59 {
        return out("second");
    }
    if let Some(after) = rest.strip_prefix('.') {
        let digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
        if digits.len() < after.len() {
            rest = digits;
        }
    }
    let zone_ok = rest == "Z"
        || (rest.len() == 6
            && rest.bytes().enumerate().all(|(index, b)| match index {
                0 => b == b'+' || b == b'-',
                3 => b == b':',
                _ => b.is_ascii_digit(),
            }));
    if zone_ok { Ok(()) } else { fail(rest, "Z07:00") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_for_string_fields_have_32_bits() {
        for (value, text) in [
            (12_345_678.5, "1.2345678e+07"),
            (1e3, "1000"),
            (100_000.0, "100000"),
            (1e6, "1e+06"),
            (1.123_456_789, "1.1234568"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (999_999.5, "999999.5"),
            (1e20, "1e+20"),
        ] {
            assert_eq!(float32_text(value), text);
        }
    }

    #[test]
    fn the_first_wrong_shape_is_reported() {
        let mut shape = Shape::default();
        let root = Path::default();
        assert_eq!(shape.string(&Node::list(vec![]), &root.key("kind")), None);
        assert_eq!(shape.boolean(&Node::string("a"), &root.key("deprecated")), None);
        assert_eq!(
            shape.finish().unwrap_err(),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field .kind of type string"
        );
    }
}
