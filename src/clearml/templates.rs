//! Our templates, embedded as the build script read them: see `template.rs`.

use super::segment::{At, Before, Literal, Segment, Then};

/// A segment in the program.
type Embedded = Segment<&'static str, &'static [Literal]>;

/// A template as minijinja gets it.
#[derive(Debug)]
pub(crate) struct Ready {
    /// The name of its file.
    pub(crate) name: &'static str,
    /// Tags, and the numbers of segments.
    pub(crate) text: &'static str,
}

// FILES, READY, SEGMENTS
include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Where a template stands in [`READY`].
pub(crate) fn find(name: &str) -> Option<usize> {
    READY.iter().position(|ready| ready.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearml::template::Loaded;

    #[test]
    fn what_is_embedded_is_what_the_files_say() {
        let files: Vec<_> =
            FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let loaded = Loaded::read(&files).expect("templates");
        let ready = loaded.ready.iter().map(|ready| (&*ready.name, &*ready.text));
        assert!(ready.eq(READY.iter().map(|ready| (ready.name, ready.text))));
        assert_eq!(loaded.segments.len(), SEGMENTS.len());
        for (read, embedded) in loaded.segments.iter().zip(SEGMENTS) {
            assert_eq!((&*read.text, &*read.literals), (embedded.text, embedded.literals));
            assert_eq!(read.file, embedded.file);
            assert_eq!(format!("{:?}", read.then), format!("{:?}", embedded.then));
        }
    }
}
