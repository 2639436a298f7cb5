//! One input shot of a session.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_photos")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub session_id: i64,
    pub position: i64,
    pub current: bool,
    pub file_name: String,
    pub preview_name: String,
    pub sha256: String,
    pub bytes: i64,
    pub width: i64,
    pub height: i64,
    pub created_at: i64,
    pub clip_name: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
