//! Properties of the maths that no example covers: crops, windows, sizes, turns and recipes of every kind.

#[path = "geometry/crops.rs"]
mod crops;
#[path = "geometry/recipes.rs"]
mod recipes;
#[path = "geometry/turns.rs"]
mod turns;
#[path = "geometry/windows.rs"]
mod windows;
