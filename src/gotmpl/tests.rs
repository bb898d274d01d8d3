//! Templates that try to exhaust the machine end with an error.

use std::rc::Rc;

use super::func::{Extensions, FuncMap};
use super::{Set, builtins, execute, parse, stack};
use crate::diag::{Source, SourceKind};
use crate::value::{Str, Value};

fn run(template: String) -> Result<usize, String> {
    let run = move || {
        let source = Source::new(SourceKind::Template, "t", &*template);
        let parsed = parse(&source, &FuncMap::new(&[builtins::TABLE])).map_err(|error| error.to_string())?;
        let mut set = Set::new();
        set.add(&parsed);
        execute(&Rc::new(set), &Str::from("t"), &Value::Nil, &Extensions::new())
            .map(|out| out.len())
            .map_err(|error| error.to_string())
    };
    stack::run(run).unwrap()
}

#[test]
fn ten_thousand_parentheses_are_parsed_and_no_more() {
    let nested = |depth| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(run(nested(10_000)), Ok(1));
    assert_eq!(run(nested(10_001)), Err("template: t:1: max expression depth exceeded".into()));
}

#[test]
fn deep_blocks_are_refused() {
    let error = run("{{ if 1 }}".repeat(100_000)).unwrap_err();
    assert_eq!(error, "template: t:1: max expression depth exceeded");
    assert_eq!(run(format!("{}x{}", "{{ if 1 }}".repeat(9_000), "{{ end }}".repeat(9_000))), Ok(1));
}

#[test]
fn else_if_chains_of_thousands_run() {
    let chain = "{{ else if 0 }}".repeat(5_000);
    assert_eq!(run(format!("{{{{ if 0 }}}}{chain}{{{{ else }}}}x{{{{ end }}}}")), Ok(1));
}

#[test]
fn endless_recursion_ends_with_gos_limit() {
    let error = run("{{ define \"r\" }}{{ if 1 }}{{ with 1 }}{{ template \"r\" . }}{{ end }}{{ end }}{{ end }}{{ template \"r\" . }}".into());
    let text = "executing \"r\" at <{{template \"r\" .}}>: exceeded maximum template depth (100000)";
    assert!(error.unwrap_err().ends_with(text));
}

#[test]
fn long_pipelines_and_chains_run() {
    assert_eq!(run(format!("{{{{ 1 {} }}}}", "| print ".repeat(50_000))), Ok(1));
    assert_eq!(run(format!("{{{{ {}.a }}}}", ".a".repeat(50_000))).map_err(|_| ()), Ok("<no value>".len()));
}

#[test]
fn broken_templates_never_panic() {
    let pieces = [
        "{{", "}}", "-", " ", "\"", "`", "'", "(", ")", "|", ":=", "$", "$x", ".", ".a", "1", "0x", "1i",
        "if", "else", "end", "range", "define", "\"a\"", "/*", "*/", "\n", "é", "\\", "print", ",", "nil",
        "with", "template", "block", "break",
    ];
    let mut seed = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        let source = Source::new(SourceKind::Template, "t", text);
        let parsed = parse(&source, &FuncMap::new(&[builtins::TABLE]));
        if let Ok(parsed) = parsed {
            let mut set = Set::new();
            set.add(&parsed);
            let _ = execute(&Rc::new(set), &Str::from("t"), &Value::Nil, &Extensions::new());
        }
    }
}
