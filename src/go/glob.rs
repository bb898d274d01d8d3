//! File patterns as gobwas/glob v0.2.3 matches them with `/` as separator: the patterns of `.Files.Glob`.
//!
//! `*` and `?` stay within a path element, `**` crosses them; `{a,b}`, `[abc]`, `[!abc]`, `[a-z]`, `\` escapes.

use super::unicode;

/// A parsed pattern.
#[derive(Debug, Clone)]
pub struct Glob {
    parts: Vec<Part>,
}

/// A malformed pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadGlob;

impl std::fmt::Display for BadGlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("invalid glob pattern")
    }
}

impl std::error::Error for BadGlob {}

#[derive(Debug, Clone)]
enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `**`
    Super,
    Set {
        negated: bool,
        chars: Vec<char>,
    },
    Range {
        negated: bool,
        low: char,
        high: char,
    },
    Alternatives(Vec<Vec<Part>>),
}

/// Braces within braces: more than anybody writes, few enough for the stack.
const DEPTH_LIMIT: usize = 1000;

impl Glob {
    /// The pattern `text`.
    ///
    /// # Errors
    /// Brackets that are not closed or hold more than one range.
    pub fn new(text: &[u8]) -> Result<Self, BadGlob> {
        let chars: Vec<char> = unicode::runes(text).map(|(c, _)| c).collect();
        let mut parser = Parser { chars: &chars, at: 0 };
        let parts = parser.sequence(0)?;
        Ok(Self { parts })
    }

    /// The pattern that matches everything, which Helm takes in place of a malformed one.
    pub fn everything() -> Self {
        Self { parts: vec![Part::Super] }
    }

    /// True when the whole of `text` matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        let chars: Vec<char> = unicode::runes(text).map(|(c, _)| c).collect();
        let mut start = vec![false; chars.len() + 1];
        start[0] = true;
        walk(&self.parts, &chars, start)[chars.len()]
    }
}

/// The positions in `text` reached from those in `from` by matching `parts`.
fn walk(parts: &[Part], text: &[char], from: Vec<bool>) -> Vec<bool> {
    parts.iter().fold(from, |from, part| step(part, text, &from))
}

fn step(part: &Part, text: &[char], from: &[bool]) -> Vec<bool> {
    let one = |accepts: &dyn Fn(char) -> bool| {
        let mut to = vec![false; from.len()];
        for (at, &c) in text.iter().enumerate() {
            to[at + 1] = from[at] && accepts(c);
        }
        to
    };
    let run = |accepts: &dyn Fn(char) -> bool| {
        let mut to = from.to_vec();
        for (at, &c) in text.iter().enumerate() {
            to[at + 1] |= to[at] && accepts(c);
        }
        to
    };
    match part {
        Part::Char(own) => one(&|c| c == *own),
        Part::One => one(&|c| c != '/'),
        Part::Any => run(&|c| c != '/'),
        Part::Super => run(&|_| true),
        Part::Set { negated, chars } => one(&|c| chars.contains(&c) != *negated),
        Part::Range { negated, low, high } => one(&|c| (*low <= c && c <= *high) != *negated),
        Part::Alternatives(branches) => {
            let mut to = vec![false; from.len()];
            for branch in branches {
                for (own, reached) in to.iter_mut().zip(walk(branch, text, from.to_vec())) {
                    *own |= reached;
                }
            }
            to
        }
    }
}

struct Parser<'c> {
    chars: &'c [char],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Parts up to the end, or within braces up to a comma or the closing brace, which stay unread.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Part>, BadGlob> {
        if depth > DEPTH_LIMIT {
            return Err(BadGlob);
        }
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            if depth > 0 && matches!(c, ',' | '}') {
                break;
            }
            self.at += 1;
            parts.push(match c {
                '\\' => match self.next() {
                    Some(c) => Part::Char(c),
                    None => break,
                },
                '?' => Part::One,
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Part::Super
                }
                '*' => Part::Any,
                '[' => self.brackets()?,
                '{' => self.braces(depth)?,
                c => Part::Char(c),
            });
        }
        Ok(parts)
    }

    fn braces(&mut self, depth: usize) -> Result<Part, BadGlob> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.sequence(depth + 1)?);
            if self.next() != Some(',') {
                return Ok(Part::Alternatives(branches));
            }
        }
    }

    fn brackets(&mut self) -> Result<Part, BadGlob> {
        let negated = self.peek() == Some('!');
        if negated {
            self.at += 1;
        }
        let low = self.peek().ok_or(BadGlob)?;
        if self.chars.get(self.at + 1) == Some(&'-') {
            let high = *self.chars.get(self.at + 2).ok_or(BadGlob)?;
            self.at += 3;
            if self.next() != Some(']') || high < low {
                return Err(BadGlob);
            }
            return Ok(Part::Range { negated, low, high });
        }
        let mut chars = Vec::new();
        loop {
            match self.next().ok_or(BadGlob)? {
                ']' => break,
                '\\' => chars.push(self.next().ok_or(BadGlob)?),
                c => chars.push(c),
            }
        }
        if chars.is_empty() { Err(BadGlob) } else { Ok(Part::Set { negated, chars }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_elements_and_double_stars_do_not() {
        for (pattern, text, expected) in [
            ("*", "a.txt", true),
            ("*", "d/a.txt", false),
            ("**", "d/a.txt", true),
            ("**.txt", "d/a.txt", true),
            ("d/*", "d/a", true),
            ("d/?", "d/a", true),
            ("d?a", "d/a", false),
            ("{a,b*}.y", "bcd.y", true),
            ("{a,{c,d}}", "d", true),
            ("[abc]", "b", true),
            ("[!abc]", "b", false),
            ("[a-c]", "b", true),
            ("[!a-c]", "d", true),
            ("\\*", "*", true),
            ("a,b", "a,b", true),
        ] {
            assert_eq!(
                Glob::new(pattern.as_bytes()).map(|g| g.matches(text.as_bytes())),
                Ok(expected),
                "{pattern}"
            );
        }
        for bad in ["[", "[a", "[a-zA-Z]", "[]"] {
            assert!(Glob::new(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
