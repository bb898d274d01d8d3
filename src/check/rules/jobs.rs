//! Jobs and `CronJobs`.
// Rule: kubernetes v1.37 pkg/apis/batch/validation/validation.go.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, str_of};
use super::ObjectRule;
use super::workload::not_negative;
use crate::codec::Node;

pub(super) const RULES: &[ObjectRule] =
    &[(&["Job", "CronJob"], job), (&["Job", "CronJob"], restart_policy), (&["CronJob"], cron)];

fn spec<'o>(object: &'o Object<'_>) -> Option<&'o Node> {
    object.at(if object.kind == "Job" { "spec" } else { "spec.jobTemplate.spec" })
}

fn job(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = spec(object) else { return };
    for field in
        ["completions", "parallelism", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"]
    {
        not_negative(spec, field, findings);
    }
    if str_of(spec, "completionMode") == Some("Indexed") && !has(spec, "completions") {
        findings.missing(spec, "completions", codes::JOB, "when completion mode is Indexed");
    }
    let manual = spec.get("manualSelector").and_then(Node::as_bool) == Some(true);
    if let Some(node) = spec.get("manualSelector").filter(|_| manual && object.kind == "CronJob") {
        findings.invalid(node, codes::JOB, "jobs of a `CronJob` have selectors of the API server");
    } else if manual && !has(spec, "selector") {
        findings.missing(spec, "selector", codes::JOB, "when `manualSelector` is true");
    }
    if let Some(selector) = spec.get("selector").filter(|selector| !selector.is_null())
        && !manual
    {
        findings.invalid(
            selector,
            codes::JOB,
            "`selector` is made by the API server unless `manualSelector` is true",
        );
    }
}

fn restart_policy(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(pod) = object.pod() else { return };
    match pod.spec.get("restartPolicy").filter(|policy| !policy.is_null()) {
        None => {
            findings.missing(
                pod.spec,
                "restartPolicy",
                codes::RESTART_POLICY,
                "valid values: \"OnFailure\", \"Never\"",
            );
        }
        Some(policy) if matches!(policy.as_str(), Some("Always" | "")) => {
            findings.unsupported(policy, codes::RESTART_POLICY, ["OnFailure", "Never"].into_iter());
        }
        Some(_) => {}
    }
}

fn cron(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        not_negative(spec, field, findings);
    }
    let Some(node) = spec.get("schedule") else { return };
    let Some(schedule) = node.as_str() else { return };
    if schedule.contains("TZ=") {
        findings.invalid(
            node,
            codes::SCHEDULE,
            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
        );
    } else if let Err(detail) = read_schedule(schedule) {
        findings.invalid(node, codes::SCHEDULE, &detail).help =
            Some("write `minute hour day-of-month month day-of-week`, such as `0 3 * * *`".to_owned());
    }
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Checks a schedule as robfig/cron v3's `ParseStandard` reads it.
fn read_schedule(schedule: &str) -> Result<(), String> {
    if let Some(word) = schedule.strip_prefix('@') {
        let named =
            matches!(word, "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly");
        let every = word.strip_prefix("every ").is_some_and(is_duration);
        return if named || every { Ok(()) } else { Err(format!("unrecognized descriptor: {schedule:?}")) };
    }
    let fields: Vec<_> = schedule.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(format!("expected exactly 5 fields, found {}: {schedule:?}", fields.len()));
    }
    let bounds: [(i64, i64, &[&str], i64); 5] =
        [(0, 59, &[], 0), (0, 23, &[], 0), (1, 31, &[], 0), (1, 12, MONTHS, 1), (0, 6, DAYS, 0)];
    for (field, (low, high, names, first)) in fields.iter().zip(bounds) {
        for part in field.split(',') {
            read_part(part, low, high, names, first)
                .ok_or_else(|| format!("{part:?} is not from {low} to {high}"))?;
        }
    }
    Ok(())
}

/// Whether Go's `time.ParseDuration` takes it, such as `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (digits, after) = rest.split_at(number);
        let unit = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].into_iter().find(|unit| {
            after.strip_prefix(unit).is_some_and(|next| !next.starts_with(|c: char| c.is_alphabetic()))
        });
        let Some(unit) = unit else { return false };
        if !digits.bytes().any(|byte| byte.is_ascii_digit()) || digits.matches('.').count() > 1 {
            return false;
        }
        rest = after.get(unit.len()..).unwrap_or_default();
        parts += 1;
    }
    parts > 0
}

fn read_part(part: &str, low: i64, high: i64, names: &[&str], first: i64) -> Option<()> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, step.parse::<u32>().ok()?),
        None => (part, 1),
    };
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let named = names.iter().position(|name| *name == lower).and_then(|at| i64::try_from(at).ok());
        named.map(|at| at + first).or_else(|| text.parse::<u32>().ok().map(i64::from))
    };
    let (start, end) = match range {
        "*" | "?" => (low, high),
        _ => match range.split_once('-') {
            Some((start, end)) => (number(start)?, number(end)?),
            None => (number(range)?, number(range)?),
        },
    };
    (start >= low && end <= high && start <= end && step > 0).then_some(())
}
