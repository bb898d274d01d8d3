//! What a check of many things found, as text for people and as the formats of pipelines: JSON, SARIF for code
//! scanning, `JUnit` for test reports, annotations for GitHub workflows, markdown for pull requests.
//!
//! A [`Report`] is plain data: commands fill it, [`print()`] turns it into one [`Format`]. Nothing here decides what is
//! wrong, and no secret of the lines that findings point at is in any format unless the options show them.

mod format;
mod github;
mod json;
mod junit;
mod markdown;
mod model;
mod place;
mod sarif;
#[cfg(test)]
mod tests;
mod text;

pub use format::{Format, print};
pub use model::{Counts, Report, Subject};
