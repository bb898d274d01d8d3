//! Graphs of small sets of objects, in every form.

use super::layout::{BOX, layout};
use super::{Graph, MOST_OBJECTS, Object, dot, mermaid, svg};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Node, Numbers};
use crate::diag::{Source, SourceKind};

/// One object of every kind that is told apart, and every way to refer to another.
const SHOP: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  tls: [{secretName: web-tls}]
  rules:
  - {host: shop.example.com, http: {paths: [{backend: {service: {name: web, port: {number: 80}}}}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      serviceAccountName: web
      imagePullSecrets: [{name: registry}]
      volumes:
      - {name: a, configMap: {name: web-config}}
      - {name: b, projected: {sources: [{secret: {name: web-secret}}]}}
      containers:
      - name: web
        args: [--self=http://web:80]
        env:
        - {name: DATABASE_HOST, value: db.shop.svc}
        - {name: CACHE_URL, value: 'redis://cache:6379'}
        - {name: LABEL, value: db}
        - {name: TOKEN, valueFrom: {secretKeyRef: {name: web-secret, key: t}}}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: db}
  spec: {selector: {app: db}, ports: [{port: 5432}]}
- apiVersion: apps/v1
  kind: StatefulSet
  metadata: {name: db}
  spec:
    serviceName: db
    template:
      metadata: {labels: {app: db}}
      spec: {containers: [{name: db, env: [{name: PEERS_HOST, value: web}]}]}
    volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 10Gi}}}}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup}
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          volumes: [{name: out, persistentVolumeClaim: {claimName: backups}}]
          containers: [{name: dump, command: [dump, 'postgres://db:5432']}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: backups}
spec: {volumeName: nfs-1, storageClassName: '', resources: {requests: {storage: 50Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: nfs-1}
spec: {capacity: {storage: 60Gi}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: alone}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
";

fn roots(text: &str) -> Vec<Node> {
    let source = Source::new(SourceKind::File, "t.yaml", text);
    let documents = yaml::read_stream(&source, &ReadOptions { numbers: Numbers::Typed }).expect("YAML");
    documents.into_iter().map(|document| document.root).collect()
}

fn graph(text: &str) -> Graph {
    Graph::new(&roots(text), Some("shop"))
}

#[test]
fn every_reference_is_a_link_and_nothing_else() {
    let graph = graph(SHOP);
    let name = |index: usize| {
        let Object { kind, name, given, .. } = &graph.objects[index];
        format!("{kind}/{name}{}", if *given { "" } else { "?" })
    };
    let mut lines: Vec<String> = graph
        .links
        .iter()
        .map(|link| format!("{} {} {}", name(link.from), link.relation.word(), name(link.to)))
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_form_can_be_read() {
    insta::assert_snapshot!("mermaid", mermaid(&graph(SHOP)));
    insta::assert_snapshot!("dot", dot(&graph(SHOP)));
    insta::assert_snapshot!("svg", svg(&graph(SHOP)).expect("a picture"));
}

#[test]
fn names_cannot_break_out_of_any_form() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\\"]; x<script>&amp;\\n--> `\"}\n";
    let graph = graph(text);
    let picture = svg(&graph).expect("a picture");
    assert!(!picture.contains("<script>") && picture.contains("&lt;script&gt;&amp;amp;"), "{picture}");
    assert!(!mermaid(&graph).contains("a\"]"), "{}", mermaid(&graph));
    assert!(dot(&graph).contains("a\\\"]; x<script>&amp;\\n--> `\""), "{}", dot(&graph));
}

/// What a picture must keep whatever the graph: no two boxes overlap, nothing lies outside, and between columns
/// no line passes through a box.
fn is_tidy(graph: &Graph) {
    let scene = layout(graph, &vec![120.0; graph.objects.len()]).expect("a picture");
    for (index, frame) in scene.boxes.iter().enumerate() {
        assert!(frame.x >= 0.0 && frame.y >= 0.0, "{frame:?}");
        assert!(frame.x + frame.width <= scene.width && frame.y + BOX <= scene.height, "{frame:?}");
        for other in scene.boxes.iter().skip(index + 1) {
            let apart = (frame.x - other.x).abs() >= 120.0 || (frame.y - other.y).abs() >= BOX;
            assert!(apart, "{frame:?} {other:?}");
        }
    }
    for line in scene.lines.iter().filter(|line| !line.is_inner) {
        assert!(line.points.len() >= 2);
        for pair in line.points.windows(2) {
            let (left, right) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
            let (low, high) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
            for frame in &scene.boxes {
                let beside = frame.x + frame.width <= left || frame.x >= right;
                let above = frame.y >= high || frame.y + BOX <= low;
                assert!(beside || above, "{:?} passes {frame:?}", line.points);
            }
        }
    }
}

#[test]
fn boxes_do_not_overlap_and_lines_pass_none() {
    is_tidy(&Graph::default());
    is_tidy(&graph(SHOP));
    // Circles, long ways beside short ones, many to one.
    let mut text = String::new();
    for index in 0..40 {
        let calls: Vec<String> = [index * 7 + 3, index * 3 + 1, index + 1]
            .iter()
            .enumerate()
            .map(|(nth, to)| format!("{{name: HOST_{nth}, value: s{}}}", to % 40))
            .collect();
        text += &format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s{index}}}\nspec: {{selector: {{a: 'n{index}'}}}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: p{index}, labels: {{a: 'n{index}'}}}}\nspec:\n  containers: [{{env: [{}]}}]\n---\n",
            calls.join(", ")
        );
    }
    let graph = graph(&text);
    assert!(graph.links.len() > 120, "{}", graph.links.len());
    is_tidy(&graph);
    assert_eq!(svg(&graph), svg(&graph));
}

#[test]
fn what_nobody_could_read_is_no_picture() {
    let pods = |count: usize| {
        let pod = |index: usize| Object {
            kind: "Pod".to_owned(),
            name: index.to_string(),
            namespace: None,
            detail: String::new(),
            given: true,
        };
        Graph { objects: (0..count).map(pod).collect(), links: Vec::new() }
    };
    assert!(svg(&pods(MOST_OBJECTS)).is_some());
    assert_eq!(svg(&pods(MOST_OBJECTS + 1)), None);
}
