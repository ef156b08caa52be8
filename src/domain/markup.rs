//! Markup: a comment's text to safe HTML, a small CommonMark subset.
//!
//! Three steps, each enough to stop what it is there for: the parser reads the text into a
//! tree, the tree is *tamed* until it holds only what a comment may show, and the finished
//! HTML goes through an allow-list sanitiser that would drop whatever the first two missed.
//!
//! What a reader gets: paragraphs, line ends kept, emphasis, strong, strikethrough, code,
//! quotations, lists and links. A heading is a strong paragraph, an image is a link with its
//! alternative text, a thematic break is left out, and HTML is shown as it was typed.
//!
//! Left to neighbours: how long a body may be (the body's own type), isolating text direction
//! around a comment, and what a page may do with the result. Nothing here looks at who wrote
//! the text: what a link may point to is a matter for the rules.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::UrlRelative;
use comrak::nodes::{AstNode, Node, NodeLink, NodeValue};
use comrak::{Arena, Options};
use url::Url;

/// Every tag that [`render`] can yield. `ol` may carry `start`, `a` carries `href` and `rel`.
#[rustfmt::skip]
const TAGS: [&str; 12] = [
    "p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a",
];

/// Where a link may go: absolute addresses of these kinds.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// What every link says of itself: no endorsement, written by a user, no handle on the page.
const REL: &str = "nofollow ugc noopener";

/// Quotations and lists inside one another; deeper ones lose their frame and keep their text.
///
/// Beyond a dozen levels nothing is legible, browsers stop nesting at 512, and both HTML
/// parsers' scope checks cost the depth at each tag, which ten thousand `>` would make
/// quadratic.
const MAX_BLOCK_DEPTH: usize = 16;

/// Emphasis inside emphasis, for the same reasons.
const MAX_INLINE_DEPTH: usize = 16;

/// Renders a comment's text as HTML from the allow-list, safe to place in a page as it is.
///
/// The same text always gives the same HTML. Time and size are linear in the text, and stack
/// use does not grow with its nesting. Text that has something to read never renders to
/// nothing: where the markup would swallow all of it (`---`, `#`, a lone link definition), it
/// is shown as typed.
pub fn render(body: &str) -> String {
    sanitise(write(body).trim_end())
}

/// The HTML as the tamed tree gives it, of the allow-list already but for `rel`.
fn write(body: &str) -> String {
    let arena = Arena::new();
    let options = options();
    let document = comrak::parse_document(&arena, body, &options);
    tame(&arena, document);
    loosen_lists(document);
    if !is_legible(document) {
        show_as_typed(&arena, document, body);
    }
    let mut html = String::with_capacity(body.len() * 2);
    comrak::format_html(document, &options, &mut html).expect("invariant: writing to a String does not fail");
    html
}

/// The parser's settings: plain CommonMark, bare links and strikethrough, nothing else.
fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    // Who presses Enter in a comment box means it.
    options.render.hardbreaks = true;
    // The tree holds no raw HTML by then; were some left, it would come out as text.
    options.render.escape = true;
    options
}

/// The last gate: drops every tag, attribute and address that is not on the lists above.
static GATE: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut gate = ammonia::Builder::empty();
    gate.tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL));
    gate
});

fn sanitise(html: &str) -> String {
    GATE.clean(html).to_string()
}

/// Where in the tree a node stands, as far as taming it depends on that.
#[derive(Clone, Copy, Default)]
struct Place {
    block_depth: usize,
    inline_depth: usize,
    in_link: bool,
}

/// What to do with a node, decided while its value is borrowed, done once it is not.
enum Act {
    Keep(Place),
    Unwrap,
    Drop,
    StrongParagraph,
    TextParagraph(String),
    Text(String),
    Link(String),
    Image(String),
}

/// Changes the tree in place, parents first, until it holds only what a comment may show.
///
/// A work list instead of recursion: the depth is the writer's choice, the stack is ours.
fn tame<'a>(arena: &'a Arena<'a>, document: Node<'a>) {
    let mut work = vec![(document, Place::default())];
    while let Some((node, place)) = work.pop() {
        let inner = match decide(node, place) {
            Act::Keep(inner) => inner,
            Act::Unwrap => {
                work.extend(unwrap(node).into_iter().map(|child| (child, place)));
                continue;
            }
            Act::Drop => {
                node.detach();
                continue;
            }
            Act::StrongParagraph => {
                let strong = new_node(arena, NodeValue::Strong);
                strong.extend(node.children().collect::<Vec<_>>());
                node.append(strong);
                node.data_mut().value = NodeValue::Paragraph;
                place
            }
            Act::TextParagraph(text) => {
                node.data_mut().value = NodeValue::Paragraph;
                node.extend(lines(arena, text.trim_end()));
                continue;
            }
            Act::Text(text) => {
                for line in lines(arena, &text) {
                    node.insert_before(line);
                }
                node.detach();
                continue;
            }
            Act::Link(url) => {
                if !is_legible(node) {
                    replace_children(arena, node, &url);
                }
                node.data_mut().value = link(url);
                Place { in_link: true, ..place }
            }
            Act::Image(url) => {
                let alt = node.collect_text();
                let text = if alt.trim().is_empty() { url.as_str() } else { alt.trim() };
                if place.in_link || !is_allowed(&url) {
                    node.insert_before(new_node(arena, text_value(text)));
                    node.detach();
                } else {
                    replace_children(arena, node, text);
                    node.data_mut().value = link(url);
                }
                continue;
            }
        };
        work.extend(node.children().map(|child| (child, inner)));
    }
}

/// What becomes of one node. Kinds that the parser's settings never produce are unwrapped.
fn decide(node: Node<'_>, place: Place) -> Act {
    match &mut node.data_mut().value {
        NodeValue::Document | NodeValue::Item(_) | NodeValue::Paragraph => Act::Keep(place),
        NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::SoftBreak | NodeValue::LineBreak => Act::Keep(place),
        NodeValue::CodeBlock(code) => {
            // It would become a class naming the language, which nobody asked for.
            code.info.clear();
            Act::Keep(place)
        }
        NodeValue::BlockQuote | NodeValue::List(_) => match place.block_depth + 1 {
            depth if depth > MAX_BLOCK_DEPTH => Act::Unwrap,
            block_depth => Act::Keep(Place { block_depth, ..place }),
        },
        NodeValue::Emph | NodeValue::Strong | NodeValue::Strikethrough => match place.inline_depth + 1 {
            depth if depth > MAX_INLINE_DEPTH => Act::Unwrap,
            inline_depth => Act::Keep(Place { inline_depth, ..place }),
        },
        NodeValue::Heading(_) if node.first_child().is_none() => Act::Drop,
        NodeValue::Heading(_) => Act::StrongParagraph,
        NodeValue::ThematicBreak => Act::Drop,
        NodeValue::HtmlBlock(html) => Act::TextParagraph(std::mem::take(&mut html.literal)),
        NodeValue::HtmlInline(html) => Act::Text(std::mem::take(html)),
        NodeValue::Link(link) if !is_allowed(&link.url) => Act::Unwrap,
        NodeValue::Link(link) => Act::Link(std::mem::take(&mut link.url)),
        NodeValue::Image(image) => Act::Image(std::mem::take(&mut image.url)),
        _ => Act::Unwrap,
    }
}

/// Puts a node's children in its place and returns them; a list's items go with the list.
fn unwrap<'a>(node: Node<'a>) -> Vec<Node<'a>> {
    let is_list = matches!(node.data().value, NodeValue::List(_));
    let children: Vec<Node<'a>> =
        if is_list { node.children().flat_map(|item| item.children()).collect() } else { node.children().collect() };
    for child in &children {
        node.insert_before(child);
    }
    node.detach();
    children
}

/// Gives the paragraphs of a list their tags wherever an item has more than one.
///
/// In a tight list a paragraph is bare text. Taming turns headings and HTML into paragraphs
/// and takes frames away, so that two of them could now run together.
fn loosen_lists<'a>(document: Node<'a>) {
    let is_paragraph = |node: &Node<'a>| matches!(node.data().value, NodeValue::Paragraph);
    for node in document.descendants() {
        if let NodeValue::List(list) = &mut node.data_mut().value {
            let merged = |item: Node<'a>| item.children().filter(is_paragraph).nth(1).is_some();
            list.tight = list.tight && !node.children().any(merged);
        }
    }
}

/// Whether anything in the tree would leave a mark on the page.
fn is_legible(root: Node<'_>) -> bool {
    root.descendants().any(|node| match &node.data().value {
        NodeValue::Text(text) => !text.trim().is_empty(),
        NodeValue::Code(code) => !code.literal.trim().is_empty(),
        NodeValue::CodeBlock(code) => !code.literal.trim().is_empty(),
        NodeValue::HtmlInline(html) => !html.trim().is_empty(),
        _ => false,
    })
}

/// Replaces the whole tree by one paragraph of the body's own characters.
fn show_as_typed<'a>(arena: &'a Arena<'a>, document: Node<'a>, body: &str) {
    while let Some(child) = document.first_child() {
        child.detach();
    }
    if !body.trim().is_empty() {
        let paragraph = new_node(arena, NodeValue::Paragraph);
        paragraph.extend(lines(arena, body.trim()));
        document.append(paragraph);
    }
}

/// Text as inline nodes, one break for each line end.
fn lines<'a>(arena: &'a Arena<'a>, text: &str) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    // All three line ends of CommonMark; `str::lines` would keep a lone CR and lose a last LF.
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        if !nodes.is_empty() {
            nodes.push(new_node(arena, NodeValue::SoftBreak));
        }
        nodes.push(new_node(arena, text_value(line)));
    }
    nodes
}

fn replace_children<'a>(arena: &'a Arena<'a>, node: Node<'a>, text: &str) {
    while let Some(child) = node.first_child() {
        child.detach();
    }
    node.append(new_node(arena, text_value(text)));
}

fn new_node<'a>(arena: &'a Arena<'a>, value: NodeValue) -> Node<'a> {
    arena.alloc(AstNode::from(value))
}

fn text_value(text: &str) -> NodeValue {
    NodeValue::Text(text.to_owned().into())
}

/// A link without its title, which only a mouse would ever find.
fn link(url: String) -> NodeValue {
    NodeValue::Link(Box::new(NodeLink { url, title: String::new() }))
}

/// Whether an address is absolute, well-formed and of a kind that [`SCHEMES`] names.
///
/// Stricter than the sanitiser, so that a refused link leaves its text and not an empty `a`:
/// `https:path` would be relative on a page served over https, and browsers read `\` as `/`
/// and skip line ends, which is how an address comes to mean two things.
fn is_allowed(address: &str) -> bool {
    let starts_with = |prefix: &str| address.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    ["http://", "https://", "mailto:"].into_iter().any(starts_with)
        && !address.contains(|c: char| c.is_control() || c == '\\')
        && Url::parse(address).is_ok_and(|url| SCHEMES.contains(&url.scheme()))
}

#[cfg(test)]
mod tests;
