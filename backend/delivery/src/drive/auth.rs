//! Signing in to Google: credentials on disk, tokens in memory.
