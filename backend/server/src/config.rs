//! Every setting of the service: read once at the start, or a list of everything that is wrong.
//!
//! This is the only module that reads the environment. A setting comes from
//! the process environment, else from the `.env` file, else from the table in
//! [`variables`]. An empty value counts as not set.

mod access;
mod base_url;
mod database_url;
mod delivery;
mod environment;
mod error;
mod event;
mod example;
mod limits;
mod listing;
mod logging;
mod parse;
mod pictures;
mod reader;
mod server;
mod storage;
mod variables;

pub use access::{Access, KioskAuth};
pub use base_url::BaseUrl;
pub use database_url::{DatabaseUrl, Engine};
pub use delivery::{Delivery, DeliveryTarget, DriveScope, DriveShare, UploadSource};
pub use environment::{Environment, Origin, UnknownName};
pub use error::{ConfigError, Mistake};
pub use event::Event;
pub use example::render as env_example;
pub use limits::Limits;
pub use listing::{Setting, settings};
pub use logging::{LogFormat, Logging};
pub use pictures::{CompressedSize, FfmpegPath, Pictures};
pub use server::Server;
pub use storage::Storage;
pub use variables::{Group, VARIABLES, Variable};

use reader::Reader;

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the service listens and which addresses it gives out.
    pub server: Server,
    /// Where the database and the files live.
    pub storage: Storage,
    /// Where finished pictures go.
    pub delivery: Delivery,
    /// How pictures are made, and with how much of the machine.
    pub pictures: Pictures,
    /// Who may call what.
    pub access: Access,
    /// What the guests see.
    pub event: Event,
    /// What the service writes down about itself.
    pub logging: Logging,
    /// How much anyone may ask for.
    pub limits: Limits,
}

impl Config {
    /// Reads and checks every setting.
    ///
    /// # Errors
    /// Names every variable that cannot be understood, all at once.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment);
        let config = Self::read(&mut reader);
        reader.finish(config)
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let storage = Storage::read(reader);
        Self {
            server: Server::read(reader),
            delivery: Delivery::read(reader, &storage),
            storage,
            pictures: Pictures::read(reader),
            access: Access::read(reader),
            event: Event::read(reader),
            logging: Logging::read(reader),
            limits: Limits::read(reader),
        }
    }

    /// Whether callers must show a key: only a service that nobody but this
    /// machine can reach does without.
    pub const fn requires_keys(&self) -> bool {
        !self.server.bind_addr.ip().is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_environment(&Environment::from_pairs(pairs))
    }

    fn mistakes(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        config(pairs)
            .expect_err("these settings are wrong")
            .mistakes()
            .iter()
            .filter_map(Mistake::variable)
            .collect()
    }

    #[test]
    fn a_fresh_machine_needs_no_settings() {
        let config = config(&[]).unwrap();
        assert_eq!(config.server.bind_addr.to_string(), "127.0.0.1:8000");
        assert_eq!(config.server.api_base_url.as_str(), "http://localhost:8000");
        assert_eq!(
            config.storage.database_url.expose(),
            "sqlite://data/boothline.db?mode=rwc"
        );
        assert!(!config.requires_keys());
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let found = mistakes(&[
            ("BIND_ADDR", "everywhere"),
            ("WORKERS", "0"),
            ("COMPRESSED_SIZE", "big"),
            ("CORS_ORIGINS", "*"),
            ("LOG_FORMAT", "xml"),
        ]);
        assert_eq!(
            found,
            [
                "BIND_ADDR",
                "CORS_ORIGINS",
                "WORKERS",
                "COMPRESSED_SIZE",
                "LOG_FORMAT"
            ]
        );
    }

    #[test]
    fn a_mistake_names_the_value_and_what_was_expected() {
        let error = config(&[("WORKERS", "many")]).unwrap_err().to_string();
        assert!(error.contains("WORKERS"), "{error}");
        assert!(error.contains("\"many\""), "{error}");
        assert!(error.contains("whole number from 1 to 256"), "{error}");
    }

    #[test]
    fn a_secret_is_never_printed_not_even_a_wrong_one() {
        let wrong = config(&[("OPERATOR_TOKEN", "two words")]).unwrap_err();
        assert!(!format!("{wrong} {wrong:?}").contains("two words"));

        let right = config(&[
            ("OPERATOR_TOKEN", "correct-horse-battery"),
            ("BOOTH_KEY", "staple-for-the-booth"),
            ("DATABASE_URL", "postgres://booth:hunter2@db/booth"),
        ])
        .unwrap();
        let printed = format!("{right:?}");
        for secret in ["correct-horse", "staple-for", "hunter2"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn the_data_directory_carries_what_was_not_placed_elsewhere() {
        let config = config(&[("DATA_DIR", "/srv/booth")]).unwrap();
        assert_eq!(
            config.storage.database_url.expose(),
            "sqlite:///srv/booth/boothline.db?mode=rwc"
        );
        assert!(config.delivery.token_file.starts_with("/srv/booth"));
    }

    #[test]
    fn an_address_beyond_loopback_requires_keys() {
        for address in ["0.0.0.0:8000", "192.168.1.5:80", "[::]:8000"] {
            let config = config(&[("BIND_ADDR", address)]).unwrap();
            assert!(config.requires_keys(), "{address}");
        }
        for address in ["localhost:8000", "127.0.0.2:1", "[::1]:8000"] {
            let config = config(&[("BIND_ADDR", address)]).unwrap();
            assert!(!config.requires_keys(), "{address}");
        }
    }

    #[test]
    fn an_empty_value_counts_as_not_set() {
        let config = config(&[("BIND_ADDR", ""), ("PUBLIC_BASE_URL", " ")]).unwrap();
        assert_eq!(config.server.bind_addr.port(), 8000);
        assert!(config.server.public_base_url.is_none());
    }

    #[test]
    fn the_table_and_the_code_know_the_same_variables() {
        let environment = Environment::from_pairs(&[]);
        let mut reader = Reader::new(&environment);
        let _ = Config::read(&mut reader);
        let read = reader.names_read();
        for variable in VARIABLES {
            assert!(read.contains(variable.name), "{} is never read", variable.name);
        }
    }
}
