//! Reading a recipe from JSON: every error names its field.

use std::fmt;

use serde_json::Value;

use super::{FieldError, Recipe};

/// The JSON is not a recipe. Holds at least one field with what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RecipeError {
    /// What is wrong, in the order it was found.
    pub fields: Vec<FieldError>,
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the recipe is not valid: ")?;
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{field}")?;
        }
        Ok(())
    }
}

impl Recipe {
    /// Reads and validates a recipe.
    ///
    /// # Errors
    /// Names every field that is wrong; text that is not JSON at all is an error of the field `.`.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        let value: Value = serde_json::from_str(text).map_err(|error| shape(".", &error))?;
        Self::from_value(&value)
    }

    /// Reads and validates a recipe that is already parsed JSON, such as a database column.
    ///
    /// # Errors
    /// As [`Recipe::from_json`].
    pub fn from_value(value: &Value) -> Result<Self, RecipeError> {
        // Serde would also read a struct from a list of its fields.
        if !value.is_object() {
            return Err(shape(".", &"a recipe is a JSON object"));
        }
        let recipe = serde_path_to_error::deserialize(value)
            .map_err(|error| shape(&error.path().to_string(), error.inner()))?;
        checked(recipe)
    }
}

fn checked(recipe: Recipe) -> Result<Recipe, RecipeError> {
    match recipe.validate() {
        Ok(()) => Ok(recipe),
        Err(fields) => Err(RecipeError { fields }),
    }
}

fn shape(field: &str, error: &dyn fmt::Display) -> RecipeError {
    RecipeError {
        fields: vec![FieldError {
            field: field.to_owned(),
            message: error.to_string(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field_of(value: &Value) -> String {
        Recipe::from_value(value).unwrap_err().fields[0].field.clone()
    }

    #[test]
    fn a_wrong_type_names_its_field() {
        let slot = json!({"x": 0, "y": 0, "width": "wide", "height": 10});
        let good = json!({"x": 0, "y": 0, "width": 10, "height": 10});
        assert_eq!(field_of(&json!({"slots": [good, slot]})), "slots[1].width");
        assert_eq!(field_of(&json!({"background": "#12"})), "background");
        assert_eq!(
            field_of(&json!({"background": {"gradient": {"from": "#fff", "to": "blue"}}})),
            "background.gradient.to"
        );
        assert_eq!(field_of(&json!({"filter": "sparkle"})), "filter");
        assert_eq!(field_of(&json!({"canvas": {"width": -5}})), "canvas.width");
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let error = Recipe::from_json(r#"{"canvas": {"wdith": 5}}"#).unwrap_err();
        assert!(error.to_string().contains("wdith"), "{error}");
    }

    #[test]
    fn text_that_is_not_json_or_goes_on_after_it_is_an_error() {
        assert!(Recipe::from_json("").is_err());
        assert!(Recipe::from_json("{} {}").is_err());
        assert!(Recipe::from_json("[]").is_err());
    }

    #[test]
    fn a_recipe_reads_back_what_it_writes() {
        let recipe = Recipe::from_value(&json!({
            "background": {"gradient": {"from": "#fff", "to": "#0008"}},
            "filter": {"name": "sepia", "strength": 0.5},
            "slots": [{"x": 1, "y": 2, "width": 300, "height": 400, "shadow": {}, "border": {"width": 3}}],
            "texts": [{"content": "{event}", "x": 0, "y": 0, "width": 100, "height": 40, "size": 30}],
            "qr": {"x": 10, "y": 10, "size": 200},
            "shots": 5,
            "animation": {"kind": "burst", "formats": ["webp"], "loops": 3, "poster": 2},
        }))
        .unwrap();
        let written = serde_json::to_value(&recipe).unwrap();
        assert_eq!(Recipe::from_value(&written).unwrap(), recipe);
    }
}
