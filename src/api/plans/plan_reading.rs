//! A plan as far as it can be read, and where what is read stands in its document.

use std::collections::BTreeMap;

use crate::api::http::refused::FieldError;
use crate::domain::PlanPart;
use crate::office::plans::PlanTree;

/// A thing that cannot be read, or that stands below one.
#[derive(Debug)]
pub(super) struct Unread {
    /// Where it stands in the document.
    pub(super) pointer: String,
    /// What it is.
    pub(super) part: PlanPart,
    /// What is wrong with its form; none where only what it stands below cannot be read.
    pub(super) errors: Vec<FieldError>,
}

/// A plan as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct ReadPlan {
    /// All that is readable, without what stands below something that is not.
    pub(super) tree: PlanTree,
    /// The rest.
    pub(super) unread: Vec<Unread>,
    /// Of each list of the document, by its pointer, the numbers of those that are in the tree.
    pub(super) kept: BTreeMap<String, Vec<usize>>,
}

impl ReadPlan {
    /// The pointer into the document of a pointer into the tree, or of one into a thing of it.
    pub(super) fn pointer(&self, in_tree: &str) -> String {
        let mut pointer = String::new();
        for part in in_tree.split('/').skip(1) {
            let kept = self.kept.get(&pointer).zip(part.parse::<usize>().ok());
            let number = kept.and_then(|(kept, at)| kept.get(at)).map(usize::to_string);
            pointer.push('/');
            pointer.push_str(number.as_deref().unwrap_or(part));
        }
        pointer
    }
}
