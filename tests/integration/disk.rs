//! Writing onto a disk that is really full: a small one is mounted in a namespace of its own, where the system allows
//! that without being root; where it does not, the tests say that they did not run.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clearml-k8s");

/// Writes the old state onto a disk of 400 KiB, fills the disk but for some pages and writes the new state, with each
/// number of pages; then once more with room, and the old state again. Copies of the folder, exit codes and messages
/// go to `$OUT`. Ends with 77 when nothing can be mounted.
const SCRIPT: &str = r#"
mkdir disk && mount -t tmpfs -o size=400k none disk || exit 77
cd disk
"$PROGRAM" $NEW > /dev/null && cp -r kept "$OUT/new" && rm -r kept || exit 1
"$PROGRAM" $OLD > /dev/null && cp -r kept "$OUT/old" || exit 1
for pages in 0 1 2 3 4 6 9 14 100; do
  cp -r kept "$OUT/$pages.before"
  cat /dev/zero > filler 2> /dev/null
  size=$(stat -c %s filler)
  [ "$pages" = 100 ] && rm filler || truncate -s $((size - pages * 4096)) filler || exit 1
  "$PROGRAM" $NEW > "$OUT/$pages.out" 2> "$OUT/$pages.err"
  echo $? > "$OUT/$pages.status"
  cp -r kept "$OUT/$pages"
  rm -f filler
  "$PROGRAM" $NEW > /dev/null && cp -r kept "$OUT/$pages.again" || exit 1
  "$PROGRAM" $OLD > /dev/null || exit 1
done
"#;

/// Every file below a folder, by its path inside, but what `vendor` keeps its books in.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_owned();
                if !name.ends_with(".clearml-k8s.files") {
                    found.insert(name, fs::read(&path).expect("a readable file"));
                }
            }
        }
    }
    found
}

/// Tells of a test that did not run, past the capture of the harness.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What the script left, with the number of pages that were free; nothing where no disk can be mounted.
fn on_a_small_disk(old: &str, new: &str) -> Option<(tempfile::TempDir, Vec<u32>)> {
    let dir = tempfile::tempdir().expect("a folder");
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "/bin/sh", "-c", SCRIPT])
        .current_dir(dir.path())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        .envs([("PROGRAM", PROGRAM), ("OLD", old), ("NEW", new)])
        .env("OUT", dir.path())
        .output();
    let Ok(output) = output else {
        say(&format!("not run, there is no `unshare`: {old}"));
        return None;
    };
    let (status, stderr) = (output.status.code(), String::from_utf8_lossy(&output.stderr));
    // Before the script begins, `unshare` itself fails, with 1, and makes nothing.
    if status == Some(77) || !dir.path().join("disk").exists() {
        say(&format!("not run, no disk can be mounted: {old}: {stderr}"));
        return None;
    }
    assert_eq!(status, Some(0), "{stderr}");
    Some((dir, vec![0, 1, 2, 3, 4, 6, 9, 14, 100]))
}

/// Every file is whole, old or new, and the next run completes it.
#[test]
fn a_full_disk_below_vendor_leaves_whole_files() {
    let commands = ("vendor kept --preset nfs", "vendor kept --preset modern");
    let Some((dir, numbers)) = on_a_small_disk(commands.0, commands.1) else { return };
    let [old, new] = ["old", "new"].map(|side| files(&dir.path().join(side)));
    let mut failed = 0;
    for pages in numbers {
        let read = |end: &str| fs::read_to_string(dir.path().join(format!("{pages}.{end}"))).expect("a file");
        let now = files(&dir.path().join(pages.to_string()));
        if read("status") == "2\n" {
            failed += 1;
            let stderr = read("err");
            assert!(stderr.starts_with("error[vendor::folder]: `kept`: cannot write `"), "{stderr}");
            assert!(stderr.contains("No space left on device"), "{stderr}");
            assert_eq!(read("out"), "");
            for (path, bytes) in &now {
                let name = path.to_string_lossy();
                if name.starts_with(".clearml-k8s.") || name.ends_with(".clearml-k8s-new") {
                    continue;
                }
                assert!(old.get(path) == Some(bytes) || new.get(path) == Some(bytes), "{name} is torn");
            }
        } else {
            assert_eq!(read("status"), "0\n", "{}", read("err"));
            assert!(now == new, "{pages} pages: not what was rendered");
        }
        let again = files(&dir.path().join(format!("{pages}.again")));
        assert!(again == new, "{pages} pages: the next run did not complete it");
    }
    assert!((1..9).contains(&failed), "{failed}");
}

/// All files stay as they were, and nothing else is left.
#[test]
fn a_full_disk_below_the_output_folder_leaves_the_old_files() {
    let commands =
        ("render --preset nfs --output-dir kept", "render --preset modern --preset nfs --output-dir kept");
    let Some((dir, numbers)) = on_a_small_disk(commands.0, commands.1) else { return };
    let new = files(&dir.path().join("new"));
    let mut failed = 0;
    for pages in numbers {
        let read = |end: &str| fs::read_to_string(dir.path().join(format!("{pages}.{end}"))).expect("a file");
        let now = files(&dir.path().join(pages.to_string()));
        if read("status") == "2\n" {
            failed += 1;
            let stderr = read("err");
            assert!(stderr.contains("error: cannot write `kept/"), "{stderr}");
            assert!(stderr.contains("No space left on device"), "{stderr}");
            let before = files(&dir.path().join(format!("{pages}.before")));
            assert!(now == before, "{pages} pages: a file has changed");
        } else {
            assert_eq!(read("status"), "0\n", "{}", read("err"));
        }
        let again = files(&dir.path().join(format!("{pages}.again")));
        assert!(new.iter().all(|(path, bytes)| again.get(path) == Some(bytes)), "{pages} pages");
    }
    assert!((1..9).contains(&failed), "{failed}");
}
