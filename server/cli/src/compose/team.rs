//! The models that work on a task: the one that was chosen, and those that take over from it.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow, bail};
use model::replay::Recorder;
use model::secret::Secret;
use model::{Limiters, Model, Retry};
use settings::{Choice, Decision, Settings, is_loopback};

use super::models::{Decisions, remedy, server_of};

/// What all models of the process share.
#[derive(Default)]
pub(crate) struct Factory {
    /// One bucket for each server and key, so that tasks side by side do not stampede.
    limiters: Limiters,
    recorder: Option<Recorder>,
    /// Those of the last team, with their connections.
    made: Mutex<Vec<Made>>,
}

struct Made {
    choice: Choice,
    key: Option<Secret>,
    model: Arc<dyn Model>,
}

/// Who works on a task.
pub(crate) struct Team {
    pub(crate) model: Arc<dyn Model>,
    /// Who takes over when it cannot go on, in this order.
    pub(crate) fallbacks: Vec<Arc<dyn Model>>,
    /// What the user must hear about it, one line each.
    pub(crate) notices: Vec<String>,
}

impl Factory {
    /// One whose models hand what goes over the wire to `recorder`.
    pub(crate) fn recording(recorder: Recorder) -> Factory {
        Factory { recorder: Some(recorder), ..Factory::default() }
    }

    /// The model of `decision` and those that take over from it. One that cannot be used is left
    /// out, and a notice says why.
    ///
    /// # Errors
    /// One line, if none of them can be used.
    pub(crate) fn team(
        &self,
        settings: &Settings,
        decisions: &Decisions,
        decision: Decision,
    ) -> Result<Team> {
        let mut notices: Vec<String> = decisions.missed(settings, &decision).into_iter().collect();
        let (mut models, mut made) = (Vec::new(), Vec::new());
        let fallbacks = match decision.choice {
            // It needs nobody, and nobody is asked whom nobody has chosen.
            Choice::Offline => Vec::new(),
            Choice::Http { .. } => settings.fallbacks(),
        };
        let first = (decision.name.as_str(), Ok(decision.choice));
        let mut failed = None;
        for (name, choice) in [first].into_iter().chain(fallbacks) {
            let choice = choice.map_err(anyhow::Error::msg);
            match choice.and_then(|choice| self.one(decisions, choice)) {
                Ok(one) => {
                    models.push(Arc::clone(&one.model));
                    made.push(one);
                }
                Err(error) => {
                    notices.push(format!("{name} is not used: {error:#}"));
                    failed.get_or_insert(error);
                }
            }
        }
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        let mut models = models.into_iter();
        match (models.next(), failed) {
            (Some(model), _) => Ok(Team { model, fallbacks: models.collect(), notices }),
            (None, failed) => Err(failed.unwrap_or_else(|| anyhow!("there is no model"))),
        }
    }

    /// The model of `choice`; the one of the last team, with its connections, if nothing has
    /// changed. Nothing is sent before the first request.
    fn one(&self, decisions: &Decisions, choice: Choice) -> Result<Made> {
        let key = decisions.secret(&choice)?;
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = made.iter().find(|made| made.choice == choice && made.key == key) {
            return Ok(Made { choice, key, model: Arc::clone(&same.model) });
        }
        drop(made);
        let model: Arc<dyn Model> = match &choice {
            Choice::Offline => Arc::new(offline::Offline::default()),
            Choice::Http { endpoint, keys } => {
                if key.is_none() && !is_loopback(&endpoint.base_url) {
                    bail!("no key for {}: {}", endpoint.base_url, remedy(endpoint, keys));
                }
                let mut server = server_of(endpoint.as_ref().clone(), key.clone())?;
                server = server.sharing(&self.limiters);
                if let Some(recorder) = &self.recorder {
                    server = server.recorded(Arc::clone(recorder));
                }
                Arc::new(Retry::new(server))
            }
        };
        Ok(Made { choice, key, model })
    }
}
