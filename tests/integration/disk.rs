//! Writing onto a disk that is really full: a small one is mounted in a namespace of its own, where the system allows
//! that without being root; where it does not, the tests say that they did not run.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::faults;

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

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Every file below a folder, by its path inside, but what `vendor` keeps its books in.
fn files(folder: &Path) -> Files {
    let all = faults::files(folder).into_iter().filter(|(path, _)| !path.ends_with(".clearml-k8s.files"));
    all.map(|(path, bytes)| (path.strip_prefix(folder).expect("inside").to_owned(), bytes)).collect()
}

/// What one run left, with so many pages free.
struct Left {
    pages: u32,
    /// Whether it failed for want of room.
    failed: bool,
    out: String,
    err: String,
    before: Files,
    now: Files,
    /// After another run, with room.
    again: Files,
}

impl Left {
    fn read(dir: &Path, pages: u32) -> Self {
        let text = |end: &str| fs::read_to_string(dir.join(format!("{pages}.{end}"))).expect("a file");
        let (status, out, err) = (text("status"), text("out"), text("err"));
        let failed = status == "2\n";
        if failed {
            assert!(err.contains("No space left on device"), "{err}");
        } else {
            assert_eq!(status, "0\n", "{err}");
        }
        let [before, now, again] =
            [".before", "", ".again"].map(|end| files(&dir.join(format!("{pages}{end}"))));
        Self { pages, failed, out, err, before, now, again }
    }
}

/// Tells of a test that did not run, past the capture of the harness.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The old and the new state, and what each run of the script left; nothing where no disk can be mounted.
fn on_a_small_disk(old: &str, new: &str) -> Option<([Files; 2], Vec<Left>)> {
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
    let left: Vec<Left> = [0, 1, 2, 3, 4, 6, 9, 14, 100].map(|pages| Left::read(dir.path(), pages)).into();
    let failed = left.iter().filter(|left| left.failed).count();
    assert!((1..9).contains(&failed), "{failed}");
    Some((["old", "new"].map(|side| files(&dir.path().join(side))), left))
}

/// Every file is whole, old or new, and the next run completes it.
#[test]
fn a_full_disk_below_vendor_leaves_whole_files() {
    let commands = ("vendor kept --preset nfs", "vendor kept --preset modern");
    let Some(([old, new], all)) = on_a_small_disk(commands.0, commands.1) else { return };
    for Left { pages, failed, out, err, now, again, .. } in all {
        if failed {
            assert!(err.starts_with("error[vendor::folder]: `kept`: cannot write `"), "{err}");
            assert_eq!(out, "");
            for (path, bytes) in &now {
                let name = path.to_string_lossy();
                if name.starts_with(".clearml-k8s.") || name.ends_with(".clearml-k8s-new") {
                    continue;
                }
                assert!(old.get(path) == Some(bytes) || new.get(path) == Some(bytes), "{name} is torn");
            }
        } else {
            assert!(now == new, "{pages} pages: not what was rendered");
        }
        assert!(again == new, "{pages} pages: the next run did not complete it");
    }
}

/// All files stay as they were, and nothing else is left.
#[test]
fn a_full_disk_below_the_output_folder_leaves_the_old_files() {
    let commands =
        ("render --preset nfs --output-dir kept", "render --preset modern --preset nfs --output-dir kept");
    let Some(([_, new], all)) = on_a_small_disk(commands.0, commands.1) else { return };
    for Left { pages, failed, err, before, now, again, .. } in all {
        if failed {
            assert!(err.contains("error: cannot write `kept/"), "{err}");
            assert!(now == before, "{pages} pages: a file has changed");
        }
        assert!(new.iter().all(|(path, bytes)| again.get(path) == Some(bytes)), "{pages} pages");
    }
}
