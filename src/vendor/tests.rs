use std::collections::BTreeMap;
use std::io;

use super::*;
use crate::diag::{Source, SourceKind};
use crate::manifest::Manifest;
use crate::trace::Trace;

/// A folder in memory that dies at a chosen change, as a killed process does.
#[derive(Clone, Default)]
struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    changes_left: Option<usize>,
}

impl Memory {
    fn step(&mut self) -> io::Result<()> {
        match &mut self.changes_left {
            Some(0) => Err(io::Error::other("killed")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Folder for Memory {
    fn find(&self, path: &str) -> io::Result<Found> {
        Ok(self.files.get(path).map_or(Found::Nothing, |content| Found::File(content.clone())))
    }

    fn create(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        if self.files.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // A killed process may leave half of a file.
        if let Err(error) = self.step() {
            let half = content.get(..content.len() / 2).unwrap_or_default();
            self.files.insert(path.to_owned(), half.to_vec());
            return Err(error);
        }
        self.files.insert(path.to_owned(), content.to_vec());
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        let content = self.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        if self.files.contains_key(path) {
            self.step()?;
            self.files.remove(path);
        }
        Ok(())
    }
}

fn tree(objects: &[(&str, &str)]) -> Tree {
    let manifests: Vec<Manifest> = objects
        .iter()
        .map(|(name, text)| Manifest {
            template: "t".into(),
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            name: (*name).into(),
            namespace: Some("ns".into()),
            text: Source::new(SourceKind::Rendered, "t", *text),
            trace: Trace::default(),
        })
        .collect();
    let options = Options { namespace: "ns".into(), without_secrets: false, kustomization: true };
    Tree::new(&manifests, &options)
}

fn done(folder: &mut Memory, tree: &Tree) -> Report {
    refresh(folder, tree).expect("refreshes")
}

#[test]
fn a_second_refresh_changes_nothing() {
    let (mut folder, tree) = (Memory::default(), tree(&[("a", "x: 1\n"), ("b", "y: 1\n")]));
    assert_eq!(done(&mut folder, &tree).added.len(), 3);
    let before = folder.files.clone();
    folder.changes_left = Some(0);
    assert_eq!(done(&mut folder, &tree), Report { unchanged: 3, ..Report::default() });
    assert_eq!(folder.files, before);
    assert_eq!(check(&folder, &tree).expect("checks"), []);
}

#[test]
fn a_kill_at_any_change_leaves_whole_files_and_the_next_run_completes() {
    let old = tree(&[("a", "old a\n"), ("b", "old b\n"), ("c", "same\n")]);
    let new = tree(&[("b", "new b\n"), ("c", "same\n"), ("d", "new d\n")]);
    let mut start = Memory::default();
    done(&mut start, &old);
    start.files.insert("mine.yaml".into(), b"foreign".to_vec());
    let mut clean = start.clone();
    done(&mut clean, &new);

    let mut kills = 0;
    for changes in 0.. {
        let mut folder = start.clone();
        folder.changes_left = Some(changes);
        let result = refresh(&mut folder, &new);
        folder.changes_left = None;
        if result.is_ok() {
            break;
        }
        kills += 1;
        for (path, content) in &folder.files {
            let whole =
                [old.file(path), new.file(path)].iter().flatten().any(|text| text.as_bytes() == content);
            let own = path == OWNERSHIP || path == JOURNAL || path.ends_with(".clearml-k8s-new");
            assert!(whole || own || path == "mine.yaml", "after {changes}: {path}");
        }
        let drift = check(&folder, &new).expect("checks");
        let untouched = folder.files.keys().all(|path| path != JOURNAL);
        assert!(untouched || drift.contains(&Drift::Interrupted), "after {changes}: {drift:?}");
        // Killed once more, at every change of the completing run.
        for again in 0..40 {
            let mut folder = folder.clone();
            folder.changes_left = Some(again);
            let _ = refresh(&mut folder, &new);
            folder.changes_left = None;
            done(&mut folder, &new);
            assert_eq!(folder.files, clean.files, "after {changes} and {again}");
        }
    }
    assert!(kills > 8, "{kills}");
}

#[test]
fn foreign_files_are_never_touched() {
    let mut folder = Memory::default();
    folder.files.insert("configmap-a.yaml".into(), b"mine".to_vec());
    let before = folder.files.clone();
    let error = refresh(&mut folder, &tree(&[("a", "x\n")])).expect_err("refused");
    assert!(matches!(error, Error::Foreign(paths) if paths == ["configmap-a.yaml"]));
    assert_eq!(folder.files, before);
    assert_eq!(
        check(&folder, &tree(&[("a", "x\n")])).expect("checks"),
        [Drift::Missing("kustomization.yaml".into()), Drift::Foreign("configmap-a.yaml".into())]
    );
}

#[test]
fn an_edited_file_that_is_no_longer_rendered_stays() {
    let mut folder = Memory::default();
    done(&mut folder, &tree(&[("a", "x\n"), ("b", "y\n")]));
    folder.files.insert("configmap-b.yaml".into(), b"edited".to_vec());
    assert_eq!(
        check(&folder, &tree(&[("a", "x\n"), ("b", "y\n")])).expect("checks"),
        [Drift::Changed("configmap-b.yaml".into())]
    );
    let report = done(&mut folder, &tree(&[("a", "x\n")]));
    assert_eq!(report.kept, ["configmap-b.yaml"]);
    assert_eq!(folder.files.get("configmap-b.yaml").map(Vec::as_slice), Some(&b"edited"[..]));
    // It belongs to the user now.
    assert_eq!(done(&mut folder, &tree(&[("a", "x\n")])), Report { unchanged: 2, ..Report::default() });
}

#[test]
fn secrets_can_be_left_out() {
    let mut manifest = Manifest {
        template: "t".into(),
        api_version: "v1".into(),
        kind: "Secret".into(),
        name: "s".into(),
        namespace: None,
        text: Source::new(SourceKind::Rendered, "t", "a: 1"),
        trace: Trace::default(),
    };
    let options = Options { namespace: "ns".into(), without_secrets: true, kustomization: false };
    let tree = Tree::new(std::slice::from_ref(&manifest), &options);
    assert_eq!((tree.files().count(), tree.left_out()), (0, &["Secret/s".to_owned()][..]));
    manifest.kind = "ConfigMap".into();
    assert_eq!(Tree::new(&[manifest], &options).file("configmap-s.yaml"), Some("a: 1\n"));
}

#[test]
fn a_document_of_comments_is_no_file() {
    let empty = Manifest {
        template: "t".into(),
        api_version: String::new(),
        kind: String::new(),
        name: String::new(),
        namespace: None,
        text: Source::new(SourceKind::Rendered, "t", "# nothing\n\n  # here\n"),
        trace: Trace::default(),
    };
    let options = Options { namespace: "ns".into(), without_secrets: false, kustomization: true };
    let tree = Tree::new(&[empty], &options);
    assert_eq!(tree.files().map(|(path, _)| path).collect::<Vec<_>>(), ["kustomization.yaml"]);
}

#[test]
fn links_are_never_followed() {
    let dir = tempfile::tempdir().expect("a folder");
    let (inside, outside) = (dir.path().join("in"), dir.path().join("out"));
    std::fs::create_dir_all(&inside).expect("made");
    std::fs::create_dir_all(&outside).expect("made");
    std::fs::write(outside.join("victim"), "v").expect("written");
    std::os::unix::fs::symlink(outside.join("victim"), inside.join("configmap-a.yaml")).expect("linked");
    std::os::unix::fs::symlink(&outside, inside.join("sub")).expect("linked");
    let mut disk = Disk::lock(&inside).expect("locks");
    assert!(matches!(refresh(&mut disk, &tree(&[("a", "x\n")])), Err(Error::Foreign(_))));
    assert!(disk.create("sub/new", b"x").is_err());
    assert!(disk.remove("sub/victim").is_err());
    assert!(disk.create("../escape", b"x").is_err());
    assert_eq!(std::fs::read(outside.join("victim")).expect("reads"), b"v");
    assert!(Disk::lock(&inside).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
}
