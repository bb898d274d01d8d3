use proptest::prelude::*;

use super::super::compose;
use super::super::error::Origin;
use super::*;
use crate::diag::{Source, SourceKind};

/// Everything a reader can tell from a tree, places and styles included.
fn picture(node: &Node) -> String {
    let place = |place: Option<&crate::diag::Place>| place.map(|place| place.span);
    let mut text = format!("{:?} {:?} ", node.style(), place(node.place()));
    match node.data() {
        Data::List(items) => {
            text += "[";
            items.iter().for_each(|item| text += &picture(item));
            text += "]";
        }
        Data::Map(map) => {
            text += "{";
            for entry in map.entries() {
                text +=
                    &format!("{:?} {:?}: {}", entry.key, place(entry.place.as_ref()), picture(&entry.value));
            }
            text += "}";
        }
        scalar => text += &format!("{scalar:?};"),
    }
    text
}

/// What this reader makes of a text; none when it gives up. Fails when the parser makes something else of it.
fn agreed(text: &str) -> Option<String> {
    let source = Source::new(SourceKind::File, "t.yaml", text);
    let origin = Origin { source: &source, base: 0, end: text.len() };
    let mut answer = None;
    for numbers in [Numbers::Json, Numbers::Typed] {
        let mut twice = Vec::new();
        let skimmed = first(text, origin, numbers, Some(|key| key == "a"), &mut Vec::new());
        let Some(Document(quick)) = first(text, origin, numbers, None, &mut twice) else {
            assert!(skimmed.is_none(), "{text:?} is skimmed and not read");
            return None;
        };
        let wanted = |root: Option<&Node>| root.and_then(|root| root.get("a")).map(picture);
        let Document(skimmed) = skimmed.unwrap_or_else(|| panic!("{text:?} is read and not skimmed"));
        assert_eq!(wanted(skimmed.as_ref()), wanted(quick.as_ref()), "{text:?}");
        let mut also_twice = Vec::new();
        let parsed = compose::first(text.as_bytes(), origin, numbers, &mut also_twice);
        let parsed = parsed.unwrap_or_else(|error| panic!("{text:?} is refused: {}", error.helm_text()));
        let (quick, parsed) = (quick.as_ref().map(picture), parsed.as_ref().map(picture));
        assert_eq!(quick, parsed, "{text:?}");
        let spans = |twice: &[DuplicateKey]| {
            let mut spans: Vec<_> =
                twice.iter().map(|key| (key.second.span, key.first.span, key.key.to_string())).collect();
            spans.sort();
            spans
        };
        assert_eq!(spans(&twice), spans(&also_twice), "{text:?}");
        answer = Some(quick.unwrap_or_default());
    }
    answer
}

#[test]
fn of_many_keys_the_last_of_equal_ones_counts() {
    for step in [1, 7, 998] {
        let line = |number: usize| format!("key{}: {number}\n", number * step % 1500);
        let text: String = (0..2000).map(line).collect();
        assert!(agreed(&text).is_some());
        assert!(agreed(&format!("a:\n- b\nmany:\n  {}", text.trim_end().replace('\n', "\n  "))).is_some());
    }
}

#[test]
fn common_texts_are_read_as_the_parser_reads_them() {
    for text in [
        "",
        "# nothing\n\n",
        "a: 1\nb: x # c\nc:\n  d: 'it''s'\n  e: \"q\\\"\\n\"\n",
        "a:\n- 1\n- b: 2\n  c: 3\n-\n- - x\n  - y\nd: e",
        "- a\n-\n  b: c\n- # c\n  - d\n",
        "a: {}\nb: []\nc: [1, x y, 'z', [2]] # c\nd: {a: 1, \"b\": [], 'c':1}\n",
        "a: |\n  x\n\n   y\n\n\nb: |-\n   z\n\nc: |+ # c\n x\n\n",
        "a: |\n\n  x\n    \n  \n",
        "a:\n  # c\n  b: ~\n  c: yes\n  1: 0x1F\n  true: 1e3\nz:\n",
        "é: ü # ß\nb:\n  - 日本\n",
        "b: 1\na: 2\nb: 3\n",
        "a:\n  {}\nb:\n  - x\nc:\n  text\nd:\n  - [1]\n",
        "{}\n",
        "a: 1\r\nb: # c\r\n  - x\r\n\r\n  - |\r\n    y\r\n\r\n    z\r\nc: 'd\r\n\r\n  e'\r\nf: g\r\n  h\r\ni:\r\n",
        "a: 'b\n  c  \n\n\n   d''e'\nb: \"f \\\n  g\n \\\"h\n\"\nc:\n  - 'i\n    j' # k\n",
        "a: |\n  b\n  ",
        "a: |\n    \n    b\n  \n     c\nd: |\n     \ne: >\n \n",
        "text\n",
        "- |\n",
        "a: b\n  c # d\ne: f\n\n\n  - g 'h'\ni: j\n",
        "a: >\n  b\n  c\n\n  d\n\n   e\n  f\n\ng: >-\n  h\n  i\n\n",
        "a: |\n# c\nb: |+\n\n\nc: |\n",
        "a : 1\nb: a:b\nc: -1\nd: http://x.y/z#w\n",
        "---\na: 1\n",
        "# a\n\n---  # b\r\n# c\n- d\n",
        "--- \n a: 1\n b: 2\n",
        "---\n\n'a'\n",
    ] {
        assert!(agreed(text).is_some(), "{text:?} is left to the parser");
    }
}

#[test]
fn everything_else_is_left_to_the_parser() {
    for text in [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "? a\n: b\n",
        "<<: {a: 1}\n",
        "--- a: 1\n",
        "--- |\n  a\n",
        "---\ta: 1\n",
        "---",
        "--- # a\n\n",
        "---\n---\na: 1\n",
        "---\na: 1\n---\n",
        "a: 1\n---\n",
        "...\na: 1\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: 1\n---\nb: 2\n",
        "a:\tb\n",
        "a: b: c\n",
        "a: |2\n   x\n",
        "a: [1,\n 2]\n",
        "a: \"\\u0041\"\n",
        "\u{feff}a: 1\n",
        "a: \u{7f}\n",
        "a: x\u{2028}\n",
        "~: 1\n",
        "1.5: 1\n",
        "a: {b}\n",
        "a: [b: c]\n",
        "a: [b?c]\n",
        "a: 1\n b: 2\n",
        "a:\n  b: 1\n c: 2\n",
    ] {
        assert_eq!(agreed(text), None, "{text:?}");
    }
}

#[test]
fn the_files_of_this_project_need_no_parser() {
    for file in
        ["charts/clearml-server/values.yaml", "charts/clearml-server/versions.yaml", "examples/nfs.yaml"]
    {
        let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).expect(file);
        assert!(agreed(&text).is_some(), "{file}");
    }
}

/// Pieces of YAML; most texts put together of them are wrong or odd, some are not.
const PIECES: &[&str] = &[
    "a",
    "b",
    "c: ",
    "a: ",
    "d:",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    " ",
    "  ",
    "#",
    " # c",
    "'",
    "\"",
    "''",
    "\\n",
    "|",
    "|-",
    "|+",
    ">",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "1",
    "0x1",
    "1.5",
    "~",
    "true",
    "é",
    "\t",
    "\r",
    "&x ",
    "*x",
    "!t ",
    "---",
    "...",
    "%",
    "?",
    "<<",
    "`",
    "@",
    "a: 1\n",
    "- x\n",
    "e: 'f'\n",
    "[1, 2]",
    "{a: 1}",
    "|\n  x\n",
    "k:\n  l: m\n",
    "\n- ",
    "\n\n",
];

/// Lines that often make sense one below the other.
const LINES: &[&str] = &[
    "a:",
    "b:",
    "c: 1",
    "a: x # c",
    "d: 'e'",
    "\"f\": g",
    "- a",
    "- b: c",
    "- - d",
    "-",
    "- # c",
    "- e:",
    "# c",
    "",
    "g: |",
    "h: |-",
    "- |+",
    "text",
    "i: {j: [k]}",
    "- [l, m]",
    "- 'n'",
    "o: >",
    ">-",
    "  x",
    "- p: |",
    "q: x y",
    "r: 's",
    "t'",
    "\"u",
    "v \\",
    "w\"",
    "    ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(4000)
    ))]

    #[test]
    fn no_text_is_read_otherwise(pieces in prop::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.iter().filter_map(|&index| PIECES.get(index)).copied().collect();
        agreed(&text);
    }

    #[test]
    fn no_lines_are_read_otherwise(lines in prop::collection::vec((0..5_usize, 0..LINES.len()), 0..14), end in 0..4_usize) {
        let text = |&(indent, line): &(usize, usize)| " ".repeat(indent) + LINES.get(line).copied().unwrap_or_default();
        let text = lines.iter().map(text).collect::<Vec<_>>().join(if end < 2 { "\n" } else { "\r\n" }) + ["", "\n", "", "\r\n"].get(end).copied().unwrap_or_default();
        agreed(&text);
    }
}
