//! The two databases every story is told on.
//!
//! PostgreSQL is the server of `TERCEL_TEST_POSTGRES` (a URL), or one of the tests' own (`tests/postgres.sh`). Where it
//! is not installed a story says so and passes; with `CI` set it fails.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;
use tercel_store::{Address, Clock, Opening, Store};

use crate::own_server::Own;

/// Makes of each story two tests, one on each database.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $story() {
                super::$story(&$crate::databases::Database::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $story() {
                if let Some(database) = $crate::databases::Database::postgres().await {
                    super::$story(&database).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;

/// Whether the long runs are asked for: `TERCEL_FULL=1`.
fn full() -> bool {
    std::env::var_os("TERCEL_FULL").is_some()
}

/// Times of something: many where the long runs are asked for.
pub(crate) fn times(short: usize, long: usize) -> usize {
    if full() { long } else { short }
}

/// A place for one record, taken away at the end.
pub(crate) struct Database {
    pub(crate) address: Address,
    pub(crate) folder: TempDir,
    server: Option<(Arc<Server>, String)>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            address: Address::in_folder(folder.path()),
            folder,
            server: None,
        }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::on(Server::shared()?).await)
    }

    /// A new database on a server.
    async fn on(server: Arc<Server>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("tercel_{}_{number}", std::process::id());
        server.execute(format!("CREATE DATABASE {name}")).await;
        Self {
            address: Address::new(&server.url_of(&name)),
            folder: tempfile::tempdir().unwrap(),
            server: Some((server, name)),
        }
    }

    /// On a server of its own, which can be crashed.
    pub(crate) async fn on_own_server() -> Option<Self> {
        Some(Self::on(Arc::new(Server::start()?)).await)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    /// Path or URL.
    pub(crate) fn url(&self) -> String {
        match &self.server {
            None => self.path().display().to_string(),
            Some((server, name)) => server.url_of(name),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tercel.db")
    }

    /// Another empty place on the same kind of database.
    pub(crate) async fn another(&self) -> Self {
        match &self.server {
            None => Self::sqlite(),
            Some((server, _)) => Self::on(server.clone()).await,
        }
    }

    /// Whether the server runs on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.server
            .as_ref()
            .is_some_and(|(server, _)| server.url.contains("host=/"))
    }

    /// Another empty database, whose tables lie in a tablespace.
    pub(crate) async fn another_in(&self, space: &str) -> Self {
        let another = self.another().await;
        if let (Some((server, _)), Some((_, name))) = (&self.server, &another.server) {
            server
                .execute(format!("ALTER DATABASE {name} SET TABLESPACE {space}"))
                .await;
        }
        another
    }

    /// Takes everything out.
    pub(crate) async fn clear(&self) {
        if self.is_postgres() {
            self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                .await
                .unwrap();
            return;
        }
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(format!("tercel.db{end}")));
        }
    }

    /// A connection past the store.
    pub(crate) async fn connection(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        match &self.server {
            None => AnyConnection::connect(&format!("sqlite://{}", self.path().display()))
                .await
                .unwrap(),
            Some((server, name)) => AnyConnection::connect(&server.url_of(name)).await.unwrap(),
        }
    }

    /// Statements past the store.
    pub(crate) async fn execute(&self, sql: impl Into<String>) -> Result<(), sqlx::Error> {
        let mut connection = self.connection().await;
        let answer = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.into()))).await;
        connection.close().await.unwrap();
        answer.map(|_| ())
    }

    pub(crate) async fn create(&self, clock: Clock) -> Store {
        let opening = Opening {
            study: "S".to_owned(),
            training: false,
        };
        Store::create(&self.address, &opening, clock).await.unwrap()
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.address, Clock::System).await.unwrap()
    }

    pub(crate) fn crash_server(&self) {
        if let Some((server, _)) = &self.server {
            server.crash();
        }
    }
}

/// Takes the database away, also where the story failed.
impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else {
            return;
        };
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            runtime.unwrap().block_on(server.execute(sql));
        });
        let _ = gone.join();
    }
}

/// A running server.
struct Server {
    url: String,
    own: Option<Mutex<Own>>,
}

impl Server {
    fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        if let Ok(url) = std::env::var("TERCEL_TEST_POSTGRES") {
            return Some(Arc::new(Self { url, own: None }));
        }
        let mut shared = SHARED.lock().unwrap();
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    fn start() -> Option<Self> {
        let own = Own::start()?;
        Some(Self {
            url: own.url.clone(),
            own: Some(Mutex::new(own)),
        })
    }

    fn crash(&self) {
        let mut own = self
            .own
            .as_ref()
            .expect("only an own server is crashed")
            .lock()
            .unwrap();
        writeln!(own.input.as_mut().unwrap(), "crash").unwrap();
        let mut line = String::new();
        own.output.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "again");
    }

    /// The URL of a database beside the one that was given.
    fn url_of(&self, name: &str) -> String {
        let (place, options) = match self.url.split_once('?') {
            Some((place, options)) => (place, format!("?{options}")),
            None => (self.url.as_str(), String::new()),
        };
        let (server, _) = place.rsplit_once('/').expect("a URL with a database");
        format!("{server}/{name}{options}")
    }

    async fn execute(&self, sql: String) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        connection.close().await.unwrap();
    }
}
