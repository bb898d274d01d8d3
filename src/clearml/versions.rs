//! What follows from the version of a part.

use super::reader::{Reader, Text};

/// Major and minor number, and whether somebody said so.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    numbers: Option<(u32, u32)>,
    /// What it was read from.
    pub(crate) from: Option<Text>,
}

impl Version {
    /// The version a key says, else the one an image's tag says. A tag such as `latest` says nothing; then
    /// the newest is assumed.
    pub(crate) fn of(reader: &Reader<'_>, tag: Option<&Text>) -> Self {
        if let Some(said) = reader.filled() {
            let numbers = parse(&said.value);
            if let (None, Some(node)) = (numbers, reader.node()) {
                reader.bad(
                    node,
                    "is no version",
                    "write major and minor number in quotes, such as `\"1.16\"`",
                );
            }
            return Self { numbers, from: Some(said) };
        }
        Self { numbers: tag.and_then(|tag| parse(&tag.value)), from: tag.cloned() }
    }

    /// Whether it is this version or a later one.
    pub(crate) fn at_least(&self, major: u32, minor: u32) -> bool {
        self.numbers.is_none_or(|numbers| numbers >= (major, minor))
    }
}

/// `1.10`, `v2.0.0-613`, `7.6.2`: the first two numbers.
fn parse(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = text.split(['.', '-', '_']).map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().and_then(Result::ok).unwrap_or(0);
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_tags() {
        assert_eq!(parse("1.0.2"), Some((1, 0)));
        assert_eq!(parse("v2.0.0-613"), Some((2, 0)));
        assert_eq!(parse("7"), Some((7, 0)));
        assert_eq!(parse("latest"), None);
    }
}
