//! Which database, without ever printing its password.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use super::reader::Parsed;

/// The two engines the service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file on this machine.
    Sqlite,
    /// A server, for more than one machine.
    Postgres,
}

/// The address of the database; its password is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    engine: Engine,
}

impl DatabaseUrl {
    /// The SQLite file `path`, made when missing.
    pub fn sqlite_file(path: &Path) -> Self {
        Self {
            text: format!("sqlite://{}?mode=rwc", path.display()),
            engine: Engine::Sqlite,
        }
    }

    pub(super) fn parse(text: &str) -> Parsed<Self> {
        let engine = match text.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Some(Engine::Sqlite),
            Some("postgres" | "postgresql") => Url::parse(text)
                .ok()
                .filter(Url::has_host)
                .map(|_| Engine::Postgres),
            _ => None,
        };
        engine
            .map(|engine| Self {
                text: text.to_owned(),
                engine,
            })
            .ok_or_else(|| {
                "sqlite://data/boothline.db?mode=rwc or postgres://user:password@host/database".to_owned()
            })
    }

    /// The address with its password, for the one who connects.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Which engine it leads to.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The database file, where the engine is SQLite and not in memory.
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.text.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or(path);
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.engine {
            Engine::Sqlite => f.write_str(&self.text),
            Engine::Postgres => f.write_str(&without_password(&self.text)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return "postgres://…".to_owned();
    };
    // The query may hold `password=` too.
    url.set_query(None);
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "postgres://…".to_owned();
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed_wherever_it_stands() {
        for text in [
            "postgres://booth:hunter2@db:5432/booth",
            "postgresql://db/booth?user=booth&password=hunter2",
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"));
            assert_eq!(url.expose(), text);
        }
    }

    #[test]
    fn the_file_behind_sqlite_is_known() {
        let file = |text: &str| DatabaseUrl::parse(text).unwrap().file();
        assert_eq!(file("sqlite://data/b.db?mode=rwc"), Some("data/b.db".into()));
        assert_eq!(file("sqlite:///srv/b.db"), Some("/srv/b.db".into()));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db/booth"), None);
    }

    #[test]
    fn another_engine_is_refused() {
        for wrong in ["mysql://db/booth", "data/boothline.db", "postgres:booth", ""] {
            assert!(DatabaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
