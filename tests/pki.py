"""A public key infrastructure that lives for one test: root, intermediate, leaves of every quality, CRLs.

Nothing is kept: every key is made here and dies with the folder it was written to.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOUR = timedelta(hours=1)
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A certificate and its key; the file of the certificate also holds the intermediate."""

    cert: Path
    key: Path
    certificate: x509.Certificate

    @property
    def files(self) -> tuple[Path, Path]:
        return self.cert, self.key


@dataclass
class Pki:
    """One authority: a root that signs an intermediate, which signs the leaves."""

    folder: Path
    name: str = "Autorité"
    revoked: list[x509.Certificate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._root_key, self._key = new_key(), new_key()
        root, intermediate = named(f"{self.name} racine"), named(f"{self.name} intermédiaire")
        self.root = self._signed(root, self._root_key.public_key(), root, self._root_key, ca=True)
        self.intermediate = self._signed(intermediate, self._key.public_key(), root, self._root_key, ca=True)

    @cached_property
    def trust(self) -> Path:
        """Root and intermediate, as a trust bundle."""
        return self._written("trust.pem", pem(self.root) + pem(self.intermediate))

    @property
    def crl(self) -> Path:
        """The lists of both authorities, with what was revoked until now."""
        lists = (self._crl(self.root, self._root_key, []), self._crl(self.intermediate, self._key, self.revoked))
        return self._written("crl.pem", b"".join(one.public_bytes(PEM) for one in lists))

    def issue(
        self, common_name: str, unit: str, *, host: str = "localhost", expired: bool = False, padding: int = 0
    ) -> Leaf:
        """Sign a certificate for both ends of a connection; `padding` adds that many bytes to it."""
        key = new_key()
        certificate = self._signed(
            named(common_name, unit), key.public_key(), self.intermediate.subject, self._key,
            host=host, expired=expired, padding=padding,
        )  # fmt: skip
        file = f"{certificate.serial_number:x}"
        private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Leaf(
            cert=self._written(f"{file}.crt", pem(certificate) + pem(self.intermediate)),
            key=self._written(f"{file}.key", private),
            certificate=certificate,
        )

    def revoke(self, leaf: Leaf) -> Leaf:
        self.revoked.append(leaf.certificate)
        return leaf

    def _written(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def _signed(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, issuer: x509.Name, by: ec.EllipticCurvePrivateKey,
        *, ca: bool = False, host: str = "", expired: bool = False, padding: int = 0,
    ) -> x509.Certificate:  # fmt: skip
        end = datetime.now(UTC) + (-HOUR if expired else 24 * HOUR)
        builder = (
            x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 48 * HOUR)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
            .add_extension(key_usage(ca=ca), critical=True)
        )
        if host:
            usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if padding:
            unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.250.1.213.99"), b"\x04" * padding)
            builder = builder.add_extension(unknown, critical=False)
        return builder.sign(by, hashes.SHA256())

    def _crl(
        self, issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, revoked: list[x509.Certificate]
    ) -> x509.CertificateRevocationList:
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
        builder = builder.last_update(now - HOUR).next_update(now + 24 * HOUR)
        for one in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(now - HOUR).build()
            )
        return builder.sign(key, hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def named(common_name: str, unit: str = "") -> x509.Name:
    units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else []
    return x509.Name([*units, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(PEM)


def key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
