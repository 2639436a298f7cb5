//! Signing in against a server that follows a script.
