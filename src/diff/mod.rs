//! Two sets of manifests, object by object and field by field.
//!
//! Objects are matched by group, kind, namespace and name, items of lists by Kubernetes' merge keys. What reads
//! differently and is the same to an API server is no difference: quantities of one amount, null and absent fields,
//! empty lists and maps of built-in kinds, a Secret's `stringData` and `data`. How manifests were made is not known here.

mod compare;
mod fields;
mod lists;
mod mask;
mod noise;
mod object;
mod path;
pub mod print;
mod secret;
#[cfg(test)]
mod tests;

pub use compare::{Action, Blocked, Diff, ObjectDiff, Options, Totals, compare};
pub use fields::{Change, What};
pub use object::{Id, Object, Objects};
pub use path::{Path, Step};
