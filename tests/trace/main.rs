//! How much of a corpus of public charts is traced, and whether the traces tell the truth.
//!
//! Looks for `CLEARML_K8S_SHARED/corpus`; without it only the presets of ClearML are counted. Prints what ran and what
//! did not; under `REQUIRE_ORACLE=1` a missing corpus is a failure. Arguments pick parts by name: `leaves`,
//! `mutation`, `unread`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // a test fails by panicking and prints counts

mod cases;
mod leaves;
mod mutation;
mod unread;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let cases = cases::read();
    let mut good = leaves::presets();
    if cases.is_empty() {
        println!("trace: no corpus at CLEARML_K8S_SHARED, its charts did not run");
        good &= std::env::var_os("REQUIRE_ORACLE").is_none();
    } else {
        good &= !is_wanted("leaves") || leaves::corpus(&cases);
        good &= !is_wanted("mutation") || mutation::run(&cases);
        good &= !is_wanted("unread") || unread::run(&cases);
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
