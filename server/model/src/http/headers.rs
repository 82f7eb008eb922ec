//! Headers: what goes out with every request, and what an error's headers say.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue,
    RETRY_AFTER, USER_AGENT,
};

use crate::ModelError;
use crate::endpoint::{Auth, Endpoint};
use crate::failure::Hints;

pub(super) fn of_every_request(
    endpoint: &Endpoint,
    key: Option<&str>,
) -> Result<HeaderMap, ModelError> {
    let unusable = |name: &str| ModelError::BadRequest(format!("`{name}` cannot be a header"));
    let mut headers = HeaderMap::new();
    let agent = concat!("ostler/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
    // A compressor may hold events back.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, value) in &endpoint.headers {
        let parsed = HeaderName::try_from(name).map_err(|_| unusable(name))?;
        headers.insert(parsed, HeaderValue::try_from(value).map_err(|_| unusable(name))?);
    }
    if let Some(key) = key {
        let (name, value) = match &endpoint.auth {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {key}")),
            Auth::Header(name) => {
                (HeaderName::try_from(name).map_err(|_| unusable(name))?, key.to_owned())
            }
        };
        let mut value = HeaderValue::try_from(value).map_err(|_| unusable(name.as_str()))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

pub(super) fn hints(headers: &HeaderMap) -> Hints {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    Hints {
        after: retry_after(headers),
        should_retry: match text("x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        },
        request_id: ["request-id", "x-request-id", "x-generation-id"]
            .into_iter()
            .find_map(text)
            .map(str::to_owned),
    }
}

/// `retry-after-ms`, or `retry-after` as seconds or as a date. A date is compared with the
/// answer's own `date`, so that it does not matter how this machine's clock is set.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| {
        let number: f64 = text.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    };
    if let Some(millis) = text("retry-after-ms").and_then(number) {
        return Duration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Some(seconds) = number(after) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = http_date(after)?;
    let now = http_date(text(DATE.as_str())?)?;
    Some(Duration::from_secs(then.saturating_sub(now)))
}

/// How long nothing is left of what a provider grants: requests, or tokens of any kind. The
/// moments are compared with the answer's own `date`.
pub(super) fn hold(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let now = || http_date(text(DATE.as_str())?);
    let anthropic = ["requests", "tokens", "input-tokens", "output-tokens"].map(|kind| {
        let start = format!("anthropic-ratelimit-{kind}");
        let empty = text(&format!("{start}-remaining")) == Some("0");
        let reset = text(&format!("{start}-reset")).filter(|_| empty)?;
        Some(Duration::from_secs(rfc3339(reset)?.saturating_sub(now()?)))
    });
    let openai = ["requests", "tokens"].map(|kind| {
        let empty = text(&format!("x-ratelimit-remaining-{kind}")) == Some("0");
        spelled_out(text(&format!("x-ratelimit-reset-{kind}")).filter(|_| empty)?)
    });
    anthropic.into_iter().chain(openai).flatten().max()
}

/// A duration such as `6m0s`, `1h2m3.5s` or `100ms`.
fn spelled_out(text: &str) -> Option<Duration> {
    let mut sum = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        sum += number
            * match &rest[..end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "ns" => 0.0,
                _ => return None,
            };
        rest = &rest[end..];
    }
    Duration::try_from_secs_f64(sum).ok()
}

/// Seconds since 1970 of a moment such as `2026-11-29T10:00:00Z`, rounded up.
fn rfc3339(text: &str) -> Option<u64> {
    let (day, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = day.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = (1970..10_000).contains(&year) && (1..=12).contains(&month);
    let days = valid.then(|| days_since_1970(year, month, day))?;
    Some((days * 24 + hour) * 3600 + minute * 60 + second + u64::from(!fraction.is_empty()))
}

/// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7; its
/// two obsolete forms are not read).
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|&name| name == month)? as u64 + 1;
    let year: u64 = parts.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    Some((days_since_1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second)
}

/// Days from the beginning of 1970 to a day of that year or later.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    // The calendar that begins in March, so that the leap day is the year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_1970 = 719_468;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    (days - before_1970).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2028 23:59:59 GMT", Some(1_835_481_599)),
            ("Wed, 01 Mar 2028 00:00:00 GMT", Some(1_835_481_600)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun, 06 Now 1994 08:49:37 GMT", None),
            ("soon", None),
        ] {
            assert_eq!(http_date(text), seconds, "{text}");
        }
    }

    #[test]
    fn waiting_is_said_in_four_ways() {
        let check = |pairs: &[(&'static str, &'static str)], expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(hints(&headers).after, expected.map(Duration::from_millis), "{pairs:?}");
        };
        check(&[], None);
        check(&[("retry-after", "2")], Some(2000));
        check(&[("retry-after", "0.5")], Some(500));
        check(&[("retry-after-ms", "30"), ("retry-after", "2")], Some(30));
        check(
            &[
                ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
            ],
            Some(30_000),
        );
        check(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], None);
        for nonsense in ["-1", "inf", "NaN", "1e300", "soon"] {
            check(&[("retry-after", nonsense)], None);
        }
    }

    #[test]
    fn what_is_used_up_is_waited_for() {
        let check = |pairs: &[(&'static str, &'static str)], expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert("date", HeaderValue::from_static("Sun, 29 Nov 2026 10:00:00 GMT"));
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(hold(&headers), expected.map(Duration::from_millis), "{pairs:?}");
        };
        let reset = ("anthropic-ratelimit-input-tokens-reset", "2026-11-29T10:00:05Z");
        check(&[reset], None);
        check(&[("anthropic-ratelimit-input-tokens-remaining", "1"), reset], None);
        check(&[("anthropic-ratelimit-input-tokens-remaining", "0"), reset], Some(5000));
        let empty = ("x-ratelimit-remaining-requests", "0");
        for (reset, millis) in [
            ("6m0s", Some(360_000)),
            ("100ms", Some(100)),
            ("1h2m3.5s", Some(3_723_500)),
            ("x", None),
        ] {
            check(&[empty, ("x-ratelimit-reset-requests", reset)], millis);
        }
        assert_eq!(rfc3339("2028-02-29T23:59:59.5Z"), Some(1_835_481_600));
        assert_eq!(rfc3339("2028-13-01T00:00:00Z"), None);
    }

    #[test]
    fn the_key_is_shown_as_the_endpoint_wants_it_and_never_printed() {
        let mut endpoint = Endpoint::new(crate::Dialect::Anthropic, "http://a.test", "m");
        let headers = of_every_request(&endpoint, Some("k1")).unwrap();
        assert_eq!(headers["authorization"], "Bearer k1");
        assert!(!format!("{headers:?}").contains("k1"));
        endpoint.auth = Auth::Header("x-api-key".to_owned());
        let headers = of_every_request(&endpoint, Some("k1")).unwrap();
        assert_eq!(headers["x-api-key"], "k1");
        assert!(!headers.contains_key("authorization"));
        endpoint.headers.push(("a\nb".to_owned(), "c".to_owned()));
        assert!(of_every_request(&endpoint, None).is_err());
    }
}
