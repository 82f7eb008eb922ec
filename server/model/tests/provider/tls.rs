//! HTTPS: HTTP/2, an authority of one's own, and nobody else's.

use std::sync::Arc;

use bytes::Bytes;
use model::http::HttpModel;
use model::{Dialect, Endpoint, ModelError};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::{Got, ask, conversation};

/// The authority that signed the certificate of `localhost`. Both were made for this test, and
/// the authority's key is gone.
const AUTHORITY: &str = include_str!("tls/authority.pem");
const LOCALHOST: &str = include_str!("tls/localhost.pem");

const ANSWER: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(LOCALHOST.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(LOCALHOST.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// Answers over HTTP/2, which is the only thing that it speaks.
async fn serve(connection: TcpStream, acceptor: TlsAcceptor) {
    // A client that does not trust the certificate hangs up here.
    let Ok(tls) = acceptor.accept(connection).await else { return };
    let mut h2 = h2::server::handshake(tls).await.unwrap();
    while let Some(Ok((request, mut respond))) = h2.accept().await {
        assert_eq!(request.version(), http::Version::HTTP_2);
        let head = http::Response::builder().header("content-type", "text/event-stream");
        let mut body = respond.send_response(head.body(()).unwrap(), false).unwrap();
        body.send_data(Bytes::from_static(ANSWER.as_bytes()), true).unwrap();
    }
}

async fn answer_with(roots: Option<&str>) -> Got {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection, acceptor()));
        }
    });
    let mut endpoint = Endpoint::new(Dialect::Chat, url, "m");
    endpoint.roots = roots.map(str::to_owned);
    ask(&HttpModel::new(endpoint, None).unwrap(), &conversation()).await
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_http_2_is_spoken() {
    let got = answer_with(Some(AUTHORITY)).await;
    assert_eq!((got.shown().as_str(), got.error), ("ok", None));
}

#[tokio::test]
async fn nobody_else_is_trusted() {
    let got = answer_with(None).await;
    let Some(ModelError::BadRequest(text)) = &got.error else { panic!("{got:?}") };
    assert!(text.starts_with("the server is not trusted"), "{text}");
}

#[test]
fn what_is_no_certificate_is_refused() {
    let mut endpoint = Endpoint::new(Dialect::Chat, "https://localhost/v1", "m");
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    endpoint.roots = Some(broken.to_owned());
    assert!(matches!(HttpModel::new(endpoint, None).err(), Some(ModelError::BadRequest(_))));
}
