//! Whether a FIT file is whole: its headers, lengths and checksums.

use crate::domain::wording::counted;

/// A FIT file is one part or several behind one another, each with a header, its
/// data and a checksum; all of them are checked.
pub(super) fn damage(bytes: &[u8]) -> Option<String> {
    if !is_fit(bytes) {
        return Some("it does not begin like a FIT file".to_owned());
    }
    let mut rest = bytes;
    let mut part = 1;
    while !rest.is_empty() {
        if !is_fit(rest) {
            let many = counted(rest.len(), "byte");
            return Some(format!("{many} behind part {} are no FIT data", part - 1));
        }
        match part_length(rest) {
            Ok(length) => rest = rest.get(length..).unwrap_or_default(),
            Err(what) if part == 1 => return Some(format!("its {what}")),
            Err(what) => return Some(format!("in part {part}, its {what}")),
        }
        part += 1;
    }
    None
}

/// The length of the part that begins here. Header: size, protocol, profile (2),
/// data size (4, little-endian), ".FIT", and from 14 bytes on a checksum of its
/// own. The part's checksum is its last two bytes.
///
/// # Errors
/// What is wrong with it, as words that follow "its".
fn part_length(bytes: &[u8]) -> Result<usize, &'static str> {
    const CUT: &str = "end is missing";
    let header = bytes.first().copied().map_or(0, usize::from);
    let size = bytes.get(4..8).and_then(|size| size.try_into().ok());
    let data = u32::from_le_bytes(size.ok_or(CUT)?);
    let data = usize::try_from(data).map_err(|_| CUT)?;
    if header < 12 {
        return Err("header is too short");
    }
    if data == 0 {
        return Err("header does not say how long it is");
    }
    let length = header.saturating_add(data).saturating_add(2);
    let whole = bytes.get(..length).ok_or(CUT)?;
    let head = bytes.get(..header.min(14)).ok_or(CUT)?;
    let stated = head.last_chunk().map(|&crc| u16::from_le_bytes(crc));
    if header >= 14 && stated != Some(0) && crc(head) != 0 {
        return Err("header has a wrong checksum");
    }
    // A checksum over data and checksum together is zero.
    if crc(whole) != 0 {
        return Err("checksum is wrong");
    }
    Ok(length)
}

/// The CRC-16 of the FIT protocol (polynomial 0xA001, reflected).
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xA001
            } else {
                crc >> 1
            }
        })
    })
}

/// A FIT file says so in bytes 8 to 11 of its header.
pub(super) fn is_fit(body: &[u8]) -> bool {
    body.get(8..12) == Some(b".FIT")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A FIT file of one part.
    pub(in crate::sync::file) fn part(data: &[u8]) -> Vec<u8> {
        let mut fit = vec![14, 0x20, 0, 0];
        fit.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        fit.extend(b".FIT");
        fit.extend(crc(&fit).to_le_bytes());
        fit.extend(data);
        fit.extend(crc(&fit).to_le_bytes());
        fit
    }

    #[test]
    fn a_sound_file_is_told_from_a_damaged_one() {
        let fit = part(&[1, 2, 3]);
        assert_eq!(damage(&fit), None);
        let mut unsigned = fit.clone();
        unsigned[12..14].fill(0);
        let end = unsigned.len() - 2;
        let crc = crc(&unsigned[..end]).to_le_bytes();
        unsigned[end..].copy_from_slice(&crc);
        assert_eq!(
            damage(&unsigned),
            None,
            "the header's checksum may be left out"
        );
        let spoilt = |at: usize| {
            let mut fit = fit.clone();
            fit[at] ^= 1;
            damage(&fit).unwrap()
        };
        assert_eq!(spoilt(15), "its checksum is wrong");
        assert_eq!(spoilt(1), "its header has a wrong checksum");
        assert_eq!(damage(&fit[..16]).unwrap(), "its end is missing");
        assert!(damage(b"<gpx>").is_some());
        let mut open = fit.clone();
        open[4] = 0;
        assert_eq!(
            damage(&open).unwrap(),
            "its header does not say how long it is"
        );
    }

    #[test]
    fn every_part_of_a_chained_file_is_checked() {
        let (one, two) = (part(&[1, 2, 3]), part(&[4, 5]));
        let chain = [one.clone(), two.clone()].concat();
        assert_eq!(damage(&chain), None);
        let mut spoilt = chain.clone();
        spoilt[one.len() + 15] ^= 1;
        assert_eq!(damage(&spoilt).unwrap(), "in part 2, its checksum is wrong");
        assert_eq!(
            damage(&chain[..chain.len() - 1]).unwrap(),
            "in part 2, its end is missing"
        );
        let trailing = [one, b"garbage..".to_vec()].concat();
        assert_eq!(
            damage(&trailing).unwrap(),
            "9 bytes behind part 1 are no FIT data"
        );
    }
}
