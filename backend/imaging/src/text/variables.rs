//! The words that change from job to job, and how a text does without one of them.

/// What a look's texts may mention. An empty value makes the part that mentions it disappear.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variables {
    /// The event's name: `{event}`.
    pub event: String,
    /// The day, written as the event's guests write it: `{date}`.
    pub date: String,
    /// The time of day: `{time}`.
    pub time: String,
    /// The guest's name: `{guest}`.
    pub guest: String,
    /// The running number of the picture: `{count}`.
    pub count: String,
}

/// Stands between parts of a line, each of which may disappear.
const SEPARATOR: &str = " · ";

impl Variables {
    /// The text with its variables replaced. Of each line, parts between ` · ` that mention an
    /// empty variable are left out; so are lines of which nothing stays.
    pub(crate) fn fill(&self, content: &str) -> String {
        let lines = content.lines().filter_map(|line| {
            let parts: Vec<_> = line.split(SEPARATOR).filter_map(|part| self.part(part)).collect();
            (!parts.is_empty()).then(|| parts.join(SEPARATOR))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn part(&self, part: &str) -> Option<String> {
        let mut filled = String::with_capacity(part.len());
        for piece in pieces(part) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Variable(name) => {
                    // A value with a line break of its own would upset the layout.
                    let value = self.value(name)?.split_whitespace().collect::<Vec<_>>().join(" ");
                    if value.is_empty() {
                        return None;
                    }
                    filled.push_str(&value);
                }
            }
        }
        Some(filled)
    }

    fn value(&self, name: &str) -> Option<&str> {
        match name {
            "event" => Some(&self.event),
            "date" => Some(&self.date),
            "time" => Some(&self.time),
            "guest" => Some(&self.guest),
            "count" => Some(&self.count),
            _ => None,
        }
    }
}

/// The first `{name}` in a text that is no variable of ours.
pub(crate) fn unknown_variable(content: &str) -> Option<&str> {
    let nothing = Variables::default();
    pieces(content).into_iter().find_map(|piece| match piece {
        Piece::Variable(name) if nothing.value(name).is_none() => Some(name),
        _ => None,
    })
}

enum Piece<'a> {
    Words(&'a str),
    Variable(&'a str),
}

/// Cuts at `{name}`; a brace without its partner is a plain character.
fn pieces(mut content: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some((before, rest)) = content.split_once('{') {
        let Some((name, after)) = rest.split_once('}') else {
            break;
        };
        pieces.push(Piece::Words(before));
        pieces.push(Piece::Variable(name));
        content = after;
    }
    pieces.push(Piece::Words(content));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party() -> Variables {
        Variables {
            event: "Anna & José".to_owned(),
            date: "20 June 2026".to_owned(),
            ..Variables::default()
        }
    }

    #[test]
    fn variables_are_replaced() {
        assert_eq!(party().fill("{event} · {date}"), "Anna & José · 20 June 2026");
        assert_eq!(party().fill("at {event}!"), "at Anna & José!");
    }

    #[test]
    fn an_empty_variable_takes_its_part_and_the_separator_with_it() {
        assert_eq!(
            party().fill("{event} · {guest} · {date}"),
            "Anna & José · 20 June 2026"
        );
        assert_eq!(party().fill("for {guest} · {date}"), "20 June 2026");
        assert_eq!(party().fill("{guest}\n{date}"), "20 June 2026");
        assert_eq!(party().fill("No. {count}"), "");
    }

    #[test]
    fn a_guests_name_cannot_break_lines_or_bring_in_variables() {
        let guest = Variables {
            guest: "  Mia\n{event} · x ".to_owned(),
            ..party()
        };
        assert_eq!(guest.fill("{guest}"), "Mia {event} · x");
    }

    #[test]
    fn only_our_variables_are_known() {
        assert_eq!(unknown_variable("{event} {date}{time}{guest}{count}"), None);
        assert_eq!(unknown_variable("hello {name}"), Some("name"));
        assert_eq!(unknown_variable("a { b } c"), Some(" b "));
        assert_eq!(unknown_variable("a } b { c"), None);
    }
}
