//! Word lists: files in `words/`, a word a line, `#` before what a list is for.

/// The words of a list, longest first.
pub(crate) fn words(text: &'static str) -> Vec<&'static str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words: Vec<&str> = lines.collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Declares lists that are parsed once.
macro_rules! lists {
    ($($name:ident $file:literal)*) => {
        $(pub(super) static $name: std::sync::LazyLock<Vec<&'static str>> =
            std::sync::LazyLock::new(|| words(include_str!(concat!("words/", $file, ".txt"))));)*
    };
}

lists! {
    AIMS "aims"
    FRAME "frame"
    ORGANISATION "organisation"
    PLAN_ENDINGS "plan_endings"
    LEAD_LABELS "lead_labels"
    SUPPORT_LABELS "support_labels"
    EITHER_LABELS "either_labels"
    OTHER_LABELS "other_labels"
    LEAD_ENDS "lead_ends"
    SUPPORT_ENDS "support_ends"
    EITHER_ENDS "either_ends"
    OPEN_ENDS "open_ends"
    UNIT_ENDS "unit_ends"
    PERSON_ENDS "person_ends"
    PAST "past"
    AHEAD "ahead"
    TURNS_AHEAD "turns_ahead"
    HANDED_OUT "handed_out"
    STANDARDS "standards"
    FOR_WHOM "for_whom"
    CARRIED_OUT "carried_out"
    COMPLETED "completed"
    STEADY "steady"
    FIRM "firm"
    KEPT "kept"
    MEANS "means"
    THERE_ALREADY "there_already"
    TIMES "times"
}

/// Whether `text` has one of the words.
pub(super) fn has(text: &str, list: &[&str]) -> bool {
    list.iter().any(|word| text.contains(word))
}

/// What stands before the longest word of the list that `text` ends with.
pub(super) fn before_end<'a>(text: &'a str, list: &[&str]) -> Option<&'a str> {
    list.iter().find_map(|word| text.strip_suffix(word))
}

/// What stands behind the longest word of the list that `text` begins with.
pub(super) fn behind_start<'a>(text: &'a str, list: &[&str]) -> Option<&'a str> {
    list.iter().find_map(|word| text.strip_prefix(word))
}
