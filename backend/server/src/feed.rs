//! The live feed: changes of jobs and photos that came, told to whoever listens in this process.
//!
//! Changes of jobs are rows (`store::events`), written in the transaction of the
//! change; one task reads them and tells its listeners. A listener that reconnects
//! reads what it missed from the table. A photo is announced once, after its commit,
//! and kept nowhere: who comes later sees it in its session.

use std::sync::Arc;
use std::time::Duration;

use boothline_domain::PhotoId;
use boothline_store::events::{self, Cursor, Event};
use boothline_store::photos::{self, Photo};
use boothline_store::{Database, Engine};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

/// How many changes a slow listener may be behind before it is told to look anew.
const BACKLOG: usize = 1024;

/// On PostgreSQL a change is held back while an older transaction runs, and
/// nothing announces that one's end.
const POLL: Duration = Duration::from_secs(1);

/// What listeners are told. Shared, since each of them has its own, and [`BACKLOG`] of them have room from the start.
#[derive(Clone, Debug)]
pub enum News {
    /// A job changed.
    Job(Arc<Event>),
    /// A photo has come; its small copy can be shown.
    Photo(Arc<Photo>),
}

/// Hands out listeners, and is rung after each change in this process.
#[derive(Clone, Debug)]
pub struct Feed {
    bell: Arc<Notify>,
    listeners: broadcast::Sender<News>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            bell: Arc::default(),
            listeners: broadcast::channel(BACKLOG).0,
        }
    }
}

impl Feed {
    /// Says that there may be news; called after a commit.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Announces photos whose rows are committed. On PostgreSQL the commit itself has
    /// told every process, this one too ([`events::announce_photo`]).
    pub fn announce(&self, engine: Engine, photos: Vec<Photo>) {
        if engine == Engine::Sqlite {
            photos.into_iter().for_each(|photo| self.tell_photo(photo));
        }
    }

    /// All news from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.listeners.subscribe()
    }

    /// Reads changes and tells them, until `stop`.
    pub async fn run(self, database: Database, stop: CancellationToken) {
        let told = stop.run_until_cancelled(self.tell(&database)).await;
        debug_assert!(told.is_none(), "the feed has no end of its own");
    }

    async fn tell(&self, database: &Database) {
        let mut postgres = PostgresBell::new(database);
        let mut cursor = self.first_cursor(database).await;
        loop {
            // Registered before the look, so that a change in between still rings.
            let rung = self.bell.notified();
            cursor = self.tell_after(database, cursor).await;
            tokio::select! {
                () = rung => {}
                photo = postgres.rung() => self.tell_announced(database, photo).await,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    async fn tell_announced(&self, database: &Database, photo: Option<PhotoId>) {
        let Some(id) = photo else { return };
        match photos::find(database.reader(), id).await {
            Ok(Some(photo)) => self.tell_photo(photo),
            // Replaced by the next one already.
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "A new photo could not be announced"),
        }
    }

    fn tell_photo(&self, photo: Photo) {
        // Nobody listening is fine.
        let _ = self.listeners.send(News::Photo(Arc::new(photo)));
    }

    async fn first_cursor(&self, database: &Database) -> Cursor {
        loop {
            match events::end(database.reader()).await {
                Ok(end) => return end,
                Err(error) => {
                    tracing::warn!(%error, "The live feed cannot read the database yet");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    async fn tell_after(&self, database: &Database, mut cursor: Cursor) -> Cursor {
        loop {
            match events::after(database.reader(), cursor, 256).await {
                Ok(news) if news.is_empty() => return cursor,
                Ok(news) => {
                    for (index, event) in news.iter().enumerate() {
                        cursor = event.cursor;
                        // A listener is told the job as it now is: of two changes the later one says it all.
                        let told_later = news[index + 1..].iter().any(|later| later.job_id == event.job_id);
                        if !told_later {
                            // Nobody listening is fine.
                            let _ = self.listeners.send(News::Job(Arc::new(event.clone())));
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "The live feed could not be read; it will be read again");
                    return cursor;
                }
            }
        }
    }
}

/// Rung by changes of other processes; on SQLite it never rings.
struct PostgresBell {
    pool: Option<sqlx::PgPool>,
    listener: Option<sqlx::postgres::PgListener>,
}

impl PostgresBell {
    fn new(database: &Database) -> Self {
        let pool = match database.engine() {
            Engine::Postgres => Some(database.writer().get_postgres_connection_pool().clone()),
            Engine::Sqlite => None,
        };
        Self { pool, listener: None }
    }

    /// Waits for news; a photo's id where it is a photo.
    async fn rung(&mut self) -> Option<PhotoId> {
        let Some(pool) = &self.pool else {
            return std::future::pending().await;
        };
        if self.listener.is_none() {
            self.listener = connect(pool).await;
        }
        let Some(listener) = &mut self.listener else {
            return std::future::pending().await;
        };
        match listener.recv().await {
            Ok(news) if news.channel() == events::PHOTO_CHANNEL => news.payload().parse().ok().map(PhotoId),
            Ok(_) => None,
            Err(_) => {
                self.listener = None;
                None
            }
        }
    }
}

async fn connect(pool: &sqlx::PgPool) -> Option<sqlx::postgres::PgListener> {
    let mut listener = sqlx::postgres::PgListener::connect_with(pool).await.ok()?;
    listener
        .listen_all([events::CHANNEL, events::PHOTO_CHANNEL])
        .await
        .ok()?;
    Some(listener)
}
