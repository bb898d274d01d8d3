//! Hooks: documents that Helm runs at certain moments instead of installing them.

use super::Manifest;

/// The annotation that makes a document a hook.
pub const HOOK_ANNOTATION: &str = "helm.sh/hook";

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookEvent {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test` or `test-success`
    Test,
}

/// A hook: its document and when it runs.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// When it runs, as the annotation lists it.
    pub events: Vec<HookEvent>,
    /// `helm.sh/hook-weight`, 0 when it is no number.
    pub weight: i64,
}

impl Hook {
    /// Whether it belongs to `helm test`.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

/// The events an annotation names; none when one of them is unknown, which drops the document.
// Rule: Helm v4.3.1 pkg/release/v1/util/manifest_sorter.go, func (file *manifestFile) sort.
#[must_use]
pub(super) fn events(annotation: &str) -> Option<Vec<HookEvent>> {
    annotation
        .split(',')
        .map(|event| match &*event.trim().to_lowercase() {
            "pre-install" => Some(HookEvent::PreInstall),
            "post-install" => Some(HookEvent::PostInstall),
            "pre-delete" => Some(HookEvent::PreDelete),
            "post-delete" => Some(HookEvent::PostDelete),
            "pre-upgrade" => Some(HookEvent::PreUpgrade),
            "post-upgrade" => Some(HookEvent::PostUpgrade),
            "pre-rollback" => Some(HookEvent::PreRollback),
            "post-rollback" => Some(HookEvent::PostRollback),
            "test" | "test-success" => Some(HookEvent::Test),
            _ => None,
        })
        .collect()
}
