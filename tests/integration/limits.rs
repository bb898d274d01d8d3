//! `--limit NAME=VALUE`: what a limit refuses just past it, and lets through just below.

use std::fs;
use std::io::{self, Read as _};

use crate::sandbox::{Output, Sandbox};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

fn chart(template: &str, arguments: &[&str]) -> Output {
    Sandbox::new()
        .file("c/Chart.yaml", CHART)
        .file("c/templates/a.yaml", template)
        .args(["template", "rel", "c"])
        .args(arguments.iter().copied())
        .run()
}

/// The chart renders under the first limit and is refused under the second, at a place of the template.
#[track_caller]
fn ends_between(template: &str, fits: &str, too_little: &str, says: &str) {
    let output = chart(template, &["--limit", fits]);
    assert_eq!((output.status, &*output.stderr()), (0, ""), "{template} {fits}");
    let output = chart(template, &["--limit", too_little]);
    let text = output.stderr();
    assert_eq!(output.status, 1, "{template} {too_little}: {text}");
    assert!(output.stdout.is_empty(), "{template}");
    assert!(text.contains("c/templates/a.yaml:1") && text.contains(says), "{template}: {text}");
}

#[test]
fn steps_end_a_render() {
    let steps = |number| format!("more than {number} steps: `--limit steps=N` allows more");
    // A round is one step, its body's two nodes are two, the call of `print` is two, with the argument.
    ends_between("a: {{ range until 100 }}{{ print . }} {{ end }}\n", "steps=1000", "steps=400", &steps(400));
    for body in [
        "{{ range until 100 }}{{ range until 100 }}{{ end }}{{ end }}",
        "{{ define `x` }}{{ range until 50 }}{{ end }}{{ end }}{{ range until 50 }}{{ include `x` . }}{{ end }}",
        "{{ range until 50 }}{{ tpl `{{ range until 50 }}{{ end }}` $ }}{{ end }}",
        "{{ range 2000 }}{{ end }}",
        "{{ uniq (until 100) | len }}",
        "{{ $s := repeat 100000 `a` }}{{ range until 10 }}{{ contains `b` $s }}{{ end }}",
        "{{ regexReplaceAll `(a|b)*c` (repeat 100000 `ab`) `x` | len }}",
        "{{ range until 40 }}{{ genPrivateKey `rsa` }}{{ end }}",
    ] {
        let output = chart(&format!("a: {body}\n"), &["--limit", "steps=1000"]);
        let text = output.stderr();
        assert_eq!(output.status, 1, "{body}");
        assert!(text.contains("c/templates/a.yaml:1") && text.contains(&steps(1000)), "{body}: {text}");
    }
}

/// All templates of a chart have one amount together.
#[test]
fn steps_and_output_are_of_the_whole_chart() {
    let chart = |limit: &str| {
        let template = "a: {{ range until 100 }}{{ print `12345678` }}{{ end }}\n";
        Sandbox::new()
            .file("c/Chart.yaml", CHART)
            .file("c/templates/a.yaml", template)
            .file("c/templates/b.yaml", template)
            .args(["template", "rel", "c", "--limit", limit])
            .run()
    };
    for (fits, too_little) in [("steps=1200", "steps=700"), ("output=2000", "output=1200")] {
        assert_eq!(chart(fits).status, 0, "{fits}");
        let output = chart(too_little);
        assert_eq!(output.status, 1, "{too_little}");
        assert!(output.stderr().contains("c/templates/a.yaml:1"), "{}", output.stderr());
    }
}

/// What a schema costs are steps of the same amount: one that asks two others twelve times over, at every level.
#[test]
fn schemas_take_steps_of_the_render() {
    let doubled = |level: usize| {
        let reference = format!(r##"{{"$ref":"#/definitions/a{}"}}"##, level + 1);
        format!(r#""a{level}":{{"allOf":[{reference},{reference}]}}"#)
    };
    let definitions = (0..12).map(doubled).collect::<Vec<_>>().join(",");
    let schema = format!(
        r##"{{"$ref":"#/definitions/a0","definitions":{{{definitions},"a12":{{"type":"object"}}}}}}"##
    );
    let run = |arguments: &[&str], limit: &str| {
        Sandbox::new()
            .file("c/Chart.yaml", CHART)
            .file("c/values.yaml", "a: 1\n")
            .file("c/values.schema.json", &*schema)
            .file("c/templates/a.yaml", "a: {{ range until 10 }}{{ end }}\n")
            .args(arguments.iter().copied())
            .args(["--limit", limit])
            .run()
    };
    let says = "more than 100000 steps: `--limit steps=N` allows more\n";
    for arguments in [&["template", "rel", "c"][..], &["lint", "c"]] {
        assert_eq!(run(arguments, "steps=400000").status, 0, "{arguments:?}");
        let output = run(arguments, "steps=100000");
        assert_eq!(output.status, 1, "{arguments:?}");
        let text = format!("{}{}", output.stdout(), output.stderr());
        assert!(text.contains(says), "{arguments:?}: {text}");
    }
    let text = run(&["template", "rel", "c"], "steps=100000").stderr();
    assert!(
        text.starts_with("Error: values don't meet the specifications") && text.contains("\nc:\n"),
        "{text}"
    );
}

/// A map that holds another twice, sixty levels of that: a few words that stand for more than the machine could write.
#[test]
fn values_that_double_end_wherever_they_are_walked() {
    const SHARED: &str = "{{ $d := dict `a` 1 }}{{ range until 60 }}{{ $d = dict `x` $d `y` $d }}{{ end }}";
    const OTHER: &str = "{{ $e := dict `a` 1 }}{{ range until 60 }}{{ $e = dict `x` $e `y` $e }}{{ end }}";
    for walk in [
        "toYaml $d",
        "toYamlPretty $d",
        "mustToYaml $d",
        "toJson $d",
        "toPrettyJson $d",
        "toRawJson $d",
        "toToml $d",
        "print $d",
        "printf `%v` $d",
        "printf `%d` $d",
        "println $d",
        "toString $d",
        "quote $d",
        "cat $d",
        "join `,` (list $d)",
        "html $d",
        "deepCopy $d",
        "mustDeepCopy $d",
        "deepEqual $d $e",
        "has $d (list $e)",
        "without (list $d) $e",
        "uniq (list $d $e)",
        "merge $d $e",
        "mergeOverwrite $d $e",
        "mustMerge (dict) (deepCopy $d)",
        "$d",
        "fromYaml (toYaml $d)",
        "eq `a` (toJson $d)",
        "sha256sum (toJson $d)",
        "hasKey (deepCopy $d) `x`",
    ] {
        let template = format!("a: {SHARED}{OTHER}{{{{ {walk} }}}}\n");
        let output = chart(&template, &["--limit", "text=100Ki", "--limit", "steps=100000"]);
        let text = output.stderr();
        assert_eq!(output.status, 1, "{walk}: {text}");
        assert!(text.contains("c/templates/a.yaml:1") && text.contains("--limit "), "{walk}: {text}");
        assert!(text.len() < 2000, "{walk}: {} bytes of message", text.len());
    }
}

#[test]
fn texts_lists_and_copies_end_at_their_size() {
    let text = "a text of more than 1000 bytes: `--limit text=N` allows more";
    for (template, fits, too_little) in [
        ("{{ repeat 1000 `a` }}", "text=1000", "text=999"),
        ("{{ indent 999 `a` }}", "text=1000", "text=999"),
        ("{{ replace `a` `bbbbbbbbbb` (repeat 100 `a`) }}", "text=1000", "text=999"),
        ("{{ replace `` `bbbbbbbb` (repeat 110 `a`) }}", "text=1000", "text=997"),
        ("{{ join (repeat 90 `-`) (until 11) }}", "text=912", "text=911"),
        ("{{ printf `%500d%500d` 1 2 }}", "text=1000", "text=999"),
        ("{{ print (repeat 500 `a`) (repeat 500 `a`) }}", "text=1000", "text=999"),
        ("{{ cat (repeat 500 `a`) (repeat 499 `a`) }}", "text=1000", "text=999"),
        ("{{ wrapWith 1 (repeat 98 `-`) `abcdefghijk` | len }}", "text=991", "text=900"),
        ("{{ regexReplaceAll `a` (repeat 100 `a`) `bbbbbbbbbb` }}", "text=1000", "text=999"),
        (
            "{{ regexReplaceAll `(a+)` (repeat 100 `a`) `$1$1$1$1$1$1$1$1$1$1` | len }}",
            "text=1000",
            "text=999",
        ),
        ("{{ toJson (repeat 998 `a`) }}", "text=1000", "text=999"),
        ("{{ until 1000 | len }}", "items=1000", "items=999"),
        ("{{ untilStep 0 1000 1 | len }}", "items=1000", "items=999"),
        ("{{ seq 1000 | len }}", "items=1000", "items=999"),
        ("{{ splitList `` (repeat 1000 `a`) | len }}", "items=1000", "items=998"),
        ("{{ split `,` (repeat 999 `,`) | len }}", "items=1000", "items=998"),
        ("{{ regexFindAll `a` (repeat 1000 `a`) -1 | len }}", "items=1000", "items=998"),
        ("{{ concat (until 500) (until 500) | len }}", "items=1000", "items=999"),
        ("{{ deepCopy (until 999) | len }}", "items=1000", "items=999"),
        ("{{ randAlpha 1000 | len }}", "text=1000", "text=999"),
        ("{{ randBytes 1000 | len }}", "text=1336", "text=1335"),
    ] {
        let says = if fits.starts_with("text") {
            "`--limit text=N` allows more"
        } else {
            "`--limit items=N` allows more"
        };
        ends_between(&format!("a: {template}\n"), fits, too_little, says);
    }
    let output = chart("a: {{ repeat 1001 `a` }}\n", &["--limit", "text=1000"]);
    assert!(output.stderr().contains(text), "{}", output.stderr());
}

#[test]
fn output_ends_at_its_size() {
    let says = "more than 589 bytes written: `--limit output=N` allows more";
    ends_between("{{ range until 100 }}a: {{ . }}\n{{ end }}", "output=590", "output=589", says);
}

#[test]
fn files_end_at_their_size() {
    for (arguments, status) in [(&["template", "rel", "c"][..], 1), (&["render"], 2)] {
        let run = |limit: &str| {
            Sandbox::new()
                .file("c/Chart.yaml", CHART)
                .file("c/templates/a.yaml", "a: 1\n")
                .args(arguments.iter().copied())
                .values("clearml: {}\n")
                .args(["--limit", limit])
                .run()
        };
        assert_eq!(run("file=12").status, 0, "{arguments:?}");
        let output = run("file=11");
        assert_eq!(output.status, status, "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(output.stderr().contains("11 bytes: `--limit file=N` allows more"), "{}", output.stderr());
    }
}

/// What is not counted is looked at: an endless round ends, and so does one that keeps all it makes.
#[test]
fn seconds_and_memory_end_a_run() {
    let endless = "a: {{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}\n";
    for command in [["template", "rel", "c"], ["validate", "--chart", "c"]] {
        let output = Sandbox::new()
            .file("c/Chart.yaml", CHART)
            .file("c/templates/a.yaml", endless)
            .args(command)
            .args(["--limit", "seconds=0.2"])
            .run();
        let text = output.stderr();
        assert_eq!(output.status, if command[0] == "template" { 1 } else { 2 }, "{text}");
        assert!(output.stdout.is_empty());
        assert!(
            text.ends_with("rror: stopped after 0.2 seconds: `--limit seconds=N` allows more\n"),
            "{text}"
        );
    }
    if cfg!(target_os = "linux") {
        let output = chart(
            "a: {{ $l := list }}{{ range until 2000 }}{{ $l = append $l (until 100000) }}{{ end }}\n",
            &["--limit", "memory=100Mi"],
        );
        let text = output.stderr();
        assert_eq!(output.status, 1, "{text}");
        let says = "Error: stopped at more than 104857600 bytes of memory: `--limit memory=N` allows more\n";
        assert!(text.ends_with(says), "{text}");
    }
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let unknown = "no limit is called `time`: write one of steps, output, text, items, file, memory, seconds";
    for (arguments, status) in [
        (vec!["template", "rel", "c"], 1),
        (vec!["lint", "c"], 1),
        (vec!["show", "chart", "c"], 1),
        (vec!["dependency", "list", "c"], 1),
        (vec!["render"], 2),
        (vec!["validate", "--chart", "c"], 2),
    ] {
        let output = Sandbox::new()
            .file("c/Chart.yaml", CHART)
            .file("c/templates/a.yaml", "a: 1\n")
            .args(arguments.iter().copied())
            .args(["--limit", "time=3"])
            .run();
        assert_eq!(output.status, status, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(output.stderr().contains(unknown), "{arguments:?}: {}", output.stderr());
    }
}

/// A chart of this template, these default values and this schema, and arguments.
type Input = (String, String, Option<String>, Vec<String>);

/// Makes the input that goes so far.
type MakeInput<'f> = dyn Fn(usize) -> Input + 'f;

fn template(text: String) -> Input {
    (text, String::new(), None, Vec::new())
}

fn values(text: String) -> Input {
    ("a: 1\n".to_owned(), text, None, Vec::new())
}

fn set(argument: String) -> Input {
    ("a: 1\n".to_owned(), String::new(), None, vec!["--set".to_owned(), argument])
}

/// Limits without a flag: the greatest number that is let through, and what is said of the next.
#[test]
fn fixed_limits_hold_to_the_unit() {
    let recursive = |call: &str, count: usize| {
        let define =
            format!("{{{{ define `x` }}}}{{{{ if gt . 0 }}}}{{{{ {call} }}}}{{{{ end }}}}{{{{ end }}}}");
        template(format!("{define}a: 1{{{{ template `x` {count} }}}}\n"))
    };
    let nested = |name: &str, levels: usize| {
        format!(
            "{{{{ {name} := dict }}}}{{{{ range until {levels} }}}}{{{{ {name} = dict `x` {name} }}}}{{{{ end }}}}"
        )
    };
    let cases: [(usize, &str, &MakeInput<'_>); 22] = [
        // A map stands around the lists.
        (9_999, "exceeded max depth", &|n| values(format!("a: {}{}\n", "[".repeat(n), "]".repeat(n)))),
        (10_000, "exceeded max depth", &|n| {
            template(format!("a: {{{{ mustFromJson (print (repeat {n} `[`) (repeat {n} `]`)) | len }}}}\n"))
        }),
        (500, "exceeds maximum array depth of 500", &|n| {
            let text = format!("fromToml (print `a=` (repeat {n} `[`) (repeat {n} `]`))");
            template(format!("{{{{ with ({text}).Error }}}}{{{{ fail . }}}}{{{{ end }}}}a: 1\n"))
        }),
        (127, "toml: nested too deep", &|n| {
            let nest = format!(
                "{{{{ $d := dict `a` 1 }}}}{{{{ range until {n} }}}}{{{{ $d = dict `x` $d }}}}{{{{ end }}}}"
            );
            template(format!("{nest}a: {{{{ mustToToml $d | len }}}}\n"))
        }),
        (65_536, "maximum supported index of 65536", &|n| set(format!("a[{n}]=1"))),
        (31, "maximum supported nested level of 30", &|n| set(format!("{}=1", vec!["a"; n].join(".")))),
        (256, "maximum supported level of 256", &|n| set(format!("a{}=1", "[0]".repeat(n)))),
        (1_000, "invalid repeat count", &|n| template(format!("a: {{{{ regexFind `a{{{n}}}` `x` }}}}\n"))),
        (999, "expression nests too deeply", &|n| {
            template(format!("a: {{{{ regexFind `{}a{}` `x` }}}}\n", "(".repeat(n), ")".repeat(n)))
        }),
        (10_000, "max expression depth exceeded", &|n| {
            template(format!("a: {{{{ {}1{} }}}}\n", "(".repeat(n), ")".repeat(n)))
        }),
        (10_000, "max expression depth exceeded", &|n| {
            template(format!("{}a: 1{}\n", "{{ if 1 }}".repeat(n), "{{ end }}".repeat(n)))
        }),
        (1_001, "rendering template has a nested reference name: x", &|n| {
            recursive("include `x` (sub . 1 | int)", n)
        }),
        (2_000, "tpl is nested more than 2000 deep", &|n| {
            recursive("tpl \"{{ template `x` (sub . 1 | int) }}\" .", n)
        }),
        (128, "maximum supported level of 128", &|n| {
            let schema = format!("{}{{}}{}", "{\"items\":".repeat(n), "}".repeat(n));
            ("a: 1\n".to_owned(), "a: 1\n".to_owned(), Some(schema), Vec::new())
        }),
        // The pointer of each property begins with that of its parent, a million bytes.
        (66, "JSON pointers of schemas add up to more than 67108864 bytes", &|n| {
            let properties: Vec<String> = (0..n).map(|index| format!("\"a{index}\":{{}}")).collect();
            let inner = format!("{{\"properties\":{{{}}}}}", properties.join(","));
            let schema = format!("{{\"properties\":{{\"{}\":{inner}}}}}", "k".repeat(1_000_000));
            ("a: 1\n".to_owned(), "a: 1\n".to_owned(), Some(schema), Vec::new())
        }),
        // Each level of the values is two of the check: a property, and the schema that it refers to.
        (299, "validation nests deeper than the maximum supported level of 600", &|n| {
            let text = format!("a: {}1{}\n", "{a: ".repeat(n), "}".repeat(n));
            let schema = r##"{"properties":{"a":{"$ref":"#"}}}"##.to_owned();
            ("a: 1\n".to_owned(), text, Some(schema), Vec::new())
        }),
        (65_535, "list indices add up to more than 1048576 items", &|n| {
            let mut arguments: Vec<String> =
                (0..15).flat_map(|list| ["--set".to_owned(), format!("a{list}[65535]=1")]).collect();
            arguments.extend(["--set".to_owned(), format!("b[{n}]=1")]);
            ("a: 1\n".to_owned(), String::new(), None, arguments)
        }),
        (1_000, "every file", &|n| {
            let (open, close) = ("{".repeat(n), "}".repeat(n));
            let found = format!(".Files.Glob `{open}none{close}`");
            template(format!("{{{{ if {found} }}}}{{{{ fail `every file` }}}}{{{{ end }}}}a: 1\n"))
        }),
        (10_000, "exceeded max depth", &|n| {
            template(format!("{}a: {{{{ mustToJson $d | len }}}}\n", nested("$d", n)))
        }),
        (999, "cut", &|n| {
            let nest = nested("$d", n);
            template(format!(
                "{nest}a: 1{{{{ if contains `...` (print $d) }}}}{{{{ fail `cut` }}}}{{{{ end }}}}\n"
            ))
        }),
        (1_000, "unequal", &|n| {
            let nest = nested("$d", n) + &nested("$e", n);
            template(format!(
                "{nest}a: 1{{{{ if not (deepEqual $d $e) }}}}{{{{ fail `unequal` }}}}{{{{ end }}}}\n"
            ))
        }),
        (1_000, "unmerged", &|n| {
            let nest = nested("$d", n) + &nested("$e", n).replacen("dict }}", "dict `y` 1 }}", 1);
            template(format!(
                "{nest}a: 1{{{{ if not (contains `y` (merge $d $e | toJson)) }}}}{{{{ fail `unmerged` }}}}{{{{ end }}}}\n"
            ))
        }),
    ];
    for (most, says, input) in cases {
        let run = |count: usize| {
            let (template, values, schema, arguments) = input(count);
            let mut sandbox = Sandbox::new()
                .file("c/Chart.yaml", CHART)
                .file("c/values.yaml", values)
                .file("c/readme", "")
                .file("c/templates/a.yaml", template);
            if let Some(schema) = schema {
                sandbox = sandbox.file("c/values.schema.json", schema);
            }
            sandbox.args(["template", "rel", "c"]).args(arguments).run()
        };
        let output = run(most);
        let end =
            |text: String| text.chars().rev().take(300).collect::<Vec<_>>().iter().rev().collect::<String>();
        assert_eq!(output.status, 0, "{most} are let through, {says}: {}", end(output.stderr()));
        let output = run(most + 1);
        assert_eq!(output.status, 1, "{} are refused, {says}", most + 1);
        assert!(output.stderr().contains(says), "{says}: {}", end(output.stderr()));
    }
}

/// Without optimisation the stack ends first.
#[test]
fn templates_call_each_other_a_hundred_thousand_deep() {
    let most = if std::env::var_os("CLEARML_K8S").is_some() { 99_999 } else { 10_000 };
    let refused = 100_000;
    for (levels, status) in [(most, 0), (refused, 1)] {
        let define =
            "{{ define `x` }}{{ if . }}{{ template `x` (sub . 1) }}{{ else }}end{{ end }}{{ end }}a: ";
        let output = chart(&format!("{define}{{{{ template `x` {levels} }}}}\n"), &[]);
        assert_eq!(output.status, status, "{levels}");
        assert_eq!(output.stdout().ends_with("a: end\n"), status == 0, "{levels}");
        let says = "exceeded maximum template depth (100000)";
        assert_eq!(output.stderr().contains(says), status == 1, "{levels}");
    }
}

#[test]
fn charts_nest_a_hundred_deep() {
    let nested = |levels: usize| {
        let folder = |level: usize| format!("c{}/Chart.yaml", "/charts/c".repeat(level));
        let sandbox = (0..=levels).fold(Sandbox::new(), |sandbox, level| sandbox.file(&folder(level), CHART));
        sandbox.args(["template", "rel", "c"]).run()
    };
    assert_eq!(nested(100).status, 0);
    let output = nested(101);
    assert_eq!(output.status, 1);
    assert!(output.stderr().contains("charts are nested more than 100 deep"), "{}", output.stderr());
}

/// Folders in folders, levels of an object: the greatest number that is let through, and what is said of the next.
#[test]
fn limits_of_our_own_commands_hold_to_the_unit() {
    const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let nested = |levels: usize| {
        let spec = format!("{}1{}", "{a: ".repeat(levels), "}".repeat(levels));
        format!("apiVersion: x.example.com/v1\nkind: Foo\nmetadata: {{name: a}}\nspec: {spec}\n")
    };
    let deep = |levels: usize| format!("d/{}a.yaml", "f/".repeat(levels));
    type Make<'m> = &'m dyn Fn(usize) -> (String, String);
    let cases: [(usize, &[&str], &str, Make<'_>); 3] = [
        (64, &["validate", "d"], "folders nest deeper than 64", &|levels| (deep(levels), OBJECT.to_owned())),
        (32, &["diff", "dir:d", "dir:d"], "more than 32 folders deep", &|levels| {
            (deep(levels), OBJECT.to_owned())
        }),
        (399, &["diff", "a.yaml", "a.yaml"], "400 levels", &|levels| ("a.yaml".to_owned(), nested(levels))),
    ];
    for (most, arguments, says, make) in cases {
        let run = |levels: usize| {
            let (path, text) = make(levels);
            Sandbox::new().file(&path, text).args(arguments.iter().copied()).run()
        };
        let output = run(most);
        assert_eq!(output.status, 0, "{arguments:?}: {}", output.stderr());
        let output = run(most + 1);
        assert_eq!(output.status, 2, "{arguments:?}");
        assert!(
            output.stdout.is_empty() && output.stderr().contains(says),
            "{arguments:?}: {}",
            output.stderr()
        );
    }
}

/// A folder may hold a hundred MiB; an archive one byte less, as in Helm.
#[test]
fn charts_end_at_their_size() {
    const TEMPLATE: &str = "a: 1\n";
    let rest = 100 * 1024 * 1024 - (CHART.len() + TEMPLATE.len()) as u64;
    for (size, status) in [(rest, 0), (rest + 1, 1)] {
        let sandbox =
            Sandbox::new().file("c/Chart.yaml", CHART).file("c/templates/a.yaml", TEMPLATE).file("c/z", "");
        let file = fs::File::options().write(true).open(sandbox.path().join("c/z")).unwrap();
        file.set_len(size).unwrap();
        let output = sandbox.args(["template", "rel", "c"]).run();
        assert_eq!(output.status, status, "{size}: {}", output.stderr());
        assert_eq!(output.stderr().contains("chart exceeds maximum decompressed size"), status == 1);
    }
    for (size, status) in [(rest - 1, 0), (rest, 1)] {
        let packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(packer);
        for (path, length) in [
            ("c/Chart.yaml", CHART.len() as u64),
            ("c/templates/a.yaml", TEMPLATE.len() as u64),
            ("c/z", size),
        ] {
            let mut header = tar::Header::new_ustar();
            header.set_size(length);
            let (text, zeros) = match path {
                "c/Chart.yaml" => (CHART, 0),
                "c/z" => ("", size),
                _ => (TEMPLATE, 0),
            };
            archive.append_data(&mut header, path, text.as_bytes().chain(io::repeat(0).take(zeros))).unwrap();
        }
        let packed = archive.into_inner().unwrap().finish().unwrap();
        let output = Sandbox::new().file("c.tgz", packed).args(["template", "rel", "c.tgz"]).run();
        assert_eq!(output.status, status, "{size}: {}", output.stderr());
        assert_eq!(output.stderr().contains("unable to load chart archive"), status == 1);
    }
}

/// Heads count too: two hundred MiB of an archive are unpacked, and of more nothing is taken.
#[test]
fn archives_end_at_their_unpacked_size() {
    const BLOCKS: usize = (200 << 20) / 512;
    // Chart.yaml and a template have two blocks each, and two are the end.
    for (folders, status) in [(BLOCKS - 6, 0), (BLOCKS - 5, 1)] {
        let packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(packer);
        let mut add = |path: &str, text: &str| {
            let mut header = tar::Header::new_ustar();
            header.set_size(text.len() as u64);
            if path.ends_with('/') {
                header.set_entry_type(tar::EntryType::Directory);
            }
            archive.append_data(&mut header, path, text.as_bytes()).unwrap();
        };
        add("c/Chart.yaml", CHART);
        add("c/templates/a.yaml", "a: 1\n");
        (0..folders).for_each(|_| add("c/d/", ""));
        let packed = archive.into_inner().unwrap().finish().unwrap();
        let output = Sandbox::new().file("c.tgz", packed).args(["template", "rel", "c.tgz"]).run();
        assert_eq!(output.status, status, "{folders}: {}", output.stderr());
        assert_eq!(output.stderr().contains("unable to load chart archive"), status == 1);
    }
}
