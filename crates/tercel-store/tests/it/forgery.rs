//! The hand that tampers: past the store, with the guards taken away and laid again.

use sqlx::{AssertSqlSafe, Row};
use tercel_store::{Entry, Kind};

use crate::databases::Database;
use crate::tampering::{Scene, chain};
use crate::texts::Dice;

const GUARDS: &str = include_str!("../../src/schema/guards_sqlite.sql");
const COLUMNS: [&str; 16] = [
    "seq",
    "kind",
    "record",
    "version",
    "form",
    "subject",
    "site",
    "author",
    "role",
    "entered_at",
    "happened",
    "reason",
    "protocol",
    "payload",
    "prior",
    "hash",
];
const NUMBERS: [&str; 2] = ["seq", "version"];
const MAY_LACK: [&str; 8] = [
    "record", "version", "form", "subject", "site", "happened", "reason", "protocol",
];

pub(crate) struct Forger<'a> {
    pub(crate) database: &'a Database,
    pub(crate) scene: &'a Scene,
    pub(crate) dice: &'a mut Dice,
}

impl Forger<'_> {
    /// Tampers and says how.
    pub(crate) async fn tamper(mut self, way: &str) -> String {
        match way {
            "change a column" => self.change_a_column().await,
            "delete an entry" => {
                // The last one taken away is a tail cut off.
                let seq = self.any();
                self.unguarded(&format!("DELETE FROM entry WHERE seq = {seq}")).await
            }
            "swap two entries" => {
                let (one, other) = self.two();
                let sql = format!(
                    "UPDATE entry SET seq = -1 WHERE seq = {one}; UPDATE entry SET seq = {one} WHERE seq = {other};
                     UPDATE entry SET seq = {other} WHERE seq = -1"
                );
                self.unguarded(&sql).await
            }
            "insert an entry" => {
                let mut entry = self.entry();
                entry.kind = Kind::Access;
                entry.record = None;
                entry.seq = self.dice.pick(&[0, -5, 1_000_000, i64::MAX]);
                entry.hash = entry.derive_hash();
                self.unguarded(&insert(&entry)).await
            }
            "insert and move the rest on" => {
                let at = self.any();
                let mut entry = self.entry();
                entry.seq = at;
                entry.kind = Kind::Access;
                entry.record = None;
                let sql = format!(
                    "UPDATE entry SET seq = -seq - 1 WHERE seq >= {at}; UPDATE entry SET seq = -seq WHERE seq < 0; {}",
                    insert(&entry)
                );
                self.unguarded(&sql).await
            }
            "take a guard away" | "replace a guard" => self.spoil_a_guard(way).await,
            "splice in another study as it is" => {
                let from = self.any_index();
                let sql: Vec<String> = self.scene.strange[from..].iter().take(3).map(put_instead).collect();
                self.unguarded(&sql.join(";")).await
            }
            "change the projection" => self.change_the_projection().await,
            "exchange passwords" => self.exchange_passwords().await,
            "rename an account" => self.rename_an_account().await,
            "roll back" => "an older copy".to_owned(),
            "compute the chain anew" => {
                let mut entries = self.scene.entries.clone();
                let at = self.any_index();
                let entry = &mut entries[at];
                let payload = entry.payload.replace("Fever", "Fatigue").replace("\"1\"", "\"2\"");
                if payload == entry.payload || entry.kind == Kind::Correct {
                    "2020-01-01T00:00:00.000Z".clone_into(&mut entry.entered_at);
                } else {
                    entry.payload = payload;
                }
                self.forge(entries).await
            }
            "cut the tail" => {
                let mut entries = self.scene.entries.clone();
                // What accounts have as passwords stands in the first entries.
                entries.truncate(3 + self.dice.below(entries.len() - 3));
                self.forge(entries).await
            }
            "splice in another study and compute anew" => {
                // Records of the other study continue where this one has none of that name.
                let mut entries = self.scene.entries[..3].to_vec();
                let count = 1 + self.dice.below(self.scene.strange.len() - 1);
                entries.extend_from_slice(&self.scene.strange[1..=count]);
                self.forge(entries).await
            }
            _ => unreachable!("{way}"),
        }
    }

    fn any_index(&mut self) -> usize {
        1 + self.dice.below(self.scene.entries.len() - 2)
    }

    fn any(&mut self) -> i64 {
        i64::try_from(self.any_index()).unwrap() + 1
    }

    fn entry(&mut self) -> Entry {
        let at = self.any_index();
        self.scene.entries[at].clone()
    }

    fn two(&mut self) -> (i64, i64) {
        let one = self.any();
        loop {
            let other = self.any();
            if other != one {
                return (one, other);
            }
        }
    }

    /// Statements with the guards off, which are on again after them.
    async fn unguarded(&self, sql: &str) -> String {
        let whole = if self.database.is_postgres() {
            let guards = [
                "entry_no_update",
                "entry_no_delete",
                "entry_no_truncate",
                "entry_in_order",
            ]
            .map(|guard| format!("ALTER TABLE entry ENABLE ALWAYS TRIGGER {guard};"));
            format!("ALTER TABLE entry DISABLE TRIGGER ALL; {sql}; {}", guards.concat())
        } else {
            format!(
                "DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete; DROP TRIGGER entry_in_order; {sql}; {GUARDS}"
            )
        };
        if let Err(error) = self.database.execute(whole).await {
            panic!("{sql}: {error}");
        }
        sql.to_owned()
    }

    /// Other entries altogether, with everything that follows from them.
    pub(crate) async fn forge(&self, mut entries: Vec<Entry>) -> String {
        chain(&mut entries);
        self.put(&entries).await
    }

    /// These entries as they are, and what is read from laid anew.
    pub(crate) async fn put(&self, entries: &[Entry]) -> String {
        let rows: Vec<String> = entries.iter().map(insert).collect();
        self.unguarded(&format!("DELETE FROM entry; {}", rows.join(";"))).await;
        self.database.open().await.rebuild().await.unwrap();
        format!("{} entries", entries.len())
    }

    /// One value of one entry, in whatever way the database takes it.
    async fn change_a_column(&mut self) -> String {
        loop {
            let (column, seq) = (self.dice.pick(&COLUMNS), self.any());
            let new = if NUMBERS.contains(&column) {
                let more = ["1", "-1", "1000"];
                let number = format!("COALESCE({column}, 0) + {}", self.dice.pick(&more));
                match self.dice.below(4) {
                    0 if column == "version" => "NULL".to_owned(),
                    1 if !self.database.is_postgres() => format!("{column} + 0.5"),
                    2 if !self.database.is_postgres() => format!("'x' || {column}"),
                    _ => number,
                }
            } else {
                match self.dice.below(7) {
                    0 if MAY_LACK.contains(&column) => "NULL".to_owned(),
                    1 => "''".to_owned(),
                    2 if !self.database.is_postgres() => format!("CAST({column} AS BLOB)"),
                    3 => format!("upper({column})"),
                    4 => format!("COALESCE({column}, '') || ' '"),
                    _ => {
                        let at = 1 + self.dice.below(12);
                        let letter = self.dice.pick(&["0", "7", "a", "Z", "é"]);
                        format!("substr({column}, 1, {at} - 1) || '{letter}' || substr({column}, {at} + 1)")
                    }
                }
            };
            let before = self.row(seq).await;
            let sql = format!("UPDATE entry SET {column} = {new} WHERE seq = {seq}");
            if self.would_collide(column, &new, seq) {
                continue;
            }
            self.unguarded(&sql).await;
            if self.row(seq).await != before {
                return sql;
            }
        }
    }

    /// Two entries of one number, or of one version of a record, the database itself refuses.
    fn would_collide(&self, column: &str, new: &str, seq: i64) -> bool {
        let at = usize::try_from(seq).unwrap() - 1;
        let entry = &self.scene.entries[at];
        match column {
            "seq" => !new.ends_with("1000") && !new.ends_with("0.5") && !new.starts_with('\''),
            "version" | "record" | "kind" => entry.kind.makes_version() || entry.record.is_some(),
            _ => false,
        }
    }

    async fn row(&self, seq: i64) -> String {
        let sql = format!("SELECT {} FROM entry WHERE seq = {seq}", {
            let casts = COLUMNS.map(|column| {
                if self.database.is_postgres() {
                    format!("COALESCE('.' || {column}, '')")
                } else {
                    format!("typeof({column}) || COALESCE('.' || {column}, '')")
                }
            });
            casts.join(" || '|' || ")
        });
        let mut connection = self.database.connection().await;
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_optional(&mut connection)
            .await
            .unwrap();
        row.map_or_else(String::new, |row| row.get(0))
    }

    async fn spoil_a_guard(&mut self, way: &str) -> String {
        let guard = self
            .dice
            .pick(&["entry_no_update", "entry_no_delete", "entry_in_order"]);
        let away = way == "take a guard away";
        let sql = if self.database.is_postgres() {
            let ways = if away {
                [
                    format!("DROP TRIGGER {guard} ON entry"),
                    format!("ALTER TABLE entry DISABLE TRIGGER {guard}"),
                    format!("ALTER TABLE entry ENABLE TRIGGER {guard}"),
                    "DROP INDEX entry_version".to_owned(),
                ]
            } else {
                [
                    "CREATE OR REPLACE FUNCTION entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$".to_owned(),
                    format!("DROP TRIGGER {guard} ON entry; CREATE TRIGGER {guard} BEFORE UPDATE ON entry FOR EACH ROW
                             WHEN (NEW.seq < 0) EXECUTE FUNCTION entry_refuse(); ALTER TABLE entry ENABLE ALWAYS TRIGGER {guard}"),
                    "CREATE RULE quiet AS ON INSERT TO entry DO INSTEAD NOTHING".to_owned(),
                    "ALTER TABLE entry ENABLE ROW LEVEL SECURITY".to_owned(),
                ]
            };
            ways[self.dice.below(4)].clone()
        } else {
            let ways = if away {
                [
                    format!("DROP TRIGGER {guard}"),
                    "DROP INDEX entry_version".to_owned(),
                    format!("DROP TRIGGER {guard}"),
                ]
            } else {
                [
                    format!(
                        "DROP TRIGGER {guard}; CREATE TRIGGER {guard} BEFORE UPDATE ON entry WHEN NEW.seq < 0 BEGIN SELECT 1; END"
                    ),
                    "CREATE TRIGGER other AFTER INSERT ON entry BEGIN DELETE FROM credential; END".to_owned(),
                    format!(
                        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'ABORT', 'IGNORE') WHERE name = '{guard}'"
                    ),
                ]
            };
            ways[self.dice.below(3)].clone()
        };
        self.database.execute(sql.clone()).await.unwrap();
        sql
    }

    async fn change_the_projection(&mut self) -> String {
        let sql = self.dice.pick(&[
            "UPDATE record SET state = replace(state, 'Fever', 'Fatigue')",
            "UPDATE record SET subject = 'S-01-002' WHERE number = 2",
            "UPDATE record SET site = NULL WHERE number = 1",
            "UPDATE record SET open_queries = 3 WHERE number = 1",
            "UPDATE record SET form = 'x' WHERE number = 3",
            "DELETE FROM record WHERE series LIKE 'AE/%' AND number = 1",
            "INSERT INTO record SELECT record || '0', series, 10 * number, form, subject, site, 0, 1, state FROM record WHERE number = 2",
            "UPDATE record SET state = replace(state, '\"locked\":false', '\"locked\":true')",
            "UPDATE record SET state = '{}' WHERE number = 1",
        ]);
        self.database.execute(sql).await.unwrap();
        sql.to_owned()
    }

    async fn exchange_passwords(&mut self) -> String {
        let sql = self.dice.pick(&[
            "UPDATE credential SET hash = (SELECT hash FROM credential WHERE account = 'monitor') WHERE account = 'nurse'",
            "UPDATE credential SET must_change = 'N'",
            "UPDATE credential SET changed_at = '2030' WHERE account = 'nurse'",
            "DELETE FROM credential WHERE account = 'nurse'",
            "INSERT INTO credential SELECT 'root', hash, changed_at, must_change FROM credential WHERE account = 'nurse'",
            "UPDATE credential SET hash = hash || ' '",
        ]);
        self.database.execute(sql).await.unwrap();
        sql.to_owned()
    }

    async fn rename_an_account(&mut self) -> String {
        match self.dice.below(3) {
            0 => {
                let sql = "UPDATE credential SET account = 'nurse2' WHERE account = 'nurse'";
                self.database.execute(sql).await.unwrap();
                sql.to_owned()
            }
            1 => {
                let sql = "UPDATE record SET state = replace(state, 'nurse', 'nurse2')";
                self.database.execute(sql).await.unwrap();
                sql.to_owned()
            }
            _ => {
                self.unguarded("UPDATE entry SET author = 'nurse2' WHERE author = 'nurse'")
                    .await
            }
        }
    }
}

fn text(value: Option<&str>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |value| format!("'{}'", value.replace('\'', "''")))
}

/// The values of an entry, as SQL.
fn listed(entry: &Entry) -> [String; 16] {
    [
        entry.seq.to_string(),
        text(Some(entry.kind.name())),
        text(entry.record.as_deref()),
        entry
            .version
            .map_or_else(|| "NULL".to_owned(), |version| version.to_string()),
        text(entry.form.as_deref()),
        text(entry.subject.as_deref()),
        text(entry.site.as_deref()),
        text(Some(&entry.author)),
        text(Some(&entry.role)),
        text(Some(&entry.entered_at)),
        text(entry.happened.as_deref()),
        text(entry.reason.as_deref()),
        text(entry.protocol.as_deref()),
        text(Some(&entry.payload)),
        text(Some(&entry.prior)),
        text(Some(&entry.hash)),
    ]
}

fn insert(entry: &Entry) -> String {
    // One version of a record is there once: the copy takes another.
    let mut values = listed(entry);
    if entry.seq > 1_000 || entry.seq < 1 {
        "NULL".clone_into(&mut values[3]);
    }
    format!(
        "INSERT INTO entry ({}) VALUES ({})",
        COLUMNS.join(", "),
        values.join(", ")
    )
}

/// Puts an entry in the place of the one with its number, in all but what the version index would refuse.
fn put_instead(entry: &Entry) -> String {
    let values = listed(entry);
    let set: Vec<String> = COLUMNS
        .iter()
        .zip(&values)
        .filter(|(column, _)| !["seq", "record", "version", "kind"].contains(column))
        .map(|(column, value)| format!("{column} = {value}"))
        .collect();
    format!("UPDATE entry SET {} WHERE seq = {}", set.join(", "), entry.seq)
}
