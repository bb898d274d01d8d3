//! Every expectation was printed by Helm v4.3.1 (`semver`, `semverCompare`).

use super::*;

#[test]
fn versions_read_as_in_helm() {
    let cases: &[(&str, Result<&str, &str>)] = &[
        ("1.2.3", Ok("1.2.3")),
        ("v1", Ok("1.0.0")),
        ("1.2", Ok("1.2.0")),
        ("01.2.3", Ok("1.2.3")),
        ("1.02.3", Ok("1.2.3")),
        ("", Err("invalid semantic version")),
        ("a", Err("invalid semantic version")),
        ("1.2.3.4", Err("invalid semantic version")),
        ("1.2.3-", Err("invalid semantic version")),
        ("1.2.3-01", Err("version segment starts with 0")),
        ("1.2.3-a.01", Err("version segment starts with 0")),
        ("1.2.3-a..b", Err("invalid semantic version")),
        ("1.2.3+", Err("invalid semantic version")),
        ("1.2.3+a..b", Err("invalid semantic version")),
        ("1.2.3-é", Err("invalid semantic version")),
        ("1.2.3-a_b", Err("invalid semantic version")),
        (" 1.2.3", Err("invalid semantic version")),
        (
            "1.2.99999999999999999999",
            Err(
                "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
            ),
        ),
        ("V1.2.3", Err("invalid semantic version")),
        ("1.2.3-a+b", Ok("1.2.3-a+b")),
        ("1-a", Ok("1.0.0-a")),
        ("1.2-a+b", Ok("1.2.0-a+b")),
        ("1.", Err("invalid semantic version")),
        ("1.2.", Err("invalid semantic version")),
        ("x.1", Err("invalid semantic version")),
        ("1.x", Err("invalid semantic version")),
        ("1.2.3--", Ok("1.2.3--")),
    ];
    for &(text, expected) in cases {
        let got = Version::parse(text).map(|version| version.to_string()).map_err(|error| error.to_string());
        assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
    }
}

#[test]
fn ranges_decide_as_in_helm() {
    let cases: &[(&str, &str, Result<bool, &str>)] = &[
        ("", "1.2.3", Err("improper constraint: \"\"")),
        ("foo", "1.2.3", Err("improper constraint: \"foo\"")),
        ("== 1.2", "1.2.3", Err("improper constraint: \"== 1.2\"")),
        (">=1.2,", "1.2.3", Err("improper constraint: \">=1.2,\"")),
        (">=1.2||", "1.2.3", Err("improper constraint: \"\"")),
        ("||>=1.2", "1.2.3", Err("improper constraint: \"\"")),
        (">=1.2", "foo", Err("invalid semantic version")),
        (">=1.2.99999999999999999999", "1.2.3", Err("constraint parser error")),
        (">=1.2.3-01", "1.2.3", Err("constraint parser error")),
        (">=1.2 <1.5", "1.2.3", Ok(true)),
        (">=1.2<1.5", "1.2.3", Err("improper constraint: \">=1.2<1.5\"")),
        (">= 1.2,  < 1.5", "1.2.3", Ok(true)),
        ("1.2 - 1.4", "1.4.9", Ok(true)),
        ("1.2 - 1.4.5", "1.4.9", Ok(false)),
        ("1.2-1.4", "1.4.9", Ok(false)),
        ("1.2 -1.4", "1.4.9", Err("improper constraint: \"1.2 -1.4\"")),
        ("1.2 - 1.4 || 2", "2.4.9", Ok(true)),
        ("1.2 - 1.4 1.3", "1.3.9", Ok(true)),
        (">1.2 - 1.4", "1.3.9", Err("improper constraint: \">>= 1.2, <= 1.4 \"")),
        ("~1.2.3-a", "1.2.3-b", Ok(true)),
        ("~1.2.3-a", "1.2.4-b", Ok(true)),
        ("~1", "1.4.4", Ok(true)),
        ("~*", "1.4.4", Ok(true)),
        ("~x.1", "1.4.4", Ok(true)),
        ("~0", "0.4.4", Ok(true)),
        ("~0", "1.4.4", Ok(false)),
        ("~0.0.0", "1.4.4", Ok(true)),
        ("^0", "0.4.4", Ok(true)),
        ("^0.0", "0.0.4", Ok(true)),
        ("^0.0", "0.1.4", Ok(false)),
        ("^0.0.0", "0.0.4", Ok(false)),
        ("^0.0.3", "0.0.3", Ok(true)),
        ("^0.0.3-a", "0.0.3-b", Ok(true)),
        ("^1.2.3", "2.0.0", Ok(false)),
        ("^1.x", "1.9.0", Ok(true)),
        ("^*", "1.9.0", Ok(false)),
        ("!=1.2", "1.2.9", Ok(false)),
        ("!=1.2.x", "1.3.9", Ok(true)),
        ("!=*", "1.3.9", Ok(true)),
        ("!=1", "1.3.9", Ok(false)),
        ("!=1", "2.3.9", Ok(true)),
        ("!=1.2.3", "1.2.3-a", Ok(false)),
        ("!=1.2.3-a", "1.2.3-b", Ok(true)),
        (">1.2", "1.2.9", Ok(false)),
        (">1.2", "1.3.0", Ok(true)),
        (">1", "1.3.0", Ok(false)),
        (">1", "2.0.0", Ok(true)),
        (">1.2.3-a", "1.2.3", Ok(true)),
        (">1.2-a", "1.3.0-a", Ok(true)),
        ("<=1.2", "1.2.9", Ok(true)),
        ("<=1.2", "1.3.0", Ok(false)),
        ("<=1", "1.3.0", Ok(true)),
        ("<=1", "2.0.0", Ok(false)),
        ("<=1.2.3-a", "1.2.3-b", Ok(false)),
        ("<1.2", "1.1.9-a", Ok(false)),
        ("<1.2", "1.1.9", Ok(true)),
        ("<1.x", "1.1.9", Ok(false)),
        ("<*", "1.1.9", Ok(false)),
        ("<1.2-0", "1.1.9-a", Ok(true)),
        (">=1.2.x", "1.2.0", Ok(true)),
        (">=1.x", "1.2.0", Ok(true)),
        (">=x", "1.2.0", Ok(true)),
        (">=x", "1.2.0-a", Ok(false)),
        ("*", "1.2.0-a", Ok(false)),
        ("*-0", "1.2.0-a", Ok(true)),
        (">=0.0.0-0", "1.2.0-a", Ok(true)),
        (">= 1.20-0, < 1.21", "1.20.0-eks", Ok(true)),
        (">= 1.20-0 < 1.22-0 || 3", "1.20.0-eks", Ok(true)),
        ("=1.2", "1.2.7", Ok(true)),
        ("=v1.2.3+a", "1.2.3+b", Ok(true)),
        ("=>1.2", "1.2.7", Ok(true)),
        ("=<1.2", "1.2.7", Ok(true)),
        ("~>1.2", "1.2.7", Ok(true)),
        ("~>1.2.3", "1.3.7", Ok(false)),
        (">>1.2.3", "1.3.7", Err("improper constraint: \">>1.2.3\"")),
        ("1.2.3 1.2.4", "1.2.3", Ok(false)),
        ("1.2.3,1.2.4", "1.2.3", Ok(false)),
        ("1.2.3, ,1.2.4", "1.2.3", Err("improper constraint: \"1.2.3, ,1.2.4\"")),
        (" 1.2.3 ", "1.2.3", Ok(true)),
        ("1.2.3 foo", "1.2.3", Err("improper constraint: \"1.2.3 foo\"")),
        ("1.2.3.4", "1.2.3", Err("improper constraint: \"1.2.3.4\"")),
        ("v1", "1.2.3", Ok(true)),
        ("^v1", "1.2.3", Ok(true)),
        ("1.X", "1.2.3", Ok(true)),
        ("1.*.3", "1.2.3", Ok(true)),
        ("1.*.3", "1.2.4", Ok(true)),
        ("*.2", "1.3.4", Ok(true)),
        ("<1.2.3-b", "1.2.3-a", Ok(true)),
        ("<1.2.3-b", "1.0.3-z", Ok(true)),
        ("=1.2.3-b", "1.2.3-b", Ok(true)),
        ("1.2.3-b", "1.2.3-c", Ok(false)),
        ("1.2-b", "1.2.3-c", Ok(true)),
        (">1.2.3-a.10", "1.2.3-a.9", Ok(false)),
        (">1.2.3-a", "1.2.3-a.b", Ok(true)),
        (">1.2.3-1", "1.2.3-a", Ok(true)),
        (">=1.19.0", "v1.29.3-gke.100", Ok(false)),
        (">=1.16.0-0 <1.22.0-0", "v1.21.3-gke.100", Ok(true)),
        (">=01.2", "1.2.3", Ok(true)),
        ("^1.2.3\n", "1.2.3", Ok(true)),
        ("\t^1.2.3", "1.2.3", Ok(true)),
        ("^ 1.2.3", "1.2.3", Ok(true)),
        ("^  1.2.3", "1.2.3", Ok(true)),
        ("> =1.2.3", "1.2.3", Err("improper constraint: \"> =1.2.3\"")),
        ("1.2.3 || >=x.y.z", "1.2.3", Err("improper constraint: \" >=x.y.z\"")),
        ("18446744073709551616", "1.2.3", Err("constraint parser error")),
        ("1.2.3 - 1.5.0-a", "1.4.0-b", Ok(true)),
        ("1.2.3-a - 1.5.0-a", "1.4.0-b", Ok(true)),
        ("<=1.x-a", "1.4.0-b", Ok(true)),
    ];
    for &(range, version, expected) in cases {
        let got = Constraints::parse(range).map_err(|error| error.to_string()).and_then(|range| {
            Version::parse(version).map(|version| range.check(&version)).map_err(|error| error.to_string())
        });
        assert_eq!(got.as_ref().copied().map_err(String::as_str), expected, "{range} {version}");
    }
}

#[test]
fn increments_drop_prerelease_and_metadata() {
    let version = Version::parse("v1.2.3-a+b").expect("version");
    assert_eq!(version.inc_patch().to_string(), "1.2.3");
    assert_eq!(version.inc_minor().original, "v1.3.0");
    assert_eq!(version.inc_major().inc_patch().to_string(), "2.0.1");
    assert_eq!(version.with_pre("x_").map_err(|e| e.to_string()), Err("invalid prerelease string".into()));
}
