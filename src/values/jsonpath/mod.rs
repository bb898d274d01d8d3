//! Kubernetes' `JSONPath` templates over values: `{.image.tag}`, `{range .list[*]}{.name} {end}`.
// Rule: k8s.io/client-go v0.37 util/jsonpath.

mod parse;
mod run;

use crate::codec::Node;
use parse::Template;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct JsonPath(Template);

impl JsonPath {
    /// The template in a text.
    ///
    /// # Errors
    /// The library's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::parse(text).map(Self)
    }

    /// What the template gives for a value; the values of a map come in byte order of their keys.
    ///
    /// # Errors
    /// A key that is missing, an index out of bounds, a comparison of different types.
    pub fn print(&self, value: &Node) -> Result<String, String> {
        run::print(&self.0, value)
    }
}

#[cfg(test)]
mod tests {
    use super::JsonPath;
    use crate::codec::yaml::{ReadOptions, read};
    use crate::diag::{Source, SourceKind};

    const VALUES: &str = "\
a: {b: 1, c: x y, d: null, e.f: 2}
big: 1000000
t: true
l: [{m: p, v: 1}, {m: q, v: 2.5}, {m: r}]
s: [3, 4, 5]
";

    fn print(template: &str) -> Result<String, String> {
        let values = Source::new(SourceKind::Chart, "values.yaml", VALUES);
        let values = read(&values, &ReadOptions::default()).map_err(|error| error.to_string())?;
        JsonPath::parse(template)?.print(&values.root)
    }

    // Every result is what `helm show values --jsonpath` of Helm v4.3.1 prints.
    #[test]
    fn results_are_those_of_helm() {
        for (template, wanted) in [
            ("{.a.b}", "1"),
            ("{.big} {.t}", "1e+06 true"),
            ("{.a}", r#"{"b":1,"c":"x y","d":null,"e.f":2}"#),
            ("{.a.d}", "null"),
            ("{.a.e\\.f}", "2"),
            ("{.a['c']}", "x y"),
            ("{.s[0]} {.s[-1]} {.s[0:2]} {.s[::2]} {.s[*]}", "3 5 3 4 3 5 3 4 5"),
            ("{.s[0,2]}", "3 5"),
            ("{.l[*].m}", "p q r"),
            ("{.l[?(@.m==\"q\")].v}", "2.5"),
            ("{.l[?(@.m>\"p\")].m}", "q r"),
            ("{.l[?(@.v)].m}", "p q"),
            ("{range .l[*]}{.m}={.m}{\"\\n\"}{end}!", "p=p\nq=q\nr=r\n!"),
            ("{..m}", "p q r"),
            ("text {5} {1.5} {'q'}", "text 5 1.5 q"),
        ] {
            assert_eq!(print(template).as_deref(), Ok(wanted), "{template}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (template, wanted) in [
            ("{.x}", "x is not found"),
            ("{.a", "unclosed action"),
            ("{.a[0]}", "map[string]interface {} is not array or slice"),
            ("{.s[3]}", "array index out of bounds: index 3, length 3"),
            ("{.s[x]}", "invalid array index x"),
            ("{.l[?(@.v>2)].m}", "incompatible types for comparison"),
            ("{end}", "not in range, nothing to end"),
            ("{foo}", "unrecognized identifier foo"),
            ("{&}", "unrecognized character in action: U+0026 '&'"),
        ] {
            assert_eq!(print(template).unwrap_err(), wanted, "{template}");
        }
    }
}
