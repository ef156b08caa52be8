//! What markup must give and must never let through.

use super::*;
use proptest::prelude::*;

/// Panics unless the HTML is nothing but the allow-list, well nested and not too deep.
///
/// Written apart from the sanitiser, as its judge: it knows no HTML parsing rules, and
/// needs none, because in serialised HTML a `<` begins a tag and nothing else.
fn assert_only_allowed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "bare > in {html}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "misnested in {html}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "tag {name} in {html}");
        match name {
            "a" => assert_link(attributes, html),
            "ol" if !attributes.is_empty() => {
                let number =
                    attributes.strip_prefix("start=\"").and_then(|rest| rest.strip_suffix('"')).expect("only start");
                number.parse::<u32>().expect("a number");
            }
            _ => assert_eq!(attributes, "", "attributes in {html}"),
        }
        if name != "br" {
            open.push(name);
        }
        // Each list level is two tags, then a paragraph or code, emphasis and one link.
        assert!(open.len() <= 2 * MAX_BLOCK_DEPTH + MAX_INLINE_DEPTH + 3);
    }
    assert_eq!(open, [""; 0], "left open in {html}");
}

fn assert_link(attributes: &str, html: &str) {
    let href = attributes
        .strip_prefix("href=\"")
        .and_then(|rest| rest.strip_suffix(&format!("\" rel=\"{REL}\"")))
        .unwrap_or_else(|| panic!("link {attributes} in {html}"));
    assert!(!href.contains(['"', '\\']) && !href.contains(char::is_whitespace));
    let address = href.to_ascii_lowercase();
    let absolute = ["http://", "https://", "mailto:"].iter().any(|p| address.starts_with(p));
    assert!(absolute, "address {href} in {html}");
}

/// Panics unless the HTML is of the allow-list before the sanitiser has touched it.
fn assert_tame(html: &str) {
    let mut links = 0;
    for piece in html.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("a tag ends");
        let tag = tag.trim_start_matches('/').trim_end_matches(" /");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "tag {name} in {html}");
        match attributes.split('"').collect::<Vec<_>>()[..] {
            ["href=", _, ""] if name == "a" => links += 1,
            ["start=", _, ""] if name == "ol" => {}
            [""] if name == "a" => links -= 1,
            [""] => {}
            _ => panic!("attributes {attributes} in {html}"),
        }
        assert!((0..=1).contains(&links), "link in a link in {html}");
    }
}

/// Renders, and holds the result against every oracle there is.
fn checked(body: &str) -> String {
    assert_tame(&write(body));
    let html = render(body);
    assert_only_allowed(&html);
    assert_eq!(sanitise(&html), html, "a second wash changes nothing");
    assert_eq!(render(body), html, "the same again");
    assert_eq!(html.is_empty(), body.trim().is_empty(), "text never vanishes");
    html
}

#[test]
fn golden() {
    let table = [
        ("plain", "<p>plain</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one  \ntwo\\\nthree\r\nfour", "<p>one<br>\ntwo<br>\nthree<br>\nfour</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("*a* __b__ ~~c~~ `<d>`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>&lt;d&gt;</code></p>"),
        ("```rust\nlet x = 1 < 2;\n```", "<pre><code>let x = 1 &lt; 2;\n</code></pre>"),
        ("> said\n\nno", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>no</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("7. a\n8. b", "<ol start=\"7\">\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("1. a", "<ol>\n<li>a</li>\n</ol>"),
        ("R&D &copy; &lt;", "<p>R&amp;D © &lt;</p>"),
        ("a | b\n--|--\n1 | 2", "<p>a | b<br>\n--|--<br>\n1 | 2</p>"),
        ("nul\0", "<p>nul\u{fffd}</p>"),
    ];
    for (body, html) in table {
        assert_eq!(checked(body), html, "{body:?}");
    }
}

#[test]
fn headings_are_strong_paragraphs_and_stay_blocks() {
    let table = [
        ("# One\ntext", "<p><strong>One</strong></p>\n<p>text</p>"),
        ("Two\n===", "<p><strong>Two</strong></p>"),
        ("- # a\n  b", "<ul>\n<li>\n<p><strong>a</strong></p>\n<p>b</p>\n</li>\n</ul>"),
        ("#\n\nafter", "<p>after</p>"),
        ("up\n\n***\n\ndown", "<p>up</p>\n<p>down</p>"),
    ];
    for (body, html) in table {
        assert_eq!(checked(body), html, "{body:?}");
    }
}

#[test]
fn html_is_shown_as_typed() {
    let table = [
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        ("say <i\nid=x>hi", "<p>say &lt;i<br>\nid=x&gt;hi</p>"),
        ("<div>\n*raw*\n</div>\n\n*not*", "<p>&lt;div&gt;<br>\n*raw*<br>\n&lt;/div&gt;</p>\n<p><em>not</em></p>"),
        ("<!-- gone? -->", "<p>&lt;!-- gone? --&gt;</p>"),
        ("- <hr>\n- <hr>", "<ul>\n<li>&lt;hr&gt;</li>\n<li>&lt;hr&gt;</li>\n</ul>"),
    ];
    for (body, html) in table {
        assert_eq!(checked(body), html, "{body:?}");
    }
}

#[test]
fn links_and_images() {
    let to = |address: &str, text: &str| format!("<p><a href=\"{address}\" rel=\"{REL}\">{text}</a></p>");
    let table = [
        ("[x](https://a.example \"t\")", to("https://a.example", "x")),
        ("[x](HTTP://a.example/?q=1&r=2)", to("HTTP://a.example/?q=1&amp;r=2", "x")),
        ("[**x**](mailto:a@b.example)", to("mailto:a@b.example", "<strong>x</strong>")),
        ("<https://a.example/>", to("https://a.example/", "https://a.example/")),
        ("https://a.example/b", to("https://a.example/b", "https://a.example/b")),
        ("www.a.example", to("http://www.a.example", "www.a.example")),
        ("me@a.example", to("mailto:me@a.example", "me@a.example")),
        ("[](https://a.example)", to("https://a.example", "https://a.example")),
        ("[ ![](/i) ](https://a.example)", to("https://a.example", "https://a.example")),
        ("[x][1]\n\n[1]: https://a.example", to("https://a.example", "x")),
        ("![a *cat*](https://a.example/c.png)", to("https://a.example/c.png", "a cat")),
        ("![](https://a.example/c.png)", to("https://a.example/c.png", "https://a.example/c.png")),
        ("[![cat](https://b.example/c.png)](https://a.example)", to("https://a.example", "cat")),
        ("[*me@b.example*](https://a.example)", to("https://a.example", "<em>me@b.example</em>")),
        ("[<b>](https://a.example)", to("https://a.example", "&lt;b&gt;")),
        ("![x [y](https://b.example)](https://a.example)", to("https://a.example", "x y")),
    ];
    for (body, html) in table {
        assert_eq!(checked(body), html, "{body:?}");
    }
}

#[test]
fn refused_links_leave_their_text() {
    #[rustfmt::skip]
    let addresses = [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)", "&#1;javascript:alert(1)", "javascript&colon;alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=", "vbscript:x", "file:///etc/passwd", "blob:x",
        "view-source:https://a.example", "ftp://a.example", "tel:1", "/path", "path",
        "#top", "?q", "//a.example", "\\\\\\\\a.example", "https:a.example",
        "http:/a.example", "https:\\\\a.example", "https://a.example\\\\@b.example",
        "https://a&#10;.example", "https://", "https://[", "https://a%zz.example", "",
    ];
    for address in addresses {
        for body in [format!("[text](<{address}>)"), format!("![text](<{address}>)")] {
            assert_eq!(checked(&body), "<p>text</p>", "{body}");
        }
    }
    assert_eq!(checked("<javascript:alert(1)>"), "<p>javascript:alert(1)</p>");
    assert_eq!(checked("![](cat.png)"), "<p>cat.png</p>");
}

#[test]
fn scripts_stay_text() {
    let table = [
        "<script>alert(1)</script>",
        "<ScRiPt\n>alert(1)</sCrIpT\t>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style>\
         <img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\"></iframe>",
        "<a href=\"https://a.example\" onclick=alert(1)>x</a>",
        "<p style=\"background:url(javascript:alert(1))\">x",
        "<form><button formaction=javascript:alert(1)>x",
        "<details open ontoggle=alert(1)>",
        "<template><script>alert(1)</script></template>",
        "<textarea></textarea><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?xml <script>alert(1)</script> ?>",
        "<<script>alert(1)//<</script>",
        "</p></div></body><script>alert(1)</script>",
        "`<script>alert(1)</script>`",
        "```\"><script>alert(1)</script>\nx\n```",
        "    <script>alert(1)</script>",
        "# <script>alert(1)</script>",
        "> <script>alert(1)</script>",
        "- <script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script>alert(1)&#60;/script>",
        "\\<script>alert(1)</script>",
        "*<img src=x onerror=*alert(1)>*",
        "[x](https://a.example/\"onmouseover=alert(1))",
        "[x](https://a.example/'onmouseover='alert(1))",
        "[x](<https://a.example/\" onmouseover=alert(1) x=\">)",
        "[x](https://a.example \"\\\" onmouseover=alert(1) x=\")",
        "[x](https://a.example '\"><script>alert(1)</script>')",
        "[<script>alert(1)</script>](https://a.example)",
        "![\"><script>alert(1)</script>](https://a.example)",
        "![x](https://a.example/x.png \"\"onerror=\"alert(1))",
        "https://a.example/<script>alert(1)</script>",
        "https://a.example/\"onmouseover=alert(1)",
        "www.a.example\"><script>alert(1)</script>",
        "<https://a.example/\"><script>alert(1)</script>>",
        "a\"onmouseover=alert(1)@a.example",
        "[x]: javascript:alert(1)\n\n[x] ![x]",
        "[x]: <javascript:alert(1)> \"onmouseover=alert(1)\"\n\n[x][]",
        "<javascript:alert(1)>",
        "<script\u{0}>alert(1)</script>",
        "\u{feff}<script>alert(1)</script>",
        "＜script＞alert(1)＜/script＞",
    ];
    for body in table {
        let html = checked(body);
        assert!(!html.contains("<script") && !html.contains("<img"), "{body} gave {html}");
    }
}

#[test]
fn what_markup_would_swallow_is_shown_as_typed() {
    let table = [
        ("---", "<p>---</p>"),
        ("#\n\n>\n\n-", "<p>#<br>\n<br>\n&gt;<br>\n<br>\n-</p>"),
        ("[a]: https://a.example", "<p>[a]: https://a.example</p>"),
        ("![]()", "<p>![]()</p>"),
        ("#\r\n-\r>", "<p>#<br>\n-<br>\n&gt;</p>"),
        (" \n\t", ""),
        ("", ""),
    ];
    for (body, html) in table {
        assert_eq!(checked(body), html, "{body:?}");
    }
}

/// Ten thousand characters each, of the kinds that make parsers slow or run out of stack.
fn hostile_bodies() -> Vec<String> {
    #[rustfmt::skip]
    let repeated = [
        ">", "> ", "[", "]", "*", "_", "~", "`", "#", "=", "<", "&", "\\", "\n", "- ",
        "1. ", "+\n", "-\n", "a\n=\n", "![", "[![", "](", "[a](", "![a](b", "[a][b]",
        "[a]: b\n", "*a **b ", "*a _b ", "_a __b", "**a *", "~~*", "<a\n", "<a href=\"",
        "<!--", "<?", "<![CDATA[", "<http://a", "http://a.b ", "www.a.b ", "a@b.cc ", "a@",
        "(((", "&#0;", "> - ", "> a\n\n", "\n\n>", "- a\n\n", "***a***", "<div>\n", "\0",
        "é", "\r",
    ];
    let mut bodies: Vec<String> = repeated.iter().map(|unit| unit.chars().cycle().take(10_000).collect()).collect();
    bodies.push((0..138).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect());
    bodies.push((0..138).map(|depth| format!("{}a\n\n", ">".repeat(depth))).collect());
    bodies.push((0..138).map(|length| "`".repeat(length) + "a").collect());
    bodies.push(format!("{}a\n{}", ">".repeat(5_000), "b\n".repeat(2_500)));
    bodies.push(format!("{}a\n{}", "- ".repeat(2_500), "b\n".repeat(2_500)));
    bodies.push(format!("{}a{}", "[".repeat(2_000), "](x)".repeat(2_000)));
    bodies.push(format!("{}a{}", "![".repeat(1_600), "](x)".repeat(1_600)));
    bodies.push(format!("{}a{}", "[![".repeat(900), "](x)](y)".repeat(900)));
    bodies.push(format!("{}a{}", "*a **b ".repeat(800), "b** a*".repeat(800)));
    bodies.push(format!("[a]: https://{}\n\n{}", "x".repeat(5_000), "[a]".repeat(1_600)));
    bodies
}

#[test]
fn hostile_text_needs_little_stack_and_time() {
    let small_stack = std::thread::Builder::new().stack_size(256 * 1024);
    let work = || {
        for body in hostile_bodies() {
            let started = std::time::Instant::now();
            let html = checked(&body);
            let head: String = body.chars().take(20).collect();
            // Measured: 17 ms at most with optimisation, and this washes four times
            // without it. Quadratic work would take minutes.
            assert!(started.elapsed().as_secs() < 10, "slow: {head:?}");
            // Measured: nine times, for addresses of six letters.
            assert!(html.len() <= 12 * body.len(), "long: {head:?}");
        }
    };
    small_stack.spawn(work).expect("a thread").join().expect("no panic, no overflow");
}

#[test]
fn deep_nesting_keeps_the_text() {
    let html = checked(&format!("{}deep\n\nend", "> - ".repeat(40)));
    assert_eq!(html.matches("<blockquote>").count() + html.matches("<ul>").count(), 16);
    assert!(html.contains("deep") && html.contains("end"));
    let html = checked(&format!("{}core{}", "*a **b ".repeat(40), " b** a*".repeat(40)));
    assert_eq!(html.matches("<em>").count() + html.matches("<strong>").count(), 16);
    assert!(html.contains("core"));
}

/// Bodies built of the pieces that mean something to one of the parsers.
fn spiky() -> impl Strategy<Value = String> {
    #[rustfmt::skip]
    let pieces = [
        "*", "**", "_", "__", "~~", "~", "`", "```\n", "# ", "> ", "- ", "1. ", "9) ",
        "    ", "\t", "\n", "\n\n", "  \n", "---\n", "===\n", "[", "]", "](", ")", "![",
        "]: ", "<", ">", "</", "/>", "<!--", "-->", "<?", "<![CDATA[", "]]>", "<b>",
        "</b>", "<a href=", "<script>", "</script>", "<style>", "<svg>", "<math>", "<p>",
        "</p>", "<div>\n", "<pre>", "&", "&lt;", "&#60;", "&#x0;", "\"", "'", "\\", "=",
        "(", "javascript:", "https://", "http://a.example", "mailto:", "www.",
        "a@b.example", "data:", "//", "x", "word ", "é", "\u{0}", "\u{202e}", "\r",
        "onerror=", "alert(1)", ":", "|", "^",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_outside_the_allow_list(body in spiky()) {
        checked(&body);
    }

    #[test]
    fn nothing_outside_the_allow_list_of_any_text(body in "\\PC{0,200}") {
        checked(&body);
    }
}
