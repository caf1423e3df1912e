//! Requests refused for want of a permission, as lines of the operator's log: who, when and which route, no subject and no value.
//! They are no entries: whoever asks in a loop would fill the record.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::routes::Route;

/// Lines a minute; the rest are counted.
const A_MINUTE: u32 = 60;

/// Lines written in the present minute.
#[derive(Debug, Default)]
pub(crate) struct Refused(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    written: u32,
    left_out: u64,
}

impl Refused {
    /// What is written of a refusal now; nothing where the minute is full.
    pub(crate) fn line(&self, now: Timestamp, account: &str, route: &Route) -> Option<String> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.as_second().div_euclid(60);
        let mut before = String::new();
        if minute.number != number {
            if minute.left_out > 0 {
                before = format!("refused: {} more before\n", minute.left_out);
            }
            *minute = Minute {
                number,
                ..Minute::default()
            };
        }
        if minute.written >= A_MINUTE {
            minute.left_out += 1;
            return None;
        }
        minute.written += 1;
        let (verb, path) = (route.verb.name(), route.path);
        Some(format!(
            "{before}refused: time={now:.0} account={account:?} request=\"{verb} {path}\""
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{A_MINUTE, Refused};
    use crate::routes::ROUTES;

    #[test]
    fn refusals_are_told_by_account_and_route_so_many_a_minute_and_the_rest_counted() {
        let (refused, route) = (Refused::default(), &ROUTES[0]);
        let at = |second: i64| jiff::Timestamp::from_second(1_700_000_040 + second).unwrap();
        let line = refused.line(at(0), "o\nops", route).unwrap();
        assert_eq!(
            line,
            r#"refused: time=2023-11-14T22:14:00Z account="o\nops" request="GET /""#
        );
        let more = (0..A_MINUTE + 4).filter_map(|_| refused.line(at(59), "a", route));
        assert_eq!(more.count(), 59);
        let after = refused.line(at(60), "a", route).unwrap();
        assert!(after.starts_with("refused: 5 more before\nrefused: time="), "{after}");
    }
}
