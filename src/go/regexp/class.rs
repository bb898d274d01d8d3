//! Character classes: named groups, Unicode groups, case folding.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters from inclusive ranges.
pub(super) fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(start, end)| ClassUnicodeRange::new(start, end)))
}

/// Every character.
pub(super) fn any() -> ClassUnicode {
    of(&[('\0', char::MAX)])
}

/// The characters of `\d`, `\s` or `\w` (ASCII only in Go).
pub(super) fn perl(letter: u8) -> Option<ClassUnicode> {
    Some(match letter.to_ascii_lowercase() {
        b'd' => of(&[('0', '9')]),
        b's' => of(&[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')]),
        b'w' => of(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        _ => return None,
    })
}

/// The characters of `[:name:]`.
pub(super) fn posix(name: &[u8]) -> Option<ClassUnicode> {
    Some(match name {
        b"alnum" => of(&[('0', '9'), ('A', 'Z'), ('a', 'z')]),
        b"alpha" => of(&[('A', 'Z'), ('a', 'z')]),
        b"ascii" => of(&[('\0', '\u{7f}')]),
        b"blank" => of(&[('\t', '\t'), (' ', ' ')]),
        b"cntrl" => of(&[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')]),
        b"digit" => of(&[('0', '9')]),
        b"graph" => of(&[('!', '~')]),
        b"lower" => of(&[('a', 'z')]),
        b"print" => of(&[(' ', '~')]),
        b"punct" => of(&[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        b"space" => of(&[('\t', '\r'), (' ', ' ')]),
        b"upper" => of(&[('A', 'Z')]),
        b"word" => of(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        b"xdigit" => of(&[('0', '9'), ('A', 'F'), ('a', 'f')]),
        _ => return None,
    })
}

/// Script names of four letters; every other four-letter name is a code that Go does not know.
const SHORT_SCRIPTS: &[&str] = &["ahom", "cham", "kawi", "lisu", "miao", "modi", "newa", "thai", "toto"];

/// The characters of `\p{name}`: a general category, a script, `Any`, `ASCII`, `Assigned`, `LC`.
///
/// Rule: Go 1.25 regexp/syntax: names compare without case, spaces, underscores and hyphens.
pub(super) fn unicode(name: &str) -> Option<ClassUnicode> {
    let key: String =
        name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match key.as_str() {
        "any" => return Some(any()),
        "ascii" => return Some(of(&[('\0', '\u{7f}')])),
        "cs" | "surrogate" => return Some(ClassUnicode::empty()),
        "is" => return None,
        _ => {}
    }
    if key.starts_with("is") {
        return None;
    }
    let category = lookup(&format!(r"\p{{gc={key}}}"));
    if category.is_some() {
        return category;
    }
    if key.len() == 4 && !SHORT_SCRIPTS.contains(&key.as_str()) {
        return None;
    }
    lookup(&format!(r"\p{{sc={key}}}"))
}

fn lookup(pattern: &str) -> Option<ClassUnicode> {
    match regex_syntax::Parser::new().parse(pattern).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            let c = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(of(&[(c, c)]))
        }
        _ => None,
    }
}

/// `class` with the other cases of its characters.
pub(super) fn folded(mut class: ClassUnicode) -> ClassUnicode {
    class.case_fold_simple();
    class
}
