//! A Google Drive and OAuth 2.0 server for tests, demos and kiosk developers, with scripted faults.
