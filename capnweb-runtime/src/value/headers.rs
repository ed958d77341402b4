//! HTTP header fields as JavaScript's `Headers` holds them.

use http::HeaderName;
use http::header::SET_COOKIE;

/// A JavaScript `Headers`: header fields sorted by name, each name once.
///
/// Names are tokens in lower case. Values are byte strings: no character is above U+00FF, and none
/// is NUL or a line break. What is appended under a name that is there already is joined to it with
/// a comma; only `set-cookie` stays one field per value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// Sorted by name; only `set-cookie` occurs more than once.
    fields: Vec<(HeaderName, String)>,
}

/// Why something is no header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHeader {
    /// The name is not an HTTP token.
    #[error("A header name must be an HTTP token.")]
    Name,
    /// The value has a character above U+00FF, a NUL or a line break.
    #[error("A header value must be a byte string without NUL and line breaks.")]
    Value,
    /// There are more fields than the `http` crate holds.
    #[error("There are too many header fields.")]
    TooMany,
}

impl Headers {
    /// Creates headers without fields.
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Creates headers from fields in any order, among which a name may occur more than once.
    ///
    /// # Errors
    ///
    /// When one of them is no header field.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, InvalidHeader> {
        let fields = pairs
            .into_iter()
            .map(|(name, value)| Ok((read_name(name.as_ref())?, read_value(value.as_ref())?)));
        Ok(Self::from_fields(fields.collect::<Result<_, _>>()?))
    }

    /// Sorts all at once: one by one takes quadratic time if a peer chooses the order.
    pub(super) fn from_fields(mut fields: Vec<(HeaderName, String)>) -> Self {
        fields.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        fields.dedup_by(|(name, value), (kept, joined)| {
            let same = name == kept && *name != SET_COOKIE;
            if same {
                join(joined, value);
            }
            same
        });
        Self { fields }
    }

    /// Adds a field, joined to the one of that name if there is one.
    ///
    /// # Errors
    ///
    /// When it is no header field.
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), InvalidHeader> {
        let (name, value) = (read_name(name)?, read_value(value)?);
        let end = self.end(&name);
        let place = end
            .checked_sub(1)
            .and_then(|last| self.fields.get_mut(last));
        match place.filter(|(last, _)| *last == name && name != SET_COOKIE) {
            Some((_, joined)) => join(joined, &value),
            None => self.fields.insert(end, (name, value)),
        }
        Ok(())
    }

    /// Sets a field in the place of those of that name.
    ///
    /// # Errors
    ///
    /// When it is no header field.
    pub fn insert(&mut self, name: &str, value: &str) -> Result<(), InvalidHeader> {
        let (name, value) = (read_name(name)?, read_value(value)?);
        self.fields.retain(|(other, _)| *other != name);
        let end = self.end(&name);
        self.fields.insert(end, (name, value));
        Ok(())
    }

    /// Removes the fields of a name.
    pub fn remove(&mut self, name: &str) {
        self.fields
            .retain(|(other, _)| !other.as_str().eq_ignore_ascii_case(name));
    }

    /// Returns the value of a field; of several `set-cookie` the first.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Visits the values of all fields called `set-cookie`.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        let cookies = self.fields.iter().filter(|(name, _)| *name == SET_COOKIE);
        cookies.map(|(_, value)| value.as_str())
    }

    /// Visits the fields, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Visits the fields with their names as such.
    pub(super) fn fields(&self) -> &[(HeaderName, String)] {
        &self.fields
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Returns whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns the place after the last field of a name.
    fn end(&self, name: &HeaderName) -> usize {
        self.fields
            .partition_point(|(other, _)| other.as_str() <= name.as_str())
    }
}

fn join(joined: &mut String, value: &str) {
    joined.push_str(", ");
    joined.push_str(value);
}

/// Reads a field's name, in any case.
fn read_name(name: &str) -> Result<HeaderName, InvalidHeader> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| InvalidHeader::Name)
}

/// Reads a field's value, around which white space does not count.
fn read_value(value: &str) -> Result<String, InvalidHeader> {
    let value = value.trim_matches([' ', '\t', '\r', '\n']);
    let is_valid = |character| !matches!(character, '\0' | '\r' | '\n' | '\u{100}'..);
    if !value.chars().all(is_valid) {
        return Err(InvalidHeader::Value);
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Headers, InvalidHeader};

    fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
        headers.iter().collect()
    }

    #[test]
    fn w33_fields_are_sorted_and_joined_but_cookies_are_not() {
        let given = [
            ("X-B", "1"),
            ("x-a", "2"),
            ("X-b", " 3\t"),
            ("Set-Cookie", "a=1"),
            ("set-cookie", "b=2"),
        ];
        let sorted = [
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-a", "2"),
            ("x-b", "1, 3"),
        ];
        assert_eq!(pairs(&Headers::from_pairs(given).unwrap()), sorted);

        let mut one_by_one = Headers::new();
        for (name, value) in given {
            one_by_one.append(name, value).unwrap();
        }
        assert_eq!(pairs(&one_by_one), sorted);
        assert_eq!(one_by_one.get("X-B"), Some("1, 3"));
        let cookies: Vec<_> = one_by_one.set_cookies().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
    }

    #[test]
    fn setting_and_removing_concern_all_fields_of_a_name() {
        let cookies = [("set-cookie", "a=1"), ("Set-Cookie", "b=2"), ("x", "1")];
        let mut headers = Headers::from_pairs(cookies).unwrap();
        headers.insert("SET-COOKIE", "c=3").unwrap();
        assert_eq!(pairs(&headers), [("set-cookie", "c=3"), ("x", "1")]);
        headers.remove("Set-Cookie");
        assert_eq!(pairs(&headers), [("x", "1")]);
    }

    #[test]
    fn w33_what_is_no_field_is_refused() {
        let mut headers = Headers::new();
        for name in ["", "a b", "a:", "é", "a\n"] {
            assert_eq!(headers.append(name, "x"), Err(InvalidHeader::Name));
        }
        for value in ["a\0b", "a\rb", "a\nb", "\u{100}", "\0"] {
            assert_eq!(headers.append("x", value), Err(InvalidHeader::Value));
        }
        assert!(headers.is_empty());
        for value in ["", "\r\n", "é\u{ff}\u{1}\u{7f}"] {
            headers.append("x", value).unwrap();
        }
        assert_eq!(headers.get("x"), Some(", , é\u{ff}\u{1}\u{7f}"));
    }
}
