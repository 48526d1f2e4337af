//! All keys of an acquirer and its merchant: made once, kept in one file, throw-away.
//!
//! They protect nothing. RSA of 2048 bits as WeChat Pay and Alipay want it, in PKCS #8 and PEM; certificates by an
//! authority of our own, valid from 2024 to 2049. The file is JSON, mode 0600, and replaced as a whole or not at all.
//! *Not modelled:* expiry, renewal, revocation, keys for more than one merchant.

use crate::acquirer::client_certificate::{self, Tls};
use crate::acquirer::error::AcquirerError;
use crate::acquirer::http_door::HOSTS;
use rand_core::{OsRng, RngCore};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use wallet::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use wallet::moment::WallTime;
use wallet::rsa_key::PrivateKey;
use wallet::sign::ApiKey;

const RSA_BITS: usize = 2048;
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// Keys, certificates and numbers of an acquirer and its merchant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The version of this file.
    format: u32,
    /// The authority that signs all certificates.
    pub authority: Signed,
    /// The HTTPS server.
    pub server: Signed,
    /// WeChat Pay's side and its merchant's.
    pub wechat: WeChat,
    /// Alipay's side and its merchant's.
    pub alipay: Alipay,
}

/// A key and its certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// PKCS #8 in PEM.
    pub key_pem: String,
    /// X.509 in PEM.
    pub certificate_pem: String,
    /// The certificate's serial number, in capitals of hex.
    pub serial: String,
}

/// A key pair.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// PKCS #8 in PEM.
    pub key_pem: String,
    /// SubjectPublicKeyInfo in PEM.
    pub public_pem: String,
}

/// What WeChat Pay and its merchant sign with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeChat {
    /// `appid`.
    pub app_id: String,
    /// `mchid`.
    pub mch_id: String,
    /// The key of v2 signatures, 32 characters.
    pub api_key: String,
    /// The key of v3 notifications, 32 bytes.
    pub api_v3_key: String,
    /// Signs the merchant's v3 requests.
    pub merchant: Signed,
    /// Signs our v3 answers.
    pub platform: Signed,
    /// The same key without its certificate.
    pub platform_public_pem: String,
    /// By which a client names it.
    pub platform_public_id: String,
}

/// What Alipay and its merchant sign with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alipay {
    /// `app_id`.
    pub app_id: String,
    /// Signs the merchant's requests.
    pub app: Pair,
    /// Signs our answers.
    pub gateway: Pair,
}

const FORMAT: u32 = 1;

impl Credentials {
    /// Reads them from this file, or makes them and writes them there.
    ///
    /// # Errors
    /// When the file is damaged or cannot be used, or the system gives no chance.
    pub(crate) fn kept_in(path: &Path) -> Result<Self, AcquirerError> {
        match fs::read(path) {
            Ok(bytes) => Self::read(path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = Self::make()?;
                let text = serde_json::to_string_pretty(&made).map_err(no_keys)?;
                write_whole(path, text.as_bytes(), true, Lasts::ThroughPowerCuts)?;
                Ok(made)
            }
            Err(error) => Err(AcquirerError::disk(path.display())(error)),
        }
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, AcquirerError> {
        let damaged = |what: String| AcquirerError::Damaged { place: path.display().to_string(), what };
        let read: Self = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if read.format != FORMAT {
            let (found, ours) = (read.format.into(), FORMAT.into());
            return Err(AcquirerError::OtherVersion { place: path.display().to_string(), found, ours });
        }
        read.tls(false).map_err(|error| damaged(error.to_string()))?;
        read.platform().map_err(|error| damaged(error.to_string()))?;
        Ok(read)
    }

    /// New ones.
    ///
    /// # Errors
    /// When the system gives no chance.
    pub fn make() -> Result<Self, AcquirerError> {
        let authority = Authority::new().map_err(no_keys)?;
        let platform = Pair::make()?;
        let wechat = WeChat {
            app_id: format!("wx{}", hex(8).to_lowercase()),
            mch_id: digits(10),
            api_key: letters(32),
            api_v3_key: letters(32),
            merchant: authority.sign_rsa("Tillrig test merchant", &Pair::make()?).map_err(no_keys)?,
            platform: authority.sign_rsa("Tillrig test platform", &platform).map_err(no_keys)?,
            platform_public_pem: platform.public_pem,
            platform_public_id: format!("PUB_KEY_ID_{}", digits(22)),
        };
        let alipay =
            Alipay { app_id: format!("2021{}", digits(12)), app: Pair::make()?, gateway: Pair::make()? };
        let server = authority.server().map_err(no_keys)?;
        Ok(Self { format: FORMAT, server, wechat, alipay, authority: authority.signed })
    }

    /// What takes TLS connections, with or without asking for the merchant's certificate.
    pub(crate) fn tls(&self, asks: bool) -> Result<Tls, Box<dyn core::error::Error + Send + Sync>> {
        let certificate = CertificateDer::from_pem_slice(self.server.certificate_pem.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(self.server.key_pem.as_bytes())?;
        let merchant = CertificateDer::from_pem_slice(self.wechat.merchant.certificate_pem.as_bytes())?;
        let config = ServerConfig::builder()
            .with_client_cert_verifier(client_certificate::verifier(asks))
            .with_single_cert(vec![certificate], key)?;
        let wanted = asks.then(|| Arc::new(merchant));
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), wanted })
    }

    /// What the wallet platforms sign and check with.
    pub(crate) fn platform(&self) -> Result<wallet::platform::Platform, Box<dyn core::error::Error>> {
        let Self { wechat, alipay, .. } = self;
        let certificate = Certificate {
            pem: wechat.platform.certificate_pem.clone(),
            serial: wechat.platform.serial.clone(),
            // As the authority made it.
            effective: WallTime::parse_compact("20240101000000").unwrap_or_default(),
            expires: WallTime::parse_compact("20490101000000").unwrap_or_default(),
        };
        let merchant = MerchantKeys {
            wechat: WeChatMerchant {
                mch_id: wechat.mch_id.clone(),
                app_id: wechat.app_id.clone(),
                api_key: ApiKey::new(&wechat.api_key),
                api_v3_key: ApiV3Key::new(&wechat.api_v3_key).ok_or("the APIv3 key has not 32 bytes")?,
                certificate_serial: wechat.merchant.serial.clone(),
                public_key: PrivateKey::from_pem(&wechat.merchant.key_pem)?.public_key(),
            },
            alipay: AlipayMerchant {
                app_id: alipay.app_id.clone(),
                seller_id: format!("2088{}", alipay.app_id.get(4..).unwrap_or_default()),
                public_key: PrivateKey::from_pem(&alipay.app.key_pem)?.public_key(),
            },
        };
        let keys = PlatformKeys {
            wechat: WeChatPlatform {
                private_key: PrivateKey::from_pem(&wechat.platform.key_pem)?,
                certificate,
                public_key_id: wechat.platform_public_id.clone(),
            },
            alipay: PrivateKey::from_pem(&alipay.gateway.key_pem)?,
        };
        Ok(wallet::platform::Platform { merchants: vec![merchant], keys, clock_skew_s: Some(300) })
    }

    /// The authority, for who checks our certificates.
    pub(crate) fn root(&self) -> Result<CertificateDer<'static>, AcquirerError> {
        CertificateDer::from_pem_slice(self.authority.certificate_pem.as_bytes())
            .map_err(|error| no_keys(format!("{error:?}")))
    }
}

impl Pair {
    fn make() -> Result<Self, AcquirerError> {
        let key = RsaPrivateKey::new(&mut OsRng, RSA_BITS).map_err(no_keys)?;
        let key_pem = key.to_pkcs8_pem(LineEnding::LF).map_err(no_keys)?.to_string();
        let public_pem = key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(no_keys)?;
        Ok(Self { key_pem, public_pem })
    }
}

/// Signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    signed: Signed,
}

impl Authority {
    fn new() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let (mut params, serial) = params("Tillrig throw-away authority", Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate_pem = params.self_signed(&key)?.pem();
        let signed = Signed { key_pem: key.serialize_pem(), certificate_pem, serial };
        Ok(Self { issuer: Issuer::new(params, key), signed })
    }

    fn server(&self) -> Result<Signed, rcgen::Error> {
        let key = KeyPair::generate()?;
        let names = HOSTS.map(str::to_owned).to_vec();
        let (mut params, serial) = params("Tillrig fake gateway", names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate_pem = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Signed { key_pem: key.serialize_pem(), certificate_pem, serial })
    }

    fn sign_rsa(&self, name: &str, pair: &Pair) -> Result<Signed, rcgen::Error> {
        let (mut params, serial) = params(name, Vec::new())?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&KeyPair::from_pem(&pair.key_pem)?, &self.issuer)?;
        Ok(Signed { key_pem: pair.key_pem.clone(), certificate_pem: certificate.pem(), serial })
    }
}

/// A certificate for these names, and its serial number.
fn params(name: &str, names: Vec<String>) -> Result<(CertificateParams, String), rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2049, 1, 1));
    // Positive, and without leading zeros, as every program counts its bytes.
    let mut serial = [0; 20];
    OsRng.fill_bytes(&mut serial);
    serial[0] = serial[0] & 0x3F | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok((params, serial.iter().map(|byte| format!("{byte:02X}")).collect()))
}

fn hex(bytes: usize) -> String {
    let mut chance = vec![0; bytes];
    OsRng.fill_bytes(&mut chance);
    chance.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn letters(count: usize) -> String {
    chosen(count, LETTERS)
}

fn digits(count: usize) -> String {
    chosen(count, b"123456789")
}

/// Not quite even, which is good enough for keys that protect nothing.
fn chosen(count: usize, from: &[u8]) -> String {
    let mut chance = vec![0; count];
    OsRng.fill_bytes(&mut chance);
    let one = |byte: u8| from.get(usize::from(byte) % from.len()).copied().map_or('A', char::from);
    chance.into_iter().map(one).collect()
}

fn no_keys(what: impl ToString) -> AcquirerError {
    AcquirerError::NoKeys { what: what.to_string() }
}

/// Makes a folder that nobody else can look into, if it is not there.
pub(crate) fn private_folder(path: &Path) -> Result<(), AcquirerError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(AcquirerError::disk(format!("the folder {}", path.display())))
}

/// How long a file has to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasts {
    ThroughPowerCuts,
    /// The next start would write it again.
    UntilTheNextStart,
}

/// Replaces a file as a whole or not at all.
pub(crate) fn write_whole(
    path: &Path,
    bytes: &[u8],
    private: bool,
    lasts: Lasts,
) -> Result<(), AcquirerError> {
    let fresh = path.with_added_extension("new");
    let mode = if private { 0o600 } else { 0o644 };
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&fresh)?;
        // One from an earlier try may have another mode.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        if lasts == Lasts::UntilTheNextStart {
            return fs::rename(&fresh, path);
        }
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    };
    write().map_err(AcquirerError::disk(path.display()))
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credentials").field("merchant", &self.wechat.mch_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Credentials;
    use crate::acquirer::error::AcquirerError;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_and_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let made = Credentials::kept_in(&path).unwrap();
        assert!(made == Credentials::kept_in(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!((made.wechat.api_key.len(), made.wechat.api_v3_key.len()), (32, 32));
        fs::write(&path, "{").unwrap();
        assert!(matches!(Credentials::kept_in(&path), Err(AcquirerError::Damaged { .. })));
    }

    #[test]
    fn a_key_of_a_wallet_that_is_none_is_damage_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let made = Credentials::make().unwrap();
        let spoil: [fn(&mut Credentials); 4] = [
            |keys| keys.alipay.app.key_pem.truncate(100),
            |keys| keys.alipay.gateway.key_pem.clear(),
            |keys| keys.wechat.platform.key_pem = "-----BEGIN PRIVATE KEY-----".to_owned(),
            |keys| keys.wechat.api_v3_key.push('1'),
        ];
        for spoil in spoil {
            let mut keys = made.clone();
            spoil(&mut keys);
            fs::write(&path, serde_json::to_string(&keys).unwrap()).unwrap();
            assert!(matches!(Credentials::kept_in(&path), Err(AcquirerError::Damaged { .. })));
        }
    }
}
