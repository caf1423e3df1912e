//! `tercel serve`: the record of a trial in a browser.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use tercel::protocol::Trial;
use tercel_exchange::read_datasets;
use tercel_store::{Address, HeadKey, Store};
use tercel_web::{App, Rehearsal, Settings};

use super::Answer;
use crate::output::Output;
use crate::progress::Progress;
use crate::record::open_or_start;
use crate::study::{data_path, require_protocol};

/// Arguments of `tercel serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Trial folder with protocol.toml; the record is tercel.db beside it
    trial: PathBuf,
    /// Port on this machine
    #[arg(long, default_value_t = 8460)]
    port: u16,
    /// Address to listen on; others than this machine need a proxy with HTTPS before it
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The record: a file, or postgres://user@host/database
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Say that browsers come by HTTPS, through a proxy: the session cookie is then sent over nothing else
    #[arg(long)]
    behind_https: bool,
    /// Show the rehearsal in data/ as a study in progress, with ready accounts, in a record that is thrown away
    #[arg(long)]
    demo: bool,
    /// Day on which the demonstration stands; the middle of the rehearsal if not given
    #[arg(long, value_name = "DATE", requires = "demo")]
    as_of: Option<jiff::civil::Date>,
}

/// Runs the command until it is told to end.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.trial)?;
    let runtime = tokio::runtime::Runtime::new().context("failed to start")?;
    runtime.block_on(serve(args, trial, output))?;
    Ok(Answer::Given)
}

async fn serve(args: &Args, trial: Trial, output: Output) -> anyhow::Result<()> {
    let folder = folder_of(&args.trial);
    let scratch = if args.demo { Some(scratch_folder()?) } else { None };
    let place = scratch.as_deref().unwrap_or(&folder);
    let store = if args.demo {
        demonstration(args, &trial, place).await?
    } else {
        let address = args
            .database
            .as_deref()
            .map_or_else(|| Address::in_folder(place), Address::new);
        open_or_start(&address, &trial.id).await?
    };
    let key = HeadKey::open(&HeadKey::path(place))?;
    let mut settings = Settings {
        folder: folder.clone(),
        secure: args.behind_https,
        setup_code: None,
        demo_accounts: Vec::new(),
    };
    if args.demo {
        settings.demo_accounts = tercel_web::demo_accounts();
    } else if store.accounts().await?.is_empty() {
        settings.setup_code = tercel_store::new_token()?.get(..12).map(str::to_owned);
    }
    let code = settings.setup_code.clone();
    let app = App::new(store, trial, key, settings);
    let ready = |address: SocketAddr| {
        let url = format!("http://{address}/");
        let _ = output.print(
            || json!({"url": url, "setup_code": code}),
            || match &code {
                Some(code) => format!("{url}\nThe record has no users yet. Code for the first one: {code}\n"),
                None => format!("{url}\nEnd with Ctrl-C.\n"),
            },
        );
    };
    let served = tercel_web::serve(app, SocketAddr::new(args.listen, args.port), ready).await;
    if let Some(scratch) = scratch {
        let _ = std::fs::remove_dir_all(scratch);
    }
    Ok(served?)
}

fn folder_of(trial: &Path) -> PathBuf {
    if trial.is_dir() {
        return trial.to_owned();
    }
    trial.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn scratch_folder() -> anyhow::Result<PathBuf> {
    let name = tercel_store::new_token()?;
    let folder = std::env::temp_dir().join(format!("tercel-demo-{}", name.get(..12).unwrap_or_default()));
    std::fs::create_dir(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
    Ok(folder)
}

async fn demonstration(args: &Args, trial: &Trial, place: &Path) -> anyhow::Result<Store> {
    if args.database.is_some() {
        bail!("--demo keeps its record to itself; leave --database out");
    }
    let folder = data_path(&args.trial, None);
    let progress = Progress::start("entering the rehearsal");
    let (tables, _) = read_datasets(&folder)?;
    let key = HeadKey::open(&HeadKey::path(place))?;
    let rehearsal = Rehearsal {
        folder: &folder_of(&args.trial),
        trial,
        tables: &tables,
        until: args.as_of,
    };
    let store = tercel_web::create_demo(&Address::in_folder(place), &key, rehearsal).await;
    drop(progress);
    store.context("failed to enter the rehearsal")
}
