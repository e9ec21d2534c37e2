//! Signs and verifies modules with wasmsign2, for main.ts:
//!
//! oracle sign IN OUT KEY.pem [ID]          one signature of the whole; replaces what is there
//! oracle sign-multi IN OUT KEY.pem [ID]    adds a signature to those that are there
//! oracle sign-split IN OUT KEY.pem [ID]    as sign-multi, but first a delimiter is put to the end
//! oracle verify FILE KEY.pub...            prints "verified" with the number of keys, or why not
//! oracle verify-parts FILE KEY.pub         of the parts that end with a delimiter
//!
//! ID is the key's id: "default" for wasmsign2's own, else its text.

use std::env::args;
use std::error::Error;
use std::fs::{read, read_to_string, File};
use std::io::BufReader;
use wasmsign2::{Module, PublicKey, PublicKeySet, SecretKey};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn key_id(secret: &SecretKey, id: Option<&String>) -> Outcome<Option<Vec<u8>>> {
    Ok(match id.map(String::as_str) {
        None => None,
        Some("default") => {
            let mut bytes = vec![1];
            bytes.extend_from_slice(secret.sk.public_key().as_ref());
            PublicKey::from_bytes(&bytes)?.attach_default_key_id().key_id
        }
        Some(text) => Some(text.as_bytes().to_vec()),
    })
}

fn sign(how: &str, args: &[String]) -> Outcome<()> {
    let [input, output, key, id @ ..] = args else { return Err("IN OUT KEY.pem [ID]".into()) };
    let secret = SecretKey::from_pem(&read_to_string(key)?)?;
    let id = key_id(&secret, id.first())?;
    let module = Module::deserialize_from_file(input)?;
    let signed = match how {
        "sign" => secret.sign(module, id.as_ref())?,
        _ => secret.sign_multi(module, id.as_ref(), false, how == "sign-split")?.0,
    };
    Ok(signed.serialize_to_file(output)?)
}

fn public_key(path: &String) -> Outcome<PublicKey> {
    Ok(PublicKey::from_any(&read(path)?)?)
}

fn verify(args: &[String]) -> Outcome<String> {
    let (file, keys) = args.split_first().ok_or("FILE KEY.pub...")?;
    let mut set = PublicKeySet::empty();
    for key in keys {
        set.insert(public_key(key)?)?;
    }
    let found = set.verify(&mut BufReader::new(File::open(file)?), None)?;
    Ok(format!("verified {}", found.len()))
}

fn verify_parts(args: &[String]) -> Outcome<String> {
    let [file, key] = args else { return Err("FILE KEY.pub".into()) };
    public_key(key)?.verify_multi(&mut BufReader::new(File::open(file)?), None, |_| true)?;
    Ok("verified 1".into())
}

fn main() {
    let args: Vec<String> = args().skip(1).collect();
    let (command, rest) = args.split_first().expect("a command");
    let outcome = match command.as_str() {
        "verify" => verify(rest),
        "verify-parts" => verify_parts(rest),
        how => sign(how, rest).map(|()| "signed".into()),
    };
    match outcome {
        Ok(said) => println!("{said}"),
        Err(error) => println!("refused: {error}"),
    }
}
