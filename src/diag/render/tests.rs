use super::super::{Code, Diagnostic, Frame, Place, Severity, Source, SourceKind, Span};
use super::{Options, Secrets, full, is_secret_name, json, short};

const VALUES: &str = "\
clearml:
  image:
    tag: 1.10
agent:
  clearmlGitUser: bot
  clearmlGitPassword: hunter2 # mine
  queues: default
storage:
  use_nfs: true
";

fn source(name: &str, text: &str) -> Source {
    Source::new(SourceKind::File, name, text)
}

/// The place of the first occurrence of `part`.
fn find(source: &Source, part: &str) -> Place {
    let start = source.text().find(part).expect("part of the text");
    Place::new(source.clone(), Span::new(start, start + part.len()))
}

fn error(message: &str) -> Diagnostic {
    Diagnostic::error(Code("values::test"), message)
}

fn plain(diagnostic: &Diagnostic) -> String {
    full(diagnostic, &Options::default()) + "[EOF]"
}

#[test]
fn shows_the_line_a_caret_further_places_calls_and_help() {
    let values = source("values.yaml", VALUES);
    let template = source("clearml-server/templates/x.yaml", "a\nb\n  data: {{ .Values.x | toYml }}\n");
    let mut diagnostic = error("function `toYml` is not defined")
        .at(find(&template, "toYml"), "did you mean `toYaml`?")
        .and_at(find(&values, "1.10"), "the value came from here")
        .help("first line\nsecond line");
    diagnostic.trace.push(Frame { place: find(&template, "b"), what: "`include \"x\"`".to_owned() });
    insta::assert_snapshot!(plain(&diagnostic));
}

#[test]
fn places_in_one_file_share_an_excerpt() {
    let values = source("values.yaml", VALUES);
    let near = error("twice").at(find(&values, "agent"), "again").and_at(find(&values, "image"), "first");
    insta::assert_snapshot!(plain(&near));
    let far = error("twice")
        .at(find(&values, "true"), "")
        .and_at(find(&values, "use_nfs"), "this key")
        .and_at(find(&values, "image"), "first");
    insta::assert_snapshot!(plain(&far));
}

#[test]
fn secrets_are_masked_by_name_and_by_place() {
    let values = source("values.yaml", VALUES);
    let by_name = error("bad password").at(find(&values, "hunter2"), "not this");
    insta::assert_snapshot!(plain(&by_name));
    let secrets = Secrets { shown: false, places: vec![find(&values, "bot")] };
    let by_place = error("bad user").at(find(&values, "clearmlGitUser"), "");
    insta::assert_snapshot!(full(&by_place, &Options { secrets, ..Options::default() }));
    let shown = Options { secrets: Secrets { shown: true, ..Secrets::default() }, ..Options::default() };
    assert!(full(&by_name, &shown).contains("clearmlGitPassword: hunter2"));
}

#[test]
fn messages_labels_and_help_do_not_tell_the_secret_either() {
    let values = source("values.yaml", VALUES);
    let diagnostic = error("`hunter2` is too short")
        .at(find(&values, "hunter2 # mine"), "not `hunter2`")
        .help("take something other than hunter2");
    let options = Options {
        secrets: Secrets { shown: false, places: vec![find(&values, "hunter2")] },
        ..Options::default()
    };
    for text in [full(&diagnostic, &options), short(&diagnostic, &options), json(&diagnostic, &options)] {
        assert!(text.contains("***") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn every_line_of_a_secret_block_scalar_is_masked() {
    let text = "agent:\n  clearmlConfig: |\n    api { secret\n      more }\n";
    let values = source("values.yaml", text);
    let start = text.find('|').expect("block");
    let secrets =
        Secrets { shown: false, places: vec![Place::new(values.clone(), Span::new(start, text.len()))] };
    let diagnostic = error("no").at(find(&values, "more"), "here");
    insta::assert_snapshot!(full(&diagnostic, &Options { secrets, ..Options::default() }));
}

#[test]
fn of_a_text_that_does_not_parse_nothing_after_the_first_colon_is_shown() {
    let values =
        source("values.yaml", "agent:\n  anything: \"hun\nter2\"oops\n  cert: |\n    MIIC\n   bad\n");
    let mut diagnostic = Diagnostic::error(Code("yaml::syntax"), "did not find expected key");
    diagnostic = diagnostic.at(find(&values, "hun"), "").and_at(find(&values, "MIIC"), "and here");
    insta::assert_snapshot!(plain(&diagnostic));
}

#[test]
fn values_of_telling_keys_in_flags_are_masked() {
    let flag = |text: &str| Source::new(SourceKind::Flag, format!("--set {text}"), text);
    let set = flag("agent.clearmlSecretKey=a\\,b,agent.queues=x y");
    insta::assert_snapshot!(plain(&error("no").at(find(&set, "agent.queues"), "what")));
    let json = flag(r#"agent={"clearmlGitPassword":"abc"}"#);
    insta::assert_snapshot!(plain(&error("no").at(find(&json, "agent"), "")));
}

#[test]
fn control_and_direction_characters_are_harmless_and_columns_stay_right() {
    let values = source("values.yaml", "a:\t\u{1b}[31m漢字e\u{301} \u{202e}x: y\r\n");
    insta::assert_snapshot!(plain(&error("esc\u{1b}ape\nnext").at(find(&values, "y"), "la\nbel")));
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let line = format!("text: {}HERE{}", "a".repeat(500), "b".repeat(500));
    let values = source("values.yaml", &line);
    let options = Options { width: 60, ..Options::default() };
    insta::assert_snapshot!(full(&error("long").at(find(&values, "HERE"), "this"), &options));
    insta::assert_snapshot!(full(&error("long").at(find(&values, "text"), "this"), &options));
}

#[test]
fn a_place_at_the_end_or_past_it_points_behind_the_line() {
    let values = source("values.yaml", "a: 1\n");
    let end = Place::new(values.clone(), Span::new(5, 5));
    let past = Place::new(values.clone(), Span::new(99, 120));
    insta::assert_snapshot!(plain(&error("end").at(end, "here").and_at(past, "there")));
    let many = Place::new(values, Span::new(0, 99));
    insta::assert_snapshot!(plain(&error("many lines").at(many, "")));
}

#[test]
fn colour_is_in_the_frame_and_never_in_the_text() {
    let values = source("v.yaml", "a: 1\n");
    let options = Options { color: true, ..Options::default() };
    let text = full(&error("no").at(find(&values, "1"), "x").help("h"), &options);
    insta::assert_snapshot!(text.replace('\x1b', "ESC"));
}

#[test]
fn short_and_json_are_one_line_each() {
    let values = source("values.yaml", VALUES);
    let diagnostic =
        error("bad\n\"thing\"").at(find(&values, "true"), "é").and_at(find(&values, "bot"), "b").help("h");
    insta::assert_snapshot!(short(&diagnostic, &Options::default()) + "[EOF]");
    insta::assert_snapshot!(json(&diagnostic, &Options::default()) + "[EOF]");
    let bare = Diagnostic::new(Severity::Note, Code("a::b"), "x");
    insta::assert_snapshot!(short(&bare, &Options::default()) + &json(&bare, &Options::default()));
}

#[test]
fn in_flow_maps_only_the_telling_values_are_masked() {
    let text = "tolerations:\n  - {key: gpu, operator: Exist}\n  - key: cpu\nx: {token: abcd, user: u, password: \"a,b\"}\n";
    let values = source("values.yaml", text);
    let diagnostic = error("no")
        .at(find(&values, "gpu"), "")
        .and_at(find(&values, "cpu"), "")
        .and_at(find(&values, "user"), "");
    insta::assert_snapshot!(plain(&diagnostic));
}

#[test]
fn names_tell_secrets_from_pointers_to_them() {
    for name in [
        "clearmlGitPassword",
        "clearmlGitPasword",
        "secret",
        "aws_secret_access_key",
        "awsAccessKeyId",
        "token",
        "dbPass",
        "key",
        "azureStorageKey",
        "API-KEY",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "secretName",
        "existingSecret",
        "tokenPath",
        "queues",
        "topologyKey",
        "keyRef",
        "passwordFile",
        "secretRef",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
}
