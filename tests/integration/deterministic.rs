//! `template --deterministic`: random functions, keys and dates that come out the same everywhere.

use std::process::Command;

use super::sandbox::{Output, Sandbox};

const CHART: &str = "apiVersion: v2\nname: demo\nversion: 1.0.0\n";

/// Every function that is random or asks the clock, through include and tpl as well.
const EVERYTHING: &str = r#"
{{- define "password" }}{{ randAlphaNum 12 }}{{ end -}}
alpha: {{ randAlpha 8 }}
numeric: {{ randNumeric 8 | quote }}
ascii: {{ randAscii 8 | quote }}
bytes: {{ randBytes 8 }}
int: {{ randInt 0 1000000 }}
uuid: {{ uuidv4 }}
shuffle: {{ shuffle "abcdefgh" }}
bcrypt: {{ bcrypt "secret" }}
htpasswd: {{ htpasswd "user" "secret" }}
aes: {{ encryptAES "key" "text" }}
include: {{ include "password" . }}
again: {{ include "password" . }}
tpl: {{ tpl "{{ randAlphaNum 12 }}" . }}
template: {{ template "password" . }}
{{- range until 2 }}
round-{{ . }}: {{ randAlpha 6 }}
{{- end }}
now: {{ now }}
date: {{ date "2006-01-02 15:04" now }}
ago: {{ ago (toDate "2006-01-02" "2025-01-01") }}
ec: |
  {{- genPrivateKey "ecdsa" | nindent 2 }}
ed: |
  {{- genPrivateKey "ed25519" | nindent 2 }}
"#;

const CERTIFICATES: &str = r#"
{{- $ca := genCA "demo-ca" 36500 }}
{{- $cert := genSignedCert "demo.example" (list "10.0.0.1") (list "demo.example" "demo") 36500 $ca }}
{{- $own := genSelfSignedCert "own.example" nil (list "own.example") 36500 -}}
ca: |
  {{- $ca.Cert | nindent 2 }}
cert: |
  {{- $cert.Cert | nindent 2 }}
key: |
  {{- $cert.Key | nindent 2 }}
own: |
  {{- $own.Cert | nindent 2 }}
"#;

fn demo(template: &str) -> Sandbox {
    Sandbox::new().file("demo/Chart.yaml", CHART).file("demo/templates/all.yaml", template).args([
        "template",
        "r",
        "demo",
        "--deterministic",
        "--now",
        "2026-01-02T03:04:05Z",
    ])
}

fn line<'t>(text: &'t str, key: &str) -> &'t str {
    text.lines().find(|line| line.starts_with(&format!("{key}: "))).unwrap_or_default()
}

#[test]
fn every_random_function_and_date_gives_the_same_bytes_whatever_the_environment() {
    let first = demo(EVERYTHING).args(["--seed", "s"]).run().success();
    let second = demo(EVERYTHING)
        .args(["--seed", "s"])
        .env("TZ", "Asia/Tokyo")
        .env("LANG", "tr_TR.UTF-8")
        .env("USER", "somebody")
        .env("SOURCE_DATE_EPOCH", "1")
        .run()
        .success();
    assert_eq!(first, second);
    let shown: String =
        first.lines().take_while(|line| !line.starts_with("ec:")).fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        });
    // These bytes are a promise: passwords in use depend on them.
    insta::assert_snapshot!(shown);
}

#[test]
fn places_evaluations_seeds_releases_and_namespaces_differ() {
    let text = demo(EVERYTHING).run().success();
    let value = |key: &str| line(&text, key).split_once(": ").map(|(_, value)| value.to_owned());
    for (one, other) in
        [("include", "again"), ("include", "tpl"), ("include", "template"), ("round-0", "round-1")]
    {
        assert!(value(one).is_some(), "{one}");
        assert_ne!(value(one), value(other), "{one} and {other}");
    }
    for change in [&["--seed", "other"][..], &["-n", "other"], &["--name-template", "x"]] {
        let mut sandbox = Sandbox::new()
            .file("demo/Chart.yaml", CHART)
            .file("demo/templates/all.yaml", EVERYTHING)
            .args(["template", "--deterministic", "--now", "1767323045"]);
        if change.first() != Some(&"--name-template") {
            sandbox = sandbox.args(["r"]);
        }
        let other = sandbox.args(["demo"]).args(change.iter().copied()).run().success();
        assert_ne!(line(&text, "uuid"), line(&other, "uuid"), "{change:?}");
    }
}

#[test]
fn a_random_call_added_elsewhere_changes_no_other_bytes() {
    let before = demo(EVERYTHING).run().success();
    let added = EVERYTHING.replace("numeric:", "more: {{ randAlphaNum 3 }}{{ randAlpha 9 }}\nnumeric:");
    let after = demo(&added)
        .file("demo/templates/aaa.yaml", "other: {{ randAlpha 8 }}\n")
        .file("demo/templates/zzz.yaml", "other: {{ uuidv4 }}\n")
        .run()
        .success();
    for wanted in before.lines() {
        assert!(after.lines().any(|line| line == wanted), "{wanted}");
    }
}

#[test]
fn a_date_without_a_clock_is_refused_and_the_epoch_of_the_build_is_one() {
    let chart = |template: &str| {
        Sandbox::new().file("demo/Chart.yaml", CHART).file("demo/templates/all.yaml", template).args([
            "template",
            "r",
            "demo",
            "--deterministic",
        ])
    };
    for template in ["a: {{ now }}", "a: {{ date \"2006\" .Values.x }}", "a: {{ (genCA \"x\" 1).Cert }}"] {
        let refused = chart(template).run();
        assert_eq!(refused.status, 1, "{template}");
        assert!(refused.stderr().contains("set --now or SOURCE_DATE_EPOCH"), "{}", refused.stderr());
        assert!(refused.stdout.is_empty(), "{template}");
    }
    let text = chart("a: {{ unixEpoch now }}").env("SOURCE_DATE_EPOCH", "1700000000").run().success();
    assert_eq!(line(&text, "a"), "a: 1700000000");
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for (arguments, words) in [
        (&["--seed", "x"][..], "--seed has a meaning with --deterministic only"),
        (&["--now", "0"], "--now has a meaning with --deterministic only"),
        (&["--deterministic", "--now", "soon"], "--now: `soon` is no time"),
        (&["--deterministic", "--seed", "a", "--seed-file", "b"], "exclude each other"),
        (&["--deterministic", "--seed-file", "missing"], "--seed-file missing: "),
    ] {
        let refused = Sandbox::new()
            .file("demo/Chart.yaml", CHART)
            .args(["template", "r", "demo"])
            .args(arguments.iter().copied())
            .run();
        assert!(
            refused.status == 1 && refused.stderr().contains(words),
            "{arguments:?}: {}",
            refused.stderr()
        );
    }
}

#[test]
fn the_namespace_of_a_kubeconfig_does_not_count() {
    let kubeconfig = "current-context: a\ncontexts:\n- name: a\n  context: {namespace: theirs}\n";
    let run = |flag: &[&str]| {
        Sandbox::new()
            .file("demo/Chart.yaml", CHART)
            .file("demo/templates/a.yaml", "a: {{ .Release.Namespace }}")
            .file("config", kubeconfig)
            .env("KUBECONFIG", "config")
            .args(["template", "r", "demo"])
            .args(flag.iter().copied())
            .run()
            .success()
    };
    assert_eq!(line(&run(&[]), "a"), "a: theirs");
    assert_eq!(line(&run(&["--deterministic"]), "a"), "a: default");
}

#[test]
fn a_certificate_that_has_expired_already_is_warned_of() {
    let template = "a: {{ (genSelfSignedCert \"old.example\" nil nil 1).Cert | quote }}";
    let run = Sandbox::new()
        .file("demo/Chart.yaml", CHART)
        .file("demo/templates/a.yaml", template)
        .args(["template", "r", "demo", "--deterministic", "--now", "2001-01-01T00:00:00Z"])
        .run();
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(run.stderr());
}

#[test]
fn certificates_come_out_the_same_and_their_chain_holds() {
    let (first, second) = (demo(CERTIFICATES).run(), demo(CERTIFICATES).env("TZ", "Asia/Tokyo").run());
    assert_eq!(first.stdout(), second.stdout());
    verified(&first);
}

/// Asks openssl, where there is one, whether the authority signed the certificate and the key is its own.
fn verified(output: &Output) {
    let text = output.success();
    let write = |key: &str| {
        let block = text.lines().skip_while(|line| *line != format!("{key}: |")).skip(1);
        let pem: String =
            block.take_while(|line| line.starts_with("  ")).flat_map(|line| [line.trim(), "\n"]).collect();
        assert!(pem.starts_with("-----BEGIN "), "{key}: {pem}");
        let path = output.dir().join(key);
        std::fs::write(&path, pem).expect("a file");
        path
    };
    let (ca, cert, key) = (write("ca"), write("cert"), write("key"));
    let openssl = |arguments: &[&std::ffi::OsStr]| Command::new("openssl").args(arguments).output().ok();
    let at = ["verify", "-attime", "1767400000", "-CAfile"].map(std::ffi::OsStr::new);
    let Some(verdict) = openssl(&[&at[..], &[ca.as_os_str(), cert.as_os_str()]].concat()) else {
        assert!(std::env::var("REQUIRE_ORACLE").as_deref() != Ok("1"), "openssl is missing");
        return;
    };
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stderr));
    let modulus = |what: &str, path: &std::path::Path| {
        let arguments = [what, "-noout", "-modulus", "-in"].map(std::ffi::OsStr::new);
        openssl(&[&arguments[..], &[path.as_os_str()]].concat()).map(|output| output.stdout)
    };
    assert_eq!(modulus("x509", &cert), modulus("rsa", &key));
}
