//! Archives: no path leads out, no more bytes than a chart may have. Input: an archive, or a tar not yet packed.

use std::io::Write as _;

use clearml_k8s::chart::{Chart, MAX_CHART_SIZE, expand};

pub(crate) fn run(data: &[u8]) {
    if data.starts_with(&[0x1f, 0x8b]) {
        check(data);
    } else {
        check(&pack(data));
    }
}

/// The bytes as gzip, not made smaller.
pub(super) fn pack(tar: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(tar).and_then(|()| packed.finish()).expect("a buffer takes everything")
}

fn check(packed: &[u8]) {
    if let Ok((name, files)) = expand(packed) {
        assert!(!name.is_empty() && !name.contains('/') && name != "..", "{name:?}");
        let mut bytes = 0;
        for file in &files {
            assert_leads_nowhere(file.path());
            bytes += file.data().len() as u64;
        }
        assert!(bytes <= MAX_CHART_SIZE);
    }
    let mut log = Vec::new();
    match Chart::load_archive("f.tgz", packed, &mut log) {
        Ok(chart) => chart.raw().iter().for_each(|file| assert_leads_nowhere(file.path())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn assert_leads_nowhere(path: &str) {
    assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".."), "{path:?} leads out");
}
