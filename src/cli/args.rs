//! Arguments that several commands share.

use clap::{Args, ValueEnum};
use clearml_k8s::report;

/// Arguments every command takes.
#[derive(Args, Debug)]
pub(crate) struct GlobalArgs {
    /// Colour messages
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        value_enum,
        hide_possible_values = true
    )]
    #[arg(help = "Colour messages: auto, always or never", help_heading = "Messages")]
    pub(crate) color: Color,
    /// Show secret values in messages instead of `***`
    #[arg(long, global = true, help_heading = "Messages")]
    pub(crate) show_secrets: bool,
    /// How messages are printed
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "full",
        value_enum,
        hide_possible_values = true
    )]
    #[arg(help = "How messages are printed: full, short (one line each) or json (one object a line)")]
    #[arg(help_heading = "Messages")]
    pub(crate) message_format: MessageFormat,
    /// How much a run may use up: steps, output, text, items, file, memory, seconds
    #[arg(long, global = true, value_name = "NAME=VALUE", help_heading = "Limits")]
    pub(crate) limit: Vec<String>,
}

/// When messages are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// When standard error is a terminal and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How messages are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// With the line shown and a caret.
    #[default]
    Full,
    /// `file:line:col: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// What manifests and values are printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// YAML.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

/// What a report is printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, with the line shown.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// The XML of build servers.
    Junit,
    /// Annotations of a GitHub workflow.
    Github,
    /// A table for a comment.
    Markdown,
}

impl From<ReportFormat> for report::Format {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Text => Self::Text,
            ReportFormat::Json => Self::Json,
            ReportFormat::Sarif => Self::Sarif,
            ReportFormat::Junit => Self::Junit,
            ReportFormat::Github => Self::Github,
            ReportFormat::Markdown => Self::Markdown,
        }
    }
}
