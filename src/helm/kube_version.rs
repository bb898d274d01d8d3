//! The Kubernetes version a release is rendered for.

/// A Kubernetes version as `.Capabilities.KubeVersion` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// With its suffix: `v1.29.3-gke.100`.
    pub version: String,
    /// Without it: `v1.29.3`.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `29`
    pub minor: String,
}

impl Default for KubeVersion {
    /// The version Helm v4.3.1 assumes.
    fn default() -> Self {
        Self {
            version: "v1.37.0".to_owned(),
            normalized: "v1.37.0".to_owned(),
            major: "1".to_owned(),
            minor: "37".to_owned(),
        }
    }
}

impl KubeVersion {
    /// The version in a text such as `1.29` or `v1.29.3-gke.100`.
    ///
    /// # Errors
    /// Kubernetes' words on a text that is no version.
    // Rule: Helm v4.3.1 pkg/chart/common/capabilities.go, ParseKubeVersion; k8s.io/apimachinery v0.37 util/version.
    pub fn parse(text: &str) -> Result<Self, String> {
        let quoted = crate::go::strconv::quote(text.as_bytes());
        let unparsable = || format!("could not parse {quoted} as version");
        let start = text.trim_start_matches([' ', '\t', '\n', '\u{c}', '\r']);
        let start = start.strip_prefix('v').unwrap_or(start);
        if !start.starts_with(|c: char| c.is_ascii_digit())
            || text.contains('\n') && !text.trim_start().eq(text)
        {
            return Err(unparsable());
        }
        let mut end = 0;
        let bytes = start.as_bytes();
        loop {
            end += bytes.iter().skip(end).take_while(|b| b.is_ascii_digit()).count();
            let dot = bytes.get(end) == Some(&b'.');
            if !dot || !bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
                break;
            }
            end += 1;
        }
        let numbers = start.get(..end).unwrap_or_default();
        let parts: Vec<&str> = numbers.split('.').collect();
        let (Some(major), Some(minor)) = (parts.first(), parts.get(1)) else {
            return Err(format!("illegal version string {quoted}"));
        };
        let mut clean = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if index == 0 && part.len() > 1 && part.starts_with('0') {
                return Err(format!("illegal zero-prefixed version component \"{part}\" in {quoted}"));
            }
            let number: u64 = part.parse().map_err(|_| {
                format!("illegal non-numeric version component \"{part}\" in {quoted}: strconv.ParseUint: parsing \"{part}\": value out of range")
            })?;
            clean.push(number.to_string());
        }
        let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        let number = |text: &str| text.trim_start_matches('0').to_owned();
        let or_zero = |text: String| if text.is_empty() { "0".to_owned() } else { text };
        Ok(Self {
            version,
            normalized: format!("v{}", clean.join(".")),
            major: or_zero(number(major)),
            minor: or_zero(number(minor)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_kept_in_the_version_only() {
        let version = KubeVersion::parse("1.29.3-gke.100").unwrap();
        assert_eq!((&*version.version, &*version.normalized), ("v1.29.3-gke.100", "v1.29.3"));
        assert_eq!((&*version.major, &*version.minor), ("1", "29"));
        assert_eq!(KubeVersion::parse("1.29").unwrap().normalized, "v1.29");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        assert_eq!(KubeVersion::parse("abc").unwrap_err(), "could not parse \"abc\" as version");
        assert_eq!(KubeVersion::parse("29").unwrap_err(), "illegal version string \"29\"");
    }
}
