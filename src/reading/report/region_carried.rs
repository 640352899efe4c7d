//! The region that a paragraph or its part speaks of, and what 全省 and 我市 mean there.

use super::region_names::{self, RegionNamed};
use super::statements::Statements;

/// Most regions without a list that are remembered; each is looked for in every clause.
const KNOWN_MAX: usize = 300;

impl Statements {
    /// 湘潭市：… speaks of that region to the end of its part (`whole`) or paragraph.
    pub(super) fn of_region<'t>(&mut self, text: &'t str, whole: bool) -> &'t str {
        let chars: Vec<char> = text.chars().take(24).collect();
        let Some(first) = region_names::mentions(&chars, &[], &self.known)
            .into_iter()
            .next()
            .filter(|first| first.span.start == 0)
        else {
            return text;
        };
        let RegionNamed::Region(name) = first.named else { return text };
        let length: usize = chars[..first.span.end].iter().map(|c| c.len_utf8()).sum();
        let behind = &text[length..];
        if behind.is_empty() || behind.starts_with(['：', ':', '。', '—']) {
            self.thread.region = Some(name.clone());
            self.thread.topic = Some(name.clone());
            self.thread.headed = Some(name.clone());
            self.know(&name);
            if whole || behind.is_empty() {
                self.section = name;
            }
            return behind.trim_start_matches(['：', ':', '。', '—']);
        }
        text
    }

    /// Remembers a region that no list has.
    pub(super) fn know(&mut self, name: &str) {
        if self.known.len() < KNOWN_MAX && !self.known.iter().any(|known| known == name) {
            self.known.push(name.to_owned());
        }
    }

    /// The region that 全省 or 我市 means: the section's or the report's, else as written.
    pub(super) fn whole(&self, level: char) -> String {
        let fits = |name: &str| match level {
            '市' => name.ends_with(['市', '州', '盟']) || name.ends_with("地区"),
            '省' => name.ends_with('省') || name.ends_with("自治区"),
            '区' => name.ends_with('区'),
            '县' => name.ends_with(['县', '旗']) || name.ends_with('市') && self.section != self.own,
            other => name.ends_with(other),
        };
        match [&self.section, &self.own].into_iter().find(|name| fits(name)) {
            Some(name) => name.clone(),
            None => format!("全{level}"),
        }
    }
}
