//! How the program is linked.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    // A program whose addresses are known needs no relocations at each start: they take longer than everything else
    // that happens before `main`, and every page of tables they touch takes memory of its own.
    println!("cargo::rustc-link-arg-bins=-no-pie");
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
