//! What a laboratory result says that lies beyond what its assay measures.

/// The number that a result is or is certain to reach: of one above a limit (`>1000`) the limit, the least it can be. Of one below
/// (`<0.3`) the limit too, where that is not above normal: whatever the result is, it is as low, and not high. `None` where
/// nothing is certain. `normal`: lower and upper limit, in the unit of the result.
pub(crate) fn certain(text: &str, normal: [Option<f64>; 2]) -> Option<f64> {
    let text = text.trim();
    let number = |rest: &str| {
        rest.trim_start_matches('=')
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    };
    if let Some(rest) = text.strip_prefix('<') {
        let [low, high] = normal;
        let is_not_high = |limit: &f64| high.or(low).is_some_and(|normal| *limit <= normal);
        return number(rest).filter(is_not_high);
    }
    number(text.trim_start_matches('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stands_for_what_is_certain_to_reach_it() {
        let neutrophils = [Some(1.8), Some(6.3)];
        assert_eq!(certain("0.3", neutrophils), Some(0.3));
        assert_eq!(certain(" < 0.3", neutrophils), Some(0.3));
        assert_eq!(certain("<=0.3", [Some(1.8), None]), Some(0.3));
        assert_eq!(certain(">1000", [None, Some(40.0)]), Some(1000.0));
        assert_eq!(certain(">= 1000", [None, None]), Some(1000.0));
        // Below 5 may be normal or not.
        assert_eq!(certain("<5", [None, Some(3.0)]), None);
        assert_eq!(certain("<5", [None, None]), None);
        for words in ["900,5", "HAEMOLYSED", "", "<", "inf", "nan"] {
            assert_eq!(certain(words, neutrophils), None, "{words}");
        }
    }
}
