use super::*;

fn run(text: &str) -> Migrated {
    migrate(&Source::new(SourceKind::File, "old.yaml", text)).expect("the file migrates")
}

#[test]
fn keys_and_outdated_defaults_change_and_comments_stay() {
    let migrated = run("\
# our server
trains:            # the root
  nodeSelector: \"app: trains\"
  namespace: trains   # keep
  image: {repository: allegroai/trains-server, tag: 0.16.1-320}
agent:
  \"numberOfTrainsAgents\": 4
  trainsApiHost: 'https://api.trains.example.com'
apiserver:
  mongoPrepopulateZipFile: /opt/trains/db-pre-populate/export.zip
  volumeMounts:
    - mountPath: /var/log/trains
      name: a
    - mountPath: /opt/trains/config
      name: b
");
    assert_eq!(
        migrated.text,
        "\
# our server
clearml:            # the root
  nodeSelector: \"app: clearml\"
  namespace: clearml   # keep
  image: {repository: allegroai/clearml, tag: \"1.0.2\"}
agent:
  \"numberOfClearmlAgents\": 4
  clearmlApiHost: 'https://api.trains.example.com'
apiserver:
  prepopulateZipFiles: /opt/clearml/db-pre-populate
  volumeMounts:
    - mountPath: /var/log/clearml
      name: a
    - mountPath: /opt/clearml/config
      name: b
"
    );
    assert_eq!(migrated.notes.len(), 1);
}

#[test]
fn values_the_user_chose_stay() {
    let migrated = run("trains:\n  namespace: ml-trains\n  nodeSelector: 'disk: ssd'\n");
    assert_eq!(migrated.text, "clearml:\n  namespace: ml-trains\n  nodeSelector: 'disk: ssd'\n");
}

#[test]
fn an_old_key_beside_the_new_one_is_refused() {
    let source = Source::new(SourceKind::File, "old.yaml", "trains: {}\nclearml: {}\n");
    let error = migrate(&source).expect_err("both keys");
    assert_eq!(error.message, "the old key `trains` stands beside the new key `clearml`");
    assert_eq!(error.secondary.len(), 1);
}

#[test]
fn a_clearml_file_stays_as_it_is() {
    let text = "clearml: {namespace: a}\r\nagent:\r\n  queues: default # q\r\n";
    let migrated = run(text);
    assert_eq!((migrated.text.as_str(), migrated.changes), (text, 0));
    assert!(migrated.notes.is_empty());
}

#[test]
fn an_anchored_map_is_changed_once() {
    let migrated = run("agent: &a\n  trainsGitUser: x\nagentservices:\n  <<: *a\n");
    assert_eq!(migrated.text, "agent: &a\n  clearmlGitUser: x\nagentservices:\n  <<: *a\n");
}

#[test]
fn what_cannot_be_carried_over_is_said() {
    let migrated = run("services:\n  annotations: {preInstall: x}\nstorage: {use_nfs: true}\nmytrains: 1\n");
    let messages: Vec<_> = migrated.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`mytrains` is no key of a Trains chart, so it was left as it is",
            "`services.annotations` is not carried over",
            "on NFS, Elasticsearch's data stays in `data/elastic`, where Trains 0.15 and older kept that of Elasticsearch 5",
            "Trains kept its data under `/data/trains`, ClearML looks under `/data/clearml`",
        ]
    );
}

#[test]
fn notes_never_quote_a_value() {
    let migrated = run("trains: {image: {tag: s3cret}}\n");
    assert!(migrated.notes.iter().all(|note| !note.message.contains("s3cret")));
}
