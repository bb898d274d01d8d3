//! Sprig v3.3 and the functions Helm adds to it, one file a family. Each family ends in a sorted table.
//!
//! What these functions know of the outside is a [`crate::host::HostHandle`] among the extensions of the
//! execution; they know no chart and no release.

mod case;
mod convert;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod durations;
mod encoding;
mod equal;
mod lists;
mod math;
mod network;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod serial;
mod strings;
mod table;
mod wrap;

use crate::gotmpl::func::Func;

/// The tables of all families; Go's own functions and those that need a release stand elsewhere.
pub const TABLES: &[&[Func]] = &[
    crypto::TABLE,
    dates::TABLE,
    defaults::TABLE,
    dicts::TABLE,
    durations::TABLE,
    encoding::TABLE,
    lists::TABLE,
    math::TABLE,
    network::TABLE,
    paths::TABLE,
    random::TABLE,
    reflect::TABLE,
    regex::TABLE,
    semver::TABLE,
    serial::TABLE,
    strings::TABLE,
];
