//! Signed heads: number and hash of the last entry at a time, kept outside the database.
//!
//! Whoever can write the database file can make a chain that fits together. A head that is kept elsewhere (in an
//! export, with a printed decision, at the sponsor) shows that entries up to it were changed or taken away.

use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use crate::clock::stamp;
use crate::entry::{hex, unhex};
use crate::error::StoreError;
use crate::store::Store;

/// The end of the chain at a time, signed by the key of the installation (Ed25519).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Study.
    pub study: String,
    /// Number of the last entry.
    pub entries: i64,
    /// Its hash.
    pub hash: String,
    /// When the head was taken, UTC.
    pub at: String,
    /// Public key of the installation.
    pub key: String,
    /// Signature over all of the above.
    pub signature: String,
}

impl Head {
    fn message(&self) -> Vec<u8> {
        let Self {
            study,
            entries,
            hash,
            at,
            key,
            signature: _,
        } = self;
        let length = study.len();
        format!("tercel head 1\n{length} {study}\n{entries}\n{hash}\n{at}\n{key}\n").into_bytes()
    }

    /// Whether the head is as it was signed by the key it names.
    pub fn is_genuine(&self) -> bool {
        let key = unhex(&self.key)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = unhex(&self.signature)
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
            .map(|bytes| Signature::from_bytes(&bytes));
        match (key, signature) {
            (Some(key), Some(signature)) => key.verify(&self.message(), &signature).is_ok(),
            (None, _) | (_, None) => false,
        }
    }
}

/// The signing key of an installation: `tercel.key` beside the record, readable by its owner alone.
#[derive(Debug, Clone)]
pub struct HeadKey(SigningKey);

impl HeadKey {
    /// The file of a trial folder.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("tercel.key")
    }

    /// Reads the key, or makes one where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::File {
            path: path.display().to_string(),
            source,
        };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let bytes = unhex(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                let bytes = bytes.ok_or_else(|| {
                    StoreError::Key(format!(
                        "{} is no signing key: 64 hexadecimal digits; put the right file back from your backup",
                        path.display()
                    ))
                })?;
                Ok(Self(SigningKey::from_bytes(&bytes)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(|_| StoreError::Random)?;
                write_private(path, &hex(&bytes)).map_err(failed)?;
                Ok(Self(SigningKey::from_bytes(&bytes)))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The public key, in hexadecimal.
    pub fn public(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }
}

/// A new file that its owner alone can read and write.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = private_file(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

impl Store {
    /// The head of the chain now, signed.
    pub async fn signed_head(&self, key: &HeadKey) -> Result<Head, StoreError> {
        let (entries, hash) = self.head().await?;
        Ok(self.sign_head(key, entries, hash))
    }

    /// A head of the chain up to an entry, signed now.
    pub fn sign_head(&self, key: &HeadKey, entries: i64, hash: String) -> Head {
        let mut head = Head {
            study: self.study().to_owned(),
            entries,
            hash,
            at: stamp(self.clock.now()),
            key: key.public(),
            signature: String::new(),
        };
        head.signature = hex(&key.0.sign(&head.message()).to_bytes());
        head
    }
}

/// Number and hash of the last entry.
pub(crate) async fn end_of_chain(connection: &mut AnyConnection) -> Result<(i64, String), StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
        .fetch_one(connection)
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
