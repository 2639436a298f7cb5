//! The heap that pictures share.

/// What a process that makes pictures asks of glibc, by its names for it and its words (mallopt(3)); read before `main`
/// only.
///
/// Left alone glibc keeps the buffers of pictures in pieces for each thread: 568 MB after five hundred photos, and
/// rising. Returning each of them when it is freed costs the next picture a fault for every page, an eighth of all its
/// time. In one heap the next picture finds the pages of the last, and no more than 32 MB of free pages stay at its end.
pub const SETTINGS: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    // Buffers of so many bytes are not taken from the heap: the most that glibc accepts.
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    // So many free bytes stay at the heap's end.
    ("MALLOC_TRIM_THRESHOLD_", "33554432"),
];
