//! The table `tasks`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;

use crate::task::State;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) lane: String,
    pub(crate) payload: Json,
    pub(crate) unique_key: Option<String>,
    pub(crate) priority: i32,
    pub(crate) state: State,
    pub(crate) run_at: i64,
    pub(crate) attempt: i32,
    pub(crate) max_attempts: i32,
    pub(crate) crashes: i32,
    pub(crate) lease_token: Option<String>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) worker: Option<String>,
    pub(crate) checkpoint: Option<Json>,
    pub(crate) last_error: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// `state = '…'` with the word written out: PostgreSQL cannot prove that a
/// partial index fits a bound parameter once it has settled on a generic plan.
pub(crate) fn in_state(state: State) -> SimpleExpr {
    Expr::cust(format!("state = '{state}'"))
}

/// The unfinished ones, among which a unique key is unique.
pub(crate) fn unfinished() -> SimpleExpr {
    Expr::cust("state IN ('ready', 'running')")
}
