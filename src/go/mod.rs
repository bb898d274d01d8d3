//! Go's standard library as Helm shows it, and the small Go libraries whose rules users meet.
//!
//! Each module reproduces behaviour (results, error texts), not interfaces. Nothing here is built before it is
//! used: character classes, time zones and compiled patterns are made on first use.

pub mod fmt;
pub mod glob;
pub mod path;
pub mod regexp;
pub mod semver;
pub mod strconv;
pub mod time;
pub mod unicode;
pub mod url;
