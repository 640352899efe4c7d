//! Styles of paragraphs: which are headings, and which are numbered.

use std::collections::HashMap;

use roxmltree::Node;

use super::markup::{attribute, child, switch, value};

/// Longest chain of styles based on one another that is followed.
const CHAIN_MAX: usize = 16;

#[derive(Debug, Default)]
struct Style {
    based_on: Option<String>,
    level: Option<u8>,
    list: Option<(Option<String>, Option<usize>)>,
    bold: Option<bool>,
}

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
}

impl Styles {
    /// Reads `styles.xml`.
    pub(super) fn of(root: Node<'_, '_>) -> Self {
        let mut styles = HashMap::new();
        for style in root.children().filter(|node| node.tag_name().name() == "style") {
            let Some(id) = attribute(style, "styleId") else { continue };
            let name = value(style, "name").unwrap_or_default();
            let paragraph = child(style, "pPr");
            let level = paragraph.and_then(outline_level).or_else(|| level_of_name(name));
            let list = paragraph.and_then(list_of);
            let bold = child(style, "rPr").and_then(|run| switch(run, "b"));
            let based_on = value(style, "basedOn").map(str::to_owned);
            styles.insert(id.to_owned(), Style { based_on, level, list, bold });
        }
        Self { styles }
    }

    fn first<T>(&self, id: &str, of: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut style = self.styles.get(id)?;
        for _ in 0..CHAIN_MAX {
            if let Some(found) = of(style) {
                return Some(found);
            }
            style = self.styles.get(style.based_on.as_deref()?)?;
        }
        None
    }

    /// The level of a heading that a paragraph of this style is; 0 is the title.
    pub(super) fn level(&self, id: &str) -> Option<u8> {
        self.first(id, |style| style.level)
    }

    /// The list a paragraph of this style is numbered in.
    pub(super) fn list(&self, id: &str) -> Option<(Option<String>, Option<usize>)> {
        self.first(id, |style| style.list.clone())
    }

    /// Whether its text is bold.
    pub(super) fn bold(&self, id: &str) -> bool {
        self.first(id, |style| style.bold).unwrap_or(false)
    }
}

/// `w:outlineLvl`: 0 to 8 are headings, 9 is text.
pub(super) fn outline_level(paragraph: Node<'_, '_>) -> Option<u8> {
    let level: u8 = value(paragraph, "outlineLvl")?.parse().ok()?;
    (level < 9).then_some(level + 1)
}

/// `w:numPr`: the number of the list and the level in it.
pub(super) fn list_of(paragraph: Node<'_, '_>) -> Option<(Option<String>, Option<usize>)> {
    let list = child(paragraph, "numPr")?;
    let level = value(list, "ilvl").and_then(|level| level.parse().ok());
    Some((value(list, "numId").map(str::to_owned), level))
}

/// heading 2, 标题 2, Title.
fn level_of_name(name: &str) -> Option<u8> {
    let name = name.trim().to_lowercase();
    if name == "title" || name == "标题" {
        return Some(0);
    }
    let rest = name.strip_prefix("heading").or_else(|| name.strip_prefix("标题"))?;
    rest.trim().parse().ok().filter(|level| (1..=9).contains(level))
}
