//! Sprig v3.3 and the functions Helm adds to it, one file a family. Each family ends in a sorted table.
//!
//! What these functions know of the outside is a [`crate::host::HostHandle`] among the extensions of the
//! execution; they know no chart and no release.

mod convert;
mod decimal;
mod defaults;
mod dicts;
mod equal;
mod lists;
mod math;
mod table;

use crate::gotmpl::func::Func;

/// The tables of all families; Go's own functions and those that need a release stand elsewhere.
pub const TABLES: &[&[Func]] = &[defaults::TABLE, dicts::TABLE, lists::TABLE, math::TABLE];
