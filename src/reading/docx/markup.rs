//! XML of a part, bounded, and the few things asked of its elements.

use roxmltree::{Document, Node, ParsingOptions};

use crate::Unreadable;

/// Most elements and texts of a part.
const NODES_MAX: u32 = 2_000_000;

/// Deepest nesting that is walked.
const DEPTH_MAX: u16 = 200;

/// Parses a part and hands its root to `read`. A part with a document type is refused, so that no entity grows.
pub(super) fn parsed<T>(
    part: Option<&str>,
    read: impl FnOnce(Node<'_, '_>) -> T,
) -> Result<Option<T>, Unreadable> {
    let Some(part) = part else {
        return Ok(None);
    };
    refuse_deep(part)?;
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(part, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Unreadable::TooMany,
        _ => Unreadable::Damaged,
    })?;
    Ok(Some(read(document.root_element())))
}

/// Refuses nesting that would be walked too deep, before anything recurs over it.
fn refuse_deep(part: &str) -> Result<(), Unreadable> {
    let bytes = part.as_bytes();
    let mut depth = 0_u16;
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'<') {
        let rest = &bytes[at + next + 1..];
        let length = match rest {
            [b'!', b'-', b'-', ..] => rest.windows(3).position(|window| window == b"-->"),
            [b'!', b'[', ..] => rest.windows(3).position(|window| window == b"]]>"),
            _ => tag_end(rest),
        };
        let Some(length) = length else {
            return Err(Unreadable::Damaged);
        };
        match rest.first() {
            Some(b'!' | b'?') => {}
            Some(b'/') => depth = depth.saturating_sub(1),
            _ if length > 0 && rest[length - 1] == b'/' => {}
            _ => depth += 1,
        }
        if depth > DEPTH_MAX {
            return Err(Unreadable::TooMany);
        }
        at += next + 1 + length;
    }
    Ok(())
}

/// Where a tag ends: at the first `>` outside of an attribute's value.
fn tag_end(rest: &[u8]) -> Option<usize> {
    let mut quote = None;
    rest.iter().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(*byte);
            false
        }
        (Some(open), byte) if open == *byte => {
            quote = None;
            false
        }
        _ => false,
    })
}

/// The child element of this local name.
pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The attribute of this local name, whatever its namespace: transitional and strict files differ in it.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// `w:val` of the child of this name.
pub(super) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(child(node, name)?, "val")
}

/// Whether a switch (`<w:b/>`) stands here, and is on; `None` when it does not stand here.
pub(super) fn switch(node: Node<'_, '_>, name: &str) -> Option<bool> {
    let switch = child(node, name)?;
    Some(!matches!(attribute(switch, "val"), Some("0" | "false" | "off" | "none")))
}
