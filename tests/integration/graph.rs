//! `graph`: what is drawn, from where, and the picture in README.md.

use std::path::Path;

use crate::sandbox::{Sandbox, assert_same_bytes};

const SHOP: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: i, envFrom: [{secretRef: {name: keys}}]}
";

#[test]
fn the_picture_of_the_defaults_is_the_one_in_the_docs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clearml-graph.svg");
    let run = Sandbox::new().args(["graph", "--preset", "default", "--format", "svg"]).run();
    let picture = run.success();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, picture).expect("a writable file");
        return;
    }
    let wanted = std::fs::read(&path).expect("docs/clearml-graph.svg");
    assert_same_bytes(picture.as_bytes(), &wanted, "docs/clearml-graph.svg");
}

#[test]
fn every_object_of_the_defaults_is_in_the_picture_but_the_namespace() {
    let picture = Sandbox::new().args(["graph", "--preset", "default", "--format", "svg"]).run().success();
    let manifests = Sandbox::new().args(["render", "--preset", "default"]).run().success();
    let mut names = 0;
    for name in manifests.lines().filter_map(|line| line.strip_prefix("  name: ")) {
        names += 1;
        assert!(picture.contains(&format!(">{name}</text>")) || name == "clearml", "{name}");
    }
    assert!(names > 30, "{names}");
    assert!(!picture.contains("absent\""), "nothing is missing");
}

#[test]
fn files_standard_input_and_charts_are_drawn() {
    let with_namespace = |args: &[&str]| {
        let sandbox = Sandbox::new().file("k8s/shop.yaml", SHOP).stdin(SHOP);
        sandbox.args(["graph"]).args(args.iter().copied()).run().success()
    };
    let drawn = with_namespace(&["k8s", "-n", "shop"]);
    insta::assert_snapshot!(drawn);
    assert_eq!(with_namespace(&["-", "--namespace", "shop"]), drawn);
    assert!(!with_namespace(&["k8s"]).contains("selects"), "without a namespace they are in two");
    assert!(with_namespace(&["k8s", "--format", "dot"]).starts_with("digraph objects {"));
    let chart = Sandbox::new().file("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n").file(
        "shop/templates/all.yaml",
        SHOP.replace("namespace: shop", "namespace: {{ .Release.Namespace }}"),
    );
    let chart = chart.args(["graph", "--chart", "shop", "-n", "prod"]).run().success();
    assert!(chart.contains("n0 -->|selects| n1"), "{chart}");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let message = Sandbox::new().stdin("kind: [\n").args(["graph", "-"]).run().refused();
    assert!(message.contains("<stdin>:1:8"), "{message}");
    let many = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a}\n---\n".to_owned();
    let many: String =
        (0..2001).map(|index| many.replace("generateName: a", &format!("name: a{index}"))).collect();
    let message = Sandbox::new().stdin(many).args(["graph", "-", "--format", "svg"]).run().refused();
    assert!(message.contains("2001 objects are too much for a picture"), "{message}");
}
