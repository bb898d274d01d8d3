//! clearml-k8s renders ClearML Server for Kubernetes, and any Helm chart byte for byte as Helm does.
//!
//! The library never prints, reads the environment or exits; rendering is a function of its inputs.
//! ARCHITECTURE.md tells the data's way through these modules.

mod both;
mod bytes;
pub mod chart;
pub mod check;
pub mod clearml;
pub mod codec;
pub mod diag;
pub mod diff;
pub mod explain;
pub mod go;
pub mod gotmpl;
pub mod graph;
pub mod helm;
pub mod host;
pub mod kube;
pub mod manifest;
pub mod report;
pub mod sprig;
pub mod trace;
pub mod value;
pub mod values;
pub mod vendor;
