//! Go's library as Helm shows it: printing, numbers, times, patterns.

pub mod fmt;
