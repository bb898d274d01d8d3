//! A whole chart in memory, loaded and rendered: the same bytes or the same error twice, and explanations that are
//! harmless to a terminal.
//! Input: files, each behind a line `==== PATH`; `values` is what the user gives.

use clearml_k8s::chart::Chart;
use clearml_k8s::codec::yaml;
use clearml_k8s::codec::{Map, Node};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::explain::{self, Field, Secrets, Style};
use clearml_k8s::gotmpl::stack;
use clearml_k8s::helm::Release;
use clearml_k8s::host::Seeded;
use clearml_k8s::manifest::Manifest;

use super::archive::pack;
use super::{assert_json, assert_shown, has_great_number, text};

/// Functions that take long by design.
const SLOW: [&str; 5] = ["bcrypt", "htpasswd", "derivePassword", "gen", "uild"];

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if has_great_number(text) || SLOW.iter().any(|name| text.contains(name)) {
        return;
    }
    let (first, second) =
        stack::run(|| (render(text, false), render(text, false))).expect("room for a thread");
    assert_eq!(first, second, "two runs differ");
    let traced = stack::run(|| render(text, true)).expect("room for a thread");
    assert_eq!(first, traced, "who listens changes nothing");
}

fn render(text: &str, traced: bool) -> Result<String, String> {
    let mut user = Node::map(Map::default());
    let mut tar = tar::Builder::new(Vec::new());
    for part in text.split("==== ").skip(1) {
        let (path, content) = part.split_once('\n').unwrap_or((part, ""));
        if path == "values" {
            let source = Source::new(SourceKind::File, "user.yaml", content);
            user = yaml::read_values(&source).map_err(|error| error.helm_text().to_owned())?.root;
            continue;
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // A path that a tar cannot hold is none of a chart.
        let _ = tar.append_data(&mut header, format!("c/{path}"), content.as_bytes());
    }
    let packed = pack(&tar.into_inner().map_err(|error| error.to_string())?);
    let mut log = Vec::new();
    let chart = Chart::load_archive("c.tgz", &packed, &mut log).map_err(|error| error.to_string())?;
    Release::new("rel", &chart)
        .values(user)
        .traced(traced)
        .render(Seeded::new(b"fuzz").at(1_700_000_000, 0))
        .inspect(|rendered| {
            if traced {
                rendered.manifests.iter().for_each(explained);
            }
        })
        .map(|rendered| format!("{}\n{}", rendered.text(), rendered.notes))
        .map_err(|error| error.to_string())
}

fn explained(manifest: &Manifest) {
    let Ok(fields) = explain::fields(manifest) else { return };
    let secrets = Secrets { shown: false, is_secret: |path| path.contains("password") };
    let style = Style { color: false, secrets };
    let all: Vec<&Field> = fields.iter().collect();
    assert_shown(&explain::explain_fields(manifest, &all, &style));
    // A few are explained at length.
    all.chunks(2).for_each(|few| assert_shown(&explain::explain_fields(manifest, few, &style)));
    let of_manifest: Vec<(&Manifest, &Field)> = fields.iter().map(|field| (manifest, field)).collect();
    for origin in fields.iter().flat_map(|field| field.data.iter().chain(&field.control)).take(8) {
        assert_shown(&explain::explain_value(&origin.path, &of_manifest, &style));
    }
    let release = explain::Release { chart: "c", namespace: "default", output: manifest.text.text() };
    assert_json(&explain::source_map(&release, &[(manifest, all)], secrets));
}
