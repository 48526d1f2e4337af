//! What a client needs to know, as files: everything that the constructor of a merchant's SDK asks for.
//!
//! Written again at every start, from the same keys and the addresses of now. Key files have mode 0600, and so has
//! `client.json`, which holds keys as text. `client.env` is for software that only its environment can be changed of.
//! *Not modelled:* Windows paths, SDKs that want PKCS #12.

use crate::acquirer::credentials::{Alipay, Credentials, Lasts, WeChat, private_folder, write_whole};
use crate::acquirer::error::AcquirerError;
use crate::acquirer::platform::ForClients;
use serde_json::{Value, json};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where clients are to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub(crate) iso8583: Option<SocketAddr>,
    pub(crate) http: Option<SocketAddr>,
}

/// Most starts find everything as it should be, and write nothing.
fn write_if_new(path: &Path, bytes: &[u8], private: bool) -> Result<(), AcquirerError> {
    let is_safe = || fs::metadata(path).is_ok_and(|file| !private || file.permissions().mode() & 0o077 == 0);
    if fs::read(path).is_ok_and(|found| found == bytes) && is_safe() {
        return Ok(());
    }
    write_whole(path, bytes, private, Lasts::UntilTheNextStart)
}

/// A folder with what clients need.
struct Folder<'a>(&'a Path);

/// Writes all of it. Gives the folder as an absolute path.
pub(crate) fn write(
    folder: &Path,
    keys: &Credentials,
    addresses: Addresses,
    more: &ForClients,
) -> Result<PathBuf, AcquirerError> {
    private_folder(folder)?;
    let folder = folder.canonicalize().map_err(AcquirerError::disk(folder.display()))?;
    let inside = Folder(&folder);
    let Credentials { wechat, alipay, .. } = keys;
    for (name, text) in [
        ("ca.pem", &keys.authority.certificate_pem),
        ("wechat-merchant-cert.pem", &wechat.merchant.certificate_pem),
        ("wechat-platform-cert.pem", &wechat.platform.certificate_pem),
        ("wechat-platform-public-key.pem", &wechat.platform_public_pem),
        ("alipay-public-key.pem", &alipay.gateway.public_pem),
        ("alipay-app-public-key.pem", &alipay.app.public_pem),
    ] {
        write_if_new(&folder.join(name), text.as_bytes(), false)?;
    }
    let private = [
        ("wechat-merchant-key.pem", &wechat.merchant.key_pem),
        ("alipay-app-key.pem", &alipay.app.key_pem),
        ("client.json", &format!("{:#}\n", inside.json(keys, addresses, more))),
    ];
    for (name, text) in private {
        write_if_new(&folder.join(name), text.as_bytes(), true)?;
    }
    write_if_new(&folder.join("client.env"), inside.environment(addresses).as_bytes(), false)?;
    Ok(folder)
}

impl Folder<'_> {
    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn json(&self, keys: &Credentials, addresses: Addresses, more: &ForClients) -> Value {
        json!({
            "iso8583": addresses.iso8583.map(|address| json!({
                "host": client_host(address), "port": address.port(),
            })),
            "http": addresses.http.map(|address| json!({
                "url": format!("http://{}", for_client(address)),
                "https_url": format!("https://{}", for_client(address)),
                "proxy": format!("http://{}", for_client(address)),
                "side_door": format!("http://{}/_tillrig/", for_client(address)),
            })),
            "terminals": more.terminals,
            "ca_file": self.file("ca.pem"),
            "wechat": self.wechat(&keys.wechat, more),
            "alipay": self.alipay(&keys.alipay, more),
        })
    }

    fn wechat(&self, wechat: &WeChat, more: &ForClients) -> Value {
        json!({
            "appid": wechat.app_id,
            "mchid": wechat.mch_id,
            "api_key": wechat.api_key,
            "apiv3_key": wechat.api_v3_key,
            "cert_serial_no": wechat.merchant.serial,
            "private_key": wechat.merchant.key_pem,
            "private_key_file": self.file("wechat-merchant-key.pem"),
            "cert_file": self.file("wechat-merchant-cert.pem"),
            "platform_public_key": wechat.platform_public_pem,
            "platform_public_key_file": self.file("wechat-platform-public-key.pem"),
            "platform_public_key_id": wechat.platform_public_id,
            "platform_cert_file": self.file("wechat-platform-cert.pem"),
            "platform_cert_serial_no": wechat.platform.serial,
            "notify_url": more.notify_url,
        })
    }

    fn alipay(&self, alipay: &Alipay, more: &ForClients) -> Value {
        json!({
            "app_id": alipay.app_id,
            "app_private_key": alipay.app.key_pem,
            "app_private_key_file": self.file("alipay-app-key.pem"),
            "alipay_public_key": alipay.gateway.public_pem,
            "alipay_public_key_file": self.file("alipay-public-key.pem"),
            "notify_url": more.notify_url,
        })
    }

    /// Lines for a shell (`set -a; . client.env`), a container or a service.
    fn environment(&self, addresses: Addresses) -> String {
        let proxy = addresses.http.map(|address| {
            let proxy = format!("http://{}", for_client(address));
            format!("HTTPS_PROXY={proxy}\nhttps_proxy={proxy}\n")
        });
        let roots = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
        let ca = self.file("ca.pem");
        let roots: String = roots.map(|name| format!("{name}={}\n", quoted(&ca))).concat();
        proxy.unwrap_or_default() + &roots
    }
}

/// As one word of a shell, if it would not be one as it stands.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Who listens everywhere is reached on this machine.
fn for_client(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn client_host(address: SocketAddr) -> String {
    for_client(address).ip().to_string()
}

#[cfg(test)]
mod tests {
    use super::{for_client, quoted};

    #[test]
    fn who_listens_everywhere_is_reached_on_this_machine() {
        let shown = |text: &str| for_client(text.parse().unwrap()).to_string();
        assert_eq!(shown("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(shown("[::]:80"), "[::1]:80");
        assert_eq!(shown("192.0.2.1:80"), "192.0.2.1:80");
    }

    #[test]
    fn a_path_with_a_blank_is_one_word_of_a_shell() {
        assert_eq!(quoted("/tmp/a_b-1.pem"), "/tmp/a_b-1.pem");
        assert_eq!(quoted("/tmp/it's here"), "'/tmp/it'\\''s here'");
    }
}
