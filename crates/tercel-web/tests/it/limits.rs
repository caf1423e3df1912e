//! What is too much as a whole, though none of its parts is.

use crate::world::{Visitor, World};

#[tokio::test]
async fn many_answers_that_are_each_allowed_are_refused_together() {
    let world = World::new().await;
    let answer = "x".repeat(4 << 10);
    let names: Vec<String> = (0..400).map(|number| format!("field{number}")).collect();
    let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), answer.as_str())).collect();
    assert_eq!(world.post(&Visitor::default(), "/sign-in", &fields).await.status, 413);
    fields.truncate(200);
    assert_eq!(world.post(&Visitor::default(), "/sign-in", &fields).await.status, 422);
}
