//! A long text on a terminal goes through the user's pager.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Result;

/// Shows the text with `$PAGER` when standard output is a terminal; says whether it did.
///
/// The variable is a program and its arguments, no shell command. `less` is told to leave when the text fits on the
/// screen and to show colours, unless `$LESS` says something.
///
/// # Errors
/// Never for a pager that is missing or left early; what else the system says.
pub(super) fn show(text: &str) -> Result<bool> {
    let command = std::env::var("PAGER").unwrap_or_default();
    let mut words = command.split_ascii_whitespace();
    let Some(program) = words.next().filter(|_| io::stdout().is_terminal()) else { return Ok(false) };
    let mut pager = Command::new(program);
    pager.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        pager.env("LESS", "FRX");
    }
    let Ok(mut child) = pager.spawn() else { return Ok(false) };
    if let Some(mut stdin) = child.stdin.take() {
        // Who leaves the pager has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait()?;
    Ok(true)
}
