//! Doing a thing once, however often a client has to ask.
//!
//! The answer is kept under the client's `Idempotency-Key` in the transaction of
//! its effect. Source of the rules: draft-ietf-httpapi-idempotency-key-header.

use boothline_store::{TxFuture, idempotency};
use sea_orm::DatabaseTransaction;
use serde::Serialize;

use crate::context::Context;
use crate::refusal::Refusal;

/// The client's key, where it gave one, and what it asked for.
#[derive(Clone, Debug)]
pub struct Once {
    /// The call, such as `POST /jobs`.
    pub scope: &'static str,
    /// `Idempotency-Key`.
    pub key: Option<String>,
    /// Everything that decides the answer; the same key with another one is a mistake.
    pub fingerprint: String,
}

/// An answer, fresh or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
    /// True where the effect happened at an earlier call.
    pub replayed: bool,
}

impl Answer {
    fn fresh(status: u16, value: &impl Serialize) -> Result<Self, Refusal> {
        let body = serde_json::to_string(value).map_err(Refusal::internal)?;
        Ok(Self {
            status,
            body,
            replayed: false,
        })
    }
}

enum Lost {
    /// Another request with the key committed first.
    Race,
    Refused(Refusal),
}

impl From<sea_orm::DbErr> for Lost {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Refused(error.into())
    }
}

impl Once {
    /// The answer that was given under this key before, if any.
    ///
    /// Errors: 422 `idempotency_key_reused` when it belongs to another request.
    pub async fn given_before(&self, context: &Context) -> Result<Option<Answer>, Refusal> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(kept) = idempotency::find(context.database.reader(), self.scope, key).await? else {
            return Ok(None);
        };
        if kept.fingerprint != self.fingerprint {
            let detail = "This Idempotency-Key was used for another request; a new request needs a new key.";
            return Err(Refusal::unprocessable("idempotency_key_reused", detail));
        }
        Ok(Some(Answer {
            status: kept.status,
            body: kept.body,
            replayed: true,
        }))
    }

    /// Runs `effect` in one transaction and keeps its answer, or gives the kept one.
    pub async fn run<T, F>(self, context: &Context, status: u16, effect: F) -> Result<Answer, Refusal>
    where
        T: Serialize + Send + 'static,
        F: for<'c> FnOnce(&'c DatabaseTransaction) -> TxFuture<'c, T, Refusal> + Send + 'static,
    {
        if let Some(answer) = self.given_before(context).await? {
            return Ok(answer);
        }
        let (once, now) = (self.clone(), context.now());
        let outcome = context.database.write(move |tx| {
            Box::pin(async move {
                let value = effect(tx).await.map_err(Lost::Refused)?;
                let answer = Answer::fresh(status, &value).map_err(Lost::Refused)?;
                let Some(key) = once.key else { return Ok(answer) };
                let kept = idempotency::Answer {
                    fingerprint: once.fingerprint,
                    status,
                    body: answer.body.clone(),
                };
                let first = idempotency::keep(tx, once.scope, &key, &kept, now).await;
                if first.map_err(|error| Lost::Refused(error.into()))? {
                    Ok(answer)
                } else {
                    Err(Lost::Race)
                }
            })
        });
        match outcome.await {
            Ok(answer) => {
                context.changed();
                Ok(answer)
            }
            // What refused this one may be the effect of its own twin, which was faster.
            Err(Lost::Refused(refusal)) => self.given_before(context).await?.ok_or(refusal),
            Err(Lost::Race) => self.given_before(context).await?.ok_or_else(|| {
                let detail =
                    "Another request with this Idempotency-Key is being carried out; try again in a moment.";
                Refusal::conflict("idempotency_key_in_use", detail)
            }),
        }
    }
}
