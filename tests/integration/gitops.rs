//! The recipes of `examples/gitops`, and vendored trees as kustomize takes them: what stands there runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Node, Numbers};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::{clearml, vendor};

use crate::sandbox::Sandbox;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn recipe(name: &str) -> String {
    fs::read_to_string(root().join("examples/gitops").join(name)).expect("a recipe")
}

fn documents(name: &str, text: &str) -> Vec<Node> {
    let source = Source::new(SourceKind::File, name, text);
    let read = yaml::read_stream(&source, &ReadOptions { numbers: Numbers::Typed });
    read.expect(name).into_iter().map(|document| document.root).collect()
}

fn text<'n>(node: &'n Node, path: &[&str]) -> &'n str {
    node.at_path(path.iter().copied()).and_then(Node::as_str).unwrap_or_default()
}

/// Runs a program in a folder with ours in front of the path.
fn run(folder: &Path, program: &str, args: &[&str], env: &[(&str, &str)]) -> Output {
    let ours = Path::new(env!("CARGO_BIN_EXE_clearml-k8s")).parent().expect("a folder");
    Command::new(program)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{}", ours.display(), std::env::var("PATH").unwrap_or_default()))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("HOME", folder)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

#[track_caller]
fn done(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// The real kubectl, when there is one.
fn kubectl() -> Option<String> {
    let path = std::env::var("CLEARML_K8S_KUBECTL").ok().filter(|path| Path::new(path).exists());
    let is_required = std::env::var("REQUIRE_ORACLE").is_ok_and(|value| value == "1");
    assert!(
        path.is_some() || !is_required,
        "REQUIRE_ORACLE=1 demands a kubectl: name one in CLEARML_K8S_KUBECTL"
    );
    path
}

/// Objects by what they are.
fn by_identity(stream: &str) -> BTreeMap<[String; 4], Node> {
    documents("objects", stream)
        .into_iter()
        .map(|object| {
            let part = |path: &[&str]| text(&object, path).to_owned();
            let namespace = part(&["metadata", "namespace"]);
            ([part(&["apiVersion"]), part(&["kind"]), namespace, part(&["metadata", "name"])], object)
        })
        .collect()
}

#[test]
fn every_recipe_is_yaml() {
    let mut seen = 0;
    let mut folders = vec![root().join("examples/gitops")];
    let mut files = vec![root().join(".pre-commit-hooks.yaml")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files.iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
        let content = fs::read_to_string(file).expect("a file");
        assert!(content.starts_with('#'), "{}: the first line says what it is for", file.display());
        assert!(!documents(&file.display().to_string(), &content).is_empty());
        seen += 1;
    }
    assert!(seen >= 9, "{seen}");
}

#[test]
fn kustomize_takes_every_vendored_tree_and_gives_the_same_objects() {
    let charts = [("shop", "shop/Chart.yaml"), ("wide", "wide/Chart.yaml")];
    let sandbox = crate::vendor::chart(Sandbox::new())
        .file("wide/Chart.yaml", "apiVersion: v2\nname: wide\nversion: 1.0.0\n")
        .file("wide/crds/widget.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\nspec:\n  group: example.com\n  names: {kind: Widget, plural: widgets}\n  scope: Namespaced\n  versions:\n  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}\n")
        .file("wide/templates/a.yaml", "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: one\n  namespace: elsewhere\nsize: 012\n---\n# only a comment\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:wide\nrules: []\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: in-a-list}}\n")
        .args(["--version"])
        .run();
    let folder = sandbox.dir();
    let kubectl = kubectl();
    let mut compared = 0;
    let mut cases: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    for preset in clearml::preset_names() {
        let flags = vec!["--preset".to_owned(), preset.to_owned()];
        cases.push((preset.to_owned(), [vec!["render".to_owned()], flags.clone()].concat(), flags));
    }
    for (name, _) in charts {
        let render = ["template", "demo", name, "--include-crds", "-n", "store"].map(str::to_owned).to_vec();
        let flags =
            ["--chart", name, "--release", "demo", "--include-crds", "-n", "store"].map(str::to_owned);
        cases.push((name.to_owned(), render, flags.to_vec()));
    }
    for (name, render, flags) in &cases {
        let target = format!("out-{name}");
        let args: Vec<&str> =
            ["vendor", &target].into_iter().chain(flags.iter().map(String::as_str)).collect();
        done(&run(folder, "clearml-k8s", &args, &[]));
        let rendered =
            done(&run(folder, "clearml-k8s", &render.iter().map(String::as_str).collect::<Vec<_>>(), &[]));
        let mut wanted = by_identity(&rendered);
        // A List is a way to write several objects.
        let lists: Vec<_> = wanted.keys().filter(|id| id[1] == "List").cloned().collect();
        for id in lists {
            let list = wanted.remove(&id).expect("it was there");
            for item in list.get("items").and_then(Node::as_list).unwrap_or_default() {
                wanted.extend(by_identity(&yaml::write_unfolded(item, yaml::KeyOrder::Written)));
            }
        }
        wanted.retain(|id, _| !id[1].is_empty());
        let Some(kubectl) = &kubectl else { continue };
        let built = done(&run(folder, kubectl, &["kustomize", &target], &[]));
        let built = by_identity(&built);
        assert_eq!(built.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{name}");
        for (id, object) in &wanted {
            assert_eq!(built.get(id), Some(object), "{name}: {id:?}");
        }
        compared += built.len();
    }
    assert!(kubectl.is_none() || compared > 250, "{compared}");
}

#[test]
fn the_argo_cd_plugin_renders_and_refuses() {
    let plugin = &documents("plugin", &recipe("argocd-plugin.yaml"))[0];
    let spec = plugin.get("spec").expect("a spec");
    let step = |name: &str| -> Vec<String> {
        let list = |key: &str| spec.at_path([name, key]).and_then(Node::as_list).unwrap_or_default().to_vec();
        list("command").iter().chain(&list("args")).filter_map(Node::as_str).map(str::to_owned).collect()
    };
    let values = text(spec, &["discover", "fileName"]).trim_start_matches("./").to_owned();
    let env = [("ARGOCD_APP_NAME", "shop"), ("ARGOCD_APP_NAMESPACE", "ml")];
    let good = Sandbox::new().file(&values, "clearml: {versions: modern}\n").args(["--version"]).run();
    for name in ["init", "generate"] {
        let words = step(name);
        let args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let output = run(good.dir(), &words[0], &args, &env);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if name == "generate" {
            assert!(output.status.success());
            assert!(stdout.contains("app.kubernetes.io/instance: shop") && stdout.contains("namespace: ml"));
        } else {
            // `modern` is warned about: it does not open old data.
            assert!(!output.status.success() && stdout.is_empty());
        }
    }
}

#[test]
fn the_vendor_file_and_the_hooks_of_pre_commit_run() {
    let made = Sandbox::new().file("vendor.yaml", recipe("vendor.yaml")).args(["vendor"]).run();
    assert_eq!(made.status, 0, "{}", made.stderr());
    let folder = made.dir();
    assert!(folder.join("clusters/prod/kustomization.yaml").exists());
    assert!(!folder.join("clusters/prod/secret-clearml-agent-conf.yaml").exists());
    fs::write(folder.join("values.yaml"), "apiserver: {replicas: 2}\n").expect("written");
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let used = recipe("pre-commit-config.yaml");
    let hooks = documents("hooks", &hooks);
    let hooks = hooks[0].as_list().expect("a list");
    for hook in hooks {
        assert!(used.contains(&format!("id: {}\n", text(hook, &["id"]))), "{}", text(hook, &["id"]));
        let mut words: Vec<&str> = text(hook, &["entry"]).split(' ').collect();
        if hook.get("pass_filenames").is_none() {
            words.push("values.yaml");
        }
        done(&run(folder, words[0], &words[1..], &[]));
    }
    fs::write(folder.join("clusters/test/service-redis.yaml"), "edited").expect("written");
    assert_eq!(run(folder, "clearml-k8s", &["vendor", "--check"], &[]).status.code(), Some(1));
    let source = Source::new(SourceKind::File, "vendor.yaml", recipe("vendor.yaml"));
    assert_eq!(vendor::parse_config(&source).expect("a list of releases").len(), 2);
}

#[test]
fn the_github_workflow_checks_and_comments() {
    let workflow = &documents("workflow", &recipe("github-workflow.yaml"))[0];
    let steps = workflow.at_path(["jobs", "manifests", "steps"]).and_then(Node::as_list).expect("steps");
    let made = Sandbox::new()
        .file("vendor.yaml", recipe("vendor.yaml"))
        .file("bin/gh", "#!/bin/sh\nprintf '%s\\n' \"$@\" > gh-arguments\ncp comment.md commented.md\n")
        .args(["vendor"])
        .run();
    let folder = made.dir();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.join("bin/gh"), mode).expect("a program");
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        done(&run(folder, "git", &[&who[..], args].concat(), &[]))
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "clusters", "vendor.yaml"]);
    git(&["commit", "-q", "-m", "one"]);
    git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let changed = recipe("vendor.yaml").replace("apiserver.replicas=2", "apiserver.replicas=3");
    fs::write(folder.join("vendor.yaml"), changed).expect("written");
    let step = |step: &Node| {
        let script = text(step, &["run"]);
        let path = format!(
            "{}:{}:{}",
            folder.join("bin").display(),
            Path::new(env!("CARGO_BIN_EXE_clearml-k8s")).parent().expect("a folder").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let mut env: Vec<(String, String)> =
            vec![("GITHUB_STEP_SUMMARY".into(), "summary.md".into()), ("PATH".into(), path)];
        for entry in step.get("env").and_then(Node::as_map).into_iter().flat_map(|map| map.entries()) {
            let value = entry.value.as_str().unwrap_or_default();
            let value = value
                .replace("${{ github.base_ref }}", "main")
                .replace("${{ github.event.number }}", "7")
                .replace("${{ github.token }}", "t");
            assert!(!value.contains("${{"), "{value}");
            env.push((entry.key.to_string(), value));
        }
        let env: Vec<(&str, &str)> = env.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        run(folder, "bash", &["-e", "-c", script], &env)
    };
    let scripts: Vec<&Node> = steps.iter().filter(|step| step.get("run").is_some()).collect();
    let [check, diff, comment] = scripts.as_slice() else { unreachable!("three steps run something") };
    let stale = step(check);
    assert_eq!(stale.status.code(), Some(1));
    let said = String::from_utf8_lossy(&stale.stdout);
    assert!(said.starts_with("::error file=clusters/prod/deployment-apiserver.yaml,"), "{said}");
    done(&run(folder, "clearml-k8s", &["vendor"], &[]));
    done(&step(check));
    done(&step(diff));
    done(&step(comment));
    let arguments = fs::read_to_string(folder.join("gh-arguments")).expect("gh ran");
    assert!(arguments.starts_with("pr\ncomment\n7\n"), "{arguments}");
    insta::assert_snapshot!(fs::read_to_string(folder.join("commented.md")).expect("a comment"));
}

#[test]
fn the_function_of_kustomize_renders_into_a_list_of_resources() {
    let config = recipe("kustomize/clearml.yaml");
    let indented: String = config.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    let input = format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig:\n{indented}items:\n\
         - {{apiVersion: v1, kind: ConfigMap, metadata: {{name: mine, annotations: {{config.kubernetes.io/index: '0'}}}}}}\n\
         - {{apiVersion: v1, kind: Service, metadata: {{name: redis, namespace: clearml}}, spec: {{old: true}}}}\n"
    );
    let once = Sandbox::new().args(["krm"]).stdin(input.as_str()).run();
    assert_eq!(once.status, 0, "{}", once.stderr());
    let list = &documents("list", &once.stdout())[0];
    let items = list.get("items").and_then(Node::as_list).expect("items");
    let wanted = by_identity(&Sandbox::new().args(["render", "--preset", "minimal"]).run().stdout());
    assert_eq!(items.len(), wanted.len() + 1);
    assert_eq!(text(&items[0], &["metadata", "name"]), "mine");
    assert!(!once.stdout().contains("old: true"));
    // A function that runs over its own output changes nothing.
    let twice = Sandbox::new().args(["krm"]).stdin(once.stdout()).run();
    assert_eq!(twice.stdout(), once.stdout());
    let plugin = Sandbox::new().file("config.yaml", &config).args(["krm", "config.yaml"]).run();
    assert_eq!(by_identity(&plugin.stdout()), wanted);
}

#[test]
fn kustomize_runs_the_generator() {
    let Some(kubectl) = kubectl() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = folder.path().join("plugins/clearml-k8s/v1/render");
    fs::create_dir_all(&plugin).expect("folders");
    let example = root().join("examples/gitops/kustomize");
    fs::copy(example.join("clearml-k8s-krm"), plugin.join("Render")).expect("copied");
    // A generator plugin is found by kind; the annotation is for kustomize's own functions.
    let config = recipe("kustomize/clearml.yaml");
    let (before, rest) = config.split_once("  annotations:\n").expect("annotations");
    let (_, after) = rest.split_once("spec:\n").expect("a spec");
    fs::write(folder.path().join("clearml.yaml"), format!("{before}spec:\n{after}")).expect("written");
    fs::copy(example.join("kustomization.yaml"), folder.path().join("kustomization.yaml")).expect("copied");
    let home = folder.path().join("plugins").display().to_string();
    let built = run(
        folder.path(),
        &kubectl,
        &["kustomize", "--enable-alpha-plugins", "."],
        &[("KUSTOMIZE_PLUGIN_HOME", home.as_str())],
    );
    let wanted = Sandbox::new().args(["render", "--preset", "minimal"]).run().stdout();
    assert_eq!(by_identity(&done(&built)), by_identity(&wanted));
}

#[test]
fn what_is_no_configuration_is_refused() {
    let run = |input: &str| Sandbox::new().args(["krm"]).stdin(input).run().refused();
    let list = |config: &str| {
        format!(
            "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {config}\nitems: []\n"
        )
    };
    let story = [
        run("kind: ConfigMap\n"),
        run(&list("{apiVersion: v1, kind: ConfigMap}")),
        run(&list("{apiVersion: clearml-k8s/v1, kind: Render, spec: {preset: nfs, target: x}}")),
        run(&list("{apiVersion: clearml-k8s/v1, kind: Render, spec: {valuesInline: [1]}}")),
        run(&list(
            "{apiVersion: clearml-k8s/v1, kind: Render, spec: {valuesInline: {storage: {use_nfs: true}}}}",
        )),
    ];
    insta::assert_snapshot!(story.join("\n"));
    let warned =
        list("{apiVersion: clearml-k8s/v1, kind: Render, spec: {valuesInline: {agnt: {password: hidden}}}}");
    let output = Sandbox::new().args(["krm"]).stdin(warned.as_str()).run();
    assert_eq!(output.status, 0);
    let results = output.stdout().split_once("results:\n").expect("results").1.to_owned();
    insta::assert_snapshot!(results);
}
