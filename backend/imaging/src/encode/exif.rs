//! Writes the smallest EXIF block: a TIFF directory (TIFF 6.0, section 2) with the tags given and nothing more.

/// Tag 0x8298 of IFD0.
pub(crate) const COPYRIGHT: u16 = 0x8298;

/// A tag with its value.
pub(crate) enum Value<'a> {
    /// Text; written with the closing zero that EXIF asks for.
    Ascii(&'a str),
    /// A number of 16 bits.
    Short(u16),
}

/// A TIFF block, little endian, with one directory.
pub(crate) fn block(tags: &[(u16, Value<'_>)]) -> Vec<u8> {
    const HEADER: usize = 8;
    const ENTRY: usize = 12;
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    let values_at = HEADER + 2 + tags.len() * ENTRY + 4;
    let mut values = Vec::new();
    block.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        block.extend(tag.to_le_bytes());
        match value {
            Value::Short(number) => {
                block.extend([3, 0, 1, 0, 0, 0]);
                block.extend(u32::from(*number).to_le_bytes());
            }
            Value::Ascii(text) => {
                block.extend([2, 0]);
                block.extend((text.len() as u32 + 1).to_le_bytes());
                block.extend(ascii_field(text, values_at, &mut values));
            }
        }
    }
    block.extend([0; 4]);
    block.extend(values);
    block
}

/// The four bytes of an entry: the text itself where it fits, else its offset.
fn ascii_field(text: &str, values_at: usize, values: &mut Vec<u8>) -> [u8; 4] {
    if text.len() < 4 {
        let mut inline = [0; 4];
        inline[..text.len()].copy_from_slice(text.as_bytes());
        return inline;
    }
    let offset = (values_at + values.len()) as u32;
    values.extend(text.bytes().chain([0]));
    // Values begin at even offsets.
    if !values.len().is_multiple_of(2) {
        values.push(0);
    }
    offset.to_le_bytes()
}
