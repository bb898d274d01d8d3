//! Facts of the Kubernetes API: its types and fields, how its lists merge, which versions went away.

pub mod immutable;
mod lifecycle;
mod lookup;
mod names;
mod quantity;
pub mod schema;
#[cfg(test)]
mod schema_file;

pub use lifecycle::{KubeVersion, Lifecycle, homes, lifecycle};
pub use names::{
    is_config_map_key, is_dns_label, is_dns_label_1035, is_dns_subdomain, is_env_name, is_label_value,
    is_port_name, is_qualified_name, is_wildcard_host,
};
pub use quantity::Quantity;
