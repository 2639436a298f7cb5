//! Days in the words of the event's guests.

use chrono::{DateTime, Datelike as _, Local};

struct Language {
    /// ISO 639-1.
    code: &'static str,
    /// Twelve, from January on.
    months: &'static str,
    /// Between the day of the month and its month.
    before_month: &'static str,
    before_year: &'static str,
    /// The first of the month.
    first: &'static str,
}

/// Where none of the others is meant.
const ENGLISH: Language = Language {
    code: "en",
    months: "January February March April May June July August September October November December",
    before_month: " ",
    before_year: " ",
    first: "1",
};

/// A library would bring three hundred, and all their words into memory at each start.
const LANGUAGES: [Language; 5] = [
    Language {
        code: "de",
        months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        before_month: ". ",
        before_year: " ",
        first: "1",
    },
    Language {
        code: "es",
        months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        before_month: " de ",
        before_year: " de ",
        first: "1",
    },
    Language {
        code: "fr",
        months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        before_month: " ",
        before_year: " ",
        first: "1er",
    },
    Language {
        code: "it",
        months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        before_month: " ",
        before_year: " ",
        first: "1",
    },
    Language {
        code: "nl",
        months: "januari februari maart april mei juni juli augustus september oktober november december",
        before_month: " ",
        before_year: " ",
        first: "1",
    },
];

/// The day as the guests of an event with this locale write it: `14 June 2026`, `14. Juni 2026`.
///
/// Of the locale (`de-AT`) the language counts; one that we do not know is English.
pub(super) fn in_words(day: &DateTime<Local>, locale: &str) -> String {
    let code = locale.split('-').next().unwrap_or_default();
    let language = LANGUAGES.iter().find(|known| known.code == code);
    let Language {
        months,
        before_month,
        before_year,
        first,
        ..
    } = language.unwrap_or(&ENGLISH);
    let month = months.split(' ').nth(day.month0() as usize).unwrap_or_default();
    let number = match day.day() {
        1 => (*first).to_owned(),
        later => later.to_string(),
    };
    format!("{number}{before_month}{month}{before_year}{}", day.year())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn written(day: u32, month: u32, locale: &str) -> String {
        let noon = Local.with_ymd_and_hms(2026, month, day, 12, 0, 0);
        in_words(&noon.unwrap(), locale)
    }

    #[test]
    fn a_day_is_written_as_its_guests_do() {
        for (locale, day) in [
            ("en", "4 June 2026"),
            ("de", "4. Juni 2026"),
            ("de-AT", "4. Juni 2026"),
            ("es", "4 de junio de 2026"),
            ("fr-CA", "4 juin 2026"),
            ("it", "4 giugno 2026"),
            ("nl", "4 juni 2026"),
            ("tlh", "4 June 2026"),
        ] {
            assert_eq!(written(4, 6, locale), day, "{locale}");
        }
    }

    #[test]
    fn the_first_has_a_form_of_its_own_in_french() {
        assert_eq!(written(1, 6, "fr"), "1er juin 2026");
        assert_eq!(written(1, 6, "de"), "1. Juni 2026");
        assert_eq!(written(21, 6, "fr"), "21 juin 2026");
    }

    #[test]
    fn the_year_begins_and_ends_in_every_language() {
        for (locale, first, last) in [
            ("en", "January", "December"),
            ("de", "Januar", "Dezember"),
            ("es", "enero", "diciembre"),
            ("fr", "janvier", "décembre"),
            ("it", "gennaio", "dicembre"),
            ("nl", "januari", "december"),
        ] {
            assert!(written(4, 1, locale).contains(first), "{locale}");
            assert!(written(4, 12, locale).contains(last), "{locale}");
        }
    }
}
