//! Paths with `*` for one step: `spec.containers[*].image`.

pub(crate) struct Pattern {
    steps: Vec<String>,
    text: String,
}

impl Pattern {
    /// None where a bracket is open.
    pub(crate) fn new(text: &str) -> Option<Self> {
        Some(Self { steps: steps(text)?, text: text.to_owned() })
    }

    /// How many steps may be anything.
    pub(crate) fn wildcards(&self) -> usize {
        self.steps.iter().filter(|step| *step == "*").count()
    }

    /// The path itself, when nothing in it is a `*`.
    pub(crate) fn literal(&self) -> Option<&str> {
        (self.wildcards() == 0).then_some(self.text.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        let Some(path) = steps(path) else { return false };
        path.len() == self.steps.len()
            && self.steps.iter().zip(&path).all(|(own, step)| own == "*" || own == step)
    }

    /// What stands at the last `*`.
    pub(crate) fn last_wildcard(&self, path: &str) -> Option<String> {
        let at = self.steps.iter().rposition(|step| step == "*")?;
        steps(path)?.get(at).cloned()
    }
}

/// The steps of a path: keys and what stands in brackets.
fn steps(text: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let mut depth = 1;
            let end = inside.char_indices().find_map(|(at, c)| {
                depth += match c {
                    '[' => 1,
                    ']' => -1,
                    _ => 0,
                };
                (depth == 0).then_some(at)
            })?;
            steps.push(inside[..end].to_owned());
            rest = inside[end + 1..].trim_start_matches('\'');
        } else {
            let rest_of = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest_of.find(['.', '[']).unwrap_or(rest_of.len());
            steps.push(rest_of[..end].to_owned());
            rest = &rest_of[end..];
        }
    }
    Some(steps)
}
