//! `--limit NAME=VALUE`: how much a run may use up, and who watches over time and memory.
//!
//! Steps and sizes are counted where the work is done and end at the same place on every machine. What cannot be
//! counted, seconds and memory, is looked at from a thread beside the work.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clearml_k8s::value::Limits;

use super::exit::Exit;
use super::pflag::{Flag, Kind, Parsed};

/// Bytes of memory past which a chart's render is stopped.
const MOST_MEMORY: u64 = 4 << 30;
/// Bytes of a file of values, of standard input and of a manifest past which it is refused.
const MOST_FILE: u64 = 256 << 20;
/// How often the watcher looks.
const LOOK: Duration = Duration::from_millis(20);
/// The watcher's stack.
const STACK: usize = 64 << 10;

/// The flag of commands with Helm's grammar.
pub(super) const FLAGS: &[Flag] = &[Flag::value(
    "limit",
    Kind::Texts,
    "NAME=VALUE, of steps, output, text, items, file, memory, seconds (not a flag of Helm's)",
)];

/// What the whole run may use up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Chosen {
    render: Limits,
    file: u64,
    memory: u64,
    seconds: Option<f64>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { render: Limits::default(), file: MOST_FILE, memory: MOST_MEMORY, seconds: None }
    }
}

static CHOSEN: OnceLock<Chosen> = OnceLock::new();
static WATCHED: AtomicBool = AtomicBool::new(false);
/// Where the run stands, decided by whoever comes first: the output that begins, or the watcher.
static STATE: AtomicU8 = AtomicU8::new(WORKING);
const WORKING: u8 = 0;
const WRITING: u8 = 1;
const STOPPED: u8 = 2;

/// Takes what the user said, and watches over it.
///
/// # Errors
/// One line: an unknown name, a value that is no number.
pub(super) fn choose(texts: &[String], failed: Exit) -> Result<(), String> {
    if texts.is_empty() {
        return Ok(());
    }
    let chosen = parse(texts)?;
    let _ = CHOSEN.set(chosen);
    watch(failed);
    Ok(())
}

/// The same from the flags of a command with Helm's grammar.
///
/// # Errors
/// As [`choose`].
pub(super) fn choose_from(parsed: &Parsed) -> Result<(), String> {
    choose(&parsed.texts("limit"), Exit::No)
}

fn chosen() -> Chosen {
    CHOSEN.get().copied().unwrap_or_default()
}

/// What the templates of a chart may use up.
pub(super) fn render() -> Limits {
    chosen().render
}

/// Bytes that a file of values may have.
pub(super) fn file() -> u64 {
    chosen().file
}

fn parse(texts: &[String]) -> Result<Chosen, String> {
    let mut chosen = Chosen::default();
    for text in texts {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let number = || amount(value).ok_or_else(|| format!("--limit {text}: `{value}` is no number"));
        let size = || number().map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        match name {
            "steps" => chosen.render.steps = number()?,
            "output" => chosen.render.output = size()?,
            "text" => chosen.render.text = size()?,
            "items" => chosen.render.items = size()?,
            "file" => chosen.file = number()?,
            "memory" => chosen.memory = number()?,
            "seconds" => {
                let seconds = value.parse().ok().filter(|seconds: &f64| *seconds > 0.0 && *seconds < 1e9);
                chosen.seconds = Some(
                    seconds.ok_or_else(|| format!("--limit {text}: `{value}` is no number of seconds"))?,
                );
            }
            _ => {
                return Err(format!(
                    "--limit {text}: no limit is called `{name}`: write one of steps, output, text, items, file, \
                     memory, seconds, as in `--limit seconds=10`"
                ));
            }
        }
    }
    Ok(chosen)
}

/// A number that may end in `Ki`, `Mi` or `Gi`.
fn amount(text: &str) -> Option<u64> {
    let units = [("Ki", 10), ("Mi", 20), ("Gi", 30)];
    let (digits, shift) = units
        .into_iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)))
        .unwrap_or((text, 0));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// Watches over time and memory from now on until the output begins. When one of them is used up, the program ends as
/// `failed`, nothing printed.
pub(super) fn watch(failed: Exit) {
    if WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    let chosen = chosen();
    let start = Instant::now();
    let watcher = move || {
        while STATE.load(Ordering::Acquire) == WORKING {
            // A short run ends before the first look.
            thread::sleep(LOOK);
            let over = if chosen.seconds.is_some_and(|most| start.elapsed().as_secs_f64() > most) {
                let most = chosen.seconds.unwrap_or_default();
                format!("stopped after {most} seconds: `--limit seconds=N` allows more")
            } else if resident().is_some_and(|bytes| bytes > chosen.memory) {
                let most = chosen.memory;
                format!("stopped at more than {most} bytes of memory: `--limit memory=N` allows more")
            } else {
                continue;
            };
            end(&over, failed);
        }
    };
    // Without a watcher the counted limits still hold.
    let _ = thread::Builder::new().stack_size(STACK).spawn(watcher);
}

/// Ends the program, unless its output has begun.
fn end(why: &str, failed: Exit) {
    if STATE.compare_exchange(WORKING, STOPPED, Ordering::AcqRel, Ordering::Acquire).is_ok() {
        let prefix = if failed == Exit::No { "Error" } else { "error" };
        super::ui::last_words(&format!("{prefix}: {why}\n"));
        process::exit(i32::from(failed.code()));
    }
}

/// Says that output begins: from here on nothing is cut off. Waits for ever if the watcher came first.
pub(super) fn output_begins() {
    if STATE.compare_exchange(WORKING, WRITING, Ordering::AcqRel, Ordering::Acquire) == Err(STOPPED) {
        loop {
            thread::park();
        }
    }
}

/// Bytes of memory that the program holds; nothing where the system does not tell.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Chosen, String> {
        parse(&[text.to_owned()])
    }

    #[test]
    fn limits_are_numbers_with_units() {
        assert_eq!(parsed("steps=10").unwrap().render.steps, 10);
        assert_eq!(parsed("text=2Ki").unwrap().render.text, 2048);
        assert_eq!(parsed("memory=1Gi").unwrap().memory, 1 << 30);
        assert_eq!(parsed("file=3Mi").unwrap().file, 3 << 20);
        assert_eq!(parsed("seconds=0.5").unwrap().seconds, Some(0.5));
    }

    #[test]
    fn what_is_no_limit_is_refused_with_the_names() {
        assert!(parsed("time=3").unwrap_err().contains("write one of steps, output"));
        for text in
            ["steps", "steps=", "steps=-1", "text=1.5", "memory=99999999999Gi", "seconds=0", "seconds=x"]
        {
            assert!(parsed(text).unwrap_err().contains("is no number"), "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_told() {
        assert!(resident().unwrap() > 1 << 20);
    }
}
