//! The computer a command runs on, as templates see it: its clock, its time zone, its randomness.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use clearml_k8s::host::{Host, Reading, System, ZoneFile};

/// Where databases of time zones stand.
// Rule: Go 1.27 time/zoneinfo_unix.go, `platformZoneSources`.
const DATABASES: [&str; 4] =
    ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];
/// The longest file that is read, in bytes.
// Rule: Go 1.27 time/zoneinfo_read.go, `maxFileSize`.
const LONGEST: u64 = 10 << 20;

/// This computer. Its zone is looked for when a date asks for it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Computer(System);

impl Host for Computer {
    fn now(&self) -> Result<Reading, String> {
        self.0.now()
    }

    fn random(&self, purpose: &str, bytes: &mut [u8]) {
        self.0.random(purpose, bytes);
    }

    // Rule: Go 1.27 time/zoneinfo_unix.go, `initLocal`.
    fn local_zone(&self) -> (String, Option<Vec<u8>>) {
        local_zone(std::env::var_os("TZ").map(|text| text.to_string_lossy().into_owned()).as_deref())
    }

    // Rule: Go 1.27 time/zoneinfo.go, `LoadLocation`.
    fn zone(&self, name: &str) -> ZoneFile {
        let own = std::env::var_os("ZONEINFO").filter(|folder| !folder.is_empty());
        let own = own.and_then(|folder| read(&Path::new(&folder).join(name)));
        own.or_else(|| listed(name)).map_or(ZoneFile::Missing, ZoneFile::Data)
    }
}

/// The name and the file of the zone that the variable `TZ` asks for.
fn local_zone(variable: Option<&str>) -> (String, Option<Vec<u8>>) {
    const COMMON: &str = "/etc/localtime";
    let wanted = variable.map_or(COMMON, |text| text.strip_prefix(':').unwrap_or(text));
    let data = match wanted {
        "" | "UTC" => None,
        path if path.starts_with('/') => read(Path::new(path)),
        name => listed(name),
    };
    (if wanted == COMMON { "Local" } else { wanted }.to_owned(), data)
}

/// The file of a zone in the first database that has it.
fn listed(name: &str) -> Option<Vec<u8>> {
    DATABASES.iter().find_map(|folder| read(Path::new(&format!("{folder}/{name}"))))
}

/// The bytes of a file that describes a zone.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    File::open(path).ok()?.take(LONGEST + 1).read_to_end(&mut data).ok()?;
    (data.len() as u64 <= LONGEST && data.starts_with(b"TZif")).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_names_a_zone_or_a_file() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("zone");
        std::fs::write(&file, b"TZif2 and so on").expect("file");
        let path = file.to_str().expect("text");
        for (variable, name, is_read) in [
            (path, path, true),
            (&*format!(":{path}"), path, true),
            ("", "", false),
            (":", "", false),
            ("UTC", "UTC", false),
            ("No/Such", "No/Such", false),
            ("/", "/", false),
        ] {
            let (found, data) = local_zone(Some(variable));
            assert_eq!((&*found, data.is_some()), (name, is_read), "{variable}");
        }
        assert_eq!(local_zone(None).0, "Local");
    }
}
