//! Go's `text/template`: the language, its executor and its builtin functions, as Go 1.27 has them.
//!
//! This module knows no Helm and no chart: functions come in tables, whatever they need of their
//! surroundings comes as an extension of the execution.

pub mod func;
