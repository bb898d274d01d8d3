//! Flags as Helm takes them: the grammar and the messages of Go's pflag and cobra.

use std::collections::HashMap;

use super::csv;
use clearml_k8s::diag::{Level, LogLine};
use clearml_k8s::go::{strconv, time};

/// What a flag's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `--x`, `--x=false`
    Bool,
    /// Any text; the last one counts.
    Text,
    /// Any text; every one counts.
    Texts,
    /// Comma-separated texts with CSV quoting; every one counts.
    List,
    /// `key=value` pairs, comma-separated.
    Pairs,
    /// A whole number.
    Int,
    /// A whole number that is not negative.
    Uint,
    /// A number of 32 bits.
    Float,
    /// A Go duration.
    Duration,
    /// `--wait`: `watcher`, `hookOnly`, `legacy` or a boolean.
    Wait,
    /// The name of a post-renderer plugin, of which there are none.
    PostRenderer,
}

/// One flag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// `namespace` of `--namespace`
    pub name: &'static str,
    /// `n` of `-n`
    pub short: Option<char>,
    /// What its value may be.
    pub kind: Kind,
    /// The value of `--name` alone, when that is allowed.
    pub alone: Option<&'static str>,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// One line of help; empty for flags that help does not list.
    pub help: &'static str,
}

impl Flag {
    /// A switch.
    pub(crate) const fn switch(name: &'static str, help: &'static str) -> Self {
        Self { name, short: None, kind: Kind::Bool, alone: Some("true"), deprecated: None, help }
    }

    /// A flag with a value.
    pub(crate) const fn value(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { name, short: None, kind, alone: None, deprecated: None, help }
    }

    /// The same with a one-letter form.
    pub(crate) const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    /// The same; given without a value it stands for `value`.
    pub(crate) const fn alone(mut self, value: &'static str) -> Self {
        self.alone = Some(value);
        self
    }

    /// The same with a note printed whenever it is used.
    pub(crate) const fn deprecated(mut self, note: &'static str) -> Self {
        self.deprecated = Some(note);
        self
    }

    fn label(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }
}

/// What was given.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Arguments that are no flags.
    pub arguments: Vec<String>,
    /// Notes on deprecated flags, in order.
    pub notes: Vec<String>,
    values: HashMap<&'static str, Vec<String>>,
}

impl Parsed {
    /// Whether the flag was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| strconv::parse_bool(text) == Ok(true))
    }

    /// The last value.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.last().map(String::as_str)
    }

    /// Every value, lists taken apart.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.values.get(name).cloned().unwrap_or_default()
    }
}

/// The arguments of a command read by a list of flags.
///
/// # Errors
/// Cobra's message.
// Rule: spf13/pflag v1.0 flag.go, parseArgs, parseLongArg, parseSingleShortArg.
pub(crate) fn parse(flags: &[&[Flag]], arguments: &[String]) -> Result<Parsed, String> {
    let mut reader = Reader { flags, rest: arguments, parsed: Parsed::default(), lenient: false };
    reader.all()?;
    Ok(reader.parsed)
}

/// What is given of some flags, as far as the arguments can be read; other flags are passed over.
// Rule: spf13/pflag v1.0 flag.go, ParseErrorsAllowlist and stripUnknownFlagValue.
pub(crate) fn parse_known(flags: &[&[Flag]], arguments: &[String]) -> Parsed {
    let mut reader = Reader { flags, rest: arguments, parsed: Parsed::default(), lenient: true };
    // What was read before a mistake counts.
    let _ = reader.all();
    reader.parsed
}

struct Reader<'a> {
    flags: &'a [&'a [Flag]],
    rest: &'a [String],
    parsed: Parsed,
    /// Flags that are not known are passed over, with what may be their value.
    lenient: bool,
}

impl<'a> Reader<'a> {
    fn all(&mut self) -> Result<(), String> {
        while let Some((argument, rest)) = self.rest.split_first() {
            self.rest = rest;
            if argument == "--" {
                self.parsed.arguments.extend(rest.iter().cloned());
                break;
            }
            if let Some(long) = argument.strip_prefix("--") {
                self.long(argument, long)?;
            } else if argument.len() > 1 && argument.starts_with('-') {
                self.short(argument.get(1..).unwrap_or_default())?;
            } else {
                self.parsed.arguments.push(argument.clone());
            }
        }
        Ok(())
    }

    fn skip_value(&mut self) {
        if let Some((value, rest)) = self.rest.split_first()
            && !value.starts_with('-')
        {
            self.rest = rest;
        }
    }

    fn find(&self, matches: impl Fn(&Flag) -> bool) -> Option<&'a Flag> {
        self.flags.iter().flat_map(|flags| flags.iter()).find(|flag| matches(flag))
    }

    fn next(&mut self) -> Option<String> {
        let (value, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(value.clone())
    }

    fn long(&mut self, argument: &str, long: &str) -> Result<(), String> {
        if long.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: {argument}"));
        }
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let Some(flag) = self.find(|flag| flag.name == name) else {
            if self.lenient {
                if value.is_none() {
                    self.skip_value();
                }
                return Ok(());
            }
            return Err(format!("unknown flag: --{name}"));
        };
        let value = match (value, flag.alone) {
            (Some(value), _) => value,
            (None, Some(alone)) => alone.to_owned(),
            (None, None) => self.next().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
        };
        self.set(flag, &value)
    }

    fn short(&mut self, letters: &str) -> Result<(), String> {
        let mut letters = letters;
        while let Some(letter) = letters.chars().next() {
            let after = letters.get(letter.len_utf8()..).unwrap_or_default();
            let Some(flag) = self.find(|flag| flag.short == Some(letter)) else {
                if self.lenient {
                    if !(after.starts_with('=') && after.len() > 1) {
                        self.skip_value();
                        letters = after;
                        continue;
                    }
                    return Ok(());
                }
                // Quirk: pflag shows the first byte, not the character.
                let byte = letters.bytes().next().unwrap_or_default();
                let shown = strconv::quote_rune(u32::from(byte));
                return Err(format!("unknown shorthand flag: {shown} in -{letters}"));
            };
            let value = match (after.strip_prefix('='), flag.alone) {
                (Some(value), _) if !value.is_empty() => value.to_owned(),
                (_, Some(alone)) => {
                    self.set(flag, alone)?;
                    letters = after;
                    continue;
                }
                (_, None) if !after.is_empty() => after.to_owned(),
                _ => {
                    self.next().ok_or_else(|| format!("flag needs an argument: '{letter}' in -{letters}"))?
                }
            };
            return self.set(flag, &value);
        }
        Ok(())
    }

    fn set(&mut self, flag: &Flag, value: &str) -> Result<(), String> {
        let quote = |text: &str| strconv::quote(text.as_bytes());
        let values = values(flag.kind, value).map_err(|text| {
            format!("invalid argument {} for {} flag: {text}", quote(value), quote(&flag.label()))
        })?;
        if let Some(note) = flag.deprecated {
            self.parsed.notes.push(format!("Flag --{} has been deprecated, {note}", flag.name));
        }
        if flag.kind == Kind::Wait && strconv::parse_bool(value).is_ok() {
            let instead = if strconv::parse_bool(value) == Ok(true) { "watcher" } else { "hookOnly" };
            let line = LogLine::new(
                Level::Warn,
                format!(
                    "--wait={value} is deprecated (boolean value) and can be replaced with --wait={instead}"
                ),
            );
            self.parsed.notes.push(line.to_string());
        }
        self.parsed.values.entry(flag.name).or_default().extend(values);
        Ok(())
    }
}

/// The values in one argument; the error is Go's.
fn values(kind: Kind, value: &str) -> Result<Vec<String>, String> {
    let one = || Ok(vec![value.to_owned()]);
    match kind {
        Kind::Text | Kind::Texts => one(),
        Kind::Bool => strconv::parse_bool(value).map_err(|error| error.to_string()).and_then(|_| one()),
        Kind::Int => strconv::parse_int(value, 0, 64).map_err(|error| error.to_string()).and_then(|_| one()),
        Kind::Uint => {
            strconv::parse_uint(value, 0, 64).map_err(|error| error.to_string()).and_then(|_| one())
        }
        Kind::Float => match strconv::parse_float(value).map_err(|error| error.to_string())? {
            number if number.is_finite() && (number as f32).is_infinite() => Err(format!(
                "strconv.ParseFloat: parsing {}: value out of range",
                strconv::quote(value.as_bytes())
            )),
            _ => one(),
        },
        Kind::Duration => time::parse_duration(value).map_err(|error| error.to_string()).and_then(|_| one()),
        Kind::List => csv::read(value),
        Kind::Pairs => pairs(value),
        Kind::Wait => match value {
            "watcher" | "hookOnly" | "legacy" => one(),
            _ if strconv::parse_bool(value).is_ok() => one(),
            _ => {
                Err(format!("invalid wait input \"{value}\". Valid inputs are watcher, hookOnly, and legacy"))
            }
        },
        Kind::PostRenderer if value.is_empty() => one(),
        Kind::PostRenderer => Err(format!("plugin: {{Name:{value} Type:postrenderer/v1}} not found")),
    }
}

// Rule: spf13/pflag v1.0 string_to_string.go: one `=` makes one pair, more are read as CSV.
fn pairs(value: &str) -> Result<Vec<String>, String> {
    let items = match value.matches('=').count() {
        0 => return Err(format!("{value} must be formatted as key=value")),
        1 => vec![value.trim_matches('"').to_owned()],
        _ => csv::read(value)?,
    };
    match items.iter().find(|item| !item.contains('=')) {
        Some(item) => Err(format!("{item} must be formatted as key=value")),
        None => Ok(items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        Flag::switch("no-hooks", ""),
        Flag::switch("generate-name", "").short('g'),
        Flag::value("namespace", Kind::Text, "").short('n'),
        Flag::value("values", Kind::List, "").short('f'),
        Flag::value("dry-run", Kind::Text, "").alone("unset"),
    ];

    fn read(arguments: &str) -> Result<Parsed, String> {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        parse(&[FLAGS], &arguments)
    }

    #[test]
    fn forms_of_values() {
        let parsed = read("a -fx.yaml -f=y.yaml,z.yaml b -gn ns --no-hooks=false --dry-run -- -f").unwrap();
        assert_eq!(parsed.arguments, ["a", "b", "-f"]);
        assert_eq!(parsed.texts("values"), ["x.yaml", "y.yaml", "z.yaml"]);
        assert_eq!(parsed.text("namespace"), Some("ns"));
        assert_eq!(parsed.text("dry-run"), Some("unset"));
        assert!(parsed.is_on("generate-name") && !parsed.is_on("no-hooks"));
    }

    #[test]
    fn messages_are_pflags() {
        for (arguments, message) in [
            ("--bogus=1", "unknown flag: --bogus"),
            ("-gzz", "unknown shorthand flag: 'z' in -zz"),
            ("-n", "flag needs an argument: 'n' in -n"),
            ("--namespace", "flag needs an argument: --namespace"),
            ("---a", "bad flag syntax: ---a"),
            ("--=a", "bad flag syntax: --=a"),
            (
                "--no-hooks=maybe",
                "invalid argument \"maybe\" for \"--no-hooks\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
        ] {
            assert_eq!(read(arguments).unwrap_err(), message);
        }
    }
}
