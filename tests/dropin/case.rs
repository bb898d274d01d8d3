//! One values file, and what a comment in its first lines says about it.
//!
//! `# args: NAME -n NAMESPACE` are arguments for both programs. `# helm refuses: R5` and `# we refuse: R4 WORDS`
//! name the rule by which only one of them renders, `# both refuse: R4 WORDS` the one whose message ours gives.

use std::path::{Path, PathBuf};

use clearml_k8s::codec::{Data, Node, Style, yaml};
use clearml_k8s::diag::SourceKind;

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) helm_refuses: Option<String>,
    /// The rule, and words of our message.
    pub(crate) we_refuse: Option<(String, String)>,
    pub(crate) values: Values,
}

/// The user's values over the defaults.
pub(crate) struct Values(Node);

impl Case {
    pub(crate) fn load(path: &Path) -> Result<Self, String> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        let document = yaml::read_values_bytes(SourceKind::File, &name, &bytes)
            .map_err(|error| format!("{name}: {}", error.helm_text()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let said = |what: &str| {
            let mut lines = text.lines().take_while(|line| line.starts_with('#'));
            lines.find_map(|line| Some(line.strip_prefix(&format!("# {what}: "))?.trim().to_owned()))
        };
        let split = |line: String| {
            let (rule, words) = line.split_once(' ').unwrap_or((&line, ""));
            (rule.to_owned(), words.to_owned())
        };
        let both = said("both refuse").map(split);
        Ok(Self {
            arguments: said("args")
                .unwrap_or_else(|| "clearml-server".to_owned())
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            helm_refuses: said("helm refuses").or_else(|| Some(both.clone()?.0)),
            we_refuse: said("we refuse").map(split).or(both),
            values: Values(clearml_k8s::clearml::values(&document.root)),
            name,
            path: path.to_owned(),
        })
    }

    /// The namespace of everything: the argument, else the value.
    pub(crate) fn namespace(&self) -> Option<String> {
        let mut words = self.arguments.iter().skip_while(|word| *word != "-n");
        words.nth(1).cloned().or_else(|| self.values.text("clearml.namespace"))
    }

    /// The release's name.
    pub(crate) fn release(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

impl Values {
    /// The value at a path as it was written; none for null, and for what is no scalar.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let node = self.0.at_path(path.split('.'))?;
        match node.data() {
            Data::Null | Data::List(_) | Data::Map(_) => None,
            Data::String(text) => Some(text.to_string()),
            _ => {
                let written = node.written().filter(|_| node.style() == Style::Plain)?.trim();
                Some(written.to_owned())
            }
        }
    }
}
