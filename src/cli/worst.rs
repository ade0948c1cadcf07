//! Several accounts, one exit code.

/// The worse of two exit codes: what needs a person before what time heals,
/// an unexpected failure before all.
pub(super) const fn worse(one: u8, other: u8) -> u8 {
    const fn rank(code: u8) -> u8 {
        match code {
            0 => 0,
            8 => 1,
            7 => 2,
            6 => 3,
            5 => 4,
            4 => 5,
            3 => 6,
            2 => 7,
            _ => 8,
        }
    }
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_exit_code_wins() {
        assert_eq!(
            [0, 8, 7, 6, 5, 4, 3, 2, 1].into_iter().reduce(worse),
            Some(1)
        );
        assert_eq!(worse(3, 5), 3);
        assert_eq!(worse(0, 8), 8);
    }
}
