//! Passwords in addresses: of `postgres://app:s3cret@db/orders` only `s3cret`.

use std::ops::Range;

use memchr::memmem;

/// No name, password and host together are looked at beyond this.
const AUTHORITY: usize = 512;

/// Every password in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let starts = memmem::find_iter(text.as_bytes(), "://").map(|place| place + 3);
    starts.filter_map(|start| password(text, start)).collect()
}

/// The password of the address whose authority starts here. A placeholder (`$NAME`) is none.
fn password(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = &text.as_bytes()[start..];
    let inside = |byte: &&u8| byte.is_ascii_graphic() && !b"/\"'<>[]{}|\\^`?#,".contains(byte);
    let authority = &bytes[..bytes.iter().take(AUTHORITY).take_while(inside).count()];
    let sign = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..sign].iter().position(|byte| *byte == b':')?;
    let found = &authority[colon + 1..sign];
    let hidden = found.starts_with(b"$") || found.iter().all(|byte| *byte == b'*');
    (!hidden).then_some(start + colon + 1..start + sign)
}
