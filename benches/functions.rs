//! How long single functions take: `cargo bench [-- NAME]`. Unit: microseconds a call, the median of many.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Node, Numbers};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::values::{self, Inputs};
use clearml_k8s::{check, clearml};

/// How long one function is measured.
const SPAN: Duration = Duration::from_millis(500);

fn main() {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    let measure = |name: &str, call: &mut dyn FnMut()| {
        if name.contains(&only) {
            report(name, call);
        }
    };
    let defaults = clearml::defaults();
    measure("codec::yaml::read_values, the defaults", &mut || {
        black_box(yaml::read_values(defaults).is_ok());
    });
    let text = many_values();
    measure("codec::yaml::read_values, 20,000 keys", &mut || {
        let source = Source::new(SourceKind::File, "big.yaml", text.as_str());
        black_box(yaml::read_values(&source).is_ok());
    });
    let big = yaml::read_values(&Source::new(SourceKind::File, "big.yaml", text.as_str()));
    let big = big.map_or_else(|_| Node::null(), |document| document.root);
    measure("codec::yaml::write, 20,000 keys", &mut || {
        black_box(yaml::write(&big).len());
    });
    let inputs = Inputs { set: vec!["a.b[3].c=1,d={x,y}".to_owned(); 100], ..Inputs::default() };
    measure("values::merge, 100 --set", &mut || {
        black_box(values::merge(&inputs, &mut |_| Ok(Vec::new())).is_ok());
    });
    let user = Node::map(clearml_k8s::codec::Map::default());
    let options = clearml::Options::default();
    measure("clearml::render, the defaults", &mut || {
        black_box(clearml::render(&user, &options).is_ok());
    });
    if let Ok(rendered) = clearml::render(&user, &options) {
        measure("check::manifests, the defaults", &mut || {
            black_box(check::manifests(&rendered.manifests, &check::Options::default()).len());
        });
        measure("codec::yaml::read, 31 manifests", &mut || {
            for manifest in &rendered.manifests {
                black_box(yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed }).is_ok());
            }
        });
    }
}

fn many_values() -> String {
    (0..10_000).fold(String::new(), |text, n| text + &format!("key{n}: {{a: {n}, b: \"text {n}\"}}\n"))
}

#[allow(clippy::print_stdout)] // a benchmark prints what it found
fn report(name: &str, call: &mut dyn FnMut()) {
    call();
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < SPAN {
        let start = Instant::now();
        call();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{:>12.1} µs  {name} ({} calls)", median.as_secs_f64() * 1e6, times.len());
}
