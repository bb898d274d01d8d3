//! Archives as the programs of many years wrote them, and as nobody should: each is read or refused as Helm does it.
//! Where the real Helm is there, it is asked too.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

const CHART: &[u8] = b"apiVersion: v2\nname: c\nversion: 0.1.0\n";
/// Tells of every file. What is no text cannot stand in a manifest, so all of it is quoted.
const TEMPLATE: &[u8] = br#"a: 1
{{- define "text" }}{{ printf "%q" . | trimAll "\"" }}{{ end }}
{{- range $path, $data := .Files }}
{{- if ne $path "big" }}
# {{ include "text" (trunc 20 $path) }} {{ len $data }} {{ include "text" (toString $data | trunc 20) }}
{{- end }}{{ end }}
"#;
const BLOCK: usize = 512;

/// What is wanted of an archive.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Files(String),
    Words(String),
}

/// A paragraph of `cases.txt`.
struct Case<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
    wanted: Wanted,
}

fn cases() -> Vec<Case<'static>> {
    let text = include_str!("archives/cases.txt");
    let paragraphs = text.split("\n\n").skip(1).map(str::trim);
    let case = |paragraph: &'static str| {
        let mut lines = paragraph.lines();
        let name = lines.next().expect("a name");
        let (wanted, lines): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with(['=', '!']));
        let wanted = match &*wanted {
            [words] if words.starts_with("! ") => Wanted::Words(words[2..].to_owned()),
            files => Wanted::Files(files.iter().fold(String::new(), |all, line| all + &line[2..] + "\n")),
        };
        Case { name, lines, wanted }
    };
    paragraphs.map(case).collect()
}

/// The bytes that a text of `cases.txt` stands for.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = if text == "-" { "" } else { text };
    while let Some(first) = rest.chars().next() {
        let mut end = first.len_utf8();
        match (first, rest.get(1..2)) {
            ('\\', Some("x")) => {
                out.push(u8::from_str_radix(&rest[2..4], 16).expect("two digits"));
                end = 4;
            }
            ('\\', Some(sign)) => {
                out.push(match sign {
                    "n" => b'\n',
                    "0" => 0,
                    "s" => b' ',
                    _ => sign.as_bytes()[0],
                });
                end = 2;
            }
            ('{', _) => {
                let (inner, tail) = rest[1..].split_once('}').expect("an end");
                let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
                let count = tail[..digits].parse().expect("a number");
                out.extend(bytes(inner).repeat(count));
                end = 2 + inner.len() + digits;
            }
            _ => out.extend_from_slice(&rest.as_bytes()[..end]),
        }
        rest = &rest[end..];
    }
    out
}

/// An entry: its head with these fields set to other bytes, and its content.
fn entry(kind: u8, name: &[u8], content: &[u8], fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut head = [0; BLOCK];
    let mut sum = None;
    let mut set = |start: usize, bytes: &[u8]| head[start..start + bytes.len()].copy_from_slice(bytes);
    set(0, name);
    set(100, b"0000644\x000000000\x000000000\0");
    set(124, format!("{:011o}\0", content.len()).as_bytes());
    set(136, b"00000000000\0        ");
    set(156, &[kind]);
    set(257, b"ustar\x0000");
    for (field, bytes) in fields {
        let start = match *field {
            "mode" => 100,
            "uid" => 108,
            "gid" => 116,
            "size" => 124,
            "mtime" => 136,
            "magic" => 257,
            "device" => 329,
            "prefix" => 345,
            "holes" => 386,
            "more" => 482,
            "real" => 483,
            "sum" => {
                sum = Some(bytes);
                continue;
            }
            _ => unreachable!("no such field: {field}"),
        };
        set(start, bytes);
    }
    let right = format!("{:06o}\0 ", head.iter().map(|byte| u32::from(*byte)).sum::<u32>());
    head[148..156].copy_from_slice(sum.map_or(right.as_bytes(), |wrong| wrong));
    let mut out = [&head, content].concat();
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    out
}

/// Records of pax, each with its length in front, which counts too.
fn records(words: &[&str]) -> Vec<u8> {
    let record = |word: &&str| {
        let record = bytes(word);
        let mut length = record.len() + 3;
        while length.to_string().len() + record.len() + 2 != length {
            length += 1;
        }
        [length.to_string().as_bytes(), b" ", &record, b"\n"].concat()
    };
    words.iter().flat_map(record).collect()
}

/// A file of gzip: its head, the content not made smaller.
fn pack(flags: u8, head: &[u8], content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packer.write_all(content).expect("a buffer takes everything");
    let packed = packer.finish().expect("a buffer takes everything");
    [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255], head, &packed[10..]].concat()
}

/// The archive that a case tells of, with a file of this size in front.
fn archive(case: &Case<'_>, big: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut head = (0, Vec::new());
    let mut tar = [
        entry(b'0', b"c/Chart.yaml", CHART, &[]),
        entry(b'0', b"c/templates/t.yaml", TEMPLATE, &[]),
        entry(b'0', b"c/big", &vec![b'x'; big], &[]),
    ]
    .concat();
    let mut trailing = Vec::new();
    let (mut cut, mut flip) = (0, 0);
    for line in &case.lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["file", name, content] => tar.extend(entry(b'0', &bytes(name), &bytes(content), &[])),
            ["entry", kind, name, content, ref fields @ ..] => {
                let fields = fields.iter().map(|field| field.split_once('=').expect("a field"));
                let fields: Vec<_> = fields.map(|(name, value)| (name, bytes(value))).collect();
                tar.extend(entry(bytes(kind)[0], &bytes(name), &bytes(content), &fields));
            }
            ["records", ref words @ ..] => tar.extend(entry(b'x', b"x", &records(words), &[])),
            ["global", ref words @ ..] => tar.extend(entry(b'g', b"g", &records(words), &[])),
            ["bytes", text] => tar.extend(bytes(text)),
            ["bytes", text, count] => tar.extend(bytes(text).repeat(count.parse().expect("a number"))),
            ["after"] => {
                tar.extend(entry(b'0', b"c/after", b"after", &[]));
                tar.extend([0; 2 * BLOCK]);
            }
            ["member", flags, text] => {
                packed.extend(pack(head.0, &head.1, &tar));
                tar.clear();
                head = (bytes(flags)[0], bytes(text));
            }
            ["trailing", text] => trailing = bytes(text),
            ["cut", count] => cut = count.parse().expect("a number"),
            ["flip", count] => flip = count.parse().expect("a number"),
            _ => unreachable!("{}: {line}", case.name),
        }
    }
    packed.extend(pack(head.0, &head.1, &tar));
    packed.extend(trailing);
    packed.truncate(packed.len() - cut);
    if flip > 0 {
        let at = packed.len() - flip;
        packed[at] ^= 1;
    }
    packed
}

/// What a program says of an archive: exit codes, standard output and errors of two commands.
type Said = [(i32, String, String); 2];

/// What the runs of `template` and `show chart` say.
fn wanted_of(said: &Said) -> Wanted {
    let [(status, manifests, _), (_, _, words)] = said;
    if *status == 0 {
        let files = manifests.lines().filter_map(|line| line.strip_prefix("# "));
        let files = files.filter(|line| !line.starts_with("Source: ")).map(str::trim_end);
        return Wanted::Files(files.fold(String::new(), |all, line| all + line + "\n"));
    }
    let words = words.trim_end().strip_prefix("Error: ").unwrap_or(words);
    let of_head = words.split_once("(details: ").and_then(|(_, words)| words.strip_suffix(')'));
    Wanted::Words(of_head.unwrap_or(words).to_owned())
}

const COMMANDS: [[&str; 3]; 2] = [["template", "rel", "c.tgz"], ["show", "chart", "c.tgz"]];

/// The exit code and the texts, whatever folder the program ran in.
fn said(status: i32, folder: &Path, stdout: &[u8], stderr: &[u8]) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*folder.to_string_lossy(), "/FOLDER");
    (status, text(stdout), text(stderr))
}

fn ours(archive: &[u8]) -> Said {
    COMMANDS.map(|args| {
        let output = Sandbox::new().file("c.tgz", archive).args(args).run();
        said(output.status, output.dir(), &output.stdout, &output.stderr)
    })
}

fn helms(helm: &Path, archive: &[u8]) -> Said {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("c.tgz"), archive).expect("a file");
    COMMANDS.map(|args| {
        let mut helm = Command::new(helm);
        helm.args(args).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        let output = helm.stdin(Stdio::null()).output().expect("Helm starts");
        said(output.status.code().unwrap_or(-1), folder.path(), &output.stdout, &output.stderr)
    })
}

#[test]
fn archives_are_read_and_refused_as_helm_does_it() {
    let helm = std::env::var_os("CLEARML_K8S_HELM").map(PathBuf::from);
    let is_required = std::env::var("REQUIRE_ORACLE").is_ok_and(|value| value == "1");
    assert!(helm.is_some() || !is_required, "CLEARML_K8S_HELM is missing");
    let mut faults = String::new();
    for case in cases() {
        // One that is long enough is read on two threads.
        for big in [0, 600 << 10] {
            let archive = archive(&case, big);
            let ours = ours(&archive);
            if wanted_of(&ours) != case.wanted {
                let _ = writeln!(faults, "{}, {big}: {:?}, not {:?}", case.name, ours, case.wanted);
            }
            if let Some(helm) = &helm {
                let helms = helms(helm, &archive);
                if ours != helms {
                    let _ = writeln!(faults, "{}, {big}: {ours:?}, Helm {helms:?}", case.name);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

// Each text is Helm's.
#[test]
fn what_an_archive_holds_is_shown_as_helm_does_it() {
    let case = |lines: &[&'static str]| Case {
        name: "",
        lines: lines.to_vec(),
        wanted: Wanted::Words(String::new()),
    };
    let twice = ["file c/values.yaml x:\\s1\\n", "file c/values.yaml y:\\s2\\n", "after"];
    let no_head = ["trailing garbage\\sgarbage"];
    for (lines, args, wanted) in [
        (&twice[..], ["show", "values"], "x: 1\n\ny: 2\n\n"),
        (
            &no_head,
            ["dependency", "list"],
            "Error: file 'c.tgz' does not appear to be a valid chart file (details: gzip: invalid header)\n",
        ),
    ] {
        let output = Sandbox::new().file("c.tgz", archive(&case(lines), 0)).args(args).args(["c.tgz"]).run();
        assert_eq!([output.stdout, output.stderr].concat(), wanted.as_bytes(), "{args:?}");
    }
}
