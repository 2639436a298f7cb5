//! Guests: found or made by e-mail.

use boothline_domain::GuestId;
use boothline_domain::clock::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::StoreError;
use crate::entities::guests::{ActiveModel, Column, Entity, Model};

/// A guest as the database knows them. Without the guest form all texts are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The id in the API.
    pub id: GuestId,
    /// As given; empty where the event asks for no details.
    pub name: String,
    /// In lower case; empty where the event asks for no details.
    pub email: String,
    /// As given, possibly empty.
    pub phone: String,
}

impl From<Model> for Guest {
    fn from(row: Model) -> Self {
        Self {
            id: GuestId(row.id),
            name: row.name,
            email: row.email.unwrap_or_default(),
            phone: row.phone,
        }
    }
}

/// Finds the guest by e-mail and refreshes name and phone, or makes one.
pub async fn find_or_make(
    tx: &impl ConnectionTrait,
    email: &str,
    name: &str,
    phone: &str,
    now: Timestamp,
) -> Result<Guest, StoreError> {
    let guest = ActiveModel {
        id: NotSet,
        email: Set(Some(email.to_lowercase())),
        name: Set(name.to_owned()),
        phone: Set(phone.to_owned()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    let refresh = OnConflict::column(Column::Email)
        .update_columns([Column::Name, Column::Phone, Column::UpdatedAt])
        .to_owned();
    Ok(Entity::insert(guest)
        .on_conflict(refresh)
        .exec_with_returning(tx)
        .await?
        .into())
}

/// Makes a guest of whom at most the name is known, for events without the guest form.
pub async fn make_anonymous(
    tx: &impl ConnectionTrait,
    name: &str,
    now: Timestamp,
) -> Result<Guest, StoreError> {
    let guest = ActiveModel {
        id: NotSet,
        email: Set(None),
        name: Set(name.to_owned()),
        phone: Set(String::new()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    Ok(guest.insert(tx).await?.into())
}

/// The guest with this id.
pub async fn find(db: &impl ConnectionTrait, id: GuestId) -> Result<Option<Guest>, StoreError> {
    Ok(Entity::find()
        .filter(Column::Id.eq(id.0))
        .one(db)
        .await?
        .map(Guest::from))
}
