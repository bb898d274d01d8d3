use std::fmt::Write as _;

use super::print::{self, Look};
use super::*;
use crate::diag::render::{self, Options as Messages};
use crate::diag::{Source, SourceKind};

fn objects(name: &str, text: &str) -> Objects {
    let source = Source::new(SourceKind::File, name, text);
    Objects::read([("", &source)], "").unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn diff(from: &str, to: &str, options: Options) -> Diff {
    compare(&objects("from.yaml", from), &objects("to.yaml", to), options)
}

fn look() -> Look {
    Look { from: "from.yaml".into(), to: "to.yaml".into(), ..Look::default() }
}

/// Every case with what is said of it.
fn story(cases: &[(&str, &str, &str)]) -> String {
    let mut out = String::new();
    for (title, from, to) in cases {
        let said = print::text(&diff(from, to, Options::default()), &look());
        let _ = writeln!(out, "== {title}\n{said}");
    }
    out
}

/// A Deployment with this spec of its pods, in flow style.
fn deployment(pod: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d, namespace: n}}, spec: {{template: {{spec: {pod}}}}}}}"
    )
}

#[test]
fn objects_are_matched_by_what_they_are_in_a_cluster() {
    let named = |version: &str, kind: &str, more: &str| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a{more}}}\n---\n")
    };
    let (core, old, new) = (
        named("v1", "ConfigMap", ""),
        named("extensions/v1beta1", "Ingress", ""),
        named("networking.k8s.io/v1", "Ingress", ""),
    );
    let other = named("v1", "ConfigMap", ", namespace: other");
    let list =
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n";
    let role = named("rbac.authorization.k8s.io/v1", "ClusterRole", "");
    let role_here = named("rbac.authorization.k8s.io/v1", "ClusterRole", ", namespace: x");
    let custom = named("example.com/v1", "Service", "");
    let service = named("v1", "Service", "");
    insta::assert_snapshot!(story(&[
        ("the same object", &core, &core),
        ("a kind that moved to another group is one object", &old, &new),
        ("another namespace is another object", &core, &other),
        ("a List is opened", &core, list),
        ("objects of the cluster have no namespace", &role, &role_here),
        ("kinds of two groups are two", &custom, &service),
        ("nothing on either side", "", "# nothing\n"),
    ]));
}

#[test]
fn what_an_api_server_takes_for_the_same_is_no_difference() {
    let claim = |amount: &str| {
        format!(
            "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: c}}, spec: {{resources: {{requests: {{storage: {amount}}}}}}}}}"
        )
    };
    let secret = |data: &str| format!("{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, {data}}}");
    let widget = |cpu: &str| {
        format!(
            "{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: w}}, limits: {{cpu: {cpu}}}, size: {cpu}}}"
        )
    };
    insta::assert_snapshot!(story(&[
        ("amounts", &claim("1Gi"), &claim("1024Mi")),
        (
            "amounts as number and text",
            &deployment("{containers: [{name: a, resources: {limits: {cpu: 1}}}]}"),
            &deployment("{containers: [{name: a, resources: {limits: {cpu: 1000m}}}]}")
        ),
        ("null and absent", &deployment("{hostname: null}"), &deployment("{}")),
        (
            "an empty list of a built-in kind",
            &deployment("{tolerations: [], nodeSelector: {}}"),
            &deployment("{}")
        ),
        (
            "an empty object that means something",
            &deployment("{volumes: [{name: a, emptyDir: {}}]}"),
            &deployment("{volumes: [{name: a}]}")
        ),
        ("stringData and data", &secret("stringData: {a: hello}"), &secret("data: {a: aGVsbG8=}")),
        (
            "1 and 1.0",
            "{apiVersion: a/v1, kind: K, metadata: {name: n}, x: 1}",
            "{apiVersion: a/v1, kind: K, metadata: {name: n}, x: 1.0}"
        ),
        (
            "a port by number and by name",
            "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80, targetPort: 80}]}}",
            "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80, targetPort: \"80\"}]}}"
        ),
        ("amounts of custom resources, told by the maps they stand in", &widget("1"), &widget("1000m")),
    ]));
}

#[test]
fn items_of_lists_are_matched_by_their_keys() {
    let service = |ports: &str| {
        format!("{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {{ports: {ports}}}}}")
    };
    let env = |list: &str| deployment(&format!("{{containers: [{{name: a, env: {list}}}]}}"));
    let custom = |list: &str| {
        format!("{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: w}}, parts: {list}}}")
    };
    let args = |list: &str| deployment(&format!("{{containers: [{{name: a, args: {list}}}]}}"));
    insta::assert_snapshot!(story(&[
        (
            "a container more, one changed",
            &deployment("{containers: [{name: a, image: x}]}"),
            &deployment("{containers: [{name: b, image: w}, {name: a, image: z}]}")
        ),
        (
            "an environment in another order",
            &env("[{name: A, value: a}, {name: B, value: b}]"),
            &env("[{name: B, value: b}, {name: A, value: c}]")
        ),
        (
            "a name that stands twice leaves no key",
            &env("[{name: A, value: a}, {name: A, value: b}]"),
            &env("[{name: A, value: a}, {name: A, value: c}]")
        ),
        (
            "the protocol tells ports apart, and is TCP when absent",
            &service("[{port: 53, protocol: UDP}, {port: 53}]"),
            &service("[{port: 53, protocol: TCP, nodePort: 30053}, {port: 53, protocol: UDP}]")
        ),
        (
            "a port of one name that moved",
            &service("[{name: web, port: 80}]"),
            &service("[{name: web, port: 8080}]")
        ),
        (
            "arguments, aligned",
            &args("[run, --verbose, --port, \"80\"]"),
            &args("[run, --port, \"81\", --quiet]")
        ),
        (
            "finalizers are a set",
            "{apiVersion: v1, kind: Service, metadata: {name: s, finalizers: [a/b, c/d]}}",
            "{apiVersion: v1, kind: Service, metadata: {name: s, finalizers: [c/d, e/f]}}"
        ),
        (
            "custom resources: names that are unique",
            &custom("[{name: a, size: 1}, {name: b}]"),
            &custom("[{name: b}, {name: a, size: 2}]")
        ),
        (
            "custom resources: no names",
            &custom("[{size: 1}, {size: 2}]"),
            &custom("[{size: 1}, {size: 3}, {size: 4}]")
        ),
        ("another kind of value", &custom("[1]"), &custom("{a: 1}")),
    ]));
}

#[test]
fn what_an_apply_is_refused_for_and_what_replaces_pods_is_marked() {
    let web = |selector: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: {selector}}}}}\n  template:\n    metadata: {{labels: {{app: {selector}}}}}\n    spec: {{containers: [{{name: web, image: {image}}}]}}\n"
        )
    };
    let job = |image: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: Job, metadata: {{name: j}}, spec: {{template: {{spec: {{containers: [{{name: a, image: {image}}}]}}}}}}}}"
        )
    };
    let service =
        |more: &str| format!("{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {{{more}}}}}");
    insta::assert_snapshot!(story(&[
        ("a selector", &web("a", "i:1"), &web("b", "i:1")),
        ("an image", &web("a", "i:1"), &web("a", "i:2")),
        ("a Job's template", &job("a"), &job("b")),
        ("an address", &service("clusterIP: 10.0.0.1"), &service("clusterIP: None")),
        (
            "a version that is gone",
            "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: p}, spec: {minAvailable: 1}}",
            "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p}, spec: {minAvailable: 1}}"
        ),
    ]));
}

#[test]
fn secrets_are_masked_everywhere_and_that_they_change_shows() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {same: c2FtZQ==, user: b2xk}, stringData: {gone: x}}";
    let secret_new =
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {same: c2FtZQ==, user: bmV3, more: eA==}}";
    let env = |value: &str| {
        deployment(&format!(
            "{{containers: [{{name: a, env: [{{name: DB_PASSWORD, value: {value}}}, {{name: MODE, value: {value}}}], args: [--token, {value}, --api-key={value}]}}]}}"
        ))
    };
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m, labels: {{token: {value}}}}}\ndata:\n  password: {value}\n  app.conf: |\n    user = me\n    secret_key = {value}\n    url = redis://u:{value}@host/0\n"
        )
    };
    let cases = [
        ("a Secret", secret.to_owned(), secret_new.to_owned()),
        ("a new Secret", String::new(), secret.to_owned()),
        ("environment and arguments", env("one-secret"), env("other-secret")),
        ("texts", map("one-secret"), map("other-secret")),
    ];
    let mut all = String::new();
    for (title, from, to) in &cases {
        let _ = writeln!(all, "== {title}\n{}", print::text(&diff(from, to, Options::default()), &look()));
        for unified in [false, true] {
            let masked = diff(from, to, Options::default());
            let look = Look { unified, ..look() };
            let formats = [
                print::text(&masked, &look),
                print::json(&masked, &look),
                print::markdown(&masked, &look),
                print::github(&masked),
            ];
            // What is called a label or a mode is no secret: these show the value on purpose.
            let shown_on_purpose = |line: &&str| {
                !line.contains("MODE") && !line.contains("token: ") && !line.contains("labels.token")
            };
            for text in formats {
                let lines: Vec<&str> = text.lines().filter(shown_on_purpose).collect();
                for hidden in ["b2xk", "bmV3", "c2FtZQ", "eA=="] {
                    assert!(!lines.iter().any(|line| line.contains(hidden)), "{title}: {hidden}: {text}");
                }
            }
        }
    }
    insta::assert_snapshot!(all);
    let shown = diff(secret, secret_new, Options { show_secrets: true, ..Options::default() });
    insta::assert_snapshot!(print::text(&shown, &look()));
}

#[test]
fn noise_is_folded_and_counted() {
    let from = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  uid: x\n  labels: {helm.sh/chart: a-1, app: d, app.kubernetes.io/managed-by: Helm}\nspec:\n  template:\n    metadata:\n      annotations: {checksum/config: abc}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, labels: {chart: a-1}}\ndata: {a: b}\n";
    let to = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  labels: {app: d}\nspec:\n  template:\n    metadata:\n      annotations: {checksum/config: def}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: c}\n";
    let folded = diff(from, to, Options::default());
    assert_eq!(folded.objects.len(), 1);
    let shown = diff(from, to, Options { show_noise: true, ..Options::default() });
    insta::assert_snapshot!(format!(
        "{}\n== unified\n{}\n== shown\n{}",
        print::text(&folded, &look()),
        print::text(&folded, &Look { unified: true, ..look() }),
        print::text(&shown, &look())
    ));
}

/// One of each: changed, refused, added, removed, equal, hostile.
const FROM: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop, labels: {helm.sh/chart: shop-1.0.0}}
data:
  page.html: |
    <h1>Hello</h1>
    <p>old</p>
  note: \"plain\"
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files, namespace: shop}
spec: {storageClassName: slow, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: gone, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: same, namespace: shop}
";
const TO: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop, labels: {helm.sh/chart: shop-1.1.0}}
data:
  page.html: |
    <h1>Hello</h1>
    <p>new</p>
  note: \"```\\n</details>::error::x\\u001b[31m\\u202e\"
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files, namespace: shop}
spec: {storageClassName: fast, resources: {requests: {storage: 2Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: new, namespace: shop}
spec: {containers: [{name: a, image: b}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: same, namespace: shop}
";

#[test]
fn every_format_says_the_same() {
    let diff = diff(FROM, TO, Options::default());
    insta::assert_snapshot!("text", print::text(&diff, &look()));
    insta::assert_snapshot!("unified", print::text(&diff, &Look { unified: true, ..look() }));
    insta::assert_snapshot!(
        "coloured",
        print::text(&diff, &Look { color: true, ..look() }).replace('\x1b', "␛")
    );
    insta::assert_snapshot!("json", print::json(&diff, &look()));
    insta::assert_snapshot!("markdown", print::markdown(&diff, &look()));
    insta::assert_snapshot!("github", print::github(&diff));
}

#[test]
fn a_comment_never_outgrows_what_a_pull_request_takes() {
    let long = "x".repeat(40);
    let mut many = String::new();
    for n in 0..3000 {
        let _ = writeln!(
            many,
            "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: map-{n}}}, data: {{text: {long}}}}}"
        );
    }
    let text = print::markdown(&diff("", &many, Options::default()), &look());
    assert!(
        text.len() < 61_000 && text.contains("Too long for a comment") && text.contains(" more\n"),
        "{}",
        text.len()
    );
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn what_is_no_object_is_refused_with_its_place() {
    let read = |text: &str| {
        let source = Source::new(SourceKind::File, "file.yaml", text);
        let problems =
            Objects::read([("", &source)], "").map_or_else(|problems| problems, |objects| objects.warnings);
        problems.iter().map(|problem| render::short(problem, &Messages::default())).collect::<String>()
    };
    let deep = format!("apiVersion: v1\nkind: X\na: {}{}", "[".repeat(500), "]".repeat(500));
    let twice = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    let texts = [
        "replicas: 3\n",
        "- a\n",
        "kind: Pod\n",
        "a: [\n",
        &deep,
        twice,
        "apiVersion: v1\nkind: List\nitems: [1]\n",
        "just text\n",
    ];
    insta::assert_snapshot!(texts.map(read).join("--\n"));
}

#[test]
fn two_walks_over_random_trees_agree() {
    use crate::codec::{Data, Entry, Map, Node};
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Node::null()),
        any::<bool>().prop_map(|value| Node::new(Data::Bool(value))),
        (0..4_i64).prop_map(|value| Node::new(Data::Int(value))),
        "[a-c]{0,2}".prop_map(Node::string),
    ];
    let tree = leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Node::list),
            prop::collection::vec(("(name|spec|data|env|value|key)", inner), 0..4).prop_map(|entries| {
                Node::map(Map::from_entries(
                    entries
                        .into_iter()
                        .map(|(key, value)| Entry { key: key.into(), place: None, value })
                        .collect(),
                ))
            }),
        ]
    });
    let object = |tree: &Node, kind: &str| {
        let text = crate::codec::json::write(tree);
        objects(
            "x",
            &format!(
                "{{\"apiVersion\": \"v1\", \"kind\": \"{kind}\", \"metadata\": {{\"name\": \"a\"}}, \"spec\": {text}, \"data\": {text}}}"
            ),
        )
    };
    proptest!(|(a in tree.clone(), b in tree)| {
        for kind in ["Pod", "Secret", "Widget"] {
            let (left, right) = (object(&a, kind), object(&b, kind));
            let there = compare(&left, &right, Options::default());
            let back = compare(&right, &left, Options::default());
            // Equal trees never differ, and a difference is one in both directions.
            prop_assert!(compare(&left, &left, Options::default()).is_empty());
            prop_assert_eq!(there.is_empty(), back.is_empty());
            // What is shown as YAML differs where something changed, and only there.
            for object in &there.objects {
                prop_assert!(object.from != object.to, "{:?}", object.changes);
            }
            for text in [print::text(&there, &look()), print::json(&there, &look()), print::markdown(&there, &look()), print::github(&there)] {
                prop_assert!(!text.is_empty());
            }
        }
    });
}
