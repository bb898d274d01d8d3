//! Rendered objects as a list: the one thing both engines produce and every later command reads.

mod collect;
mod head;
mod hook;
mod print;
mod sort;
mod split;

pub use collect::{Collected, RenderedFile, collect, collect_into};
pub use head::Head;
pub use hook::{HOOK_ANNOTATION, Hook, HookEvent};
pub use print::{OutputFile, Piece, output_files, print_manifests, put_manifests, show_only};
pub use sort::{INSTALL_ORDER, compare_kinds, sort};
pub use split::split;

use crate::diag::Source;
use crate::trace::Trace;

/// One rendered object and where it came from.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The template that rendered it, such as `clearml-server/templates/apiserver-deployment.yaml`.
    pub template: String,
    /// `apiVersion`, empty when the document has none.
    pub api_version: String,
    /// `kind`, empty when the document has none.
    pub kind: String,
    /// `metadata.name`, empty when the document has none.
    pub name: String,
    /// `metadata.namespace`, when the document has one.
    pub namespace: Option<String>,
    /// The document's text as it is printed, without the `---` line; a [`Source`] so that findings can point into it.
    pub text: Source,
    /// What wrote which bytes of `text`; empty unless somebody listened.
    pub trace: Trace,
}
