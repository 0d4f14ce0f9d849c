//! Why a preflight is refused for the header names that it announces, read word by word from the documents.

use tower_cors::Refusal;

/// `names` are the allowed names, each once, and `lines` those of `Access-Control-Request-Headers`.
pub(crate) fn refusal(names: &[String], lines: &[Vec<u8>]) -> Option<Refusal> {
    let elements = || lines.iter().flat_map(|line| line.split(|&byte| byte == b','));
    let own = |element: &[u8]| {
        let is_space = |byte: &u8| b" \t".contains(byte);
        let start = element.iter().position(|byte| !is_space(byte)).unwrap_or(element.len());
        let end = element.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
        element[start..end].to_vec()
    };
    let is_allowed =
        |name: &[u8]| names.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(name));
    let refused = |name: Vec<u8>| {
        let is_token = name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte));
        let text = String::from_utf8_lossy(&name).into_owned();
        if is_token { Refusal::HeaderNotAllowed(text) } else { Refusal::ImpossibleHeader(text) }
    };
    // All names, each with a comma and two bytes of white space, and 16 empty elements.
    let most = names.iter().map(|name| name.len() + 3).sum::<usize>() + 16 * 3 - 1;
    // Empty lines are counted along with the bytes, before any name is read.
    let mut empty = (1..).zip(lines).filter(|(_, line)| line.is_empty());
    if let Some((count, _)) = empty.nth(16)
        && lines[..count].join(&b","[..]).len() <= most
    {
        return Some(Refusal::MalformedRequestHeaders);
    }
    if lines.join(&b","[..]).len() > most {
        // The reason is sought among the first 32 elements, and among those that end within 1,024 bytes of their line.
        let beginning = |line: &Vec<u8>| match line.get(..1024) {
            Some(start) => start.rsplitn(2, |&byte| byte == b',').nth(1).unwrap_or(b"").to_vec(),
            None => line.clone(),
        };
        let beginnings: Vec<Vec<u8>> = lines.iter().map(beginning).collect();
        let elements = beginnings.iter().flat_map(|line| line.split(|&byte| byte == b','));
        let mut names =
            elements.take(32).map(own).filter(|name| !name.is_empty() && name.len() <= 64);
        return Some(
            names.find(|name| !is_allowed(name)).map_or(Refusal::RequestHeadersTooLong, refused),
        );
    }
    let mut empty = 0;
    for element in elements() {
        let name = own(element);
        empty += usize::from(name.is_empty());
        if element.len() > name.len() + 2 || empty > 16 {
            return Some(Refusal::MalformedRequestHeaders);
        }
        if !name.is_empty() && !is_allowed(&name) {
            return Some(refused(name));
        }
    }
    None
}
