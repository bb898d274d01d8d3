//! Every printed scalar is traced to a template line, and to the value it came from.

use super::*;
use crate::codec::Data;
use crate::diag::Place;
use crate::manifest::Manifest;

fn scalars(node: &Node, into: &mut Vec<Place>) {
    match node.data() {
        Data::Map(map) => map.entries().iter().for_each(|entry| scalars(&entry.value, into)),
        Data::List(items) => items.iter().for_each(|item| scalars(item, into)),
        _ => into.extend(node.place().cloned()),
    }
}

fn each_scalar(rendered: &Rendered, mut check: impl FnMut(&str, &str, &crate::trace::Write)) {
    for manifest in &rendered.manifests {
        let root = yaml::read(&manifest.text, &yaml::ReadOptions::default()).expect("YAML").root;
        let mut places = Vec::new();
        scalars(&root, &mut places);
        assert!(!places.is_empty());
        for place in places {
            let Some(write) = manifest.trace.at(place.span.start()) else {
                panic!("{}: `{}` is not traced", manifest.template, place.text())
            };
            check(&manifest.name, place.text(), write);
        }
    }
}

#[test]
fn every_scalar_of_every_preset_is_traced_to_a_template_line() {
    for preset in presets() {
        let user = yaml::read_values(&preset.source()).expect("values").root;
        let rendered = render(&user, &Options::default()).expect("renders");
        each_scalar(&rendered, |name, text, write| {
            assert!(write.template.source.name().starts_with("templates/"), "{name}");
            let expression = write.template.text();
            assert!(
                expression.starts_with("{{") || expression == text || expression.starts_with('|'),
                "{name}: {expression} {text}"
            );
        });
    }
}

#[test]
fn a_scalar_names_the_value_and_where_it_was_written() {
    let user = "services:\n  webserver:\n    nodePort: 30999\nclearml:\n  podAnnotations:\n    a/b: hello\nredis:\n  resources:\n    limits:\n      cpu: 1000m\n";
    let rendered = rendered(user);
    let mut found = Vec::new();
    each_scalar(&rendered, |name, text, write| {
        for origin in write.read().filter(|origin| origin.role == crate::trace::Role::Data) {
            let Some(place) = origin.value.place() else { continue };
            if place.source.kind() == SourceKind::File {
                found.push(format!("{name}: {text} <- {} {place}", origin.path));
            }
        }
    });
    for wanted in [
        "webserver-service: 30999 <- services.webserver.nodePort values.yaml:3:15",
        "redis: hello <- clearml.podAnnotations.a/b values.yaml:6:10",
        "redis: \"1\" <- redis.resources.limits.cpu values.yaml:10:12",
    ] {
        assert!(found.iter().any(|line| line == wanted), "{wanted} in {found:#?}");
    }
}

#[test]
fn conditions_name_the_values_that_decide() {
    let rendered = rendered("ingress:\n  enabled: true\n  host: a.b\n  tls:\n    secretName: s\n");
    let mut reasons = Vec::new();
    each_scalar(&rendered, |name, text, write| {
        if name == "clearml-server-ingress" && text == "s" {
            reasons.extend(write.read().map(|origin| (origin.path.clone(), origin.role)));
        }
    });
    assert!(reasons.contains(&("ingress.tls.secretName".into(), crate::trace::Role::Data)));
    assert!(reasons.contains(&("ingress.tls.secretName".into(), crate::trace::Role::Control)));
    assert!(reasons.contains(&("ingress.enabled".into(), crate::trace::Role::Control)));
}

#[test]
fn without_a_trace_the_same_is_rendered_and_said() {
    let untraced = Options { traced: false, ..Options::default() };
    let mut users: Vec<Node> =
        presets().iter().map(|preset| yaml::read_values(&preset.source()).expect("values").root).collect();
    users.push(values("{}"));
    users.push(values(
        "elasticsearch: {resources: {limits: {memory: 0.5Gi}}}\nwebserver: {extraEnvs: [{name: A}]}\n",
    ));
    let (mut without, mut with) = (0, 0);
    for user in &users {
        let own = render(user, &untraced).expect("renders");
        let traced = render(user, &Options::default()).expect("renders");
        let texts = |rendered: &Rendered| {
            let texts = rendered.manifests.iter().map(|manifest| manifest.text.text().to_owned());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(texts(&own), texts(&traced));
        assert_eq!(own.warnings, traced.warnings);
        assert_eq!(own.notes(), traced.notes());
        let is_traced = |manifest: &Manifest| !manifest.trace.writes().is_empty();
        assert!(traced.manifests.iter().all(is_traced));
        // A word about the values needs their paths.
        assert!(own.manifests.iter().all(|manifest| is_traced(manifest) != own.warnings.is_empty()));
        *(if own.warnings.is_empty() { &mut without } else { &mut with }) += 1;
    }
    assert!(without > 1 && with > 0, "{without} {with}");
    let wrong = values("services: {webserver: {nodePort: 80}, apiserver: {port: x}}\n");
    let refused = |options: &Options| render(&wrong, options).err();
    assert_eq!(refused(&untraced), refused(&Options::default()));
    assert!(refused(&untraced).is_some_and(|found| found.len() == 2));
}
