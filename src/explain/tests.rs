use super::*;

fn path(text: &str) -> FieldPath {
    let steps = text.split(' ').map(|word| match word.parse() {
        Ok(index) => Step::Item(index, Some("web".into())),
        Err(_) => Step::Key(word.into()),
    });
    FieldPath(steps.collect())
}

#[test]
fn fields_are_named_by_index_name_and_dotted_key() {
    let image = path("spec containers 0 image");
    for text in
        ["spec.containers[0].image", "spec.containers[web].image", ".spec.containers.0.image", "spec", ""]
    {
        assert!(Pattern::parse(text).matches(&image), "{text}");
    }
    for text in ["spec.containers[1].image", "spec.container", "spec.containers[0].image.x"] {
        assert!(!Pattern::parse(text).matches(&image), "{text}");
    }
    let label = path("metadata labels app.kubernetes.io/name");
    assert_eq!(label.to_string(), "metadata.labels[\"app.kubernetes.io/name\"]");
    for text in [&label.to_string(), "metadata.labels.app.kubernetes.io/name", "metadata.labels"] {
        assert!(Pattern::parse(text).matches(&label), "{text}");
    }
}
