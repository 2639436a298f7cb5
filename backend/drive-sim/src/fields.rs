//! Field masks (`fields=id,owners(emailAddress),user/me`): which parts of a resource an answer has.

mod schema;

use serde_json::{Map, Value};

use crate::error::ApiError;

pub(crate) use schema::{
    ABOUT, CHANGE_LIST, FILE, FILE_LIST, GENERATED_IDS, PERMISSION, PERMISSION_LIST, Schema,
};

/// A parsed mask.
#[derive(Debug, PartialEq)]
pub(crate) struct Mask(Vec<(String, Option<Mask>)>);

impl Mask {
    /// Parses `text` and checks its names.
    pub(crate) fn parse(text: &str, schema: &Schema) -> Result<Self, ApiError> {
        let mut rest = text;
        let mask = Self::list(&mut rest).filter(|_| rest.is_empty());
        let mask = mask.ok_or_else(|| refuse(text))?;
        mask.check(schema)?;
        Ok(mask)
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut mask = Self(Vec::new());
        loop {
            let (name, inner) = Self::part(rest)?;
            mask.add(name, inner);
            match rest.strip_prefix(',') {
                Some(more) => *rest = more,
                None => return Some(mask),
            }
        }
    }

    /// `files/id,files/name` names one member twice: both selections count.
    fn add(&mut self, name: String, inner: Option<Self>) {
        let Some((_, known)) = self.0.iter_mut().find(|(known, _)| *known == name) else {
            self.0.push((name, inner));
            return;
        };
        match (known.as_mut(), inner) {
            (Some(known), Some(more)) => more
                .0
                .into_iter()
                .for_each(|(name, inner)| known.add(name, inner)),
            _ => *known = None,
        }
    }

    fn part(rest: &mut &str) -> Option<(String, Option<Self>)> {
        *rest = rest.trim_start();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '*' || c == '_'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        *rest = after.trim_start();
        let mut inner = None;
        if let Some(nested) = rest.strip_prefix('(') {
            *rest = nested;
            inner = Some(Self::list(rest)?);
            *rest = rest.strip_prefix(')')?.trim_start();
        } else if let Some(nested) = rest.strip_prefix('/') {
            *rest = nested;
            inner = Some(Self(vec![Self::part(rest)?]));
        }
        Some((name.to_owned(), inner))
    }

    fn check(&self, schema: &Schema) -> Result<(), ApiError> {
        for (name, inner) in &self.0 {
            if name != "*" && !schema.names.contains(&name.as_str()) {
                return Err(refuse(name));
            }
            if let (Some((list, items)), Some(inner)) = (schema.items, inner)
                && list == name
            {
                inner.check(items)?;
            }
        }
        Ok(())
    }

    /// The parts of `value` that the mask names.
    pub(crate) fn apply(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Value::Object(members) => {
                let mut kept = Map::new();
                for (key, member) in members {
                    let named = self.0.iter().find(|(name, _)| name == key || name == "*");
                    match named {
                        Some((_, None)) => kept.insert(key.clone(), member.clone()),
                        Some((_, Some(inner))) => kept.insert(key.clone(), inner.apply(member)),
                        None => None,
                    };
                }
                Value::Object(kept)
            }
            other => other.clone(),
        }
    }
}

fn refuse(selection: &str) -> ApiError {
    ApiError::new(
        400,
        "invalidParameter",
        format!("Invalid field selection {selection}"),
    )
    .at("parameter", "fields")
}

/// Applies the caller's mask, or else `default`.
pub(crate) fn select(
    value: &Value,
    mask: Option<&str>,
    default: &str,
    schema: &Schema,
) -> Result<Value, ApiError> {
    Ok(Mask::parse(mask.unwrap_or(default), schema)?.apply(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn selected(mask: &str) -> Value {
        let list = json!({"kind": "k", "nextPageToken": "t",
            "files": [{"id": "1", "name": "a", "owners": [{"emailAddress": "e", "me": true}]}]});
        select(&list, Some(mask), "*", &FILE_LIST).unwrap()
    }

    #[test]
    fn masks_select_nested_parts_in_both_notations() {
        let expected = json!({"files": [{"id": "1", "owners": [{"emailAddress": "e"}]}]});
        assert_eq!(selected("files(id,owners(emailAddress))"), expected);
        assert_eq!(
            selected("files/id, files/name"),
            json!({"files": [{"id": "1", "name": "a"}]})
        );
        assert_eq!(selected("files(id, owners/emailAddress)"), expected);
        assert_eq!(selected("nextPageToken"), json!({"nextPageToken": "t"}));
        assert_eq!(selected("*")["files"][0]["name"], "a");
    }

    #[test]
    fn unknown_names_and_broken_masks_are_refused() {
        for mask in [
            "md5checksum",
            "files(md5checksum)",
            "files(id",
            "files)",
            "",
            "id,,name",
            "files(id))",
        ] {
            assert!(Mask::parse(mask, &FILE_LIST).is_err(), "{mask}");
        }
    }
}
