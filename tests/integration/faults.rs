//! What the surroundings do wrong: pipes that close, disks that are full, files that cannot be read or vanish, names
//! that are no text, archives that hold more than files, a run that is interrupted. Each ends with the right exit
//! code and a message that names what failed, and nothing is lost.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::sandbox::Sandbox;
use crate::vendor::chart;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clearml-k8s");

/// Commands that print something, of both kinds.
const PRINTING: [&[&str]; 9] = [
    &["render"],
    &["values"],
    &["schema"],
    &["init"],
    &["completion", "bash"],
    &["--help"],
    &["--version"],
    &["template", "x", "shop"],
    &["show", "all", "shop"],
];

/// A folder with the chart `shop`.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, content) in [
        ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.0\n"),
        ("shop/values.yaml", "color: blue\n"),
        (
            "shop/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.color }}\n",
        ),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("folders");
        fs::write(path, content).expect("a file");
    }
    dir
}

fn program(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command
}

/// Exit code and standard error of a run whose output goes there.
fn run(dir: &Path, args: &[&str], stdout: impl Into<Stdio>) -> (i32, String) {
    let output = program(dir, args)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .and_then(Child::wait_with_output)
        .expect("the program runs");
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).expect("UTF-8"))
}

/// Every file below a folder with its content.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

#[test]
fn a_reader_that_left_ends_the_run_quietly() {
    let dir = folder();
    for args in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (status, stderr) = run(dir.path(), args, writer);
        assert_eq!(status, 0, "{args:?}: {stderr}");
        assert!(!stderr.contains("error") && !stderr.contains("pipe"), "{args:?}: {stderr}");
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let dir = folder();
    for args in PRINTING {
        let full = File::options().write(true).open("/dev/full").expect("the device");
        let (status, stderr) = run(dir.path(), args, full);
        let wanted = if matches!(args[0], "template" | "show") { 1 } else { 2 };
        assert_eq!(status, wanted, "{args:?}: {stderr}");
        let says = "error: cannot write to standard output\n  cause: No space left on device";
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
}

#[test]
fn values_that_cannot_be_read_are_named() {
    let dir = folder();
    fs::create_dir(dir.path().join("folder")).expect("a folder");
    std::os::unix::fs::symlink("nowhere", dir.path().join("dangling")).expect("a link");
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).expect("a link");
    for (file, helm, own) in [
        ("folder", "Error: read folder: is a directory\n", "cannot read `folder`: is a directory"),
        ("missing", "Error: open missing: no such file or directory\n", "cannot read `missing`: "),
        ("dangling", "Error: open dangling: no such file or directory\n", "cannot read `dangling`: "),
        ("loop", "Error: open loop: too many levels of symbolic links\n", "cannot read `loop`: "),
    ] {
        let (status, stderr) = run(dir.path(), &["template", "x", "shop", "-f", file], Stdio::null());
        assert_eq!((status, stderr.as_str()), (1, helm), "{file}");
        let (status, stderr) = run(dir.path(), &["render", "-f", file], Stdio::null());
        assert!(status == 2 && stderr.contains(own), "{file}: {stderr}");
    }
}

#[test]
fn an_endless_values_file_is_refused() {
    let dir = folder();
    for (args, wanted) in
        [(&["template", "x", "shop", "-f", "/dev/zero"][..], 1), (&["render", "-f", "/dev/zero"], 2)]
    {
        let (status, stderr) = run(dir.path(), args, Stdio::null());
        assert_eq!(status, wanted, "{args:?}: {stderr}");
        assert!(stderr.contains("268435456 bytes") || stderr.contains("256 MiB"), "{args:?}: {stderr}");
    }
}

/// `/proc` takes no folder, whoever asks, root included.
#[test]
fn a_target_that_takes_no_files_is_an_error() {
    let dir = folder();
    for (args, wanted, says) in [
        (&["render", "--output-dir", "/proc/out"][..], 2, "/proc/out"),
        (&["template", "x", "shop", "--output-dir", "/proc/out"], 1, "/proc/out"),
        (&["vendor", "/proc/out"], 2, "/proc/out"),
        (&["render", "--output-dir", "shop/values.yaml"], 2, "shop/values.yaml"),
        (&["vendor", "shop/values.yaml"], 2, "shop/values.yaml"),
    ] {
        let before = files(dir.path());
        let (status, stderr) = run(dir.path(), args, Stdio::null());
        assert!(status == wanted && stderr.contains(says), "{args:?}: {status} {stderr}");
        assert_eq!(files(dir.path()), before, "{args:?}");
    }
}

/// A chart's file goes away between the listing and the reading: a link whose target is removed in the loop.
#[test]
fn a_file_that_vanishes_is_an_error_or_was_never_there() {
    let dir = folder();
    let target = dir.path().join("shop/templates/b.yaml");
    let mut outcomes = BTreeMap::new();
    for round in 0..30_u64 {
        fs::write(&target, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: b\n").expect("a file");
        let child = program(dir.path(), &["template", "x", "shop"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_micros(round * 100));
        fs::remove_file(&target).expect("it was there");
        let output = child.wait_with_output().expect("an end");
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match output.status.code() {
            Some(0) => assert!(stdout.contains("name: blue") && stderr.is_empty(), "{stdout}{stderr}"),
            Some(1) => assert!(stdout.is_empty() && stderr.contains("b.yaml: no such file"), "{stderr}"),
            other => assert_eq!(other, Some(0), "{stderr}"),
        }
        *outcomes.entry(output.status.code()).or_insert(0) += 1;
    }
    assert_eq!(outcomes.values().sum::<i32>(), 30);
}

#[test]
fn a_chart_with_a_dangling_link_is_an_error() {
    let dir = folder();
    std::os::unix::fs::symlink("nowhere", dir.path().join("shop/templates/c.yaml")).expect("a link");
    let (status, stderr) = run(dir.path(), &["template", "x", "shop"], Stdio::null());
    assert_eq!(status, 1);
    assert!(stderr.contains("c.yaml") && stderr.contains("no such file or directory"), "{stderr}");
}

#[test]
fn file_names_that_are_no_text_do_no_harm() {
    let dir = folder();
    for (name, content) in [
        (&b"shop/templates/\xff.yaml"[..], "apiVersion: v1\nkind: Secret\nmetadata:\n  name: odd\n"),
        (b"shop/\xc3\x28.txt", "text"),
    ] {
        let name = PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()));
        fs::write(dir.path().join(name), content).expect("a file");
    }
    let (status, stderr) = run(dir.path(), &["template", "x", "shop"], Stdio::null());
    assert_eq!((status, stderr.as_str()), (0, ""));
    let (status, stderr) = run(dir.path(), &["template", "x", "shop", "--output-dir", "out"], Stdio::null());
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(files(&dir.path().join("out")).len(), 2);
}

#[test]
fn a_chart_of_ten_thousand_files_renders() {
    let dir = folder();
    for number in 0..10_000 {
        let folder = dir.path().join(format!("shop/{}", if number % 2 == 0 { "templates" } else { "files" }));
        fs::create_dir_all(&folder).expect("a folder");
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n{number}\n");
        fs::write(folder.join(format!("f{number}.yaml")), text).expect("a file");
    }
    let output = program(dir.path(), &["template", "x", "shop"]).output().expect("the program runs");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    let documents = output.stdout.split(|&byte| byte == b'\n').filter(|line| line == b"---").count();
    assert_eq!(documents, 5001);
}

/// A `.tgz` of the chart `shop` with more entries: type, name, what a link leads to.
fn archive(entries: &[(tar::EntryType, &str, &str)]) -> Vec<u8> {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(packed);
    for (name, content) in [
        ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.0\n"),
        ("shop/templates/a.yaml", "a: {{ .Files.Get `secret` | quote }}\n"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_bytes()).expect("a buffer takes everything");
    }
    for &(kind, name, leads_to) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_mode(0o644);
        if leads_to.is_empty() {
            builder.append_data(&mut header, name, &[][..]).expect("a buffer takes everything");
        } else {
            builder.append_link(&mut header, name, leads_to).expect("a buffer takes everything");
        }
    }
    builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("a buffer takes everything")
}

/// Helm takes such an entry for an empty file; nothing outside is read or made.
#[test]
fn links_and_devices_in_archives_lead_nowhere() {
    use tar::EntryType::{Block, Char, Fifo, Link, Symlink};
    for (kind, leads_to) in
        [(Symlink, "/etc/passwd"), (Link, "../outside"), (Char, ""), (Block, ""), (Fifo, "")]
    {
        let output = Sandbox::new()
            .file("outside", "hunter2")
            .file("shop.tgz", archive(&[(kind, "shop/secret", leads_to)]))
            .args(["template", "x", "shop.tgz"])
            .run();
        assert_eq!(output.success(), "---\n# Source: shop/templates/a.yaml\na: \"\"\n", "{kind:?}");
        let made = files(output.dir()).len();
        assert_eq!(made, 2, "{kind:?}");
    }
}

/// The second thread asks for room that it may not get; it goes on without, however little memory there is.
#[cfg(target_os = "linux")]
#[test]
fn no_room_for_a_second_thread_ends_no_run() {
    // `ROOM` of `src/both/start.rs`.
    const ROOM: &str = "allocation of 4194304 bytes failed";
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(packed);
    let big = "text\n".repeat(80 << 10);
    for (name, content) in [
        ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.0\n"),
        ("shop/big", &*big),
        ("shop/templates/a.yaml", "a: {{ .Files.Get `big` | len }}\n"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, content.as_bytes()).expect("a buffer takes everything");
    }
    let packed = builder.into_inner().and_then(flate2::write::GzEncoder::finish);
    let sandbox = Sandbox::new().file("shop.tgz", packed.expect("a buffer takes everything"));
    let run = |mebibytes: usize| {
        let limited = format!("ulimit -c 0; ulimit -v {}; exec \"$@\"", mebibytes << 10);
        Command::new("/bin/sh")
            .args(["-c", &limited, "sh", PROGRAM, "template", "x", "shop.tgz"])
            .current_dir(sandbox.path())
            .env_clear()
            .output()
            .expect("the shell starts")
    };
    let mut too_little = 0;
    for mebibytes in 8..=96 {
        let output = run(mebibytes);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains(ROOM), "{mebibytes} MiB: {errors}");
        if output.status.success() {
            let manifests = String::from_utf8_lossy(&output.stdout);
            assert_eq!(manifests, "---\n# Source: shop/templates/a.yaml\na: 409600\n", "{mebibytes} MiB");
        } else {
            too_little = mebibytes;
        }
    }
    assert!((8..64).contains(&too_little), "{too_little} MiB");
}

/// SIGINT at any moment of a refresh: each file is old or new, and the next run completes it.
#[test]
fn an_interrupted_vendor_run_loses_nothing() {
    let start = chart(Sandbox::new()).args(["vendor", "kept", "--preset", "nfs"]).run();
    assert_eq!(start.status, 0, "{}", start.stderr());
    let kept = start.dir().join("kept");
    let refresh = |preset: &str| run(start.dir(), &["vendor", "kept", "--preset", preset], Stdio::null()).0;
    let content = || {
        let mut found = files(&kept);
        found.retain(|path, _| !path.to_string_lossy().contains(".clearml-k8s"));
        found
    };
    let old = content();
    assert_eq!(refresh("modern"), 0);
    let new = content();
    assert_ne!(old, new);
    for round in 0..12_u64 {
        assert_eq!(refresh("nfs"), 0);
        let mut child = program(start.dir(), &["vendor", "kept", "--preset", "modern"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(round * 3));
        let sent = Command::new("/bin/sh")
            .args(["-c", &format!("kill -INT {}", child.id())])
            .stderr(Stdio::null())
            .status();
        assert!(sent.is_ok());
        let mut said = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        child.wait().expect("an end");
        assert!(!said.contains("panicked"), "{said}");
        for (path, bytes) in content() {
            assert!([&old, &new].iter().any(|side| side.get(&path) == Some(&bytes)), "{path:?} is torn");
        }
        assert_eq!(refresh("modern"), 0);
        assert_eq!(content(), new);
    }
}

/// A folder of two files that an earlier run wrote, and the same chart with other, longer content.
fn written_once() -> (TempDir, BTreeMap<PathBuf, Vec<u8>>) {
    let dir = folder();
    let second = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Values.color }}\n";
    fs::write(dir.path().join("shop/templates/b.yaml"), second).expect("a file");
    let (status, stderr) = run(dir.path(), &["template", "x", "shop", "--output-dir", "out"], Stdio::null());
    assert_eq!((status, stderr.as_str()), (0, ""));
    let (status, stderr) =
        run(dir.path(), &["render", "--preset", "nfs", "--output-dir", "own"], Stdio::null());
    assert_eq!(status, 0, "{stderr}");
    let before = outputs(dir.path());
    (dir, before)
}

/// The files of `out` and `own` under their final names.
fn outputs(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = files(&dir.join("out"));
    found.extend(files(&dir.join("own")));
    found.retain(|path, _| !path.to_string_lossy().contains("/.clearml-k8s-"));
    found
}

/// The commands that write files, with a value of 100,000 bytes in each: more than the limit below lets through.
const LONG: usize = 100_000;

fn writing() -> [(Vec<String>, i32); 2] {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut template = words("template x shop --output-dir out --set");
    template.push(format!("color={}", "x".repeat(LONG)));
    let mut render = words("render --preset modern --output-dir own --set");
    render.push(format!("apiserver.podAnnotations.note={}", "x".repeat(LONG)));
    [(template, 1), (render, 2)]
}

/// No file may grow past some KiB, which fails as a full disk does: every file stays as it was, and the message names
/// one of them.
#[test]
fn a_full_disk_below_the_output_folder_loses_nothing() {
    let (dir, before) = written_once();
    for (args, wanted) in writing() {
        let mut limited = Command::new("/bin/sh");
        // With the signal ignored, the system's call fails instead.
        let script = "trap '' XFSZ; ulimit -f 20; exec \"$@\"";
        limited.args(["-c", script, "sh", PROGRAM]).args(&args);
        let output = limited.current_dir(dir.path()).env_clear().output().expect("a shell");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let shown = &args[..5];
        assert_eq!(output.status.code(), Some(wanted), "{shown:?}: {stderr}");
        assert!(stderr.contains(".yaml") && stderr.contains("ile too large"), "{shown:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{shown:?}");
        assert_eq!(outputs(dir.path()), before, "{shown:?}");
        assert!(
            files(dir.path()).keys().all(|path| !path.to_string_lossy().contains(".clearml-k8s-")),
            "{shown:?} left something behind"
        );
    }
}

/// A run that ends at any moment leaves each file whole, old or new; the next run completes it.
#[test]
fn a_stopped_run_leaves_no_torn_file() {
    let (dir, before) = written_once();
    for (args, _) in writing() {
        let complete = || {
            let status =
                program(dir.path(), &[]).args(&args).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.expect("the program runs").success());
            outputs(dir.path())
        };
        let start_over = || before.iter().for_each(|(path, bytes)| fs::write(path, bytes).expect("a file"));
        start_over();
        let after = complete();
        assert_ne!(after, before);
        for (round, signal) in ["INT", "TERM", "KILL"].into_iter().cycle().take(24).enumerate() {
            start_over();
            let mut child = program(dir.path(), &[])
                .args(&args)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts");
            std::thread::sleep(Duration::from_micros(round as u64 * 700));
            let kill = format!("kill -{signal} {}", child.id());
            let sent = Command::new("/bin/sh").args(["-c", &kill]).stderr(Stdio::null()).status();
            assert!(sent.is_ok());
            child.wait().expect("an end");
            for (path, bytes) in outputs(dir.path()) {
                let is_whole = [&before, &after].iter().any(|side| side.get(&path) == Some(&bytes));
                assert!(is_whole, "{} is torn by SIG{signal}", path.display());
            }
        }
        assert_eq!(complete(), after);
    }
}

/// What cannot be renamed is written where it stands: devices, and files in a folder that takes no other.
#[test]
fn links_stay_links_and_devices_are_written_to() {
    let (dir, _) = written_once();
    let target = dir.path().join("out/shop/templates/a.yaml");
    fs::rename(&target, dir.path().join("elsewhere.yaml")).expect("renamed");
    std::os::unix::fs::symlink(dir.path().join("elsewhere.yaml"), &target).expect("a link");
    let args = ["template", "x", "shop", "--output-dir", "out", "--set", "color=red"];
    let (status, stderr) = run(dir.path(), &args, Stdio::null());
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(fs::symlink_metadata(&target).expect("it is there").is_symlink());
    let text = fs::read_to_string(dir.path().join("elsewhere.yaml")).expect("a file");
    assert!(text.contains("name: red"), "{text}");
    fs::remove_file(&target).expect("removed");
    std::os::unix::fs::symlink("/dev/full", &target).expect("a link");
    let (status, stderr) = run(dir.path(), &args, Stdio::null());
    assert_eq!(status, 1);
    assert!(stderr.starts_with("Error: write /dev/full: no space left on device"), "{stderr}");
}
