//! `dependency build`: what it leaves on the disk. Its words are compared with Helm's in `tests/helm/`.

use std::io::Read as _;

use crate::sandbox::{Output, Sandbox};

fn chart(version: &str) -> Sandbox {
    Sandbox::new()
        .file(
            "c/Chart.yaml",
            format!("apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies:\n- {{name: s, version: {version}, repository: 'file://../s'}}\n"),
        )
        .file("s/Chart.yaml", "version: 1.2.3\nname: s\napiVersion: v2\n")
        .file("s/values.yaml", "a: 1 # one\n")
        .file("s/templates/a.yaml", "a: 1\n")
        .file("s/.helmignore", "*.bak\n")
        .file("s/x.bak", "x")
        .file("s/charts/deep/Chart.yaml", "apiVersion: v2\nname: deep\nversion: 0.0.1\n")
        .args(["dependency", "build", "c"])
}

/// Names, dates and texts in an archive.
fn entries(data: &[u8]) -> Vec<(String, u64, String)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(data));
    let entries = archive.entries().expect("an archive").map(|entry| {
        let mut entry = entry.expect("an entry");
        let (name, date) = (entry.path().expect("a name").display().to_string(), entry.header().mtime());
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        (name, date.expect("a date"), text)
    });
    entries.collect()
}

fn archive(out: &Output) -> Vec<u8> {
    std::fs::read(out.dir().join("c/charts/s-1.2.3.tgz")).expect("an archive")
}

#[test]
fn equal_charts_give_equal_archives() {
    let (one, two) = (chart("1.x.x").run(), chart("1.x.x").env("TZ", "Asia/Tokyo").run());
    assert_eq!(one.status, 0);
    assert_eq!(archive(&one), archive(&two));
    let names: Vec<String> = entries(&archive(&one)).into_iter().map(|(name, _, _)| name).collect();
    let wanted =
        ["s/Chart.yaml", "s/values.yaml", "s/templates/a.yaml", "s/.helmignore", "s/charts/deep/Chart.yaml"];
    assert_eq!(names, wanted);
    let dated = chart("1.x.x").env("SOURCE_DATE_EPOCH", "1700000000").run();
    assert!(entries(&archive(&dated)).iter().all(|(_, date, _)| *date == 1_700_000_000));
    let lock = std::fs::read_to_string(one.dir().join("c/Chart.lock")).expect("a lock");
    assert!(lock.starts_with(
        "dependencies:\n- name: s\n  repository: file://../s\n  version: 1.2.3\ndigest: sha256:"
    ));
}

#[test]
fn a_build_that_fails_leaves_everything_as_it_was() {
    let out = chart("2.x.x").file("c/charts/_kept.tgz", "mine").run();
    assert_eq!(out.status, 1);
    let names: Vec<_> = std::fs::read_dir(out.dir().join("c/charts"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["_kept.tgz"]);
    assert!(!out.dir().join("c/Chart.lock").exists());
}

#[test]
fn confined_refuses_what_lies_outside_of_the_chart() {
    let out = chart("1.x.x").args(["--confined"]).run();
    assert_eq!(out.status, 1);
    assert!(String::from_utf8_lossy(&out.stderr).contains("leads out of the chart"));
    assert!(!out.dir().join("c/charts").exists());
}
