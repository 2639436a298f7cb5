//! The table `lanes`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lanes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) name: String,
    pub(crate) max_running: Option<i32>,
    pub(crate) rate_per_minute: Option<i32>,
    pub(crate) burst: i32,
    /// What is left in the token bucket, in thousandths of a task.
    pub(crate) tokens_milli: i64,
    pub(crate) tokens_at: i64,
    pub(crate) paused: bool,
    /// Once this has passed the lane is on probation until a task succeeds.
    pub(crate) blocked_until: Option<i64>,
    pub(crate) blocked_reason: Option<String>,
    /// Blocks in a row since the last success.
    pub(crate) failures: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
