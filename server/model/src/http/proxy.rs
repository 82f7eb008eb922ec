//! Which proxy the environment names for a server.

use reqwest::Url;

/// The proxy for `url` by the usual variables, which `variable` looks up: `https_proxy` and
/// `http_proxy` by the server's scheme, then `all_proxy`, unless `no_proxy` names its host. The
/// names may be written in capitals too, except `http_proxy`: a web server sets `HTTP_PROXY` from
/// what a stranger sends. This machine is never reached through a proxy.
pub fn proxy_for(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let named = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let either = |name: &str| named(name).or_else(|| named(&name.to_uppercase()));
    let this_machine = host == "localhost" || host == "::1" || host.starts_with("127.");
    if this_machine || excluded(&host, &either("no_proxy").unwrap_or_default()) {
        return None;
    }
    let own = match url.scheme() {
        "https" => either("https_proxy"),
        _ => named("http_proxy"),
    };
    let proxy = own.or_else(|| either("all_proxy"))?.trim().to_owned();
    Some(if proxy.contains("://") { proxy } else { format!("http://{proxy}") })
}

/// Whether a list such as `example.com, .internal:8080, *` names `host` or a domain above it.
fn excluded(host: &str, list: &str) -> bool {
    list.split([',', ' ']).map(|entry| entry.trim().to_lowercase()).any(|entry| {
        let entry = match entry.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') && port.parse::<u16>().is_ok() => name,
            _ => &*entry,
        };
        let domain = entry.trim_start_matches("*.").trim_start_matches('.');
        let beneath = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        entry == "*" || (!domain.is_empty() && (host == domain || beneath()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_proxy() {
        let check = |url: &str, variables: &[(&str, &str)], expected: Option<&str>| {
            let found = proxy_for(url, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found.as_deref(), expected, "{url} {variables:?}");
        };
        let https = ("https_proxy", "http://p.test:1");
        check("https://a.test/v1", &[https], Some("http://p.test:1"));
        check("https://a.test/v1", &[("HTTPS_PROXY", "p.test:2")], Some("http://p.test:2"));
        check("http://a.test/v1", &[https], None);
        check("http://a.test", &[("HTTP_PROXY", "p.test:3")], None);
        check("http://a.test", &[("http_proxy", "p.test:3")], Some("http://p.test:3"));
        check("http://a.test", &[("ALL_PROXY", "socks5://p.test")], Some("socks5://p.test"));
        for list in ["a.test", ".test", "x, A.test:443", "*"] {
            check("https://a.test", &[https, ("no_proxy", list)], None);
        }
        for list in ["", "b.test", "ba.test", "test.a", ","] {
            check("https://a.test", &[https, ("NO_PROXY", list)], Some("http://p.test:1"));
        }
        for local in ["https://localhost:1", "https://127.0.0.1", "https://[::1]:2"] {
            check(local, &[https], None);
        }
    }
}
