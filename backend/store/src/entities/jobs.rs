//! One result in the making.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub session_id: i64,
    pub theme_id: Option<String>,
    pub overlay_id: Option<i64>,
    pub mode: String,
    pub status: String,
    pub delivery: String,
    pub delivery_message: Option<String>,
    pub recipe: String,
    pub variables: String,
    pub share_code: String,
    pub share_url: Option<String>,
    pub result_image_path: String,
    pub compressed_image_path: String,
    pub thumbnail_image_path: String,
    pub result_width: Option<i64>,
    pub result_height: Option<i64>,
    pub result_md5: Option<String>,
    pub compressed_md5: Option<String>,
    pub drive_file_id: Option<String>,
    pub drive_link: Option<String>,
    pub download_link: Option<String>,
    pub qr_url: Option<String>,
    pub drive_uploaded_at: Option<i64>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub log_text: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub done_at: Option<i64>,
    pub target: String,
    pub drive_removed_at: Option<i64>,
    pub animations: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
