//! What a laboratory result was measured in. Limits of normal, grades and criteria are those of blood.

/// The specimen of a result that is not of blood; `None` for blood, and where nothing says what it was.
pub(crate) fn beside_blood<'s>(specimen: &'s str, category: &str) -> Option<&'s str> {
    let specimen = specimen.trim();
    if specimen.is_empty() {
        return category.trim().eq_ignore_ascii_case("URINALYSIS").then_some("URINE");
    }
    let upper = specimen.to_uppercase();
    let is_blood = ["BLOOD", "SERUM", "PLASMA"].iter().any(|word| upper.contains(word));
    (!is_blood).then_some(specimen)
}

/// The name of a test, with its specimen where that is not blood: `GLUC`, `GLUC (URINE)`.
pub(crate) fn test_in(test: &str, beside_blood: Option<&str>) -> String {
    let test = test.to_uppercase();
    match beside_blood {
        Some(specimen) => format!("{test} ({})", specimen.to_uppercase()),
        None => test,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Specimens of the CDISC terminology.
    #[test]
    fn blood_serum_and_plasma_are_blood() {
        for specimen in ["", "BLOOD", "Serum", "PLASMA", "SERUM OR PLASMA", "VENOUS BLOOD"] {
            assert_eq!(beside_blood(specimen, "CHEMISTRY"), None, "{specimen}");
        }
        assert_eq!(beside_blood(" URINE ", ""), Some("URINE"));
        assert_eq!(
            beside_blood("CEREBROSPINAL FLUID", "CHEMISTRY"),
            Some("CEREBROSPINAL FLUID")
        );
        assert_eq!(beside_blood("", "Urinalysis"), Some("URINE"));
        assert_eq!(beside_blood("SERUM", "URINALYSIS"), None);
        assert_eq!(test_in("gluc", None), "GLUC");
        assert_eq!(test_in("GLUC", Some("Urine")), "GLUC (URINE)");
    }
}
