//! The published document of the forms.

use tercel_exchange::form::{FORMS_FILE, forms_document};

#[test]
fn the_published_document_is_the_one_the_forms_give() {
    let published = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(FORMS_FILE);
    let text = std::fs::read_to_string(&published).unwrap_or_default();
    assert!(
        text == forms_document(),
        "the forms have changed: write what `cargo run -p tercel-exchange --example forms` prints to {}",
        published.display()
    );
}
