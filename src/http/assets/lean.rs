//! What the modules and styles of the thread's element go out without: lines that are nothing but a
//! comment, and the blanks that lines begin with. They are for who reads the sources, and were two
//! fifths of what a page loads before it shows its first comment. No name and no statement is
//! touched, so this is no bundler.

use std::borrow::Cow;

/// Whether a file is part of what pages embed.
pub fn is_embedded(path: &str) -> bool {
    let part = path == super::files::EMBED || path.starts_with("thread/") || path.starts_with("shared/");
    part && (path.ends_with(".js") || path.ends_with(".css"))
}

/// The text without lines that hold only a comment, or nothing, and without indentation. A comment
/// behind a statement stays. No template may run over lines, whose blanks would count: `files` has a
/// test for it.
pub fn lean(bytes: &[u8]) -> Cow<'static, [u8]> {
    let text = String::from_utf8_lossy(bytes);
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines() {
        let bare = line.trim();
        if inside {
            inside = !bare.ends_with("*/");
        } else if bare.starts_with("/*") && !bare.contains("*/") {
            inside = true;
        } else if !(bare.is_empty() || bare.starts_with("//") || (bare.starts_with("/*") && bare.ends_with("*/"))) {
            kept.push_str(bare);
            kept.push('\n');
        }
    }
    Cow::Owned(kept.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_whole_lines_go_and_all_else_stays() {
        let source = "// why\n/** @type {A} */\nconst a = \"// b\"; // c\n\n/**\n * d\n */\n  f(`x\ny`); /* g */\n/* h */ i();\n";
        let served = lean(source.as_bytes());
        let expected = "const a = \"// b\"; // c\nf(`x\ny`); /* g */\n/* h */ i();\n";
        assert_eq!(String::from_utf8_lossy(&served), expected);
    }
}
