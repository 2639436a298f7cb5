//! Signing in with a person's consent, once.
