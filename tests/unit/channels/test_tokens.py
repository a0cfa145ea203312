"""Tokens from Microsoft and Google, through their own libraries with a door of ours in place of the network."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels._tokens import Google, Microsoft, TokenRefused

TENANT = "11111111-2222-3333-4444-555555555555"


@dataclass
class Answer:
    status_code: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        assert self.status_code < 400


@dataclass
class Entra:
    """Answers as Microsoft's login does."""

    refuses: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get(self, url: str, **_: Any) -> Answer:
        base = f"https://login.microsoftonline.com/{TENANT}"
        known = {"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net"}
        found = {
            "token_endpoint": f"{base}/token",
            "authorization_endpoint": f"{base}/authorize",
            "issuer": base,
            "tenant_discovery_endpoint": url,
            "metadata": [{**known, "aliases": ["login.microsoftonline.com"]}],
        }
        return Answer(200, json.dumps(found))

    def post(self, url: str, data: Any = None, **_: Any) -> Answer:
        self.asked.append(dict(data))
        if self.refuses:
            return Answer(401, json.dumps({"error": "invalid_client", "error_description": f"{self.refuses}: no."}))
        said = {"access_token": f"token {len(self.asked)}", "expires_in": 3600, "token_type": "Bearer"}
        return Answer(200, json.dumps(said))

    def close(self) -> None:
        pass


def test_microsoft_gives_a_token_and_is_asked_again_only_when_it_must() -> None:
    door = Entra()
    tokens = Microsoft(TENANT, "the-app", lambda: "s3cr3t", door)
    assert [tokens.token(), tokens.token(), tokens.token(fresh=True)] == ["token 1", "token 1", "token 2"]
    assert door.asked[0]["grant_type"] == "client_credentials"
    assert "outlook.office365.com/.default" in str(door.asked[0]["scope"])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AADSTS7000215", "not its id"),
        ("AADSTS7000222", "has run out"),
        ("AADSTS700016", "client_id and tenant"),
        ("AADSTS53003", "Conditional Access"),
        ("AADSTS1", "client_id, tenant and the secret"),
    ],
)
def test_what_microsoft_refuses_is_said_with_what_to_do(code: str, says: str) -> None:
    with pytest.raises(TokenRefused, match=says) as refused:
        Microsoft(TENANT, "the-app", lambda: "s3cr3t", Entra(code)).token()
    assert "s3cr3t" not in refused.value.reason


@dataclass
class Accounts:
    """Answers as Google's login does, in the manner of ``google.auth.transport``."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=lambda: {"access_token": "ya29", "expires_in": 3600})
    asked: list[bytes] = field(default_factory=list)

    def __call__(self, url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> Any:
        self.asked.append(body)
        return type("Response", (), {"status": self.status, "headers": {}, "data": json.dumps(self.body).encode()})()


def service_account() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps({"type": "service_account", "client_email": "mail@school.example", "private_key": pem,
                       "token_uri": "https://oauth2.googleapis.com/token"})  # fmt: skip


def test_google_gives_a_token_for_the_mailbox() -> None:
    door = Accounts()
    tokens = Google("office@school.example", service_account, door)
    assert [tokens.token(), tokens.token()] == ["ya29", "ya29"]
    assert len(door.asked) == 1
    claim = door.asked[0].decode().partition("assertion=")[2].split("&")[0].split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(claim + "=" * (-len(claim) % 4)))
    assert (said["sub"], said["scope"]) == ("office@school.example", "https://mail.google.com/")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"error": "unauthorized_client"}, "domain-wide"),
        ({"error": "invalid_grant", "error_description": "Invalid email"}, "username and the clock"),
    ],
)
def test_what_google_refuses_is_said_with_what_to_do(body: dict[str, Any], says: str) -> None:
    with pytest.raises(TokenRefused, match=says):
        Google("office@school.example", service_account, Accounts(400, body)).token()


def test_a_file_that_is_no_key_is_said() -> None:
    with pytest.raises(TokenRefused, match="Download it again"):
        Google("office@school.example", lambda: "{}", Accounts()).token()
