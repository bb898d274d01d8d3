//! [`Ui`]: the only way to standard output and standard error.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, BufWriter, ErrorKind, IoSlice, IsTerminal as _, Read as _, Write};

use anyhow::{Context as _, Result};
use clearml_k8s::clearml;
use clearml_k8s::codec::Node;
use clearml_k8s::diag::render::{self, Secrets};
use clearml_k8s::diag::{Diagnostic, Place, Severity, raw};
use clearml_k8s::manifest::Piece;

use super::args::{Color, GlobalArgs, MessageFormat};
use super::exit::Exit;
use super::limits;

/// Columns of messages when the terminal does not say.
const WIDTH: usize = 120;

/// Bytes of pieces that are written at once.
const PIECES: usize = 16 << 10;

/// What is said when standard output takes nothing.
pub(crate) const NO_OUTPUT: &str = "cannot write to standard output";

/// Standard input, output and error of one run, with what the user wants messages to look like.
pub(crate) struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    color: bool,
    /// Whether to colour what goes to standard output for people.
    color_out: bool,
    format: MessageFormat,
    show_secrets: bool,
    width: usize,
    stdin_taken: bool,
}

impl Ui {
    /// Standard streams, colours decided by the terminal and `NO_COLOR`.
    pub(crate) fn new() -> Self {
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            color: wants_color(Color::Auto, io::stderr().is_terminal()),
            color_out: wants_color(Color::Auto, io::stdout().is_terminal()),
            format: MessageFormat::Full,
            show_secrets: false,
            width: std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(WIDTH),
            stdin_taken: false,
        }
    }

    /// Takes over what the user said about messages.
    pub(crate) fn configure(&mut self, args: &GlobalArgs) {
        self.color = wants_color(args.color, io::stderr().is_terminal());
        self.color_out = wants_color(args.color, io::stdout().is_terminal());
        self.format = args.message_format;
        self.show_secrets = args.show_secrets;
    }

    /// Whether messages show secrets.
    pub(crate) fn shows_secrets(&self) -> bool {
        self.show_secrets
    }

    /// Whether to colour what goes to standard output for people.
    pub(crate) fn colors_output(&self) -> bool {
        self.color_out
    }

    /// Writes bytes to standard output.
    ///
    /// # Errors
    /// When they cannot be written; a closed pipe ends the program quietly further up.
    pub(crate) fn print(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        limits::output_begins();
        self.out.write_all(bytes.as_ref()).context(NO_OUTPUT)
    }

    /// Writes texts to standard output, as many at once as the system takes.
    ///
    /// # Errors
    /// As [`Ui::print`].
    pub(crate) fn print_all(&mut self, texts: &[&str]) -> Result<()> {
        limits::output_begins();
        let mut slices: Vec<IoSlice<'_>> = texts.iter().map(|text| IoSlice::new(text.as_bytes())).collect();
        write_all_vectored(&mut self.out, &mut slices).context(NO_OUTPUT)
    }

    /// Writes to standard output what `all` hands over piece by piece.
    ///
    /// # Errors
    /// As [`Ui::print`].
    pub(crate) fn print_pieces(
        &mut self,
        all: impl FnOnce(&mut dyn FnMut(Piece<'_>) -> io::Result<()>) -> io::Result<()>,
    ) -> Result<()> {
        limits::output_begins();
        let mut out = BufWriter::with_capacity(PIECES, &mut self.out);
        all(&mut |piece| match piece {
            Piece::Name(name) => out.write_all(&raw::restored(name)),
            Piece::Text(text) => out.write_all(text.as_bytes()),
        })
        .and_then(|()| out.flush())
        .context(NO_OUTPUT)
    }

    /// Writes text to standard error as it is. When that fails there is nobody left to tell.
    pub(crate) fn message(&mut self, text: &str) {
        let _ = self.err.write_all(&raw::restored(text));
    }

    /// Prints findings in the order given, those that read the same once. `values` tells which of the shown
    /// scalars are secret.
    pub(crate) fn report(&mut self, findings: &[Diagnostic], values: Option<&Node>) {
        self.print_findings(findings, values);
    }

    /// Prints findings that stopped the command, and how many there are.
    pub(crate) fn refuse(&mut self, findings: &[Diagnostic], values: Option<&Node>) -> Exit {
        let printed = self.print_findings(findings, values);
        if self.format == MessageFormat::Full {
            let counts = [(Severity::Error, "error"), (Severity::Warning, "warning")];
            let parts: Vec<String> = counts
                .into_iter()
                .map(|(severity, name)| (printed.iter().filter(|found| **found == severity).count(), name))
                .filter(|(number, _)| *number > 0)
                .map(|(number, name)| format!("{number} {name}{}", if number == 1 { "" } else { "s" }))
                .collect();
            let why = if printed.contains(&Severity::Error) { "" } else { ", which `--strict` refuses" };
            self.message(&format!("nothing was printed: {}{why}\n", parts.join(", ")));
        }
        Exit::Refused
    }

    /// The severities of what was printed.
    fn print_findings(&mut self, findings: &[Diagnostic], values: Option<&Node>) -> Vec<Severity> {
        if findings.is_empty() {
            return Vec::new();
        }
        let places = values.map(clearml::secret_places).unwrap_or_default();
        let options = render::Options {
            color: self.color,
            width: self.width,
            secrets: Secrets { shown: self.show_secrets, places },
        };
        let mut seen = HashSet::new();
        let mut severities = Vec::new();
        let mut text = String::new();
        for finding in findings {
            let one = match self.format {
                MessageFormat::Full => render::full(finding, &options) + "\n",
                MessageFormat::Short => render::short(finding, &options),
                MessageFormat::Json => render::json(finding, &options),
            };
            if seen.insert(one.clone()) {
                text += &one;
                severities.push(finding.severity);
            }
        }
        self.message(&text);
        severities
    }

    /// How a report on standard output looks. `values` and `places` tell which of the shown scalars are secret.
    pub(crate) fn report_options(&self, values: Option<&Node>, places: Vec<Place>) -> render::Options {
        let mut secret = values.map(clearml::secret_places).unwrap_or_default();
        secret.extend(places);
        render::Options {
            color: self.color_out,
            width: self.width,
            secrets: Secrets { shown: self.show_secrets, places: secret },
        }
    }

    /// Prints a failure of this program's surroundings: a file, an argument.
    pub(crate) fn failure(&mut self, error: &anyhow::Error) {
        let (bold, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let mut text = format!("{bold}error{off}: {error}\n");
        for cause in error.chain().skip(1) {
            let _ = writeln!(text, "  cause: {cause}");
        }
        self.message(&text);
    }

    /// Whether nothing is left of standard input, because somebody read it.
    pub(crate) fn is_stdin_read(&self) -> bool {
        self.stdin_taken
    }

    /// All of standard input, once.
    ///
    /// # Errors
    /// When it cannot be read, or was read before.
    pub(crate) fn read_stdin(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        if std::mem::replace(&mut self.stdin_taken, true) {
            return Err(io::Error::other("standard input can be read only once"));
        }
        let mut bytes = Vec::new();
        io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Hands everything written so far to the system.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out.flush().context(NO_OUTPUT)
    }
}

/// Writes all of these, one behind the other.
fn write_all_vectored(out: &mut dyn Write, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    // Empty ones in front, behind which nothing written would mean that nothing more can be.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match out.write_vectored(slices) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes text to standard error from beside the work, right before the program ends.
pub(crate) fn last_words(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whether to colour; `NO_COLOR` counts when it is not empty (no-color.org).
fn wants_color(color: Color, is_terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb") && is_terminal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that takes a few bytes at a time and is interrupted in between, until it is full.
    struct Slow {
        taken: Vec<u8>,
        room: usize,
        interrupts: bool,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.interrupts = !self.interrupts;
            if self.interrupts {
                return Err(ErrorKind::Interrupted.into());
            }
            let taken = bytes.len().min(3).min(self.room - self.taken.len());
            self.taken.extend(bytes.iter().take(taken));
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_texts_are_written_whatever_a_stream_takes_at_once() {
        let texts = ["", "---\n", "", "# Source: a\n", "b", ""];
        let whole = texts.concat();
        for room in 0..=whole.len() {
            let mut slow = Slow { taken: Vec::new(), room, interrupts: false };
            let mut slices: Vec<_> = texts.iter().map(|text| IoSlice::new(text.as_bytes())).collect();
            let result = write_all_vectored(&mut slow, &mut slices);
            assert_eq!(slow.taken, &whole.as_bytes()[..room]);
            let expected = if room == whole.len() { None } else { Some(ErrorKind::WriteZero) };
            assert_eq!(result.err().map(|error| error.kind()), expected);
        }
        assert!(write_all_vectored(&mut io::empty(), &mut []).is_ok());
    }
}
