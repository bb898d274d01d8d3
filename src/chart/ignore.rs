//! `.helmignore` rules.

use crate::go::path;

/// The rules of one `.helmignore`.
// Rule: Helm v4.3.1 pkg/ignore/rules.go.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: String,
    /// Bytes at the start of the pattern that stand for themselves.
    literal: usize,
    negated: bool,
    only_directories: bool,
    whole_path: bool,
}

impl Rules {
    /// The rules in this text; the error is Helm's text.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Self::default();
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// Adds the rule every chart has: dotfiles directly under `templates/` are left out.
    pub(super) fn add_defaults(&mut self) {
        let _ = self.add("templates/.?*");
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        if path::matches(rule.as_bytes(), b"abc").is_err() {
            return Err("syntax error in pattern".to_owned());
        }
        let negated = rule.starts_with('!');
        rule = rule.strip_prefix('!').unwrap_or(rule);
        let only_directories = rule.ends_with('/');
        rule = rule.strip_suffix('/').unwrap_or(rule);
        let whole_path = rule.contains('/');
        let pattern = rule.strip_prefix('/').unwrap_or(rule).to_owned();
        let literal = pattern.find(['*', '?', '[', '\\']).unwrap_or(pattern.len());
        self.rules.push(Rule { pattern, literal, negated, only_directories, whole_path });
        Ok(())
    }

    /// Whether a path relative to the chart is left out.
    pub(super) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        for rule in &self.rules {
            // Quirk: whatever a negated rule does not match is left out at once.
            if rule.negated {
                if (rule.only_directories && !is_directory) || !rule.hits(path) {
                    return true;
                }
            } else if (!rule.only_directories || is_directory) && rule.hits(path) {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn hits(&self, path: &str) -> bool {
        let name = if self.whole_path { path } else { path.rsplit('/').next().unwrap_or(path) };
        let (pattern, name) = (self.pattern.as_bytes(), name.as_bytes());
        // Most names differ from most patterns here already.
        pattern.get(..self.literal).is_some_and(|literal| name.starts_with(literal))
            && path::matches(pattern, name).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_hit_decides() {
        let rules = Rules::parse("\u{feff}# c\r\n*.md\r\n/top.txt\r\ndir/\r\na/*.txt\n").unwrap();
        assert!(rules.ignores("README.md", false));
        assert!(rules.ignores("x/y/README.md", false));
        assert!(rules.ignores("top.txt", false));
        assert!(!rules.ignores("x/top.txt", false));
        assert!(rules.ignores("x/dir", true));
        assert!(!rules.ignores("x/dir", false));
        assert!(rules.ignores("a/b.txt", false));
        assert!(!rules.ignores("b/a/b.txt", false));
    }

    #[test]
    fn a_negated_rule_drops_everything_else() {
        let rules = Rules::parse("!*.yaml").unwrap();
        assert!(rules.ignores("templates", true));
        assert!(!rules.ignores("Chart.yaml", false));
    }

    #[test]
    fn double_star_is_refused() {
        assert_eq!(Rules::parse("a/**").unwrap_err(), "double-star (**) syntax is not supported");
        assert_eq!(Rules::parse("[").unwrap_err(), "syntax error in pattern");
    }
}
