//! Go's `strconv`: text to numbers and back, quoted strings, with Go's error texts.
//!
//! It knows numbers and text only; how a value of the template language is converted is `sprig`'s business.

mod float;
mod int;
mod quote;

pub use float::{format_float, format_float32, parse_float};
pub use int::{atoi, parse_bool, parse_int, parse_uint, underscores_ok};
pub use quote::{
    QuoteError, Unit, append_quoted, can_backquote, is_print, quote, quote_ascii, quote_rune, unquote,
    unquote_char,
};

use std::fmt;

/// What went wrong with a number's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumErrorKind {
    /// The text is no number of the wanted kind.
    Syntax,
    /// The number does not fit.
    Range,
}

/// The error of a conversion; `Display` gives Go's `*strconv.NumError` text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumError {
    /// The Go function that failed: `ParseInt`, `Atoi`, …
    pub func: &'static str,
    /// The text that was converted.
    pub text: String,
    /// What is wrong with it.
    pub kind: NumErrorKind,
}

impl NumError {
    fn new(func: &'static str, text: &str, kind: NumErrorKind) -> Self {
        Self { func, text: text.to_owned(), kind }
    }
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            NumErrorKind::Syntax => "invalid syntax",
            NumErrorKind::Range => "value out of range",
        };
        write!(f, "strconv.{}: parsing {}: {what}", self.func, quote(self.text.as_bytes()))
    }
}

impl std::error::Error for NumError {}

#[cfg(test)]
mod tests;
