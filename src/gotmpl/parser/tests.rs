//! What is seen at a glance is what the parser finds.

use super::*;
use crate::diag::SourceKind;
use crate::gotmpl::builtins;

/// Both readings of a text agree; the answer is whether the survey was sure of it.
fn agree(text: &str) -> bool {
    let funcs = FuncMap::new(&[builtins::TABLE]);
    let source = Source::new(SourceKind::Template, "t", text);
    let seen = |more: fn(&Source, &FuncMap, &mut Survey)| {
        let mut survey = glance::survey(&source, &funcs)?;
        more(&source, &funcs, &mut survey);
        surveyed(&source, survey, &funcs)
    };
    let (Some(lazy), Some(built)) = (seen(|_, _, _| ()), seen(glance::build_whole)) else { return false };
    let eager = match parse(&source, &funcs) {
        Ok(eager) => eager,
        Err(error) => panic!("{text:?} was surveyed, and is refused: {error}"),
    };
    assert_eq!(described(&lazy), described(&eager), "{text:?}");
    assert_eq!(described(&built), described(&eager), "{text:?}");
    // The lists end where the parser says; those of `define`s come on top.
    let lists = |parsed: &Parsed| parsed.get("t").map(|tree| tree.ends.lists().clone()).unwrap_or_default();
    let (seen, found) = (lists(&lazy), lists(&eager));
    assert!(found.iter().all(|list| seen.contains(list)), "{text:?}: {seen:?} {found:?}");
    assert_eq!(seen.len() - found.len(), lazy.trees().len() - 1, "{text:?}");
    true
}

/// Every template by its name with its text and all of its nodes; variables go by their names.
fn described(parsed: &Parsed) -> Vec<String> {
    let mut trees: Vec<String> = parsed
        .trees()
        .iter()
        .map(|tree| {
            let text = tree.to_string(); // which makes all nodes
            let mut nodes = format!("{:?}", tree.root);
            for (id, name) in tree.variables.borrow().iter().enumerate() {
                nodes = nodes
                    .replace(&format!("Variable({id},"), &format!("Variable({name},"))
                    .replace(&format!("id: {id} "), &format!("id: {name} "));
            }
            format!("{} {} {text} {nodes}", tree.name(), tree.is_empty())
        })
        .collect();
    trees.sort();
    trees
}

/// Texts that the survey must be sure of: it would be of no use otherwise.
const COMMON: &[&str] = &[
    "",
    "text { with } braces {",
    "{{- /*\na comment * with stars\n*/ -}}\n",
    "a {{ .Values.a.b | printf \"%s-%d\" 1 | html }} b",
    "{{ define \"x\" }}{{ end }}{{define `y`}} {{- /* c */}}{{- end -}} z",
    "{{- define \"a.b\" -}}\n{{- if .x -}}1{{- else if not .y -}}2{{- else -}}3{{- end -}}\n{{- end -}}\n",
    "{{ $x := 1 }}{{ $x = print $x \"a\\\"b\\n\" (len .a) }}{{ $x }}{{ $.Values }}{{ . }}",
    "{{ range $i, $v := .list }}{{ $i }}{{ if $v }}{{ break }}{{ end }}{{ else }}{{ $i }}{{ end }}",
    "{{ range .a }}{{- continue -}}{{ end }}{{ range $k := .b }}{{ $k.c }}{{ end }}",
    "{{ with $y := .a }}{{ $y }}{{ else with .b }}{{ . }}{{ else }}n{{ end }}",
    "{{ template \"x\" }}{{ template \"x\" . }}{{ template \"x\" (slice .a 1 -2)}}{{- template `x` -}}",
    "{{ (index .a \"b\").c.d }}{{ (.a).b | print true nil false }}{{ print (not (not .a)) -}} b",
    "{{if .a}}{{$a := .b}}{{else}}{{$a}}{{end}}{{ print\n\t.a\r\n \"é\" }}é",
    "{{ if or (eq .a \"x\") (and .b (gt 1 0)) }}\ntext\n{{ end }}",
];

#[test]
fn common_texts_are_surveyed_as_they_are_parsed() {
    for text in COMMON {
        assert!(agree(text), "{text:?} was left to the parser");
    }
}

#[test]
fn mistakes_and_rare_texts_are_left_to_the_parser() {
    let deep = "{{ if 1 }}".repeat(101) + &"{{ end }}".repeat(101);
    let chained = format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(101));
    let texts = [
        "{{",
        "{{ end }}",
        "{{ if }}{{ end }}",
        "{{ if 1 }}",
        "{{ $x }}",
        "{{ $x := }}",
        "{{ nope }}",
        "{{ .a.1 }}",
        "{{ 1.a }}",
        "{{ \"a\".b }}",
        "{{ 09 }}",
        "{{ 1 | 2 }}",
        "{{ (1 }}",
        "{{ 1) }}",
        "{{ 'a' }}",
        "{{ \"\\x\" }}",
        "{{ \"a\n\" }}",
        "{{ print\"a\" }}",
        "{{ . .a}} {{ ..a }}",
        "{{ break }}",
        "{{/* a */ }}",
        "{{ /* a */}}",
        "{{ range .a }}{{ else }}{{ break }}{{ end }}",
        "{{ if 1 }}{{ else with 1 }}{{ end }}",
        "{{ print | }}",
        "{{ if 1 }}{{ else }}{{ else }}{{ end }}",
        "{{ define \"x\" }}{{ else }}{{ end }}",
        "{{ a\u{e9} }}",
        "{{ - }}",
        "{{ define \"x\" }}1{{ end }}{{ define \"x\" }}2{{ end }}",
        "{{ if 1 }}{{ define \"x\" }}{{ end }}{{ end }}",
        "{{ define \"t\" }}1{{ end }}",
        "{{ block \"x\" . }}{{ end }}",
        "{{ $a, $b := 1 }}",
        "{{ () }}",
        "{{ nil.a }}",
        "{{ define \"x\" }}{{ $x := 1 }}{{ end }}{{ $x }}",
        "{{ $x := 1 }}{{ define \"x\" }}{{ $x }}{{ end }}",
        "{{ if 1 }}{{ $x := 1 }}{{ end }}{{ $x }}",
        "{{ else }}",
        "{{ template }}",
        "{{ template .a }}",
        "{{ 1 -}}-}}{{",
        &deep,
        &chained,
    ];
    for text in texts {
        assert!(!agree(text), "{text:?} was accepted at a glance");
    }
}

/// Numbers that look like chance and are the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

#[test]
fn whatever_is_accepted_at_a_glance_is_parsed_the_same() {
    let pieces = [
        "{{",
        "}}",
        "{{ ",
        " }}",
        "{{- ",
        " -}}",
        "-",
        " ",
        " ",
        "\"",
        "`",
        "'",
        "(",
        ")",
        " | ",
        " := ",
        " = ",
        "$",
        "$x",
        ", ",
        ".",
        ".a",
        "1",
        "-2",
        "0",
        "1.5",
        "{{ if ",
        "{{ else }}",
        "{{ else if ",
        "{{ end }}",
        "{{ range ",
        "{{ define ",
        "\"a\"",
        "{{/*",
        "*/}}",
        "\n",
        "é",
        "\\",
        "print",
        "nil",
        "true",
        "{{ with ",
        "{{ template ",
        "{{ block ",
        "{{ break }}",
        "{{ end }}",
        "a",
        "}",
        "\r",
        "{{ $x := 1 }}",
        "{{ continue }}",
        "_",
        "\0",
    ];
    let mut chance = Chance(1);
    let mut sure = 0;
    for _ in 0..20_000 {
        let mut text = String::new();
        if chance.below(2) == 0 {
            for _ in 0..=chance.below(14) {
                text.push_str(pieces[chance.below(pieces.len())]);
            }
        } else {
            // Two common texts, in which pieces replace a few characters.
            text.push_str(COMMON[chance.below(COMMON.len())]);
            text.push_str(COMMON[chance.below(COMMON.len())]);
            for _ in 0..=chance.below(3) {
                let cut = text.floor_char_boundary(chance.below(text.len() + 1));
                let end = text.ceil_char_boundary((cut + chance.below(4)).min(text.len()));
                text.replace_range(cut..end, pieces[chance.below(pieces.len())]);
            }
        }
        sure += usize::from(agree(&text));
    }
    assert!(sure > 2_000, "{sure} of the texts were surveyed");
}

/// What is looked at on two threads is found in the order of the texts.
#[test]
fn texts_are_surveyed_in_their_order() {
    let funcs = FuncMap::default();
    let text =
        |number: usize| format!("{{{{ define \"d{number}\" }}}}{}{{{{ end }}}}", "x".repeat(number * 100));
    let mut texts: Vec<String> = (0..100).map(text).collect();
    texts[20] = "{{ if".to_owned();
    texts[90] = "{{ end }}".to_owned();
    let sources: Vec<Source> =
        texts.iter().map(|text| Source::new(SourceKind::Chart, "t", text.as_str())).collect();
    assert!(texts.iter().map(String::len).sum::<usize>() > ahead::MUCH);
    let glances = Glances::new(sources, &funcs);
    for number in 0..texts.len() {
        match glances.parse(number, None) {
            Ok(parsed) => assert!(parsed.get(&format!("d{number}")).is_some(), "{number}"),
            Err(error) => assert!([20, 90].contains(&number), "{number}: {error:?}"),
        }
    }
}
