//! The dialects without a network: what would be sent, and what an answer means. For recordings,
//! measurements, and whoever wants to see what a server would.

use crate::dialect;
use crate::reader::Reader;
use crate::{Endpoint, ModelError, Request, StreamEvent};

/// The body that `endpoint` would get for `request`: a pure function of both.
///
/// # Errors
/// [`ModelError::BadRequest`] if it cannot be written as JSON.
pub fn encode(request: &Request, endpoint: &Endpoint) -> Result<Vec<u8>, ModelError> {
    Ok(dialect::encode(request, endpoint)?.body)
}

/// What the body of an answer of `endpoint` to `request` means, and how it failed if it did,
/// however it is cut.
pub fn decode<'a>(
    endpoint: &Endpoint,
    request: &Request,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<StreamEvent>, Option<ModelError>) {
    let mut reader = Reader::new(dialect::decoder(endpoint, request));
    let mut events = Vec::new();
    let result = pieces
        .into_iter()
        .try_for_each(|piece| reader.push(piece, &mut events))
        .and_then(|()| reader.end(&mut events));
    (events, result.err())
}
