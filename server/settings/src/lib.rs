//! Settings: where each value comes from, who may set it, and what is wrong with those that do
//! not count.
//!
//! No setting fails: a mistake becomes a [`Problem`] with its place, and the rest stays in force.
//! Beside the settings stand the user's decisions (keys, trust, yeses), which are kept in files of
//! our own. This room knows nothing of protocols, editors or networks; who calls it says what a
//! source is and how far it is trusted, and does the reading of files and of the environment.

mod consents;
mod endpoints;
mod key;
mod keys;
mod layer;
mod node;
mod own_file;
mod problem;
mod providers;
mod resolve;
mod schema;
#[cfg(test)]
mod test_dir;
#[cfg(test)]
mod tests;
mod trusted;

pub use consents::{ConsentStore, Offer};
pub use endpoints::{Choice, Decision, KeySource, ModelName, Surroundings, Why};
pub use key::{KEYS, Key, Kind, Trust};
pub use keys::KeyStore;
pub use layer::{Layer, Origin};
pub use own_file::StoreError;
pub use problem::Problem;
pub use providers::{PROVIDERS, Provider, is_loopback};
pub use resolve::{Settings, Value, resolve};
pub use schema::schema;
pub use trusted::TrustStore;
