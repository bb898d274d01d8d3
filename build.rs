//! What is made before the program is compiled: ClearML's templates, its default values and the schema of Kubernetes, read
//! and checked; and how the program is linked.

#[path = "src/clearml/row.rs"]
mod row;
#[path = "src/kube/schema_file.rs"]
mod schema_file;
#[path = "src/clearml/segment.rs"]
#[allow(dead_code)] // the program reads what the build script only writes
mod segment;
#[path = "src/clearml/template.rs"]
mod template;
#[path = "src/clearml/values_file.rs"]
mod values_file;

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The default values.
const VALUES: &str = "charts/clearml-server/values.yaml";
/// The schema of Kubernetes.
const SCHEMA: &str = "src/kube/schema.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/clearml/segment.rs");
    println!("cargo::rerun-if-changed=src/clearml/template.rs");
    println!("cargo::rerun-if-changed=src/clearml/row.rs");
    println!("cargo::rerun-if-changed=src/clearml/values_file.rs");
    println!("cargo::rerun-if-changed=src/kube/schema_file.rs");
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed={SCHEMA}");
    println!("cargo::rerun-if-changed={VALUES}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    fs::write(out.join("templates.rs"), templates()?)?;
    fs::write(out.join("values.rs"), values()?)?;
    fs::write(out.join("schema.rs"), schema()?)?;
    link();
    Ok(())
}

/// The Rust text of `clearml::templates`: our templates' files, what minijinja gets of them, and their segments.
fn templates() -> Result<String, Box<dyn Error>> {
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?).join("templates");
    let mut names = Vec::new();
    for folder in ["", "parts/"] {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|_| "a name that is no text")?;
            if entry.file_type()?.is_file() {
                names.push(format!("{folder}{name}"));
            }
        }
    }
    names.sort();
    let mut files = Vec::new();
    for name in names {
        let text = fs::read_to_string(root.join(&name))?;
        files.push((name, text));
    }
    let loaded = template::Loaded::read(&files).map_err(|mistake| format!("templates/{mistake}"))?;
    let mut text = String::from("/// Every file of `templates/`: its name and its text.\n");
    writeln!(text, "pub(crate) static FILES: &[(&str, &str)] = &{files:?};")?;
    writeln!(text, "/// What minijinja gets.\npub(crate) static READY: &[Ready] = &[")?;
    for ready in &loaded.ready {
        writeln!(text, "Ready {{ name: {:?}, text: {:?} }},", ready.name, ready.text)?;
    }
    writeln!(
        text,
        "];\n/// What the numbers in the texts mean.\npub(crate) static SEGMENTS: &[Embedded] = &["
    )?;
    for segment in &loaded.segments {
        let then =
            format!("{:?}", segment.then).replace("Key(", "Before::Key(").replace("Dash(", "Before::Dash(");
        writeln!(
            text,
            "Segment {{ file: {}, text: {:?}, literals: &{:?}, then: Then::{then} }},",
            segment.file, segment.text, segment.literals
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// The Rust text of `clearml::defaults`: the default values as rows, and the words they name.
fn values() -> Result<String, Box<dyn Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let text = fs::read_to_string(root.join(VALUES))?;
    let read = values_file::Rows::read(&text).map_err(|mistake| format!("{VALUES}:{mistake}"))?;
    let rows = format!("{:?}", read.rows)
        .replace("what: ", "what: What::")
        .replace("written: ", "written: Written::");
    Ok(format!(
        "/// Keys and texts, each once.\nstatic WORDS: &[&str] = &{:?};\n\
         /// Every node of the file.\n#[allow(clippy::unreadable_literal)] // nobody reads it\nstatic ROWS: &[Row] = &{rows};\n",
        read.words
    ))
}

/// The Rust text of `kube::schema`.
fn schema() -> Result<String, Box<dyn Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let text = fs::read_to_string(root.join(SCHEMA))?;
    Ok(schema_file::tables(&text).map_err(|mistake| format!("{SCHEMA}: {mistake}"))?)
}

fn link() {
    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    // A program whose addresses are known needs no relocations at each start: they take longer than everything else
    // that happens before `main`, and every page of tables they touch takes memory of its own.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    lay_together();
    // Nor does it look for shared libraries at each start when it holds them itself, where the C library is there as an
    // archive. (`crt-static` would do the same, but not without `--target`: macros of the compiler cannot have it.)
    let is_native = env::var("HOST").is_ok_and(|host| Ok(host) == env::var("TARGET"));
    if is_native
        && !target("FEATURE").split(',').any(|feature| feature == "crt-static")
        && let Some(folder) = static_libraries()
    {
        println!("cargo::rustc-link-arg-bins=-static");
        println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
    }
}

/// What commands run lies together in the program, so that a start touches a third of the pages it would touch
/// otherwise: a tenth of a short command's time, and half of its memory. `release/order` makes the list; names that are
/// not there, as in a debug build, do nothing. `CLEARML_K8S_SYMBOLS` is another list.
fn lay_together() {
    println!("cargo::rerun-if-env-changed=CLEARML_K8S_SYMBOLS");
    let own = || Some(Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join("release/symbols"));
    let Some(list) = env::var_os("CLEARML_K8S_SYMBOLS").map(PathBuf::from).or_else(own) else { return };
    if !list.is_file() {
        return;
    }
    println!("cargo::rerun-if-changed={}", list.display());
    let order = format!("--symbol-ordering-file={}", list.display());
    // Only lld knows them.
    let flags = ["-Xlinker", &order, "-Xlinker", "--no-warn-symbol-ordering"];
    if linker_takes(&flags) {
        for flag in flags {
            println!("cargo::rustc-link-arg-bins={flag}");
        }
    }
}

/// Whether a program can be linked with these flags, tried on an empty one.
fn linker_takes(flags: &[&str]) -> bool {
    let link = || {
        let out = PathBuf::from(env::var_os("OUT_DIR")?);
        let source = out.join("empty.rs");
        fs::write(&source, "fn main() {}\n").ok()?;
        let mut compiler = Command::new(env::var_os("RUSTC")?);
        compiler.arg(&source).arg("-o").arg(out.join("empty")).arg("--target").arg(env::var_os("TARGET")?);
        if let Some(linker) = env::var_os("RUSTC_LINKER") {
            let mut option = OsString::from("-Clinker=");
            option.push(linker);
            compiler.arg(option);
        }
        compiler.args(flags.iter().map(|flag| format!("-Clink-arg={flag}")));
        let set = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
        compiler.args(set.split('\x1f').filter(|flag| !flag.is_empty()));
        Some(compiler.output().ok()?.status.success())
    };
    link().unwrap_or(false)
}

/// A folder whose shared libraries are linker scripts that name the archives; none when an archive is missing.
fn static_libraries() -> Option<PathBuf> {
    let compiler = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let folder = Path::new(&env::var_os("OUT_DIR")?).join("static");
    fs::create_dir_all(&folder).ok()?;
    for (shared, archive) in [("gcc_s", "libgcc_eh.a"), ("c", "libc.a"), ("m", "libm.a")] {
        let found = Command::new(&compiler).arg(format!("-print-file-name={archive}")).output().ok()?;
        // A file that is not found is printed as it was asked for.
        Path::new(String::from_utf8(found.stdout).ok()?.trim()).is_absolute().then_some(())?;
        fs::write(folder.join(format!("lib{shared}.so")), format!("INPUT(-l:{archive})\n")).ok()?;
    }
    Some(folder)
}
