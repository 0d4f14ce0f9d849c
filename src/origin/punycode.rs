//! Checks that a browser can have written an `xn--` label.

/// Returns whether `encoded`, a lower-case label without its `xn--`, decodes to a label that is not all
/// ASCII, and encodes to the same bytes.
///
/// [Decoding](https://www.rfc-editor.org/rfc/rfc3492#section-6.2) lower-case digits is injective: code
/// points come in one order only, and each integer has one spelling. So nothing has to be encoded or
/// stored.
pub(super) fn is_canonical(encoded: &[u8]) -> bool {
    let (basic, deltas) = match encoded.iter().rposition(|&byte| byte == b'-') {
        Some(0) => return false,
        Some(delimiter) => (&encoded[..delimiter], &encoded[delimiter + 1..]),
        None => (&encoded[..0], encoded),
    };
    !deltas.is_empty() && decodes(basic.len(), deltas)
}

fn decodes(basic: usize, deltas: &[u8]) -> bool {
    // No label is longer than 63 bytes.
    let Ok(basic) = u32::try_from(basic) else { return false };
    let mut length = basic;
    let mut code_point = INITIAL_N;
    let mut bias = INITIAL_BIAS;
    let mut position = 0;
    let mut digits = deltas.iter();
    while !digits.as_slice().is_empty() {
        let Some(delta) = variable_length_integer(&mut digits, bias) else {
            return false;
        };
        length += 1;
        position += delta;
        // Most deltas keep `position` below `length`, so the slow division is skipped.
        if position >= length {
            code_point += position / length;
            position %= length;
            if char::from_u32(code_point).is_none() {
                return false;
            }
        }
        bias = adapt(delta, length, length == basic + 1);
        position += 1;
    }
    true
}

/// Returns `None` if the integer is malformed, or too large for any code point. The limit also keeps the
/// caller's sums from overflowing.
fn variable_length_integer(digits: &mut std::slice::Iter<'_, u8>, bias: u32) -> Option<u32> {
    /// The last code point, times the positions in the longest label.
    const MAX: u64 = 0x0010_FFFF * 64;

    let mut integer = 0;
    let mut weight = 1;
    let mut k = BASE;
    loop {
        let digit = digit_value(*digits.next()?)?;
        integer += u64::from(digit) * weight;
        if integer > MAX {
            return None;
        }
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if digit < threshold {
            return u32::try_from(integer).ok();
        }
        // This cannot overflow: a digit before the last is at least 1, so `integer` is at least `weight`,
        // and it is limited.
        weight *= u64::from(BASE - threshold);
        k += BASE;
    }
}

fn digit_value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

/// [Bias adaptation](https://www.rfc-editor.org/rfc/rfc3492#section-6.1).
fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

/// The parameters of [RFC 3492, section 5](https://www.rfc-editor.org/rfc/rfc3492#section-5).
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 0x80;

#[cfg(test)]
mod tests {
    use super::is_canonical;

    #[test]
    fn labels() {
        for (encoded, canonical) in [
            ("nxasmq6b", true),
            ("fa-hia", true),
            ("9ca", true),
            ("4dbcagdahymbxekheh6e0a7fei0b", true),
            ("ihqwcrb4cv8a8dqg056pqjye", true),
            // Integers that only the right bias separates.
            ("a-zna169wpe2azl09lm4kxf", true),
            ("b8-2ha84jkzb", true),
            ("a-6pb3173hvt1d4er5cb5vzh", true),
            ("a-iia1284ep1wdrywavcz", true),
            ("a-2oa8087kzv00bevyvksy7elirr", true),
            ("xxxxxxxxxxxxxxxxxxxx-wcmx02ar25bky1xfqij6ron", true),
            ("dga783j8t4lkmvtcm42d", true),
            ("ihqwctvzc91f659drss3x8bo0yb", true),
            ("3b-ww4c5e180e575a65lsy2b", true),
            ("mlxeape-ht30bp3402qeu1xb", false),
            // Nothing encoded, or only ASCII.
            ("", false),
            ("a-", false),
            ("-", false),
            ("--", false),
            // A delimiter without basic code points before it.
            ("-nxasmq6b", false),
            // An integer that ends too early, or too large for a code point.
            ("a", true),
            ("z", false),
            ("99999999", false),
            ("a-999999999999", false),
            ("k0902716a", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-37014b", true),
            // The last code point and the value after it, then the first and the last surrogate with a
            // neighbour each.
            ("dn32g", true),
            ("en32g", false),
            ("hb9b", true),
            ("ib9b", false),
            ("zy0c", false),
            ("0y0c", true),
            // A byte that is no digit.
            ("a_b", false),
        ] {
            assert_eq!(is_canonical(encoded.as_bytes()), canonical, "{encoded:?}");
        }
    }
}
