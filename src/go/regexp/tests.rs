use super::*;
use crate::value::Limits;

fn error(pattern: &str) -> String {
    Regexp::new(pattern.as_bytes()).map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

/// Every text was printed by Helm v4.3.1 (`mustRegexFind`).
#[test]
fn refusals_carry_gos_texts() {
    for (pattern, expected) in [
        ("(?i", "invalid or unsupported Perl syntax: `(?i`"),
        ("(?", "invalid or unsupported Perl syntax: `(?`"),
        ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`"),
        ("(?P<n m>a)", "invalid named capture: `(?P<n m>`"),
        ("(?P<>a)", "invalid named capture: `(?P<>`"),
        ("(?i-)", "invalid or unsupported Perl syntax: `(?i-)`"),
        ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("(a{100}){11}", "invalid repeat count: `{11}`"),
        ("x{999999999999}", "invalid repeat count: `{999999999999}`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a*+?", "invalid nested repetition operator: `*+?`"),
        ("x{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("(|*a)", "missing argument to repetition operator: `*`"),
        ("(a", "missing closing ): `(a`"),
        ("a)", "unexpected ): `a)`"),
        ("\\", "trailing backslash at end of expression: ``"),
        ("\\8", "invalid escape sequence: `\\8`"),
        ("\\1", "invalid escape sequence: `\\1`"),
        ("\\C", "invalid escape sequence: `\\C`"),
        ("\\Z", "invalid escape sequence: `\\Z`"),
        ("\\x{110000}", "invalid escape sequence: `\\x{110000`"),
        ("\\xg", "invalid escape sequence: `\\xg`"),
        ("[a", "missing closing ]: `[a`"),
        ("[]", "missing closing ]: `[]`"),
        ("[\\pZ", "missing closing ]: `[\\pZ`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("[a-\\d]", "invalid escape sequence: `\\d`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
        ("\\p{Foo}", "invalid character class range: `\\p{Foo}`"),
        ("\\p{Grek}", "invalid character class range: `\\p{Grek}`"),
        ("\\p{IsGreek}", "invalid character class range: `\\p{IsGreek}`"),
        ("\\p{Alphabetic}", "invalid character class range: `\\p{Alphabetic}`"),
        ("\\p{L", "invalid character class range: `\\p{L`"),
        ("\\pX", "invalid character class range: `\\pX`"),
        ("\\p", "invalid character class range: `\\p`"),
    ] {
        assert_eq!(error(pattern), format!("error parsing regexp: {expected}"), "{pattern}");
    }
    let deep = "(".repeat(1001) + &")".repeat(1001);
    assert!(error(&deep).starts_with("error parsing regexp: expression nests too deeply: `(("));
    let panic = Regexp::new(b"[").map_err(|error| error.must_compile_text(b"["));
    assert_eq!(
        panic.err().as_deref(),
        Some("regexp: Compile(`[`): error parsing regexp: missing closing ]: `[`")
    );
}

fn found<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    let (start, end) = Regexp::new(pattern.as_bytes()).expect("pattern").find(text.as_bytes())?;
    Some(&text[start..end])
}

#[test]
fn go_only_syntax_matches_as_in_go() {
    for (pattern, text, expected) in [
        ("(?P<n>a)(?P<n>b)", "ab", Some("ab")),
        ("(?P<1>a)", "a", Some("a")),
        ("\\Qa.b\\E+", "a.bb", Some("a.bb")),
        ("\\101", "A", Some("A")),
        ("x{3", "x{3", Some("x{3")),
        ("a{,2}", "a{,2}", Some("a{,2}")),
        ("[a-z&&[^b]]", "b", None),
        ("[]a]", "]", Some("]")),
        ("(?U)a+", "aa", Some("a")),
        (".+", "a\nb", Some("a")),
        ("(?s).+", "a\nb", Some("a\nb")),
        ("(?m)^b$", "a\nb\nc", Some("b")),
        ("^b$", "a\nb", None),
        ("a|ab", "ab", Some("a")),
        ("\\p{han}", "漢", Some("漢")),
        ("\\p{^L}", "a1", Some("1")),
        ("(?i)[^k]", "\u{212a}", None),
        ("(?i)\\W", "\u{212a}", None),
        ("\\d", "٣", None),
        ("\\x{d800}", "a", None),
        ("(?i)straSSe", "STRASSE", Some("STRASSE")),
    ] {
        assert_eq!(found(pattern, text), expected, "{pattern}");
    }
}

#[test]
fn all_matches_split_and_replace_follow_gos_rules_on_empty_matches() {
    let re = Regexp::new(b"a*").expect("pattern");
    assert_eq!(re.find_all(b"baac", -1), [(0, 0), (1, 3), (4, 4)]);
    assert_eq!(re.replace_all(b"baac", b"X"), b"XbXcX");
    let split = |pattern: &str, text: &'static str, limit| -> Vec<&'static str> {
        Regexp::new(pattern.as_bytes())
            .expect("pattern")
            .split(text.as_bytes(), limit)
            .unwrap_or_default()
            .into_iter()
            .map(|piece| std::str::from_utf8(piece).expect("text"))
            .collect()
    };
    assert_eq!(split("a", "banana", -1), ["b", "n", "n", ""]);
    assert_eq!(split("a", "banana", 2), ["b", "nana"]);
    assert_eq!(split("", "abc", -1), ["a", "b", "c"]);
    assert_eq!(split("z*", "pizza", -1), ["p", "i", "a"]);
    assert_eq!(split("a", "", -1), [""]);
    assert!(split("a", "b", 0).is_empty());
}

#[test]
fn templates_expand_groups_by_number_and_name() {
    let replace = |pattern: &str, text: &str, template: &str| {
        let out = Regexp::new(pattern.as_bytes())
            .expect("pattern")
            .replace_all(text.as_bytes(), template.as_bytes());
        String::from_utf8(out).expect("text")
    };
    assert_eq!(replace("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-");
    assert_eq!(replace("a(x*)b", "-ab-axxb-", "$1W"), "---");
    assert_eq!(replace("(?P<n>x)", "x", "$n$$${n}$01${}$"), "x$x${}$");
    assert_eq!(quote_meta(b"a.b[c]"), b"a\\.b\\[c\\]");
}

/// Every `a` is a match, and the rest of the text is looked at for a `z` each time: paid for, where the same text with a
/// `z` behind each line, or one of lines, costs next to nothing.
#[test]
fn searches_that_look_far_beyond_their_matches_are_paid_for() {
    let steps_of = |pattern: &[u8], text: &[u8]| {
        let fits = |steps: u64| {
            let limits = Limits { steps, ..Limits::default() };
            budget::within(limits, || {
                let _ = Regexp::new(pattern).unwrap().replace_all(text, b"b");
                budget::refusal().is_none()
            })
        };
        (0..40).map(|power| 1 << power).find(|&steps| fits(steps)).unwrap()
    };
    let long = b"a".repeat(10_000);
    let lines = b"aaaaaaaaa\n".repeat(1_000);
    // 10,000 matches, 5,000 bytes looked at for each of them, 8 bytes in a step; short rests are free.
    assert!(steps_of(b"a.*z|a", &long) >= 1 << 22);
    assert!(steps_of(b"(a.*z)|(a)", &long) >= 1 << 22);
    for (pattern, text) in
        [(&b"a.*z|a"[..], &lines), (b"a+", &lines), (b"a", &long), (b"[a-z]+\\s*", &lines), (b"a.*", &long)]
    {
        assert!(steps_of(pattern, text) <= 1 << 15, "{}", String::from_utf8_lossy(pattern));
    }
}

/// The engine's own sizes decide, which a new version of it may change a little.
#[test]
fn large_patterns_are_refused_near_the_limit() {
    for (part, taken, refused) in [(r"\p{Greek}{100}", 280, 320), ("(a)", 2000, 2400)] {
        assert_eq!(error(&part.repeat(taken)), "no error", "{part}");
        let pattern = part.repeat(refused);
        assert_eq!(
            error(&pattern),
            format!("error parsing regexp: expression too large: `{pattern}`"),
            "{part}"
        );
    }
}
