//! libFuzzer around the bodies of `tests/fuzz/targets/`: `CLEARML_K8S_FUZZ` names the one to run. See `fuzz/run`.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

static BODY: OnceLock<targets::Body> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let body = BODY.get_or_init(|| {
        let name = std::env::var("CLEARML_K8S_FUZZ").unwrap_or_default();
        let found = targets::TARGETS.iter().find(|(target, _)| *target == name);
        found.expect("CLEARML_K8S_FUZZ names a target").1
    });
    body(data);
});
