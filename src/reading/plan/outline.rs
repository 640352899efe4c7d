//! The tree of a plan's headings: sections, tasks, and the paragraphs below each.

use super::marks::mark;
use crate::document::{Block, Passage, Place, TableCell};

/// A paragraph below a heading; the first one of a node is, or begins with, the heading.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) place: Place,
    /// Its number as printed, with the blanks behind.
    pub(super) number: String,
    /// Without its number.
    pub(super) text: String,
    /// Characters of a heading that is run in and printed bold.
    pub(super) bold: usize,
}

/// A heading with what stands below it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) rank: u8,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
}

/// The headings of a body.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    /// Before the first heading.
    pub(super) opening: Vec<Piece>,
    pub(super) nodes: Vec<Node>,
    pub(super) roots: Vec<usize>,
    /// Tables, each with the heading it stands below.
    pub(super) tables: Vec<(Option<usize>, &'a [Vec<TableCell>])>,
}

/// Reads the headings of `blocks`.
pub(super) fn outline<'a>(blocks: &[&'a Block]) -> Outline<'a> {
    let mut outline = Outline::default();
    let mut path: Vec<usize> = Vec::new();
    for block in blocks {
        let passage = match block {
            Block::Table(rows) => {
                outline.tables.push((path.last().copied(), rows));
                continue;
            }
            Block::Passage(passage) => passage,
        };
        let Some((rank, piece)) = heading(passage) else {
            let Passage { place, ref text, bold, .. } = *passage;
            let piece = Piece { place, number: String::new(), text: text.clone(), bold };
            match path.last() {
                Some(&last) => outline.nodes[last].pieces.push(piece),
                None => outline.opening.push(piece),
            }
            continue;
        };
        while path.last().is_some_and(|&last| outline.nodes[last].rank >= rank) {
            path.pop();
        }
        let parent = path.last().copied();
        let index = outline.nodes.len();
        outline.nodes.push(Node { rank, parent, children: Vec::new(), pieces: vec![piece] });
        match parent {
            Some(parent) => outline.nodes[parent].children.push(index),
            None => outline.roots.push(index),
        }
        path.push(index);
    }
    outline
}

/// The rank of a heading, and its text without the number.
fn heading(passage: &Passage) -> Option<(u8, Piece)> {
    let place = passage.place;
    if let Some(mark) = mark(&passage.text) {
        let skipped = passage.text[..mark.length].chars().count();
        let bold = passage.bold.saturating_sub(skipped);
        let (number, text) = passage.text.split_at(mark.length);
        let piece = Piece { place, number: number.to_owned(), text: text.to_owned(), bold };
        return Some((mark.rank, piece));
    }
    let level = passage.level.filter(|level| (1..=5).contains(level))?;
    Some((level, Piece { place, number: String::new(), text: passage.text.clone(), bold: 0 }))
}

impl Outline<'_> {
    /// The nodes from the root down to this one.
    pub(super) fn path(&self, node: usize) -> Vec<usize> {
        let mut path = vec![node];
        while let Some(parent) = self.nodes[path[path.len() - 1]].parent {
            path.push(parent);
        }
        path.reverse();
        path
    }

    /// This node and all below it, in the order of the text.
    pub(super) fn below(&self, node: usize) -> Vec<usize> {
        let mut out = Vec::new();
        let mut open = vec![node];
        while let Some(next) = open.pop() {
            out.push(next);
            open.extend(self.nodes[next].children.iter().rev());
        }
        out
    }
}
