//! A look as an organiser may send it: refused by field, or drawn, and written as it was read.
#![no_main]

use boothline_imaging::layout::cover;
use boothline_imaging::recipe::{Focus, Recipe};
use boothline_imaging::render::memory_cost;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let recipe = match Recipe::from_json(text) {
        Ok(recipe) => recipe,
        Err(refusal) => {
            assert!(!refusal.fields.is_empty(), "a refusal names a field");
            return;
        }
    };
    let written = serde_json_of(&recipe);
    let again = Recipe::from_json(&written).expect("what we write we read");
    assert_eq!(again, recipe);
    assert!(recipe.shots() >= 1);
    assert_eq!(recipe.shot_of_each_slot().len(), recipe.filled_slots().len());
    let cost = memory_cost(&recipe, &[], 1);
    assert!(cost < 8 << 30, "{cost} bytes for one picture");
    for slot in recipe.filled_slots() {
        let crop = cover((6000, 4000), (slot.width, slot.height), Focus::default());
        assert!(crop.left >= 0.0 && crop.top >= 0.0);
        assert!(crop.left + crop.width <= 6000.5 && crop.top + crop.height <= 4000.5);
    }
    // Themes are shown at every size.
    let _ = recipe.scaled(0.1).filled_slots();
});

fn serde_json_of(recipe: &Recipe) -> String {
    serde_json::to_string(recipe).expect("a recipe is plain data")
}
