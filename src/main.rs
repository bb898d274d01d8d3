//! The `clearml-k8s` program.

fn main() {}
