use super::*;
use rust_embed::Metadata;

fn built(name: &str) -> Option<EmbeddedFile> {
    let content: &'static [u8] = match name {
        "index.html" => b"<!doctype html>",
        "assets/app-1a2b.js" => b"plain",
        "assets/app-1a2b.js.br" => b"brotli",
        "assets/app-1a2b.js.gz" => b"gzip",
        "crest.svg" => b"<svg/>",
        ".gitkeep" => b"",
        _ => return None,
    };
    let mut hash = [0; 32];
    hash[0] = u8::try_from(name.len()).unwrap();
    Some(EmbeddedFile { data: content.into(), metadata: Metadata::__rust_embed_new(hash, None, None) })
}

async fn ask(path: &str, accept: &str) -> (StatusCode, HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
    let response = file(path, &headers, &built);
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, axum::body::to_bytes(body, 1000).await.unwrap())
}

#[tokio::test]
async fn the_best_twin_is_sent_and_kept_for_ever() {
    for (accept, encoding, content) in
        [("gzip, br", Some("br"), "brotli"), ("gzip;q=1, br;q=0", Some("gzip"), "gzip"), ("identity", None, "plain")]
    {
        let (status, headers, body) = ask("assets/app-1a2b.js", accept).await;
        assert_eq!((status, body.as_ref()), (StatusCode::OK, content.as_bytes()));
        assert_eq!(headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(headers[CACHE_CONTROL], FOR_EVER);
    }
}

#[tokio::test]
async fn pages_are_the_page_and_files_are_files() {
    for page in ["", "tv/bupati", "unit/dpmptsp", "login"] {
        let (status, headers, body) = ask(page, "br").await;
        assert_eq!((status, body.as_ref()), (StatusCode::OK, &b"<!doctype html>"[..]), "{page}");
        assert_eq!(headers[CACHE_CONTROL], ASK_FIRST);
    }
    for missing in ["nothing.js", "assets/app.js", ".gitkeep", "../Cargo.toml", "..%2fCargo.toml", "assets/app-1a2b.js.br"] {
        assert_eq!(ask(missing, "br").await.0, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let (_, headers, _) = ask("crest.svg", "br").await;
    let mut known = HeaderMap::new();
    known.insert(IF_NONE_MATCH, headers[ETAG].clone());
    let again = file("crest.svg", &known, &built);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()[ETAG], headers[ETAG]);
}

#[tokio::test]
async fn without_the_web_part_it_says_how_to_build_it() {
    let response = file("", &HeaderMap::new(), &|_| None);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("make web"));
}
