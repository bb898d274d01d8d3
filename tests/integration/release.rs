//! The scripts that build and install a release, and the files GitHub reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value as Yaml;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tool(name: &str) -> bool {
    let found = Command::new("/bin/sh").args(["-c", &format!("command -v {name} >/dev/null")]).status();
    let found = found.is_ok_and(|status| status.success());
    assert!(found || std::env::var("REQUIRE_ORACLE").as_deref() != Ok("1"), "{name} is missing");
    found
}

/// What `bash -n` says of a script.
fn syntax(what: &str, script: &Path) {
    let output = Command::new("bash").arg("-n").arg(script).output().expect("bash runs");
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect(folder);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.is_file());
    found.sort();
    found
}

#[test]
fn every_shell_script_is_bash() {
    let mut scripts = files("release");
    scripts.extend(files(".ci"));
    scripts.retain(|path| fs::read(path).expect("readable").starts_with(b"#!/usr/bin/env bash"));
    assert!(scripts.len() >= 4, "{scripts:?}");
    for script in scripts {
        syntax(&script.display().to_string(), &script);
    }
}

#[test]
fn workflows_and_the_action_are_whole() {
    let mut steps = 0;
    let mut paths = files(".github/workflows");
    paths.push(root().join("action.yml"));
    for path in paths {
        let text = fs::read_to_string(&path).expect("readable");
        let file: Yaml =
            serde_yaml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let mut lists: Vec<&Yaml> = Vec::new();
        match file.get("jobs").and_then(Yaml::as_mapping) {
            Some(jobs) => {
                assert!(file.get("permissions").is_some(), "{}: its rights are said", path.display());
                for job in jobs.values() {
                    assert!(job.get("timeout-minutes").is_some(), "{}: a job ends", path.display());
                    lists.push(&job["steps"]);
                }
            }
            None => lists.push(&file["runs"]["steps"]),
        }
        for step in lists.into_iter().flat_map(|list| list.as_sequence().expect("steps")) {
            steps += 1;
            let Some(run) = step.get("run").and_then(Yaml::as_str) else {
                assert!(step.get("uses").is_some(), "{}: {step:?}", path.display());
                continue;
            };
            // What an expression brings would be read as part of the script.
            assert!(!run.contains("${{"), "{}: {run}", path.display());
            let script = tempfile::NamedTempFile::new().expect("a temporary file");
            fs::write(script.path(), run).expect("writable");
            syntax(run, script.path());
        }
    }
    assert!(steps > 8, "only {steps} steps");
}

#[test]
fn the_container_holds_what_the_archive_has() {
    let build = fs::read_to_string(root().join("release/build")).expect("readable");
    let file = fs::read_to_string(root().join("release/Dockerfile")).expect("readable");
    let copied = file.lines().filter_map(|line| line.strip_prefix("COPY ")).flat_map(|line| {
        let mut names: Vec<&str> = line.split_whitespace().collect();
        names.pop();
        names
    });
    let copied: Vec<&str> = copied.collect();
    assert!(!copied.is_empty());
    for name in copied {
        assert!(build.contains(&format!("$root/{name}")) || build.contains(&format!(" {name} ")), "{name}");
    }
}

/// A release of one file, as release/build lays it out, and what release/install makes of it.
struct Release {
    folder: tempfile::TempDir,
}

impl Release {
    const NAME: &str = "clearml-k8s-9.8.7-x86_64-unknown-linux-gnu";

    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = format!(
            "mkdir {0} && echo 'echo it runs' >{0}/clearml-k8s && tar -czf {0}.tar.gz {0} && sha256sum {0}.tar.gz >SHA256SUMS",
            Self::NAME
        );
        let status = Command::new("bash").args(["-ec", &script]).current_dir(folder.path()).status();
        assert!(status.expect("bash runs").success());
        Self { folder }
    }

    fn install(&self, version: &str) -> Output {
        let path = self.folder.path();
        Command::new("bash")
            .arg(root().join("release/install"))
            .args([version, &path.join("bin").display().to_string(), &format!("file://{}", path.display())])
            .output()
            .expect("bash runs")
    }

    fn installed(&self) -> bool {
        self.folder.path().join("bin/clearml-k8s").exists()
    }
}

#[test]
fn only_the_archive_with_the_listed_checksum_is_installed() {
    if !(cfg!(all(target_os = "linux", target_arch = "x86_64")) && tool("curl") && tool("sha256sum")) {
        return;
    }
    let release = Release::new();
    let output = release.install("v9.8.7");
    assert!(output.status.success() && release.installed(), "{output:?}");

    let release = Release::new();
    let archive = release.folder.path().join(format!("{}.tar.gz", Release::NAME));
    let mut bytes = fs::read(&archive).expect("readable");
    *bytes.last_mut().expect("not empty") ^= 1;
    fs::write(&archive, bytes).expect("writable");
    let output = release.install("v9.8.7");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is not the archive that SHA256SUMS lists") && !release.installed(), "{said}");

    // A list that names other files only.
    let release = Release::new();
    fs::write(release.folder.path().join("SHA256SUMS"), "").expect("writable");
    assert!(!release.install("v9.8.7").status.success() && !release.installed());

    let release = Release::new();
    let output = release.install("main");
    assert!(String::from_utf8_lossy(&output.stderr).contains("`main` is no version"));
    assert_eq!(output.status.code(), Some(2));
}

/// The bill of materials of a made-up program: what tests, build scripts and macros need is not part of it.
#[test]
fn the_bill_of_materials_lists_what_is_linked() {
    if !tool("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let package = |name: &str, licence: &str, kind: &str| {
        serde_json::json!({
            "id": name, "name": name, "version": "1.0.0", "license": licence, "description": "What\nit is",
            "repository": null, "manifest_path": path(&format!("{name}/Cargo.toml")), "targets": [{"kind": [kind]}],
        })
    };
    let dep =
        |name: &str, kind: Option<&str>| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
    let metadata = serde_json::json!({
        "packages": [
            package("root", "MIT", "bin"), package("a", "MIT/Zlib", "lib"), package("b", "MIT", "lib"),
            package("macro", "MIT", "proc-macro"), package("test", "MIT", "lib"), package("build", "MIT", "lib"),
        ],
        "resolve": {"root": "root", "nodes": [
            {"id": "root", "deps": [dep("b", None), dep("macro", None), dep("test", Some("dev")), dep("build", Some("build"))]},
            {"id": "b", "deps": [dep("a", None)]},
            {"id": "a", "deps": []}, {"id": "macro", "deps": []}, {"id": "test", "deps": []}, {"id": "build", "deps": []},
        ]},
    });
    for (name, text) in [
        ("metadata.json", metadata.to_string()),
        ("program", "its bytes".to_owned()),
        ("root/Cargo.lock", "[[package]]\nname = 'a'\nversion = '1.0.0'\nchecksum = 'abc'\n".to_owned()),
        ("a/LICENSE", "the text\r\n".to_owned()),
        ("b/COPYING", "the text\n".to_owned()),
    ] {
        fs::create_dir_all(path(name).parent().expect("inside")).expect("folders");
        fs::write(path(name), text).expect("writable");
    }
    let run = |arguments: &[&str]| {
        let output = Command::new("python3")
            .arg(root().join("release/dependencies.py"))
            .args(arguments)
            .current_dir(folder.path())
            .env("SOURCE_DATE_EPOCH", "0")
            .output()
            .expect("python3 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let shown = run(&["sbom", "metadata.json", "program", "rust@1.95.0"]);
    insta::assert_snapshot!("sbom", shown);
    assert_eq!(shown, run(&["sbom", "metadata.json", "program", "rust@1.95.0"]));
    insta::assert_snapshot!("notices", run(&["notices", "metadata.json", "glibc@2.36"]));
}

/// A program as small as release/build takes it: it prints its arguments, and the commands it has for `--help`.
const PROGRAM: &str = r#"
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.join(" ").as_str() {
        "--help" => println!("Commands:\n  render  Renders\n\nOptions:"),
        other => println!("{other} {}", file!()),
    }
}
"#;

/// Builds a program with the scripts of release/ inside `folder`; what is printed, and the folder of the results.
fn build(folder: &Path, script: &str, program: &str) -> (Output, PathBuf) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("folders");
        fs::write(path, text).expect("writable");
    };
    let package = "[package]\nname = 'clearml-k8s'\nversion = '9.8.7'\nedition = '2024'\nlicense = 'MIT'\n";
    write("Cargo.toml", &format!("{package}[profile.release]\nstrip = true\n[workspace]\n"));
    write("Cargo.lock", "version = 4\n[[package]]\nname = 'clearml-k8s'\nversion = '9.8.7'\n");
    write("src/main.rs", program);
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md", "COMPATIBILITY.md"] {
        write(name, name);
    }
    write("release/build", script);
    for name in ["release/dependencies.py", "release/order", "release/symbols"] {
        write(name, &fs::read_to_string(root().join(name)).expect("readable"));
    }
    let out = folder.join("results");
    let output = Command::new("bash")
        .arg(folder.join("release/build"))
        .arg(&out)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("SOURCE_DATE_EPOCH", "1000000000")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("bash runs");
    (output, out)
}

#[test]
fn a_build_is_static_and_the_same_bytes_in_any_folder() {
    if !(cfg!(target_os = "linux") && ["python3", "nm", "readelf", "gzip", "sha256sum"].into_iter().all(tool))
    {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = fs::read_to_string(root().join("release/build")).expect("readable");
    let (output, first) = build(&folder.path().join("one"), &script, PROGRAM);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (_, second) = build(&folder.path().join("and/the/other"), &script, PROGRAM);
    let mut names = Vec::new();
    for entry in fs::read_dir(&first).expect("results") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(
            fs::read(first.join(&name)).expect("readable") == fs::read(second.join(&name)).expect("readable"),
            "{name} differs"
        );
        names.push(name);
    }
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    let listed =
        Command::new("tar").arg("-tzf").arg(first.join(&names[2])).output().expect("tar runs").stdout;
    let listed = String::from_utf8(listed).expect("UTF-8");
    for file in ["clearml-k8s", "completions/_clearml-k8s", "man/man1/clearml-k8s-render.1", "README.md"] {
        assert!(listed.lines().any(|line| line.ends_with(&format!("/{file}"))), "{file} in {listed}");
    }

    // Without the C library inside, and with a folder of this machine: neither is handed out.
    let dynamic = script.replace("+crt-static", "-crt-static");
    let telling = PROGRAM.replace("file!()", "concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src\")");
    assert!(dynamic != script && telling != PROGRAM);
    for (script, program, why) in
        [(&dynamic, PROGRAM, "it is not static"), (&script, &telling, "holds paths of this machine")]
    {
        let (output, results) = build(&folder.path().join("refused"), script, program);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(why), "{said}");
        assert_eq!(fs::read_dir(results).expect("results").count(), 0);
    }
}
