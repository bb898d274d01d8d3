//! Charts that mean harm: each run ends, with an error that names the place, and neither panics nor eats the machine.
//! Texts that are Helm's own are held by the goldens of `tests/helm/`; here stand the limits that Helm lacks.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::sandbox::{Output, Sandbox};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

fn chart(template: impl AsRef<[u8]>, values: &str) -> Output {
    Sandbox::new()
        .file("c/Chart.yaml", CHART)
        .file("c/values.yaml", values)
        .file("c/templates/a.yaml", template)
        .args(["template", "rel", "c"])
        .run()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ITEMS: &str = "more than 16777216 items: `--limit items=N` allows more";
const TEXT: &str = "a text of more than 268435456 bytes: `--limit text=N` allows more";

/// The template is refused, and the message names it and says this.
#[track_caller]
fn refused(template: &str, values: &str, says: &str) {
    let output = chart(template, values);
    let text = errors(&output);
    let shown: String = template.chars().take(80).collect();
    assert_eq!(output.status, 1, "{shown}: {}", text.chars().take(400).collect::<String>());
    assert!(output.stdout.is_empty(), "{shown}");
    assert!(text.contains("c/templates/a.yaml:1"), "{shown}: no place");
    assert!(text.contains(says), "{shown}: {}", text.chars().rev().take(400).collect::<String>());
}

#[test]
fn endless_recursion_ends() {
    let deep = "exceeded maximum template depth (100000)";
    refused("{{ define `x` }}{{ template `x` . }}{{ end }}{{ template `x` . }}", "", deep);
    let name = "rendering template has a nested reference name: x: unable to execute template";
    refused("{{ define `x` }}{{ include `x` . }}{{ end }}{{ include `x` . }}", "", name);
    refused(
        "{{ define `x` }}{{ include `y` . }}{{ end }}{{ define `y` }}{{ include `x` . }}{{ end }}{{ include `x` . }}",
        "",
        name,
    );
    refused("{{ tpl .Values.a . }}", "a: '{{ tpl .Values.a . }}'\n", "tpl is nested more than 2000 deep");
    refused(
        "{{ define `x` }}{{ tpl \"{{ template `x` . }}\" . }}{{ end }}{{ template `x` . }}",
        "",
        "tpl is nested more than 2000 deep",
    );
}

#[test]
fn huge_ranges_and_texts_end() {
    for (template, says) in [
        ("{{ until 1000000000 }}", ITEMS),
        ("{{ range until 1000000000 }}{{ end }}", ITEMS),
        ("{{ untilStep 0 1000000000 1 }}", ITEMS),
        ("{{ seq 1 1000000000 }}", ITEMS),
        ("{{ repeat 1000000000 `abc` }}", TEXT),
        ("{{ repeat 100000 (repeat 100000 `a`) }}", TEXT),
        ("{{ indent 1000000000 `a` }}", TEXT),
        ("{{ randAlpha 1000000000 }}", TEXT),
        ("{{ $s := `aaaaaaaa` }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}", TEXT),
    ] {
        refused(template, "", says);
    }
}

/// A hundred thousand groups: each state of a search would keep a place for each.
#[test]
fn patterns_of_many_groups_end() {
    refused("{{ mustRegexMatch (repeat 100000 `(a|b)*c?`) `aaaa` }}", "", "expression too large");
}

#[test]
fn deep_nesting_ends() {
    let parentheses = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    refused(&parentheses, "", "max expression depth exceeded");
    let blocks = format!("{}x{}", "{{ if 1 }}".repeat(100_000), "{{ end }}".repeat(100_000));
    refused(&blocks, "", "max expression depth exceeded");
    for (function, text) in [("fromYaml", "["), ("fromJson", "["), ("fromJson", "{`a`:"), ("fromToml", "a=[")]
    {
        let opened = text.replace('`', "\\\"");
        let output = chart(format!("a: {{{{ {function} (repeat 100000 \"{opened}\") | len }}}}\n"), "");
        assert_eq!((output.status, &*errors(&output)), (0, ""), "{function} {text}");
    }
    let output = chart("a: 1\n", &format!("a: {}\n", "[".repeat(100_000)));
    assert_eq!(output.status, 1);
    assert!(errors(&output).contains("cannot load values.yaml"), "{}", errors(&output));
    let output = chart(format!("a: {}\n", "[".repeat(100_000)), "");
    assert_eq!(output.status, 1);
    assert!(errors(&output).contains("YAML parse error on c/templates/a.yaml"), "{}", errors(&output));
}

#[test]
fn values_that_hold_themselves_end() {
    for use_of in ["toJson $d", "toYaml $d", "print $d", "toToml $d", "deepEqual $d (deepCopy $d)"] {
        let output = chart(
            format!("{{{{ $d := dict }}}}{{{{ $_ := set $d `a` $d }}}}a: {{{{ {use_of} | len }}}}\n"),
            "",
        );
        let text = errors(&output);
        assert!(
            output.status == 0 || text.contains("c/templates/a.yaml:1"),
            "{use_of}: {} {text}",
            output.status
        );
    }
}

/// Helm v4.3.1 copies such values until its stack is full, and crashes.
#[test]
fn imported_values_that_would_hold_themselves_are_refused() {
    let imports = "dependencies:\n- name: d\n  version: 1.0.0\n  import-values:\n  - {child: a, parent: x}\n  - {child: a.b, parent: x.b.e}\n  - {child: a, parent: x.b.e.f}\n";
    let output = Sandbox::new()
        .file("c/Chart.yaml", format!("apiVersion: v2\nname: c\nversion: 1.0.0\n{imports}"))
        .file("c/charts/d/Chart.yaml", "apiVersion: v2\nname: d\nversion: 1.0.0\n")
        .file("c/charts/d/values.yaml", "a: {b: {k: 1}}\n")
        .args(["template", "rel", "c"])
        .run();
    assert!(
        errors(&output).contains("the values imported from d.a.b would hold themselves"),
        "{}",
        errors(&output)
    );
}

#[test]
fn bytes_that_are_no_utf8_end_in_an_error_or_stay_where_they_were() {
    let output = chart(b"a: \xff\n", "");
    assert_eq!(
        errors(&output),
        "Error: YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: invalid leading UTF-8 \
         octet\n\nUse --debug flag to render out invalid YAML\n"
    );
    let output = chart(b"{{/* \xff */}}a: 1\n", "");
    assert_eq!(output.stdout, b"---\n# Source: c/templates/a.yaml\na: 1\n");
    // What begins like a text of UTF-16 is one.
    let output = chart(b"\xff\xfea: 12\n", "");
    assert_eq!(
        errors(&output),
        "Error: YAML parse error on c/templates/a.yaml: error unmarshaling JSON: while decoding JSON: json: cannot \
         unmarshal string into Go value of type util.SimpleHead\n\nUse --debug flag to render out invalid YAML\n"
    );
}

/// A `.tgz` of entries given as name and content, none of them looked at by the writer.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in entries {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        let size = format!("{:011o}\0", content.len());
        header[124..136].copy_from_slice(size.as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    pack(&tar)
}

fn pack(tar: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(tar).expect("a buffer takes everything");
    packed.finish().expect("a buffer takes everything")
}

fn archived(bytes: &[u8]) -> Output {
    Sandbox::new().file("c.tgz", bytes).args(["template", "rel", "c.tgz"]).run()
}

#[test]
fn archives_that_lead_out_are_refused_or_kept_inside() {
    const REFUSED: &str = "Error: unable to load chart archive\n";
    let template: (&str, &[u8]) = ("c/templates/a.yaml", b"a: 1\n");
    for (name, wanted) in [
        ("c/../../evil", REFUSED),
        ("c//etc/evil", REFUSED),
        ("c/C:/evil", REFUSED),
        ("../evil", ""),
        ("/etc/evil", ""),
        ("c/x/../y", ""),
    ] {
        let output = archived(&archive(&[("c/Chart.yaml", CHART.as_bytes()), template, (name, b"x")]));
        assert_eq!(errors(&output), wanted, "{name}");
        assert_eq!(output.status, i32::from(!wanted.is_empty()), "{name}");
    }
}

#[test]
fn truncated_and_swollen_archives_are_refused() {
    let whole = archive(&[("c/Chart.yaml", CHART.as_bytes()), ("c/templates/a.yaml", b"a: 1\n")]);
    assert_eq!(archived(&whole).status, 0);
    for length in [20, 60, whole.len() / 2] {
        let output = archived(&whole[..length]);
        assert_eq!(
            (output.status, &*errors(&output)),
            (1, "Error: unable to load chart archive\n"),
            "{length}"
        );
    }
    // 300 MiB of zeros that pack to a third of a megabyte; the charts' budget is 100.
    let zeros = vec![0_u8; 300 << 20];
    let bomb = archive(&[("c/Chart.yaml", CHART.as_bytes()), ("c/big", &zeros)]);
    drop(zeros);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(errors(&archived(&bomb)), "Error: unable to load chart archive\n");
    let mut claims = String::new();
    let _ = write!(claims, "{CHART}");
    let mut lying = archive(&[("c/Chart.yaml", claims.as_bytes())]);
    lying.truncate(lying.len() - 12);
    assert!(matches!(archived(&lying).status, 0 | 1));
}
