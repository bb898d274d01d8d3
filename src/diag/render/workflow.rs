//! What stands in the commands of a GitHub workflow.
// Rule: GitHub Docs, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit packages/core/src/command.ts,
// whose `%0D` never comes: a carriage return could draw on a log.

use super::width::harmless;

/// A command's message.
pub(crate) fn data(text: &str) -> String {
    harmless(text).replace('%', "%25").replace('\n', "%0A")
}

/// The value of a command's property.
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command_or_draws_on_a_log() {
        assert_eq!(data("50%\nof: a,b\r\u{1b}[31m"), "50%25%0Aof: a,b\\u{d}\\u{1b}[31m");
        assert_eq!(property("a::b,c\u{9b}"), "a%3A%3Ab%2Cc\\u{9b}");
    }
}
