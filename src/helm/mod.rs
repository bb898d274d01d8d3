//! A release: a chart, user values and options become manifests, hooks and notes, as `helm template` does it.
//!
//! Rendering is a function of its inputs and a [`Host`](crate::host::Host); nothing here prints or reads a file.

mod capabilities;
mod dependencies;
mod engine;
mod error;
mod files;
mod functions;
mod globals;
mod kube_version;
mod left_out;
pub mod lint;
mod release;
mod scope;
mod tree;
mod unread;
mod values_type;

pub use capabilities::{DEFAULT_API_VERSIONS, HELM_VERSION};
pub use dependencies::is_compatible;
pub use error::{Error, ErrorKind};
pub use functions::{TABLE, functions, name_from_template};
pub use kube_version::KubeVersion;
pub use release::{Crd, Executed, ReadSchema, Release, Rendered, is_valid_name};
pub use unread::ValuesTrace;
