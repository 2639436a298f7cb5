//! `multipart/form-data` as browsers send it (RFC 7578).

/// No photo contains it but by a miracle.
const BOUNDARY: &str = "----boothline-test-91b04e6c2f7d";

/// A form, part by part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) const CONTENT_TYPE: &str = "multipart/form-data; boundary=----boothline-test-91b04e6c2f7d";

    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With the part `file`, named and typed as a browser would a photo.
    pub(crate) fn of_file(bytes: &[u8]) -> Self {
        Self::new().file("file", "photo.jpg", "image/jpeg", bytes)
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.0.extend(part.as_bytes());
        self
    }

    pub(crate) fn file(mut self, name: &str, file_name: &str, kind: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
             Content-Type: {kind}\r\n\r\n"
        );
        self.0.extend(head.as_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    /// The body with its closing boundary.
    pub(crate) fn into_body(mut self) -> Vec<u8> {
        self.0.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }

    /// The body without its closing boundary, as after a fault on the way.
    pub(crate) fn into_open_body(self) -> Vec<u8> {
        self.0
    }
}
