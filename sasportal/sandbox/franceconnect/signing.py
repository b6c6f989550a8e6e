"""The key of the pretend service (ES256), kept in its data folder, and the tokens it signs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

KID = "franceconnect-bac-a-sable"


@dataclass(frozen=True, kw_only=True)
class Key:
    private: ec.EllipticCurvePrivateKey

    @classmethod
    def kept_in(cls, folder: Path) -> "Key":
        """Return the key of the folder, made and written there the first time."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "signing-key.pem"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        return cls(private=loaded)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, algorithm="ES256", headers={"kid": KID})

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims of a token of ours, expired or not; raise jwt.PyJWTError otherwise."""
        return jwt.decode(
            token, self.private.public_key(), algorithms=["ES256"], options={"verify_exp": False, "verify_aud": False}
        )

    def published(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key()))
        return {"keys": [jwk | {"kid": KID, "use": "sig", "alg": "ES256"}]}


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
