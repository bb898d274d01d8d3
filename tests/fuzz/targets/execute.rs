//! The executor with every function: an end, a place for each error, and the same result twice.
//! Input: values, `====`, template.

use std::rc::Rc;

use clearml_k8s::codec::{to_value, yaml};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::func::{Extensions, FuncMap};
use clearml_k8s::gotmpl::{self, Set, parse, stack};
use clearml_k8s::helm;
use clearml_k8s::host::{HostHandle, Seeded};
use clearml_k8s::value::{Map, Str, Value};

use super::{halves, has_great_number, text};

/// Functions that take long by design.
const SLOW: [&str; 12] = [
    "bcrypt",
    "buildCustomCert",
    "derivePassword",
    "encryptAES",
    "decryptAES",
    "genCA",
    "genCAWithKey",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "htpasswd",
];

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (values, template) = halves(text);
    if has_great_number(template) || has_great_number(values) {
        return;
    }
    let twice = stack::run(|| {
        let funcs = helm::functions().without(&SLOW);
        [execute(values, template, &funcs), execute(values, template, &funcs)]
    });
    let [first, second] = twice.expect("room for a thread");
    assert_eq!(first, second, "two runs differ");
}

fn execute(values: &str, template: &str, funcs: &FuncMap) -> Result<Vec<u8>, String> {
    let source = Source::new(SourceKind::Template, "c/templates/f.yaml", template);
    let parsed = parse(&source, funcs).map_err(|error| error.to_string())?;
    let mut set = Set::new();
    set.add(&parsed);
    let values = yaml::read_values(&Source::new(SourceKind::File, "values.yaml", values));
    let values = values.map_or_else(|_| Value::Map(Map::new()), |document| to_value(&document.root));
    let data = Value::Map([("Values", values)].into_iter().collect());
    let extensions = Extensions::new().with(HostHandle::new(Seeded::new(b"fuzz").at(1_700_000_000, 5)));
    gotmpl::execute(&Rc::new(set), &Str::from("c/templates/f.yaml"), &data, &extensions).map_err(|error| {
        let text = error.to_string();
        assert!(!text.is_empty());
        text
    })
}
