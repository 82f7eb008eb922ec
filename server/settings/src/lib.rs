//! Settings: where each value comes from, who may set it, and what is wrong with those that do
//! not count.
//!
//! Nothing here fails: a mistake becomes a [`Problem`] with its place, and the rest stays in
//! force. This room knows nothing of protocols or editors; who calls it says what a source is
//! and how far it is trusted, and does the reading of files and of the environment.

mod endpoints;
mod key;
mod layer;
mod node;
mod problem;
mod resolve;
#[cfg(test)]
mod tests;

pub use endpoints::{Choice, KeySource, ModelName};
pub use key::{KEYS, Key, Kind, Trust};
pub use layer::{Layer, Origin};
pub use problem::Problem;
pub use resolve::{Settings, Value, resolve};
