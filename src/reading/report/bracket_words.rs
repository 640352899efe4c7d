//! What words in brackets, and before them, tell of a clause: its days, its region.

use super::region_names::{self, RegionNamed};
use super::spans::{self, DaySpan, Told};
use super::statements::Statements;

impl Statements {
    /// The days that words in brackets tell, where they tell nothing else.
    pub(super) fn whole_span(&self, inside: &str) -> Option<DaySpan> {
        let inside = inside.trim_matches(['（', '）', '(', ')']);
        let narrow = inside.chars().map(|c| if matches!(c, '—' | '－' | '–' | '~') { '-' } else { c });
        let chars: Vec<char> = narrow.collect();
        let found = spans::spans(&chars, self.today);
        let [dated] = found.as_slice() else { return None };
        (dated.range() == (0..chars.len()) && dated.span.told != Told::Year).then_some(dated.span)
    }

    /// The region that words end with: 河东区（96.3%）.
    pub(super) fn region_ending(&self, words: &str) -> Option<String> {
        let chars: Vec<char> =
            words.chars().rev().take(24).collect::<Vec<char>>().into_iter().rev().collect();
        let last = region_names::mentions(&chars, &[], &self.known).into_iter().next_back()?;
        match last.named {
            RegionNamed::Region(name) if last.span.end == chars.len() => Some(name),
            _ => None,
        }
    }
}
